"""A real PostgreSQL server, started by the tests on a free loopback port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.free_port import free_port
from tests.plugins.requirements import require

_SUPERUSER = "tests"
_SECONDS = 30


class PostgresServer:
    """A server with a data folder of its own, which it leaves no trace of."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        """Start, and wait until connections are taken."""
        self._process = subprocess.Popen(self._command("postgres", *self._settings()), **_account())
        give_up = time.monotonic() + _SECONDS
        while time.monotonic() < give_up:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        pytest.fail("PostgreSQL did not start")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_SECONDS)
            self._process = None

    def pause(self) -> None:
        """Let all of it hang: connections stay open, nothing answers."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def empty(self) -> None:
        """Drop all that tests have created; a database per test would cost eight megabytes each."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            schemas = connection.execute(
                "SELECT nspname FROM pg_namespace"
                " WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
            ).fetchall()
            for (name,) in schemas:
                connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(name)))
            connection.execute("CREATE SCHEMA public")

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self._port}/postgres"

    def _processes(self) -> list[int]:
        assert self._process is not None
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, children)]

    def _settings(self) -> list[str]:
        settings = {
            "port": self._port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": 30,
            "log_min_messages": "panic",
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _run(self, program: str, *arguments: str) -> None:
        command = self._command(program, f"--username={_SUPERUSER}", *arguments)
        subprocess.run(command, check=True, capture_output=True, **_account())

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Give the server that all tests share, one after the other."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_of_one_test() -> Iterator[PostgresServer]:
    """Give a server that the test may kill."""
    with running_server() as server:
        yield server


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Run a server until the block ends."""
    programs = _programs()
    available = programs is not None
    require("PostgreSQL", available=available, install_command="apt-get install postgresql")
    assert programs is not None
    with tempfile.TemporaryDirectory(prefix="leadcloud-postgres-") as name:
        folder = Path(name)
        if account := _account():
            shutil.chown(folder, account["user"], account["group"])
        server = PostgresServer(programs, folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _programs() -> Path | None:
    """Find the folder of the server's programs; Debian keeps them off the PATH."""
    on_path = shutil.which("postgres")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = Path(on_path) if on_path else next(reversed(installed), None)
    return found and found.parent


def _account() -> dict[str, Any]:
    """Name an ordinary account where the tests run as root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
