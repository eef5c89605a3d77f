"""A process that is killed at any moment loses nothing that it had answered."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import SystemRandom

from leadcloud.clock import SystemClock
from leadcloud.store.interface import Key
from leadcloud.store.sqlite import SqliteStore
from tests.effort import times

ROUNDS = times(10)

# Each thread moves one unit at a time from one side to the other and writes an entry for it, in
# one transaction; then it reports the entry's number.
CHILD = """
import os, sys
from itertools import count
from pathlib import Path
from threading import Thread
from leadcloud.clock import SystemClock
from leadcloud.store.interface import Key, PutIfAbsent, Update
from leadcloud.store.sqlite import SqliteStore

store = SqliteStore(Path(sys.argv[1]), SystemClock())

def move(name):
    left, right = (store.get(Key(side, name)) for side in ("left", "right"))
    left = left or store.put_if_absent(Key("left", name), {"n": 0})
    right = right or store.put_if_absent(Key("right", name), {"n": 0})
    for number in count(left.version):
        store.transact(
            Update(key=left.key, version=number, attributes={"n": -number}),
            PutIfAbsent(key=Key("entry-" + name, f"{number:08}"), attributes={"text": "x" * 300}),
            Update(key=right.key, version=number, attributes={"n": number}),
        )
        os.write(1, f"{name} {number}\\n".encode())

for thread in range(4):
    Thread(target=move, args=(str(thread),)).start()
"""


def run_and_kill(path: Path, *, after: float) -> dict[str, int]:
    """Let a child write for so many seconds from its first answer, kill it, return its last."""
    answered: dict[str, int] = {}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(after)
        child.kill()
        # A line that the kill cut short was not answered.
        for line in (first + child.stdout.read()).decode().splitlines(keepends=True):
            if line.endswith("\n"):
                name, number = line.split()
                answered[name] = int(number)
    return answered


def check(path: Path, answered: dict[str, int]) -> None:
    """Find everything that was answered, each transaction whole, and the file undamaged."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        entries = connection.execute(
            "SELECT CAST(partition AS TEXT), count(*), CAST(max(sort) AS INTEGER) FROM record"
            " WHERE CAST(partition AS TEXT) LIKE 'entry-%' GROUP BY partition"
        ).fetchall()
    last = {partition.removeprefix("entry-"): highest for partition, _, highest in entries}
    assert all(count == highest for _, count, highest in entries)
    assert all(last[name] >= number for name, number in answered.items())
    with closing(SqliteStore(path, SystemClock())) as store:
        for name, number in last.items():
            left, right = store.get(Key("left", name)), store.get(Key("right", name))
            assert left is not None
            assert right is not None
            assert left.attributes == {"n": -number}
            assert right.attributes == {"n": number}
            assert left.version == right.version == number + 1


def test_a_killed_process_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    """After each of many kills the file is whole and every answered write is in it."""
    path, random = tmp_path / "store.sqlite", SystemRandom()
    answers = 0
    for _ in range(ROUNDS):
        answered = run_and_kill(path, after=random.uniform(0, 0.15))
        assert answered
        answers += sum(answered.values())
        check(path, answered)
    assert answers > ROUNDS
