"""SQLite against the contract written as a dictionary, in any order of operations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from leadcloud.clock import SetClock
from leadcloud.store.interface import (
    Action,
    Add,
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Reason,
    Record,
    RecordExists,
    TransactionCancelled,
    Update,
    VersionConflict,
)
from leadcloud.store.sqlite import SqliteStore
from tests.effort import times

# Few keys, so that operations meet; characters at the edges of UTF-8's lengths.
SORTS = ["a", "a\x00", "a\x7f", "aé", "b\uffff", "b\U00010000", "b\U0010ffff"]
PREFIXES = ["", "a", "a\x00", "b", "b\U0010ffff", "c"]
KEYS = st.builds(Key, st.sampled_from(["p", "q"]), st.sampled_from(SORTS))
VERSIONS = st.integers(1, 3)
LIFETIMES = st.none() | st.integers(-1, 5)
NAMES = st.text(min_size=1, max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=3) | st.fixed_dictionaries(
    {"n": st.integers(-5, 5)}
)
AMOUNTS = st.integers(-5, 5).map(lambda amount: {"n": amount})
ADDITIONS = st.builds(Add, key=KEYS, amounts=AMOUNTS, floors=AMOUNTS)


class Stores(RuleBasedStateMachine):
    """Does everything twice, in SQLite and in a dictionary, and compares."""

    @initialize()
    def begin(self) -> None:
        """Open an empty file."""
        self.folder = TemporaryDirectory()
        self.clock = SetClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.store = self.open()
        self.model: dict[Key, Record] = {}

    def open(self) -> SqliteStore:
        """Open the file."""
        return SqliteStore(Path(self.folder.name) / "store.sqlite", self.clock)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.store.close()
        self.folder.cleanup()

    def expiry(self, lifetime: int | None) -> datetime | None:
        """Return the moment that lies so many seconds ahead."""
        return None if lifetime is None else self.clock.now() + timedelta(seconds=lifetime)

    def standing(self, key: Key) -> Record | None:
        """Return what the model holds at the key."""
        record = self.model.get(key)
        expired = record and record.expires_at and record.expires_at <= self.clock.now()
        return None if expired else record

    def obstacle(self, action: Action) -> Reason:
        """Return why the model cannot do this."""
        record = self.standing(action.key)
        if isinstance(action, PutIfAbsent):
            return "exists" if record else None
        if record is None:
            return "missing"
        if isinstance(action, Add):
            number = record.attributes.get("n")
            if not isinstance(number, int) or isinstance(number, bool):
                return "missing"
            return "floor" if number + action.amounts["n"] < action.floors["n"] else None
        return None if record.version == action.version else "version"

    def apply(self, action: Action) -> None:
        """Do this in the model."""
        if isinstance(action, Delete):
            del self.model[action.key]
        elif isinstance(action, Add):
            record = self.model[action.key]
            sums: Any = {"n": cast("int", record.attributes["n"]) + action.amounts["n"]}
            self.model[action.key] = replace(
                record, version=record.version + 1, attributes={**record.attributes, **sums}
            )
        elif not isinstance(action, Check):
            version = 1 if isinstance(action, PutIfAbsent) else action.version + 1
            self.model[action.key] = Record(
                key=action.key,
                version=version,
                attributes=action.attributes,
                expires_at=action.expires_at,
            )

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.move(seconds)

    @rule()
    def reopen(self) -> None:
        """Close the file and open it again."""
        self.store.close()
        self.store = self.open()

    @rule(key=KEYS, attributes=ATTRIBUTES, lifetime=LIFETIMES)
    def put(self, key: Key, attributes: Any, lifetime: int | None) -> None:
        """Write where the model has nothing, be refused where it has."""
        expires_at = self.expiry(lifetime)
        action = PutIfAbsent(key=key, attributes=attributes, expires_at=expires_at)
        try:
            record = self.store.put_if_absent(key, attributes, expires_at=expires_at)
        except RecordExists:
            assert self.obstacle(action)
        else:
            assert not self.obstacle(action)
            self.apply(action)
            assert record == self.model[key]

    @rule(key=KEYS, version=VERSIONS, attributes=ATTRIBUTES, lifetime=LIFETIMES)
    def update(self, *, key: Key, version: int, attributes: Any, lifetime: int | None) -> None:
        """Replace what has this version in the model, be refused for all else."""
        action = Update(
            key=key, version=version, attributes=attributes, expires_at=self.expiry(lifetime)
        )
        held = Record(key=key, version=version, attributes={})
        try:
            record = self.store.update(held, attributes, expires_at=action.expires_at)
        except VersionConflict:
            assert self.obstacle(action)
        else:
            assert not self.obstacle(action)
            self.apply(action)
            assert record == self.model[key]

    @rule(key=KEYS, version=VERSIONS)
    def delete(self, key: Key, version: int) -> None:
        """Remove what has this version in the model, be refused for all else."""
        action = Delete(key=key, version=version)
        try:
            self.store.delete(Record(key=key, version=version, attributes={}))
        except VersionConflict:
            assert self.obstacle(action)
        else:
            assert not self.obstacle(action)
            self.apply(action)

    @rule(data=st.data())
    def transact(self, data: st.DataObject) -> None:
        """Do all or none, with the model's reasons."""
        put = st.builds(PutIfAbsent, key=KEYS, attributes=ATTRIBUTES)
        others = [st.builds(kind, key=KEYS, version=VERSIONS) for kind in (Delete, Check)]
        update = st.builds(Update, key=KEYS, version=VERSIONS, attributes=ATTRIBUTES)
        actions: list[Any] = data.draw(
            st.lists(
                st.one_of(put, update, ADDITIONS, *others), max_size=4, unique_by=lambda a: a.key
            )
        )
        reasons = tuple(self.obstacle(action) for action in actions)
        assert self.reasons_for(actions) == reasons
        if not any(reasons):
            for action in actions:
                self.apply(action)

    def reasons_for(self, actions: Sequence[Action]) -> Sequence[Reason]:
        """Try a transaction in SQLite and return what stood in the way."""
        try:
            self.store.transact(*actions)
        except TransactionCancelled as cancelled:
            return cancelled.reasons
        return (None,) * len(actions)

    @rule(
        partition=st.sampled_from(["p", "q"]),
        prefix=st.sampled_from(PREFIXES),
        limit=st.integers(1, 4),
        descending=st.booleans(),
    )
    def walk(self, *, partition: str, prefix: str, limit: int, descending: bool) -> None:
        """Page through a range, and find what the model has there, in its order."""
        expected = sorted(
            (key for key in self.model if key.partition == partition and self.standing(key)),
            key=lambda key: key.sort.encode(),
            reverse=descending,
        )
        found: list[Record] = []
        page = self.store.query(partition, prefix, limit=limit, descending=descending)
        found += page.records
        while page.after is not None:
            assert len(page.records) == limit
            page = self.store.query(
                partition, prefix, limit=limit, after=page.after, descending=descending
            )
            assert page.records
            found += page.records
        assert found == [self.model[key] for key in expected if key.sort.startswith(prefix)]

    @invariant()
    def all_records_agree(self) -> None:
        """Every key holds what the model holds, read one by one or all at once."""
        standing = {key: self.standing(key) for key in self.model}
        assert {key: self.store.get(key) for key in self.model} == standing
        there = {key: record for key, record in standing.items() if record}
        assert self.store.get_many([Key("p", "never"), *self.model]) == there


TestStores = Stores.TestCase
TestStores.settings = settings(max_examples=times(20), stateful_step_count=30, deadline=None)
