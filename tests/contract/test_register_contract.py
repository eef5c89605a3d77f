"""The rules that every adapter of the register port keeps.

An adapter joins by a fixture that gives it, holding `PERSONS`, and by its name in `ADAPTERS`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from leadcloud.registers.condition import OPERATORS, Condition, Operator
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.interface import Register, RegisterTimeout
from local.synthetic_persons import SyntheticPerson, draw_persons
from tests.plugins.customer_database import CustomerDatabase, every_contact, page_request

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

PERSONS = list(draw_persons(60, seed=7))
ADAPTERS = ["own_sqlite", "own_postgresql"]


@pytest.fixture(params=ADAPTERS)
def register(request: pytest.FixtureRequest) -> Register:
    """Give each adapter in turn."""
    adapter: Register = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture
def own_sqlite(sqlite_database: CustomerDatabase) -> Register:
    """Give a customer's own SQLite register."""
    return own(sqlite_database)


@pytest.fixture
def own_postgresql(postgresql_database: CustomerDatabase) -> Register:
    """Give a customer's own PostgreSQL register."""
    return own(postgresql_database)


def own(database: CustomerDatabase) -> Register:
    """Fill a customer's database with the persons and open it."""
    genders = {"female": "N", "male": "M"}
    database.create_persons(
        [
            {
                "id": number,
                "etunimi": person.first_name,
                "sukunimi": person.last_name,
                "puhelin": person.phone,
                "postinumero": person.postal_code,
                "kieli": person.language,
                "sukupuoli": genders[person.gender],
            }
            for number, person in enumerate(PERSONS)
        ]
    )
    return database.register()


def told_apart(contacts: list[object]) -> list[str]:
    """Return the phone numbers of the contacts, in an order of their own."""
    return sorted(contact.phone for contact in contacts if isinstance(contact, ConsumerContact))


def numbers(persons: Iterator[SyntheticPerson]) -> list[str]:
    """Return what `told_apart` returns for these persons."""
    return sorted("+358" + person.phone[1:].replace(" ", "") for person in persons)


@pytest.mark.parametrize("size", [1, 7, 60, 1000])
def test_the_pages_together_are_the_register(register: Register, size: int) -> None:
    """Each contact comes once, whatever the size of the pages."""
    assert numbers(iter(PERSONS)) == told_apart(list(every_contact(register, size=size)))


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("field", ["gender", "language", "postal_code"])
def test_a_declared_criterion_is_answered(
    register: Register, *, field: str, operator: Operator
) -> None:
    """Exactly what meets the condition comes, or as much as was declared."""
    capability = register.description.criteria[field]
    values = tuple(sorted({getattr(person, field) for person in PERSONS})[:2])
    for asked in (values, tuple(value[:1] for value in values), ("nothing like it",)):
        condition = Condition(field=field, operator=operator, values=asked)
        if operator not in capability.operators:
            pytest.skip(f"{register.description.name} does not declare {operator}")
        met = numbers(p for p in PERSONS if condition.is_met_by(getattr(p, field)))

        found = told_apart(list(every_contact(register, condition, size=25)))

        assert met == found if capability.native == "exact" else set(met) <= set(found)


def test_a_page_of_a_request_without_time_is_a_timeout(register: Register) -> None:
    """Nobody waits for it."""
    with pytest.raises(RegisterTimeout):
        register.fetch(page_request(seconds=0))


def test_threads_may_share_it(register: Register) -> None:
    """One adapter serves all requests of a process."""
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: len(every_contact(register, size=25)), range(16)))

    assert [len(PERSONS)] * 16 == counts


def test_a_page_shows_no_contact_by_accident(register: Register) -> None:
    """Its text, as a log line or a traceback would show it, holds no value of a contact."""
    page = register.fetch(page_request())

    assert len(page.contacts) == len(PERSONS)
    for person in PERSONS:
        assert person.phone[4:] not in repr(page) + repr(page.contacts)
