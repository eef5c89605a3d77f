"""The peers of the building look-up: pygeoapi and tipg on one PostGIS with the same buildings."""

import json
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks._process_cpu import wait_for
from leadcloud.buildings.grid import UNITS

PACKAGES = (
    "pygeoapi>=0.21",
    "tipg==1.6.1",
    "gunicorn",
    "uvicorn",
    "psycopg2-binary",
    "geoalchemy2",
)
_START_SECONDS = 90
_COLUMNS = (
    "id, street, street_sv, postal_code, municipality, house_number, use, building_class, heating,"
    " energy_source, facade, frame, usage_status, source, completed_year, storeys, dwellings,"
    " gross_floor_area, floor_area"
)


class PeersMissing(Exception):
    """A peer is not on this machine and cannot be had; the message says what is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A server to measure."""

    name: str
    port: int
    roots: tuple[int, ...]
    """Its own process and the database's."""
    item: str
    """Path of one building, with {id}."""
    box: str
    """Path of a page of 100, with {bbox}."""
    headers: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def running_peers(release: Path, folder: Path) -> Iterator[list[Peer]]:
    """Start the peers on the buildings of a release.

    Raises:
        PeersMissing: PostGIS or the peers' packages are not here.
    """
    programs = _postgres_programs()
    python = _environment(folder / "peers")
    with ExitStack() as stack:
        postgres, port = stack.enter_context(_database(programs, folder / "postgres"))
        url = f"postgresql://bench@127.0.0.1:{port}/postgres"
        _load(url, release)
        yield [
            stack.enter_context(_pygeoapi(python, port, folder, postgres=postgres)),
            stack.enter_context(_tipg(python, url, postgres=postgres)),
        ]


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise PeersMissing("PostgreSQL is missing: apt-get install postgresql postgis")
    programs = found[-1].parent
    version = programs.parent.name
    if not Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
        raise PeersMissing(f"PostGIS is missing: apt-get install postgresql-{version}-postgis-3")
    return programs


def _environment(folder: Path) -> Path:
    """Return the Python of an environment that holds the peers."""
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        except subprocess.CalledProcessError:
            raise PeersMissing("the peers' packages could not be installed with pip") from None
        (folder / "complete").touch()
    return python


def _account() -> dict[str, Any]:
    """Name an ordinary account where this runs as root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _database(programs: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Run PostgreSQL; give its process and port."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    account = _account()
    if account:
        shutil.chown(folder, account["user"], account["group"])
    data, port = str(folder / "data"), _free_port()
    initialise = [
        str(programs / "initdb"),
        "-D",
        data,
        "--auth=trust",
        "--username=bench",
        "--no-sync",
    ]
    subprocess.run(initialise, check=True, capture_output=True, **account)
    settings = (f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off",
                "shared_buffers=256MB", "jit=off", "log_min_messages=panic")  # fmt: skip
    command = [str(programs / "postgres"), "-D", data]
    command += [word for setting in settings for word in ("-c", setting)]
    process = subprocess.Popen(command, **account)

    def ready() -> bool:
        try:
            psycopg.connect(f"postgresql://bench@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    try:
        wait_for(ready, _START_SECONDS)
        yield process.pid, port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _load(url: str, release: Path) -> None:
    """Copy the buildings of a release, with the indexes that the peers' manuals ask for."""
    source = sqlite3.connect(f"{release.absolute().as_uri()}?mode=ro", uri=True)
    rows = source.execute(
        f"SELECT lon, lat, {_COLUMNS} FROM building"
        " JOIN place USING (place) JOIN traits USING (traits)"
    )
    with psycopg.connect(url) as target:
        target.execute("CREATE EXTENSION postgis")
        target.execute(
            "CREATE TABLE buildings (id text PRIMARY KEY, street text, street_sv text,"
            " postal_code text, municipality text, house_number text, use text,"
            " building_class text, heating text, energy_source text, facade text, frame text,"
            " usage_status text, source text, completed_year int, storeys int, dwellings int,"
            " gross_floor_area int, floor_area int, geom geometry(Point, 4326))"
        )
        copy = f"COPY buildings ({_COLUMNS}, geom) FROM STDIN"
        with target.cursor() as cursor, cursor.copy(copy.encode()) as into:
            for lon, lat, *facts in rows:
                into.write_row([*facts, f"SRID=4326;POINT({lon / UNITS} {lat / UNITS})"])
        target.execute("CREATE INDEX ON buildings USING gist (geom)")
        target.commit()
        target.autocommit = True
        target.execute("VACUUM ANALYZE buildings")
    source.close()


@contextmanager
def _server(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """Run a server; give its process."""
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_for(listens, _START_SECONDS)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _pygeoapi(python: Path, database: int, folder: Path, *, postgres: int) -> Iterator[Peer]:
    port = _free_port()
    configuration, document = folder / "pygeoapi.yml", folder / "pygeoapi-openapi.yml"
    # JSON is YAML.
    configuration.write_text(json.dumps(_pygeoapi_configuration(port, database)), encoding="utf-8")
    environment = {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(document)}
    generate = [str(python.with_name("pygeoapi")), "openapi", "generate", str(configuration),
                "--output-file", str(document)]  # fmt: skip
    subprocess.run(generate, check=True, env=os.environ | environment, capture_output=True)
    command = [str(python.with_name("gunicorn")), "-w", "1", "-b", f"127.0.0.1:{port}",
               "--keep-alive", "60", "-k", "gthread", "--threads", "1", "pygeoapi.flask_app:APP"]  # fmt: skip
    with _server(command, port, environment) as process:
        items = "/collections/buildings/items"
        yield Peer(
            name="pygeoapi + PostGIS",
            port=port,
            roots=(process, postgres),
            item=items + "/{id}?f=json",
            box=items + "?f=json&limit=100&bbox={bbox}",
        )


def _pygeoapi_configuration(port: int, database: int) -> dict[str, Any]:
    texts = {"title": "bench", "description": "bench", "keywords": ["bench"]}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 100, "max_items": 5000},
            "map": {"url": "https://tiles.invalid/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**texts, "terms_of_service": "none", "url": "http://127.0.0.1"},
            "license": {"name": "CC0", "url": "http://127.0.0.1"},
            "provider": {"name": "bench", "url": "http://127.0.0.1"},
            "contact": {"name": "bench"},
        },
        "resources": {
            "buildings": {
                "type": "collection",
                **texts,
                "links": [],
                "extents": {"spatial": {"bbox": [19, 59, 32, 71], "crs": _CRS84}},
                "providers": [
                    {
                        "type": "feature",
                        "name": "PostgreSQL",
                        "data": {"host": "127.0.0.1", "port": database, "dbname": "postgres",
                                 "user": "bench", "password": "", "search_path": ["public"]},
                        "id_field": "id",
                        "table": "buildings",
                        "geom_field": "geom",
                    }
                ],
            }
        },
    }  # fmt: skip


_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@contextmanager
def _tipg(python: Path, url: str, *, postgres: int) -> Iterator[Peer]:
    port = _free_port()
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port",
               str(port), "--no-access-log"]  # fmt: skip
    environment = {
        "DATABASE_URL": url,
        "TIPG_DB_SCHEMAS": '["public"]',
        "TIPG_MAX_FEATURES_PER_QUERY": "5000",
    }
    with _server(command, port, environment) as process:
        items = "/collections/public.buildings/items"
        yield Peer(
            name="tipg + PostGIS",
            port=port,
            roots=(process, postgres),
            item=items + "/{id}?f=geojson",
            box=items + "?f=geojson&limit=100&bbox={bbox}",
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
