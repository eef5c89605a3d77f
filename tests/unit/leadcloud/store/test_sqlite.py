"""What the SQLite store promises beyond the contract: durability, sharing, and its errors."""

import sqlite3
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import ClassVar, cast

import pytest

from leadcloud.clock import SystemClock
from leadcloud.store.interface import (
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    StoreUnavailable,
    VersionConflict,
)
from leadcloud.store.sqlite import SqliteStore, _use_wal

KEY = Key("account", "counter")
CANARY = "canary-7431"
PAST = datetime(2020, 1, 1, tzinfo=UTC)

COUNT = """
import sys
from pathlib import Path
from threading import Thread
from leadcloud.clock import SystemClock
from leadcloud.store.interface import Key, VersionConflict
from leadcloud.store.sqlite import SqliteStore

def count():
    for _ in range(int(sys.argv[3])):
        while True:
            record = store.get(Key("account", "counter"))
            try:
                store.update(record, {"n": record.attributes["n"] + 1})
                break
            except VersionConflict:
                pass

store = SqliteStore(Path(sys.argv[1]), SystemClock(), patience=30)
threads = [Thread(target=count) for _ in range(int(sys.argv[2]))]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

OPEN = """
import sys, time
from pathlib import Path
from leadcloud.clock import SystemClock
from leadcloud.store.interface import Key
from leadcloud.store.sqlite import SqliteStore

time.sleep(max(0, float(sys.argv[2]) - time.time()))
SqliteStore(Path(sys.argv[1]), SystemClock(), patience=30).put_if_absent(Key("p", sys.argv[3]), {})
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file is to be."""
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """Return an empty store that waits only a moment for others."""
    with closing(SqliteStore(path, SystemClock(), patience=0.1)) as opened:
        yield opened


def count_up(store: SqliteStore, times: int) -> None:
    """Add one to the counter so many times, trying again when another was faster."""
    for _ in range(times):
        while True:
            record = store.get(KEY)
            assert record is not None
            try:
                store.update(record, {"n": int(str(record.attributes["n"])) + 1})
                break
            except VersionConflict:
                continue


def at_once(count: int, work: Callable[[int], object]) -> list[Future[object]]:
    """Do the work in so many threads, and return when all have ended."""
    with ThreadPoolExecutor(count) as pool:
        return [pool.submit(work, number) for number in range(count)]


def in_one_batch(store: SqliteStore, works: list[Callable[[], object]]) -> list[Future[object]]:
    """Let the works wait in line until all stand there, and then go."""
    with ThreadPoolExecutor(len(works)) as pool:
        with store._together._turn:
            futures = [pool.submit(work) for work in works]
            while len(store._together._waiting) < len(works):
                time.sleep(0.001)
        return futures


# Durability


def test_every_connection_syncs_each_commit_to_the_disk(store: SqliteStore) -> None:
    """A write that returned survives a power cut: write-ahead log, synced at every commit."""
    for _ in range(2):
        with store._connection() as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        store.close()


def test_the_files_are_for_their_owner_only(store: SqliteStore, path: Path) -> None:
    """No other user of the machine reads the records."""
    store.put_if_absent(KEY, {})
    files = list(path.parent.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_records_outlive_the_store(store: SqliteStore, path: Path) -> None:
    """Another store on the same file has the records, closed or not."""
    written = store.put_if_absent(KEY, {"n": 1})
    with closing(SqliteStore(path, SystemClock())) as second:
        assert second.get(KEY) == written
    store.close()
    assert store.get(KEY) == written


# Sharing


def test_threads_that_count_together_lose_nothing(store: SqliteStore) -> None:
    """Eight threads, one counter, optimistic retries: the sum is exact."""
    store.put_if_absent(KEY, {"n": 0})
    for future in at_once(8, lambda _: count_up(store, 50)):
        future.result()
    assert store.get(KEY) == Record(key=KEY, version=401, attributes={"n": 400})


def test_processes_that_count_together_lose_nothing(store: SqliteStore, path: Path) -> None:
    """Four processes of two threads each, one counter: the sum is exact."""
    store.put_if_absent(KEY, {"n": 0})
    children = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(path), "2", "50"]) for _ in range(4)
    ]
    assert [child.wait(60) for child in children] == [0, 0, 0, 0]
    assert store.get(KEY) == Record(key=KEY, version=401, attributes={"n": 400})


def test_one_of_many_threads_writes_a_new_record(store: SqliteStore) -> None:
    """put_if_absent succeeds once, however many try."""
    outcomes = Counter(
        type(future.exception())
        for future in at_once(8, lambda number: store.put_if_absent(KEY, {"by": number}))
    )
    assert outcomes == {type(None): 1, RecordExists: 7}


def test_processes_may_make_the_file_at_the_same_moment(path: Path) -> None:
    """Whoever comes first, all find a good file."""
    start = str(time.time() + 0.5)
    children = [
        subprocess.Popen([sys.executable, "-c", OPEN, str(path), start, str(number)])
        for number in range(8)
    ]
    assert [child.wait(60) for child in children] == [0] * 8
    with closing(SqliteStore(path, SystemClock())) as store:
        assert len(store.query("p").records) == 8


def test_a_file_that_another_recovers_is_waited_for() -> None:
    """After a power cut the first to come mends the file; who comes then is told so, and waits."""

    class Recovering:
        answers: ClassVar = [sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_BUSY, None]

        def execute(self, _statement: str) -> None:
            code = self.answers.pop(0)
            if code is not None:
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = code
                raise error

    _use_wal(cast("sqlite3.Connection", Recovering()), tries=5)

    assert Recovering.answers == []


def test_a_file_that_another_is_making_is_waited_for(path: Path) -> None:
    """SQLite itself does not wait to switch a new file to its log; the store does."""
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_BUSY$"):
            SqliteStore(path, SystemClock(), patience=0.1)
        future = pool.submit(SqliteStore, path, SystemClock(), patience=10)
        time.sleep(0.2)
        assert not future.done()
        other.execute("COMMIT")
        with closing(future.result()) as store:
            assert store.put_if_absent(KEY, {}).version == 1


def test_threads_that_end_leave_no_connection_behind(store: SqliteStore) -> None:
    """Connections are as many as were needed at once, not as many as there were threads."""
    for _ in range(20):
        thread = Thread(target=store.get, args=(KEY,))
        thread.start()
        thread.join()
    assert len(store._idle) == 1


def test_reading_does_not_wait_for_a_writer(store: SqliteStore, path: Path) -> None:
    """While another process writes, the last committed state is read."""
    written = store.put_if_absent(KEY, {})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM record")
        assert store.get(KEY) == written
        assert store.query(KEY.partition).records == (written,)


def test_a_writer_waits_for_another(path: Path) -> None:
    """A lock that is given back in time is no error."""
    with (
        closing(SqliteStore(path, SystemClock(), patience=10)) as store,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        future = pool.submit(store.put_if_absent, KEY, {})
        time.sleep(0.2)
        assert not future.done()
        other.execute("COMMIT")
        assert future.result().version == 1


# Batches


def test_writes_that_wait_are_committed_together(store: SqliteStore) -> None:
    """One sync to the disk serves all that stood in line."""
    statements: list[str] = []
    store._idle[-1].set_trace_callback(statements.append)
    futures = in_one_batch(
        store, [partial(store.put_if_absent, Key("p", str(n)), {}) for n in range(5)]
    )
    assert all(future.result() for future in futures)
    assert statements.count("COMMIT") == 1
    assert len(store.query("p").records) == 5


def test_a_refused_write_leaves_the_others_of_its_batch_alone(store: SqliteStore) -> None:
    """Of equal writes in one batch the first is done and the others are refused."""
    futures = in_one_batch(
        store,
        [
            *(partial(store.put_if_absent, KEY, {"n": n}) for n in range(3)),
            partial(store.put_if_absent, Key("account", "other"), {}),
        ],
    )
    assert Counter(type(future.exception()) for future in futures) == {
        type(None): 2,
        RecordExists: 2,
    }
    assert store.get(Key("account", "other")) is not None


def test_a_batch_that_cannot_be_committed_fails_for_all(store: SqliteStore, path: Path) -> None:
    """Nobody is told that a write was done when the commit was not."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        futures = in_one_batch(
            store, [partial(store.put_if_absent, Key("p", str(n)), {}) for n in range(3)]
        )
    assert [type(future.exception()) for future in futures] == [StoreUnavailable] * 3
    assert store.query("p").records == ()
    assert store.put_if_absent(KEY, {}).version == 1


class InterruptingClock(SystemClock):
    """A clock during whose reading somebody presses Ctrl-C once."""

    def __init__(self) -> None:
        self.interrupts = 1

    def now(self) -> datetime:
        """Be interrupted, the first time."""
        if self.interrupts:
            self.interrupts -= 1
            raise KeyboardInterrupt
        return super().now()


def test_an_interrupted_writer_does_not_leave_the_others_waiting(path: Path) -> None:
    """Who writes for the others may be interrupted; they are told, and the next write works."""
    with closing(SqliteStore(path, InterruptingClock())) as store:
        futures = in_one_batch(
            store, [partial(store.put_if_absent, Key("p", str(n)), {}) for n in range(3)]
        )
        kinds = Counter(type(future.exception()) for future in futures)
        assert kinds == {KeyboardInterrupt: 1, StoreUnavailable: 2}
        assert store.query("p").records == ()
        assert store.put_if_absent(KEY, {}).version == 1


# What has expired


def test_expired_records_leave_the_file_in_time(store: SqliteStore) -> None:
    """Each commit removes a few, so that what has expired does not pile up."""
    store.transact(
        *(
            PutIfAbsent(key=Key("p", str(n)), attributes={"n": n}, expires_at=PAST)
            for n in range(15)
        ),
        PutIfAbsent(key=KEY, attributes={}, expires_at=datetime.now(UTC) + timedelta(days=1)),
    )
    for number in range(2):
        store.put_if_absent(Key("q", str(number)), {})
    with store._connection() as connection:
        assert connection.execute("SELECT count(*) FROM record").fetchone() == (3,)


# Errors


def test_a_full_disk_is_unavailable_and_harms_nothing(store: SqliteStore) -> None:
    """The write is not done, and the next is when there is room again."""
    before = store.put_if_absent(KEY, {"n": 1})
    store._idle[-1].execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_FULL$"):
        store.transact(*puts_of(200_000))
    assert store.get(KEY) == before
    assert store.query("p").records == ()
    store.transact(*puts_of(200_000))


def puts_of(size: int) -> list[PutIfAbsent]:
    """Return two writes, the second of them large."""
    return [
        PutIfAbsent(key=Key("p", "small"), attributes={}),
        PutIfAbsent(key=Key("p", "large"), attributes={"text": CANARY * (size // len(CANARY))}),
    ]


def test_a_lock_held_too_long_is_unavailable(store: SqliteStore, path: Path) -> None:
    """Patience ends, and the error holds no attribute."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_BUSY$") as caught:
            store.put_if_absent(KEY, {"name": CANARY})
    assert CANARY not in f"{caught.value!r}{caught.value.__cause__!r}"
    assert store.put_if_absent(KEY, {}).version == 1


def test_a_file_that_may_not_be_written_is_unavailable(store: SqliteStore) -> None:
    """Reading goes on, writing says that it cannot."""
    before = store.put_if_absent(KEY, {"n": 1})
    store._idle[-1].execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_READONLY$"):
        store.update(before, {"name": CANARY})
    assert store.get(KEY) == before


@pytest.mark.parametrize("name", ["", "missing/store.sqlite"])
def test_a_path_that_cannot_be_opened_is_unavailable(tmp_path: Path, name: str) -> None:
    """A folder is no file, and folders are not made."""
    with pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_CANTOPEN$"):
        SqliteStore(tmp_path / name, SystemClock())


def test_a_file_that_is_no_database_is_unavailable_and_left_as_it_is(path: Path) -> None:
    """Somebody else's file is not overwritten."""
    path.write_text(CANARY * 500)
    with pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_NOTADB$"):
        SqliteStore(path, SystemClock())
    assert path.read_text() == CANARY * 500


def test_a_damaged_file_is_unavailable(path: Path) -> None:
    """Damage is reported, never read as an empty store."""
    with closing(SqliteStore(path, SystemClock())) as store:
        for number in range(200):
            store.put_if_absent(Key("p", f"{number:03}"), {"text": CANARY * 20})
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    with (
        closing(SqliteStore(path, SystemClock())) as store,
        pytest.raises(StoreUnavailable, match=r"^SQLite: SQLITE_CORRUPT"),
    ):
        store.query("p", limit=1000)
