"""What a customer gets out of a database of its own."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterable
from itertools import product
from uuid import UUID

import pytest

from leadcloud.registers.column_mapping import MappingRefused
from leadcloud.registers.contact import BusinessContact, ConsumerContact
from leadcloud.registers.interface import RegisterAnswerInvalid, RegisterRefused
from leadcloud.registers.own_database import OwnDatabase
from tests.plugins.customer_database import (
    COLUMNS,
    CREATE,
    CustomerDatabase,
    condition,
    every_contact,
    own_register,
    page_request,
)

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]


def phones(contacts: Iterable[object]) -> list[str]:
    """Return what tells the contacts of a test apart."""
    return [contact.phone for contact in contacts if isinstance(contact, ConsumerContact)]


def phone(number: int) -> str:
    """Return the phone number of a row."""
    return f"+358495{number:06}"


def rows(*numbers: int) -> list[dict[str, object]]:
    """Return a row per number, with the number in its key and its phone."""
    return [{"id": number, "puhelin": phone(number)} for number in numbers]


def test_a_row_becomes_a_contact(customer_database: CustomerDatabase) -> None:
    """Names are trimmed, codes translated, the phone number is E.164; the rest is unknown."""
    customer_database.create_persons([{"id": 1, "etunimi": " Testi ", "puhelin": "(0495) 00-0001"}])

    contacts = every_contact(customer_database.register())

    expected = ConsumerContact(
        first_name="Testi",
        last_name="Henkilö",
        phone="+358495000001",
        language="fi",
        gender="female",
        postal_code="00100",
    )
    assert [expected] == contacts


def test_numbers_are_of_the_registers_country(customer_database: CustomerDatabase) -> None:
    """The same digits belong to somebody else in another country, who would be called instead."""
    customer_database.create_persons([{"id": 1, "puhelin": "40 12 34 56"}])

    assert phones(every_contact(customer_database.register())) == ["+35840123456"]
    assert phones(every_contact(customer_database.register(country="NO"))) == ["+4740123456"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *product(["etunimi", "sukunimi", "puhelin"], [None, "", "  "]),
        ("puhelin", "ei ole"),
        ("puhelin", "112"),
    ],
)
def test_a_row_without_name_or_phone_is_dropped(
    customer_database: CustomerDatabase, column: str, value: str | None
) -> None:
    """A contact has a first name, a last name and a phone number that can be dialled."""
    customer_database.create_persons([{"id": 1, column: value}, {"id": 2}])

    assert len(every_contact(customer_database.register())) == 1


def test_a_constant_is_on_every_contact_and_answers_criteria(
    customer_database: CustomerDatabase,
) -> None:
    """A register of one language need not have a column for it."""
    columns = {field: name for field, name in COLUMNS.items() if field != "language"}
    customer_database.create_persons(rows(1, 2))
    register = customer_database.register(columns=columns, constants={"language": "sv"})

    swedish = every_contact(register, condition("language", "in", "sv"))

    assert [phone(1), phone(2)] == phones(swedish)
    assert every_contact(register, condition("language", "not_in", "sv")) == []


def test_an_unexplained_code_is_unknown(customer_database: CustomerDatabase) -> None:
    """A contact whose gender is a code that nobody explained meets no condition on gender."""
    customer_database.create_persons([{"id": 1, "sukupuoli": "X"}, {"id": 2, "sukupuoli": "M"}])
    register = customer_database.register()

    assert [getattr(c, "gender", "") for c in every_contact(register)] == [None, "male"]
    assert len(every_contact(register, condition("gender", "not_in", "female"))) == 1


@pytest.mark.parametrize(
    ("value", "codes", "banned"),
    [
        ("0", {}, False),
        ("1", {}, True),
        ("jotain", {}, True),
        (None, {}, True),
        (None, {"": "false", "K": "true"}, False),
        ("K", {"": "false", "K": "true"}, True),
        ("E", {"": "false", "K": "true"}, True),
    ],
)
def test_what_nobody_explained_is_a_marketing_ban(
    customer_database: CustomerDatabase, *, value: str | None, codes: dict[str, str], banned: bool
) -> None:
    """Only a value known to mean "no ban" lets a person be called."""
    customer_database.create_persons([{"id": 1, "kieli": value}])
    columns = {field: name for field, name in COLUMNS.items() if field != "language"}
    register = customer_database.register(
        columns=columns | {"marketing_ban": "kieli"},
        codes={"marketing_ban": codes} if codes else {},
    )

    assert [banned] == [getattr(c, "marketing_ban", None) for c in every_contact(register)]


def test_booleans_numbers_and_padded_text_are_read_as_text(
    postgresql_database: CustomerDatabase,
) -> None:
    """A column need not be text to be a criterion; CHAR(n) is without its padding."""
    postgresql_database.execute(
        "CREATE TABLE asiakas (id bigint PRIMARY KEY, n text, puhelin text, kieli char(5),"
        " sukupuoli smallint, kielto boolean)"
    )
    postgresql_database.execute(
        "INSERT INTO asiakas VALUES (1, 'Testi', '0495000001', 'fi', 2, false),"
        " (2, 'Testi', '0495000002', 'sv', 1, true)"
    )
    register = postgresql_database.register(
        columns={
            "first_name": "n",
            "last_name": "n",
            "phone": "puhelin",
            "language": "kieli",
            "gender": "sukupuoli",
            "marketing_ban": "kielto",
        },
        codes={"gender": {"1": "male", "2": "female"}},
    )

    finnish = every_contact(
        register, condition("language", "in", "fi"), condition("gender", "in", "female")
    )

    expected = ConsumerContact(
        first_name="Testi", last_name="Testi", phone=phone(1), language="fi", gender="female"
    )
    assert [expected] == finnish
    assert [getattr(c, "marketing_ban", None) for c in every_contact(register)] == [False, True]


CASELESS = (
    "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
)


@pytest.mark.parametrize(
    ("column", "numbers", "told"),
    [
        ("postinumero", "INTEGER", "columns.postal_code"),
        ("postinumero", "NUMERIC(5)", "columns.postal_code"),
        ("puhelin", "DOUBLE PRECISION", "columns.phone"),
    ],
)
def test_a_column_of_numbers_that_loses_digits_is_refused(
    customer_database: CustomerDatabase, column: str, numbers: str, told: str
) -> None:
    """Postal code 100 is found by nobody, and 401234567.0 is another person's number."""
    customer_database.execute(CREATE.replace(f"{column} TEXT", f"{column} {numbers}"))

    with pytest.raises(MappingRefused) as refused:
        customer_database.register().check(page_request())

    assert [fault.field for fault in refused.value.faults] == [told]


def test_numbers_that_lose_nothing_are_taken(customer_database: CustomerDatabase) -> None:
    """Whole phone numbers, which are read without their nought, and codes that say what they mean."""
    numbers = CREATE.replace("puhelin TEXT, postinumero TEXT", "puhelin BIGINT, postinumero BIGINT")
    customer_database.execute(numbers.replace("sukupuoli TEXT", "sukupuoli INTEGER"))
    customer_database.insert_persons(
        [{"id": 1, "puhelin": 40123456, "postinumero": 100, "sukupuoli": 1}]
    )
    codes = {"gender": {"1": "male"}, "postal_code": {"100": "00100"}}
    register = customer_database.register(codes=codes)

    register.check(page_request())

    found = every_contact(register, condition("postal_code", "in", "00100"))
    assert phones(found) == ["+35840123456"]


@pytest.mark.parametrize(
    ("collation", "create"),
    [("NOCASE", None), ("caseless", CASELESS)],
    ids=["sqlite", "postgresql"],
)
def test_a_column_that_ignores_case_does_not_widen_a_criterion(
    request: pytest.FixtureRequest, collation: str, create: str | None
) -> None:
    """Values are compared as they are written, whatever the column's own order."""
    engine = "postgresql" if create else "sqlite"
    database: CustomerDatabase = request.getfixturevalue(f"{engine}_database")
    if create:
        database.execute(create)
    database.execute(
        "CREATE TABLE asiakas (id INTEGER PRIMARY KEY, etunimi TEXT, sukunimi TEXT, puhelin TEXT,"
        f" postinumero TEXT, kieli TEXT COLLATE {collation}, sukupuoli TEXT)"
    )
    database.insert_persons([{**rows(1)[0], "kieli": "fi"}, {**rows(2)[0], "kieli": "FI"}])
    register = database.register()

    assert [phone(1)] == phones(every_contact(register, condition("language", "in", "fi")))
    assert [phone(2)] == phones(every_contact(register, condition("language", "not_in", "fi")))
    assert [phone(1)] == phones(every_contact(register, condition("language", "prefix", "f")))


def test_a_business_register_gives_companies(customer_database: CustomerDatabase) -> None:
    """The criterion is called industry, the field that answers it industry_code."""
    customer_database.execute(
        "CREATE TABLE y (ytunnus TEXT PRIMARY KEY, nimi TEXT, p TEXT, t TEXT)"
    )
    customer_database.execute(
        "INSERT INTO y VALUES ('1234567-1', 'Synteettinen Oy', '0495000001', '62010'),"
        " ('1234567-2', 'Keksitty Oy', '0495000002', '47111')"
    )
    register = customer_database.register(
        kind="business",
        table="y",
        key="ytunnus",
        columns={"business_id": "ytunnus", "name": "nimi", "phone": "p", "industry_code": "t"},
        constants={"industry_classification": "TOL2008"},
        codes={},
    )

    expected = BusinessContact(
        business_id="1234567-1",
        name="Synteettinen Oy",
        phone=phone(1),
        industry_code="62010",
        industry_classification="TOL2008",
    )
    assert [expected] == every_contact(register, condition("industry", "prefix", "62"))


def test_a_criterion_that_was_not_declared_is_refused(customer_database: CustomerDatabase) -> None:
    """A condition is never left out silently."""
    customer_database.create_persons([{"id": 1}])
    register = customer_database.register()

    assert "municipality" not in register.description.criteria
    with pytest.raises(RegisterRefused):
        register.fetch(page_request(condition("municipality", "in", "091")))


def test_a_value_that_no_database_can_hold_matches_nothing(
    customer_database: CustomerDatabase,
) -> None:
    """NUL and lone surrogates are not sent; they exclude nothing and include nothing."""
    customer_database.create_persons([{"id": 1}])
    register = customer_database.register()

    for value in ("\0", "\ud800"):
        assert every_contact(register, condition("language", "in", value)) == []
        assert every_contact(register, condition("language", "prefix", value)) == []
        assert len(every_contact(register, condition("language", "not_in", value))) == 1


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_paging_visits_each_row_once(customer_database: CustomerDatabase, size: int) -> None:
    """Whatever the page size, the pages together are the register in the order of the key."""
    customer_database.create_persons(rows(*range(20, 0, -1)))

    contacts = every_contact(customer_database.register(), size=size)

    assert [phone(number) for number in range(1, 21)] == phones(contacts)


def test_paging_is_not_moved_by_rows_that_come_and_go(customer_database: CustomerDatabase) -> None:
    """Rows inserted and deleted elsewhere neither repeat nor hide the others."""
    customer_database.create_persons(rows(*range(0, 40, 2)))
    register = customer_database.register()
    seen, position = [], None

    for turn in range(1, 40):
        page = register.fetch(page_request(size=3, position=position))
        seen += phones(page.contacts)
        position = page.next_position
        if position is None:
            break
        # Behind the position of the page: one row goes, another comes.
        customer_database.execute("DELETE FROM asiakas WHERE id = :id", [{"id": 6 * turn - 2}])
        customer_database.insert_persons(rows(6 * turn - 3))

    assert [phone(number) for number in range(0, 40, 2)] == seen


def test_a_page_costs_the_same_in_a_large_register(customer_database: CustomerDatabase) -> None:
    """Of two hundred thousand rows, only those of the page come into memory."""
    customer_database.create_persons([])
    customer_database.execute(
        "INSERT INTO asiakas WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
        " SELECT i, 'Testi', 'Testi', '0495000001', '00100', 'fi', 'N' FROM n"
    )
    register = customer_database.register()
    page = register.fetch(page_request(size=100))

    tracemalloc.start()
    for _ in range(10):
        page = register.fetch(page_request(size=100, position=page.next_position))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(page.contacts) == 100
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("declared", "keys"),
    [
        ("INTEGER", [-(2**31), 0, 2**31 - 1]),
        ("BIGINT", [-(2**63), 2**53 + 1, 2**53 + 2, 2**63 - 1]),
        ("TEXT", ["", "'; DROP TABLE asiakas; --", "Ä", "é", "\u2028", "😀"]),
        ("VARCHAR(40)", ["1", "10", "2"]),
        ("UUID", [str(UUID(int=n)) for n in (1, 2**64, 2**128 - 1)]),
    ],
)
def test_every_kind_of_key_carries_the_paging(
    customer_database: CustomerDatabase, declared: str, keys: list[int | str]
) -> None:
    """Keys survive being a position: whole numbers of 64 bits, text and UUIDs."""
    customer_database.execute(f"CREATE TABLE asiakas (id {declared} PRIMARY KEY, n TEXT, p TEXT)")
    customer_database.execute(
        "INSERT INTO asiakas VALUES (:id, 'Testi', :p)",
        [{"id": key, "p": phone(number)} for number, key in enumerate(keys)],
    )
    columns = {"first_name": "n", "last_name": "n", "phone": "p"}
    register = customer_database.register(columns=columns, codes={})

    contacts = every_contact(register, size=1)

    assert [phone(number) for number in range(len(keys))] == sorted(phones(contacts))


def test_a_key_that_rows_share_is_refused(customer_database: CustomerDatabase) -> None:
    """Paging by such a key would leave rows out without a word."""
    customer_database.create_persons(rows(1, 2, 3))
    register = customer_database.register(key="kieli")

    with pytest.raises(RegisterAnswerInvalid):
        register.fetch(page_request(size=2))


def test_a_row_without_a_key_is_left_out(customer_database: CustomerDatabase) -> None:
    """Nothing can follow such a row, so it cannot be part of a page."""
    customer_database.create_persons([{"id": 1}, {"id": 2, "kieli": None}])

    assert len(every_contact(customer_database.register(key="kieli"))) == 1


@pytest.mark.parametrize("position", ["", "{}", "null", "1.5", "[1]", "nonsense"])
def test_a_position_that_is_none_of_ours_is_refused(
    customer_database: CustomerDatabase, position: str
) -> None:
    """A position is a number or a text."""
    customer_database.create_persons([])

    with pytest.raises(RegisterRefused):
        customer_database.register().fetch(page_request(position=position))


@pytest.mark.parametrize(
    "url",
    [
        *("mysql://localhost/x", "http://127.0.0.1/", "nonsense", "", "sqlite://"),
        *("postgresql://x:sala:sana/", "postgresql://x:salasana/x", "postgresql://[::1/x"),
    ],
)
def test_the_address_must_be_that_of_a_supported_database(url: str) -> None:
    """Anything else is refused at once, without a word of the address."""
    with pytest.raises(RegisterRefused) as refused:
        OwnDatabase(own_register(), url)

    assert refused.value.__context__ is None
    assert str(refused.value) == "register_refused"


def test_who_has_no_own_database_does_not_pay_for_one() -> None:
    """Importing the adapter imports neither SQLAlchemy, nor a driver, nor the numbering plans."""
    program = (
        "import sys, leadcloud.registers.own_database;"
        "print(sorted({'sqlalchemy', 'psycopg', 'sqlite3', 'phonenumbers'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert printed.stdout.strip() == "[]"
