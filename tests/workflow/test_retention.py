"""The end of a record: three years after its closing a request is an audit chain and nothing more."""

import json
import sqlite3
from datetime import date
from typing import Any

import pytest

from functions.dsar_router.steps import keep_up
from leadcloud.anchors import verify
from leadcloud.store.interface import StoreUnavailable
from leadcloud.store.sqlite import SqliteStore
from tests.house import BUYER, SOURCE, House


def closed(house: House) -> Any:
    """File a request that both its controllers fulfil."""
    house.by_mail(SOURCE)
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    house.form(house.page_of(SOURCE), {"step": "read"})
    for controller in (SOURCE, BUYER):
        house.report(filed["reference"], controller, {"status": "fulfilled"})
    house.settle()
    return filed


def partitions(house: House, text: str) -> set[str]:
    """Return the kinds of the partitions in which a text stands."""
    with sqlite3.connect(house.services.settings.store.removeprefix("sqlite:")) as records:
        rows = records.execute(
            "SELECT CAST(partition AS TEXT), CAST(sort AS TEXT), attributes FROM record"
        ).fetchall()
    return {row[0].partition("#")[0] for row in rows if text in json.dumps(row, default=str)}


def pass_three_years(house: House) -> None:
    """Let the time of a record pass, with the nightly upkeep of its last two days."""
    house.travel_to(house.clock.now().replace(year=2029))
    keep_up(house.desk, house.services.anchors)


def test_a_record_ends_after_three_years(house: House) -> None:
    """Nothing but the audit chain is left of a request, and the trail is whole."""
    filed = closed(house)
    request = house.request(filed["reference"])
    assert request.closed_on == date(2026, 3, 5)
    house.travel_to(house.clock.now().replace(year=2029, day=4))
    keep_up(house.desk, house.services.anchors)
    assert house.status(filed)["state"] == "closed"
    house.travel(days=1)
    assert keep_up(house.desk, house.services.anchors)["ended"] == 1

    assert house.status(filed)["status"] == 404
    assert partitions(house, filed["reference"]) == {"AUDIT", "AUDIT-DAY"}
    assert partitions(house, request.contact) == set()
    assert house.audit(filed["reference"])[-1].event == "record_ended"
    assert house.report(filed["reference"], SOURCE, {"status": "fulfilled"})[0] == 401
    house.travel(days=1)
    keep_up(house.desk, house.services.anchors)
    assert verify(house.services.store, house.services.anchors, house.clock) == ()


@pytest.mark.parametrize("deletions", [1, 3, 5])
def test_an_ending_that_dies_is_done_again(
    house: House, monkeypatch: pytest.MonkeyPatch, deletions: int
) -> None:
    """Whatever was removed before the death, the next night removes the rest."""
    filed = closed(house)
    delete, left = SqliteStore.delete, [deletions]

    def mortal(store: SqliteStore, *arguments: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StoreUnavailable
        delete(store, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(SqliteStore, "delete", mortal)
    with pytest.raises(StoreUnavailable):
        pass_three_years(house)
    monkeypatch.setattr(SqliteStore, "delete", delete)
    keep_up(house.desk, house.services.anchors)
    assert partitions(house, filed["reference"]) == {"AUDIT", "AUDIT-DAY"}


def test_a_silent_controller_does_not_keep_a_request_open(house: House) -> None:
    """Ninety days after the date of the last silent controller the request is closed."""
    reference = house.forwarded()
    house.report(reference, SOURCE, {"status": "fulfilled"})
    house.travel(days=119)
    assert house.request(reference).state == "forwarded"
    house.travel(days=4)
    assert house.request(reference).state == "closed"
    assert house.states(reference) == {SOURCE: "fulfilled", BUYER: "overdue"}


def test_an_operator_closes_what_leads_nowhere(house: House) -> None:
    """Where nobody responsible is to be found the person is told what else to do, once."""
    filed = house.file(right="objection")
    house.travel(days=15)
    assert house.decide(filed["reference"], action="close")[0] == 200
    assert house.decide(filed["reference"], action="close")[0] == 200
    house.travel(days=30)
    assert house.request(filed["reference"]).state == "closed"
    letters = [mail.text for mail in house.mailbox.to("person@synthetic.example")]
    assert [each for each in letters if "Robinson" in each] == letters[-1:]


def test_what_is_under_way_is_not_closed(house: House) -> None:
    """While a controller is still to answer, an operator cannot end the request."""
    reference = house.forwarded()
    assert house.decide(reference, action="close")[0] == 422
    assert house.request(reference).state == "forwarded"
