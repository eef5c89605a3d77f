"""Who may not be called is not delivered, whatever a register says; and no number is kept."""

from pathlib import Path

import pytest

from leadcloud.clock import SetClock
from leadcloud.prohibitions import PUBLIC, own_list
from leadcloud.registers.contact import BusinessContact, Contact, DecisionMaker
from leadcloud.wiring import Services
from tests.contacts import company, person
from tests.noted_reads import NotedReads

PHONE, OTHER = "+3584570000001", "+3584570000002"


def test_a_number_on_the_public_list_is_called_by_nobody(services: Services) -> None:
    """For every account; other persons are let through."""
    services.prohibitions.load(PUBLIC, [PHONE])
    allow = services.prohibitions.of("anybody")

    assert allow(person(1, phone=PHONE)) is None
    assert allow(person(2, phone=OTHER)) is not None


def test_an_accounts_own_list_holds_for_it_only(services: Services) -> None:
    """Whom one account must not call, person or company, another may."""
    services.prohibitions.load(own_list("buyer"), [PHONE])

    assert services.prohibitions.of("buyer")(person(1, phone=PHONE)) is None
    assert services.prohibitions.of("buyer")(company(1, phone=PHONE)) is None
    assert services.prohibitions.of("other")(person(1, phone=PHONE)) is not None


def test_a_person_in_a_company_is_left_out_of_it(services: Services) -> None:
    """The company itself may still be called."""
    services.prohibitions.load(own_list("buyer"), [PHONE])
    makers = (
        DecisionMaker(name="Testi Yksi", role="owner", phone=PHONE),
        DecisionMaker(name="Testi Kaksi", role="other", phone=None),
    )

    left = services.prohibitions.of("buyer")(company(1, decision_makers=makers))

    assert isinstance(left, BusinessContact)
    assert [maker.name for maker in left.decision_makers] == ["Testi Kaksi"]


def test_the_public_list_is_about_consumers(services: Services) -> None:
    """A company's number on it is a company's number."""
    services.prohibitions.load(PUBLIC, [PHONE])

    assert services.prohibitions.of("anybody")(company(1, phone=PHONE)) is not None


def test_a_new_list_takes_the_place_of_the_old(services: Services, clock: SetClock) -> None:
    """At once; an hour later nothing of the old one is left in the store."""
    services.prohibitions.load(PUBLIC, [PHONE] + [f"+35845{n:08}" for n in range(500)])
    before = services.prohibitions.of("anybody")
    assert before(person(1, phone=PHONE)) is None

    clock.move(1)
    assert services.prohibitions.load(PUBLIC, [OTHER, OTHER]) == 1

    after = services.prohibitions.of("anybody")
    assert after(person(1, phone=PHONE)) is not None
    assert after(person(2, phone=OTHER)) is None
    clock.move(60 * 60)
    assert len(services.store.query("PROHIBITION#public", "EDITION#").records) == 1


def test_a_search_goes_on_with_the_list_it_began_with(services: Services) -> None:
    """All of it, also what it looks up after another list took its place."""
    listed = [f"+35845{number:08}" for number in range(500)]
    services.prohibitions.load(PUBLIC, listed)
    begun = services.prohibitions.of("anybody")

    services.prohibitions.load(PUBLIC, [OTHER])

    assert all(begun(person(1, phone=phone)) is None for phone in listed)


def test_a_lists_former_editions_expire_once(services: Services, clock: SetClock) -> None:
    """Loading again and again does not keep them."""
    services.prohibitions.load(PUBLIC, [PHONE])
    for _ in range(3):
        services.prohibitions.load(PUBLIC, [OTHER])
        clock.move(25 * 60)
    assert len(services.store.query("PROHIBITION#public", "EDITION#").records) == 3
    clock.move(36 * 60)
    assert len(services.store.query("PROHIBITION#public", "EDITION#").records) == 1


def test_the_numbers_of_a_page_are_looked_up_at_once(
    services: Services, clock: SetClock, tmp_path: Path
) -> None:
    """One request for each list, whoever is on the page; then nothing, as it is held."""
    services.store = store = NotedReads(tmp_path / "noted.sqlite", clock)
    store.reads = []
    listed = [f"+35845{number:08}" for number in range(300)]
    services.prohibitions.load(PUBLIC, listed[::2])
    services.prohibitions.load(own_list("buyer"), [PHONE])
    makers = (DecisionMaker(name="Testi Yksi", role="owner", phone=PHONE),)
    contacts: list[Contact] = [
        *(person(1, phone=phone) for phone in listed),
        company(1, decision_makers=makers),
    ]
    allow = services.prohibitions.of("buyer")
    store.reads.clear()

    allow.read_ahead([*contacts, None])
    read = list(store.reads)
    through = [contact for contact in map(allow, contacts) if contact]

    assert read == [{"PROHIBITION#public"}, {"PROHIBITION#account#buyer"}]
    assert store.reads == read
    assert [each.phone for each in through] == [*listed[1::2], contacts[-1].phone]
    allow.read_ahead(contacts)
    assert store.reads == read


def test_no_number_is_kept(services: Services, settings: object, tmp_path: Path) -> None:
    """Neither in the clear nor as a hash that could be tried without our secret."""
    services.prohibitions.load(PUBLIC, [PHONE])
    services.store.close()  # type: ignore[attr-defined]

    kept = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite*"))

    assert b"EDITION#" in kept
    assert PHONE.encode() not in kept
    assert PHONE[4:].encode() not in kept


@pytest.mark.parametrize("count", [0, 3000])
def test_any_length_of_list_works(services: Services, count: int) -> None:
    """An empty one lets everybody through, a long one exactly the others."""
    listed = [f"+35845{n:08}" for n in range(count)]
    services.prohibitions.load(PUBLIC, listed)
    allow = services.prohibitions.of("anybody")

    assert all(allow(person(1, phone=phone)) is None for phone in listed)
    assert allow(person(1, phone="+358459999999")) is not None
