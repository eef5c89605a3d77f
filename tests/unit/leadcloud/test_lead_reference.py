"""Lead references are read as people say them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadcloud.lead_reference import Delivery, LeadReferences, read, write
from leadcloud.wiring import Services

DELIVERY = Delivery(
    register="first",
    controller="somebody",
    buyer="buyer",
    purpose="telemarketing_b2c",
    at=datetime(2026, 11, 23, tzinfo=UTC),
)


@given(st.integers(min_value=0, max_value=32**10 - 1))
def test_what_is_written_is_read(number: int) -> None:
    """However it is spoken or typed, the same code comes out."""
    code = write(number)

    assert read(code) == code
    assert read(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code


@given(
    st.integers(min_value=0, max_value=32**10 - 1),
    st.integers(min_value=0, max_value=9),
    st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
)
def test_one_wrong_symbol_is_noticed(number: int, place: int, symbol: str) -> None:
    """The check symbol catches every single typing error."""
    symbols = write(number).replace("-", "")
    mistyped = symbols[:place] + symbol + symbols[place + 1 :]

    assert (read(mistyped) is None) == (mistyped != symbols)


@pytest.mark.parametrize("text", ["", "-", "ABC", "ä" * 11, "U" * 11, "0" * 10, "0" * 12])
def test_what_cannot_be_one_is_not_read(text: str) -> None:
    """Anything may be typed."""
    assert read(text) is None


def test_a_code_leads_to_its_delivery(services: Services) -> None:
    """Source, buyer, purpose and time come back; there is nothing else to come back."""
    (code,), kept = services.lead_references.draw([DELIVERY])
    services.store.transact(*kept)

    assert services.lead_references.delivery(code) == DELIVERY
    assert services.lead_references.delivery(write(1)) is None


def test_a_page_keeps_its_deliveries_together(services: Services) -> None:
    """As many codes as sources, one record; a code that is near one of them stands for nothing."""
    references = LeadReferences(services.store, lambda _: (7 * 32 + 5).to_bytes(8, "big"))
    deliveries = [replace(DELIVERY, register=f"r{number}") for number in range(20)]
    codes, kept = references.draw(deliveries)
    services.store.transact(*kept)

    assert [references.delivery(code) for code in codes] == deliveries
    assert len(kept) == 1
    near = {write(7 * 32 + last) for last in range(32)}
    assert len(near - set(codes)) == 12
    assert not any(map(references.delivery, near - set(codes)))


def test_a_page_without_contacts_keeps_nothing(services: Services) -> None:
    """Nothing was delivered, so there is nothing to ask about."""
    assert services.lead_references.draw([]) == ([], ())


def test_a_code_can_be_said_on_the_telephone(services: Services) -> None:
    """Whatever was drawn, a page's codes are different, are digits and letters, and are read again."""
    for number in (*range(0, 37 * 32, 5), 2**64 - 1):
        references = LeadReferences(services.store, lambda _n, at=number: at.to_bytes(8, "big"))  # type: ignore[misc]
        codes, _ = references.draw([DELIVERY] * 20)
        assert len(set(codes)) == 20
        for code in codes:
            assert code.replace("-", "").isalnum()
            assert "U" not in code
            assert read(code) == code


def test_who_was_given_whose_data_is_listed_by_day(services: Services) -> None:
    """From the first day to the last, each once, whatever was delivered how often."""
    for register, controller, buyer, day in (
        ("r1", "first", "buyer", 1),
        ("r2", "first", "buyer", 1),
        ("r1", "first", "buyer", 2),
        ("r3", "second", "buyer", 3),
        ("r1", "first", "other", 3),
    ):
        services.lead_references.list_by_day(
            [
                Delivery(
                    register=register,
                    controller=controller,
                    buyer=buyer,
                    purpose="telemarketing_b2c",
                    at=datetime(2026, 11, day, 23, 59, 59, tzinfo=UTC),
                )
            ]
        )
    references = services.lead_references

    def november(first: int, last: int) -> dict[str, date]:
        return {"first": date(2026, 11, first), "last": date(2026, 11, last)}

    assert references.sources_of("buyer", **november(1, 3)) == ("first", "second")
    assert references.sources_of("buyer", **november(2, 2)) == ("first",)
    assert references.sources_of("buyer", **november(3, 9)) == ("second",)
    assert references.sources_of("buyer", **november(4, 9)) == ()
    assert references.buyers_of("first", **november(1, 2)) == ("buyer",)
    assert references.buyers_of("first", **november(1, 3)) == ("buyer", "other")
    assert references.buyers_of("nobody", **november(1, 3)) == ()
    assert len(services.store.query("DELIVERIES-TO#buyer").records) == 3


def test_a_day_is_listed_by_whoever_delivers_first(services: Services) -> None:
    """Instances that do not know of each other write the same lines once, and each does so once."""
    one, other = (LeadReferences(services.store, bytes) for _ in range(2))
    for references in (one, other, one, other):
        references.list_by_day([DELIVERY])

    (line,) = services.store.query("DELIVERIES-TO#buyer").records
    assert line.version == 1
    services.store.delete(line)
    one.list_by_day([DELIVERY])
    assert services.store.query("DELIVERIES-TO#buyer").records == ()


def test_a_sealed_delivery_opens_and_a_changed_one_does_not(services: Services) -> None:
    """The provenance token needs no table and cannot be forged."""
    token = services.provenance.seal(DELIVERY)

    assert services.provenance.open(token) == DELIVERY
    for place in range(len(token)):
        changed = "A" if token[place] != "A" else "Q"
        forged = token[:place] + changed + token[place + 1 :]
        assert services.provenance.open(forged) in (None, DELIVERY)
    assert services.provenance.open("") is None
