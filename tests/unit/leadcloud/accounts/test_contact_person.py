"""Contact persons: kept for ourselves, sealed, and forgotten when they are no longer named."""

from pathlib import Path
from typing import Any

import pytest

from leadcloud.accounts.contact_person import MOST_PERSONS, ContactPerson, ContactPersons
from leadcloud.audit import events_of
from leadcloud.store.interface import MAX_ACTIONS, Key
from leadcloud.wiring import Services
from tests.leaks import leaked

ONE = ContactPerson(
    name="Testi Synteettinen",
    matter="contract",
    email="testi@synthetic.example",
    phone="+358457000001",
)
OTHER = ContactPerson(
    name="Toinen Synteettinen", matter="billing", email="toinen@synthetic.example"
)


@pytest.fixture
def persons(services: Services) -> ContactPersons:
    """The contact persons of all accounts."""
    return services.contact_persons


def test_persons_come_back_as_they_were_named(persons: ContactPersons) -> None:
    """They keep their order, and each account has its own."""
    persons.replace("buyer", [ONE, OTHER], by="k")

    assert persons.of("buyer") == (ONE, OTHER)
    assert persons.of("another") == ()


def test_others_take_their_place(persons: ContactPersons, services: Services) -> None:
    """The ones before are forgotten; naming nobody leaves nothing behind."""
    persons.replace("buyer", [ONE], by="k")
    persons.replace("buyer", [OTHER], by="k")
    assert persons.of("buyer") == (OTHER,)
    persons.replace("buyer", [], by="k")

    assert persons.of("buyer") == ()
    assert services.store.query("CONTACT-PERSONS#buyer").records == ()
    persons.replace("buyer", [], by="k")


def test_nothing_of_a_person_is_kept_in_clear(
    persons: ContactPersons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not in the store's files, the audit trail included, and not in a log or a repr."""
    persons.replace("buyer", [ONE], by="k")

    places = {path.name: path.read_bytes() for path in tmp_path.glob("store.sqlite*")}
    places["log"] = capsys.readouterr().out.encode()
    places["repr"] = repr(ONE).encode()
    assert leaked(places, (ONE.name, ONE.email, str(ONE.phone))) == []


def test_each_change_takes_a_key_of_its_own(persons: ContactPersons, services: Services) -> None:
    """A copy of the older record cannot be opened with what is there now."""
    key = Key("CONTACT-PERSONS#buyer", "CONTACT-PERSONS")
    wrapped: list[Any] = []
    for each in ([ONE], [OTHER]):
        persons.replace("buyer", each, by="k")
        record = services.store.get(key)
        assert record
        wrapped.append(record.attributes["key"])

    assert wrapped[0] != wrapped[1]


def test_a_contact_person_is_in_our_own_register(
    persons: ContactPersons, services: Services
) -> None:
    """So a request of theirs reaches us as the controller; as long as one account names them."""
    register = services.own_register
    register.add(OTHER.email)
    persons.replace("buyer", [ONE, OTHER], by="k")
    persons.replace("another", [ONE], by="k")
    assert register.holds(["Testi@synthetic.example"])
    assert register.holds(["+358457000001"])

    persons.replace("buyer", [], by="k")
    assert register.holds([ONE.email])
    persons.replace("another", [], by="k")

    assert not register.holds([ONE.email, "+358457000001"])
    assert register.holds([OTHER.email])


def test_a_change_is_in_the_audit_trail_without_anybody(
    persons: ContactPersons, services: Services
) -> None:
    """The trail says how many were named, and by which key."""
    persons.replace("buyer", [ONE, OTHER], by="k1")

    (event,) = events_of(services.store, "account:buyer")
    assert (event.event, dict(event.details)) == (
        "contact_persons_changed",
        {"persons": 2, "by": "k1"},
    )


def test_all_persons_change_in_one_transaction(persons: ContactPersons) -> None:
    """As many as there may be, each with two channels that are new."""
    for start in (0, MOST_PERSONS):
        named = [
            ContactPerson(
                name="Testi",
                matter="technical",
                email=f"t{number}@synthetic.example",
                phone=f"+3584570000{number:02}",
            )
            for number in range(start, start + MOST_PERSONS)
        ]
        persons.replace("buyer", named, by="k")

    assert len(persons.of("buyer")) == MOST_PERSONS
    assert 4 * MOST_PERSONS + 4 < MAX_ACTIONS
