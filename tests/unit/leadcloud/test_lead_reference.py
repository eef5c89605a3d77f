"""Lead references are read as people say them."""

from datetime import UTC, datetime

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


def test_a_code_can_be_said_on_the_telephone(services: Services) -> None:
    """A drawn code is digits and letters only, whatever number came out."""
    for number in range(74):
        drawn = LeadReferences(services.store, lambda _n, at=number: at.to_bytes(8, "big"))  # type: ignore[misc]
        ((code,), _) = drawn.draw([DELIVERY])
        assert code.replace("-", "").isalnum()
        assert "U" not in code
        assert read(code) == code


def test_a_sealed_delivery_opens_and_a_changed_one_does_not(services: Services) -> None:
    """The provenance token needs no table and cannot be forged."""
    token = services.provenance.seal(DELIVERY)

    assert services.provenance.open(token) == DELIVERY
    for place in range(len(token)):
        changed = "A" if token[place] != "A" else "Q"
        forged = token[:place] + changed + token[place + 1 :]
        assert services.provenance.open(forged) in (None, DELIVERY)
    assert services.provenance.open("") is None
