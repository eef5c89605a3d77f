"""One month's release, collected bit by bit into a bucket."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from collect import collection
from collect.collection import NothingToRelease
from collect.profile import Profile, profile
from collect.time_left import TimeLeft
from functions.collector import month
from functions.collector.month import Outcome, Wanted, go_on
from functions.collector.shelf import Shelf
from leadcloud.buildings.release import Release
from leadcloud.clock import Deadline, SetClock
from tests.plugins.buildings import TODAY
from tests.wfs_server import Server

BUCKET = "releases"
COLLECTION = "ryhti:092"
CURRENT = {
    "current/buildings.sqlite",
    "current/buildings.sqlite.manifest.json",
    "current/buildings.sqlite.report.json",
}
STAGED = "unfinished/2026-11/buildings.sqlite.collecting"
AN_ANSWER = 60
"""Seconds."""


@pytest.fixture
def bucket() -> Iterator[Any]:
    """An empty bucket, as moto plays it."""
    with mock_aws():
        client = boto3.client(
            "s3", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def call(
    bucket: Any,
    clock: SetClock,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Outcome]:
    """Call the collector once; each answer of the server takes a minute."""

    def call(
        server: Server, *, seconds: float = 3600, wanted: str = COLLECTION, today: date = TODAY
    ) -> Outcome:
        def slowly(request: httpx.Request) -> httpx.Response:
            clock.move(AN_ANSWER)
            return server(request)

        def client(before_each: Callable[[], None]) -> httpx.Client:
            hooks = {"request": [lambda _: before_each()]}
            return httpx.Client(transport=httpx.MockTransport(slowly), event_hooks=hooks)

        monkeypatch.setattr(month, "polite_client", client)
        monkeypatch.setattr(collection, "profile", in_small_pages)
        shelf = Shelf(bucket, BUCKET, tmp_path_factory.mktemp("call"))
        left = TimeLeft(Deadline.after(seconds, clock), sleep=clock.move)
        return go_on(shelf, Wanted.read(wanted), left, today=today)

    return call


def in_small_pages(source: str) -> Profile:
    """Return a source's profile, with pages of fifty rows."""
    found = profile(source)
    assert found.buildings
    return replace(found, buildings=replace(found.buildings, page_size=50))


def keys(bucket: Any) -> set[str]:
    """Return what is in the bucket."""
    return {each["Key"] for each in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", ())}


def read(bucket: Any, name: str) -> bytes:
    """Return a file of the current release."""
    content: bytes = bucket.get_object(Bucket=BUCKET, Key=f"current/{name}")["Body"].read()
    return content


def asked(server: Server) -> list[int]:
    """Return the pages that a server was asked for."""
    return sorted(int(each["startIndex"]) for each in server.asked if "startIndex" in each)


def test_what_fits_into_one_call_is_released(bucket: Any, call: Callable[..., Outcome]) -> None:
    """File, manifest and report are there, and agree; nothing half done is."""
    assert call(Server(120)) == "released"
    assert keys(bucket) == CURRENT
    manifest = json.loads(read(bucket, "buildings.sqlite.manifest.json"))
    assert manifest["count"] == 120
    checksum = hashlib.sha256(read(bucket, "buildings.sqlite")).hexdigest()
    assert manifest["sha256"] == checksum


def test_what_does_not_fit_goes_on_where_it_was(bucket: Any, call: Callable[..., Outcome]) -> None:
    """Pages that a call read are not asked for again, and the release is as if made in one go."""
    server = Server(120)
    # The count and two pages: then a third answer would come too late.
    assert call(server, seconds=3 * AN_ANSWER) == "unfinished"
    assert keys(bucket) == {STAGED}
    before = asked(server)
    assert before == [0, 50]
    assert call(server) == "released"
    assert asked(server) == [*before, 100]
    assert keys(bucket) == CURRENT
    parts = json.loads(read(bucket, "buildings.sqlite.manifest.json"))
    assert call(Server(120), today=TODAY.replace(month=12)) == "released"
    whole = json.loads(read(bucket, "buildings.sqlite.manifest.json"))
    assert (parts["id"], parts["count"]) == (whole["id"], whole["count"])


def test_a_pause_that_is_too_long_is_left_to_the_next_call(
    bucket: Any, call: Callable[..., Outcome]
) -> None:
    """A server that says to come back in five minutes is not waited for with two left."""
    server = Server(10)
    server.faults = [httpx.Response(503, headers={"Retry-After": "300"})]
    assert call(server, seconds=180) == "unfinished"
    assert call(server, seconds=180) == "released"


def test_a_server_that_fails_costs_nothing_that_was_read(
    bucket: Any, call: Callable[..., Outcome]
) -> None:
    """The call says so, and the next one goes on."""
    server = Server(120)
    server.refuses_at = 100

    assert call(server) == "source_failed"
    assert keys(bucket) == {STAGED}
    server.refuses_at = None
    assert call(server) == "released"
    assert asked(server) == [0, 50, 100]


def test_rows_that_do_not_add_up_are_read_anew(bucket: Any, call: Callable[..., Outcome]) -> None:
    """What was kept cannot be trusted, so the next call does not begin with it."""
    server = Server(40)
    server.promises = 41
    assert call(server) == "rows_lost"
    assert keys(bucket) == set()
    server.promises = 40
    assert call(server) == "released"
    assert asked(server) == [0, 0]


def test_nothing_replaces_a_release(bucket: Any, call: Callable[..., Outcome]) -> None:
    """A server without a building is a failure, and leaves last month's release where it is."""
    assert call(Server(100)) == "released"
    former = read(bucket, "buildings.sqlite.manifest.json")
    with pytest.raises(NothingToRelease):
        call(Server(0), today=TODAY.replace(month=12))
    assert read(bucket, "buildings.sqlite.manifest.json") == former


@pytest.mark.parametrize(
    ("wanted", "today", "outcome"),
    [
        (COLLECTION, TODAY.replace(day=30), "kept"),
        (COLLECTION, TODAY.replace(month=12), "released"),
        (COLLECTION, TODAY.replace(year=2027), "released"),
        ("ryhti", TODAY, "released"),
    ],
)
def test_once_a_month_is_enough(
    call: Callable[..., Outcome], wanted: str, today: date, outcome: Outcome
) -> None:
    """No server is asked while the month's release is there, unless something else is wanted."""
    assert call(Server(10)) == "released"
    server = Server(10)
    assert call(server, wanted=wanted, today=today) == outcome
    assert bool(server.asked) == (outcome == "released")


def test_the_manifest_comes_last(bucket: Any, call: Callable[..., Outcome]) -> None:
    """Whoever finds it finds what it describes: a call that dies half-way leaves the month undone."""
    put = bucket.put_object

    def dies(**request: Any) -> Any:
        if request["Key"] == "current/buildings.sqlite":
            raise ConnectionError
        return put(**request)

    bucket.put_object = dies
    with pytest.raises(ConnectionError):
        call(Server(10))
    bucket.put_object = put
    assert call(Server(10)) == "released"


def test_a_manifest_is_one_that_readers_read(
    bucket: Any, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    """What is put is what `python -m collect` makes: the deployment takes either."""
    call(Server(10))
    members = json.loads(read(bucket, "buildings.sqlite.manifest.json"))
    del members["sha256"], members["bytes"]
    assert Release.from_json(json.dumps(members)).sources[0].id == "ryhti"


def test_several_sources_and_no_municipality_can_be_wanted() -> None:
    """As on the command line: the most trusted first, and all municipalities without one."""
    wanted = Wanted.read("ryhti,hsy")
    assert (wanted.sources, wanted.municipality) == (("ryhti", "hsy"), None)
    assert Wanted.read("ryhti:092").municipality == "092"
