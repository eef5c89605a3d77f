"""The database's answer to criteria is what the conditions themselves say of each row."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadcloud.registers.condition import LIST_OPERATORS, Condition, Operator
from leadcloud.registers.own_database import OwnDatabase
from tests.effort import times
from tests.plugins.customer_database import (
    COLUMNS,
    GENDERS,
    CustomerDatabase,
    every_contact,
)

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

PIECES = st.sampled_from(["a", "A", "%", "_", "/", "\\", "'", "ä", "a\u0308", " "])
TEXTS = st.lists(PIECES, max_size=3).map("".join)
CODES = st.sampled_from(["N", "M", "X", "n", "", " "])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "postinumero": st.none() | TEXTS,
            "kieli": st.none() | TEXTS,
            "sukupuoli": st.none() | CODES,
        }
    ),
    max_size=12,
)


@st.composite
def criteria(draw: Callable[[Any], Any]) -> list[Condition]:
    """Draw up to three conditions, most of them on values that rows have."""
    fields = draw(
        st.lists(st.sampled_from(["postal_code", "language", "gender", "phone_type"]), max_size=3)
    )
    return [
        Condition(
            field=field,
            operator=draw(st.sampled_from(LIST_OPERATORS)),
            values=tuple(draw(st.lists(_values_of(field), max_size=4))),
        )
        for field in fields
    ]


def _values_of(field: str) -> st.SearchStrategy[str]:
    if field == "gender":
        return st.sampled_from(["female", "male", "fe", "", "x"])
    if field == "phone_type":
        return st.sampled_from(["mobile", "mo", "landline", ""])
    return TEXTS | st.text(max_size=3)


@pytest.fixture
def register(customer_database: CustomerDatabase) -> OwnDatabase:
    """Give a register with all that a mapping can do: columns, codes and a constant."""
    customer_database.create_persons([])
    return customer_database.register(
        columns=COLUMNS, codes={"gender": GENDERS}, constants={"phone_type": "mobile"}
    )


def meets(row: dict[str, Any], conditions: list[Condition]) -> bool:
    """Say of a row what the conditions say of its canonical values; empty is unknown."""
    canonical = {
        "postal_code": row["postinumero"] or None,
        "language": row["kieli"] or None,
        "gender": GENDERS.get(row["sukupuoli"]),
        "phone_type": "mobile",
    }
    return all(condition.is_met_by(canonical[condition.field]) for condition in conditions)


def only(operator: Operator, *values: str) -> list[Condition]:
    """Return one condition on a text column."""
    return [Condition(field="language", operator=operator, values=values)]


EVERY_TRAP = [
    {"postinumero": None, "kieli": language, "sukupuoli": None}
    for language in (None, "", "a", "A", "aa", "a%", "%", "_", "/", "a/%", "\\%", "ä", "a\u0308")
]


@example(rows=EVERY_TRAP, conditions=only("prefix", "%"), size=5)
@example(rows=EVERY_TRAP, conditions=only("prefix", "_"), size=5)
@example(rows=EVERY_TRAP, conditions=only("prefix", "/", "\\"), size=5)
@example(rows=EVERY_TRAP, conditions=only("prefix", "a"), size=5)
@example(rows=EVERY_TRAP, conditions=only("prefix", ""), size=5)
@example(rows=EVERY_TRAP, conditions=only("prefix"), size=5)
@example(rows=EVERY_TRAP, conditions=only("not_in", "A", "ä"), size=5)
@example(rows=EVERY_TRAP, conditions=only("not_in"), size=5)
@example(rows=EVERY_TRAP, conditions=only("in", "", "a"), size=5)
@example(rows=EVERY_TRAP, conditions=only("in"), size=5)
@settings(
    max_examples=times(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS, conditions=criteria(), size=st.integers(1, 5))
def test_the_database_answers_as_the_conditions_say(
    customer_database: CustomerDatabase,
    register: OwnDatabase,
    *,
    rows: list[dict[str, Any]],
    conditions: list[Condition],
    size: int,
) -> None:
    """For all rows, conditions and page sizes: the same contacts, each of them once."""
    numbered = [
        {**row, "id": number, "puhelin": f"0495{number:06}"} for number, row in enumerate(rows)
    ]
    customer_database.execute("DELETE FROM asiakas")
    customer_database.insert_persons(numbered)

    found = every_contact(register, *conditions, size=size)

    expected = [f"+358{row['puhelin'][1:]}" for row in numbered if meets(row, conditions)]
    assert expected == [getattr(contact, "phone", None) for contact in found]
