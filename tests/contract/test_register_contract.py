"""The register port's rules, held against every adapter.

An adapter joins with one entry in `CASES`: a function that makes the register from the test's
fixtures, and conditions that some of its contacts meet and some do not.
"""

import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import leadcloud.registers
from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.condition import Condition, Criteria
from leadcloud.registers.contact import ConsumerContact, Contact
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.interface import (
    PageRequest,
    Register,
    RegisterError,
    RegisterPage,
    RegisterTimeout,
)
from leadcloud.registers.manifest import load_manifest
from leadcloud.secrets import Secrets
from local.synthetic.persons import draw_persons
from tests.contacts import person
from tests.contacts import register as in_memory_register

if TYPE_CHECKING:
    from leadcloud.registers.outbound import Outbound
    from local.directory_provider import DirectoryProvider
    from tests.plugins.customer_database import CustomerDatabase

pytestmark = pytest.mark.loopback

CANARY = "somebody@example.org"

MANIFESTS = Path(leadcloud.registers.__file__).parent / "manifests"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One adapter under the contract."""

    make: Callable[[pytest.FixtureRequest], Register]
    narrow: Criteria
    """Met by a few hundred contacts at most, and by at least ten."""
    attribute: dict[str, str]
    """Criterion to the contact's attribute, where they differ."""


def demo_directory(name: str) -> Callable[[pytest.FixtureRequest], Register]:
    """Return what makes a register of the demo directory."""

    def make(fixtures: pytest.FixtureRequest) -> Register:
        provider: DirectoryProvider = fixtures.getfixturevalue("provider")
        outbound: Outbound = fixtures.getfixturevalue("outbound")
        secrets = Secrets(
            {
                "demo_directory_client_id": provider.client_id,
                "demo_directory_client_secret": provider.client_secret,
            }
        )
        manifest = load_manifest(MANIFESTS / f"{name}.toml", base_url=provider.base_url)
        return DirectoryApi(manifest, outbound, secrets)

    return make


def own_database(fixture: str) -> Callable[[pytest.FixtureRequest], Register]:
    """Return what fills a customer's database of that kind and opens its register."""

    def make(fixtures: pytest.FixtureRequest) -> Register:
        database: CustomerDatabase = fixtures.getfixturevalue(fixture)
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
                for number, person in enumerate(draw_persons(120, seed=7))
            ]
        )
        return database.register()

    return make


def in_memory(_fixtures: pytest.FixtureRequest) -> Register:
    """Return the register that the other tests search."""
    people = [
        person(
            number,
            gender=("male", "female")[number % 2],
            language=("fi", "sv", "en")[number % 3],
            postal_code=("01300", "33100", "90100", "20100", "00100")[number % 5],
        )
        for number in range(90)
    ]
    return in_memory_register("in_memory", people)


OWN_NARROW = (
    Condition(field="gender", operator="in", values=("female",)),
    Condition(field="language", operator="not_in", values=("sv",)),
    Condition(field="postal_code", operator="prefix", values=("0", "3")),
)

CASES = {
    "own SQLite": Case(make=own_database("sqlite_database"), narrow=OWN_NARROW, attribute={}),
    "own PostgreSQL": Case(
        make=own_database("postgresql_database"), narrow=OWN_NARROW, attribute={}
    ),
    "in memory": Case(make=in_memory, narrow=OWN_NARROW, attribute={}),
    "demo consumers": Case(
        make=demo_directory("demo_directory_consumers"),
        narrow=(
            Condition(field="municipality", operator="in", values=("092", "638")),
            Condition(field="gender", operator="in", values=("female",)),
            Condition(field="language", operator="not_in", values=("fi",)),
            Condition(field="postal_code", operator="prefix", values=("01", "061", "064")),
        ),
        attribute={},
    ),
    "demo decision makers": Case(
        make=demo_directory("demo_directory_decision_makers"),
        narrow=(
            Condition(field="industry", operator="prefix", values=("62", "43")),
            Condition(field="legal_form", operator="not_in", values=("OYJ",)),
            Condition(field="municipality", operator="in", values=("091", "049")),
        ),
        attribute={"industry": "industry_code"},
    ),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """Go through the adapters."""
    found: Case = request.param
    return found


@pytest.fixture
def register(case: Case, request: pytest.FixtureRequest) -> Register:
    """Make the adapter's register."""
    return case.make(request)


def ask(
    register: Register,
    criteria: Criteria = (),
    *,
    size: int = 100,
    position: str | None = None,
    seconds: float = 10,
) -> RegisterPage:
    """Fetch one page."""
    return register.fetch(
        PageRequest(
            criteria=criteria,
            size=size,
            position=position,
            deadline=Deadline.after(seconds, SystemClock()),
            request_id="contract-suite",
        )
    )


def pages(register: Register, criteria: Criteria, *, size: int) -> Iterator[RegisterPage]:
    """Read to the end, and fail rather than read for ever."""
    position = None
    for _ in range(2_000):
        page = ask(register, criteria, size=size, position=position)
        yield page
        position = page.next_position
        if position is None:
            return
    pytest.fail("the register never ends")


def identity(contact: Contact) -> str:
    """Return what tells contacts apart."""
    return contact.phone if isinstance(contact, ConsumerContact) else contact.business_id


def test_every_contact_comes_exactly_once(case: Case, register: Register) -> None:
    """Paging to the end gives every contact once, whatever the size of a page."""
    for size in (7, 1_000):
        read = list(pages(register, case.narrow, size=size))
        contacts = [identity(contact) for page in read for contact in page.contacts]
        assert len(contacts) >= 10
        assert len(contacts) == len(set(contacts))
        assert read[0].total in (None, len(contacts))


def test_every_condition_is_met(case: Case, register: Register) -> None:
    """A contact that comes meets every condition that the register declares exact."""
    page = ask(register, case.narrow, size=1_000)
    for condition in case.narrow:
        assert register.description.criteria[condition.field].native == "exact"
        attribute = case.attribute.get(condition.field, condition.field)
        assert all(condition.is_met_by(getattr(each, attribute)) for each in page.contacts)


def test_conditions_narrow(case: Case, register: Register) -> None:
    """Each further condition leaves fewer contacts, as the conditions are joined by AND."""
    totals = [
        sum(len(page.contacts) for page in pages(register, case.narrow[:count], size=1_000))
        for count in range(len(case.narrow) + 1)
    ]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) == len(totals)


def test_passed_deadline_is_a_timeout(register: Register) -> None:
    """When no time is left, the register is not asked."""
    with pytest.raises(RegisterTimeout):
        ask(register, seconds=0)


@pytest.mark.parametrize("operator", ["in", "not_in", "prefix"])
def test_unknown_criterion_is_refused(register: Register, operator: str) -> None:
    """A condition that the register does not know is an error, never ignored."""
    condition = Condition(field="shoe_size", operator=operator, values=("44",))  # type: ignore[arg-type]
    with pytest.raises(RegisterError):
        ask(register, (condition,))


@pytest.mark.parametrize("position", ["", "1e3", "\u0663", "x" * 5_000, "9" * 5_000])
def test_foreign_position_is_a_register_error(register: Register, position: str) -> None:
    """A position that the register never gave is an error of the port, whatever it holds."""
    with pytest.raises(RegisterError):
        ask(register, position=position)


def test_threads_do_not_meet(case: Case, register: Register) -> None:
    """Many threads asking at once get what each asked for."""
    expected = ask(register, case.narrow, size=20)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(register, case.narrow, size=20), range(48)))
    for answer in answers:
        assert [identity(each) for each in answer.contacts] == [
            identity(each) for each in expected.contacts
        ]


def test_nothing_shows_a_contact(case: Case, register: Register) -> None:
    """Neither a page nor a contact nor a request has a repr that shows a value."""
    page = ask(register, case.narrow)
    shown = repr(page) + repr(page.contacts)
    assert not [each for each in page.contacts if identity(each) in shown]


def test_errors_carry_only_their_code(register: Register) -> None:
    """A register's error says its code and nothing else, and hides no other error behind it."""
    with pytest.raises(RegisterError) as raised:
        ask(register, position=CANARY)
    error = raised.value
    assert error.args == (error.code,)
    assert (error.__cause__, error.__context__) == (None, None)
    assert CANARY not in "".join(traceback.format_exception(error))
