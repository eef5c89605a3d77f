"""What is sent to a register and what is made of its answers, over a door that records."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import leadcloud.registers
from leadcloud.clock import Deadline
from leadcloud.registers.call import Call
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import BusinessContact, ConsumerContact
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.interface import (
    PageRequest,
    RegisterAnswerInvalid,
    RegisterPage,
    RegisterRefused,
)
from leadcloud.registers.manifest import Manifest
from leadcloud.registers.outbound import Outbound
from leadcloud.secrets import SecretMissing, Secrets

MANIFESTS = Path(leadcloud.registers.__file__).parent / "manifests"


class Door(Outbound):
    """Records calls and answers with what it was given."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.calls: list[Call] = []

    def send(self, call: Call, deadline: Deadline) -> Any:
        """Answer as the real door would."""
        self.calls.append(call)
        return self.answers.pop(0)


def manifest(name: str = "demo_directory_consumers", **parts: dict[str, Any]) -> Manifest:
    """Return a shipped manifest without its token, with parts of it changed."""
    written = tomllib.loads((MANIFESTS / f"{name}.toml").read_text(encoding="utf-8"))
    written["auth"] = {"kind": "none"}
    for part, changes in parts.items():
        written[part] |= changes
    return Manifest.model_validate(written, strict=False)


def fetch(
    door: Door,
    deadline: Deadline,
    *conditions: Condition,
    described: Manifest | None = None,
    position: str | None = None,
) -> RegisterPage:
    """Fetch a page through the recording door."""
    register = DirectoryApi(described or manifest(), door, Secrets({}))
    return register.fetch(
        PageRequest(
            criteria=conditions, size=50, position=position, deadline=deadline, request_id="r-1"
        )
    )


def answer(*records: Any, total: Any = None) -> dict[str, Any]:
    """Write an answer of the demo directory."""
    count = len(records) if total is None else total
    return {"query": {"totalResults": count}, "contacts": list(records)}


def person(**changes: Any) -> dict[str, Any]:
    """Write a person of the demo directory."""
    return {
        "firstName": "Aino",
        "lastName": "Esimerkki",
        "gender": "F",
        "language": "fi",
        "phoneNumber": "049 512 3456",
        "phoneType": "MOBILE",
        "marketingBan": False,
        "address": {
            "streetAddress": "Torikatu 1",
            "postalCode": "00100",
            "municipalityCode": "091",
        },
        **changes,
    }


def test_person_is_read_as_the_manifest_says(deadline: Deadline) -> None:
    """Each field is taken from its place, codes become ours, the number becomes E.164."""
    (contact,) = fetch(Door(answer(person())), deadline).contacts
    assert contact == ConsumerContact(
        first_name="Aino",
        last_name="Esimerkki",
        phone="+358495123456",
        phone_type="mobile",
        language="fi",
        gender="female",
        postal_code="00100",
        municipality="091",
        street="Torikatu 1",
        marketing_ban=False,
    )


UNUSABLE = {
    "no name": person(lastName=None),
    "blank name": person(firstName="  "),
    "no number": person(phoneNumber=""),
    "no such number": person(phoneNumber="12"),
    "number as number": person(phoneNumber=495123456),
    "postal code as number": person(address={"postalCode": 100}),
    "name as list": person(firstName=["Aino"]),
    "very long name": person(firstName="A" * 301),
    "control character": person(firstName="Ai\x00no"),
    "ban as text": person(marketingBan="no"),
    "ban left open": person(marketingBan=None),
    "not an object": "Aino",
    "nothing": None,
}


@pytest.mark.parametrize("record", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_record_is_no_contact(deadline: Deadline, record: Any) -> None:
    """A record without a usable name or number, or of wrong types, costs nobody else's."""
    page = fetch(Door(answer(person(), record, person())), deadline)
    first, unusable, last = page.entries
    assert first == last
    assert first is not None
    assert unusable is None
    assert page.contacts == (first, last)
    assert page.total == 3


def test_unknown_code_is_an_unknown_value(deadline: Deadline) -> None:
    """A code that the manifest does not know leaves the field empty rather than wrong."""
    (contact,) = fetch(Door(answer(person(gender="X", phoneType="FAX"))), deadline).contacts
    assert isinstance(contact, ConsumerContact)
    assert (contact.gender, contact.phone_type) == (None, None)


SHAPES: dict[str, Any] = {
    "list": [],
    "text": "none",
    "nothing": None,
    "no records": {"query": {"totalResults": 0}},
    "records as object": {"query": {"totalResults": 1}, "contacts": {"1": person()}},
    "no total": {"contacts": []},
    "total as text": answer(person(), total="1"),
    "negative total": answer(person(), total=-1),
    "total as truth": answer(person(), total=True),
    "total as fraction": answer(person(), total=1.5),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_answer_of_another_shape_is_invalid(deadline: Deadline, shape: Any) -> None:
    """Where records or the total are not where the manifest says, nothing is guessed."""
    with pytest.raises(RegisterAnswerInvalid):
        fetch(Door(shape), deadline)


def condition(field: str, operator: Any, *values: str) -> Condition:
    """Write a condition."""
    return Condition(field=field, operator=operator, values=values)


def sent(door: Door) -> list[tuple[str, str]]:
    """Return the parameters of the only call."""
    (call,) = door.calls
    return list(call.parameters)


def test_conditions_become_parameters(deadline: Deadline) -> None:
    """Values go in one comma-separated parameter per operator, in the register's own codes."""
    door = Door(answer())
    fetch(
        door,
        deadline,
        condition("postal_code", "in", "00100", "00120"),
        condition("postal_code", "not_in", "00150"),
        condition("gender", "in", "female"),
    )
    assert sent(door)[:3] == [
        ("postalCode", "00100,00120"),
        ("postalCodeNot", "00150"),
        ("gender", "F"),
    ]


def test_values_can_be_repeated(deadline: Deadline) -> None:
    """Where the manifest says so, each value is a parameter of its own."""
    door = Door({"meta": {"total": 0}, "companies": []})
    fetch(
        door,
        deadline,
        condition("industry", "prefix", "62", "63"),
        described=manifest("demo_directory_decision_makers"),
    )
    assert sent(door) == [("industryCodePrefix", "62"), ("industryCodePrefix", "63"), ("page", "1")]


def test_single_value_is_asked_for_and_several_are_not(deadline: Deadline) -> None:
    """A register that takes one value is asked without it for several: a superset, checked later."""
    ytj = manifest("ytj_companies")
    for values, asked in ((("OY",), [("companyForm", "OY")]), (("OY", "KY"), [])):
        door = Door({"totalResults": 0, "companies": []})
        fetch(door, deadline, condition("legal_form", "in", *values), described=ytj)
        assert sent(door) == [*asked, ("page", "1")]


REFUSED = {
    "unknown field": condition("shoe_size", "in", "44"),
    "unknown operator": condition("gender", "not_in", "male"),
    "no value": condition("postal_code", "in"),
    "no code of theirs": condition("phone_type", "in", "other"),
    "comma in a value": condition("postal_code", "in", "00100,00120"),
}


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED.keys())
def test_condition_that_cannot_be_asked_is_refused(deadline: Deadline, asked: Condition) -> None:
    """A condition is asked for in full or refused; it is never left out of an exact search."""
    door = Door()
    with pytest.raises(RegisterRefused):
        fetch(door, deadline, asked)
    assert door.calls == []


def test_local_criterion_is_refused(deadline: Deadline) -> None:
    """A criterion that the register cannot filter by is the planner's, not the register's."""
    with pytest.raises(RegisterRefused):
        fetch(
            Door(),
            deadline,
            condition("municipality", "in", "091"),
            described=manifest("ytj_companies"),
        )


def test_request_id_goes_along(deadline: Deadline) -> None:
    """The correlation id reaches a register that takes one."""
    door = Door(answer())
    fetch(door, deadline)
    assert door.calls[0].headers["X-Request-Id"] == "r-1"


def test_missing_secret_is_named_at_once(deadline: Deadline) -> None:
    """A register whose secret is missing is not made; the error holds the secret's name."""
    written = tomllib.loads((MANIFESTS / "demo_directory_consumers.toml").read_text("utf-8"))
    described = Manifest.model_validate(written, strict=False)
    with pytest.raises(SecretMissing, match="demo_directory_client_id"):
        DirectoryApi(described, Door(), Secrets({}))


def company(**changes: Any) -> dict[str, Any]:
    """Write a company of the demo directory."""
    return {
        "businessId": "9000001-1",
        "name": "Esimerkki Oy",
        "industry": {"classification": "TOL2008", "code": "62010"},
        "phoneNumber": None,
        "people": [{"name": "Aino Esimerkki", "title": "CEO", "phoneNumber": "049 512 3456"}],
        **changes,
    }


def companies(deadline: Deadline, *records: Any) -> list[BusinessContact]:
    """Read companies of the demo directory."""
    door = Door({"meta": {"total": len(records)}, "companies": list(records)})
    page = fetch(door, deadline, described=manifest("demo_directory_decision_makers"))
    return [contact for contact in page.contacts if isinstance(contact, BusinessContact)]


def test_company_needs_no_number(deadline: Deadline) -> None:
    """A company without a number of its own is delivered, for its decision makers' numbers."""
    (read,) = companies(deadline, company())
    (maker,) = read.decision_makers
    assert read.phone is None
    assert (maker.name, maker.role, maker.phone) == (
        "Aino Esimerkki",
        "managing_director",
        "+358495123456",
    )


def test_unusable_decision_maker_is_left_out(deadline: Deadline) -> None:
    """A decision maker without a name or a role is left out, the company and the others stay."""
    people = [{"name": "", "title": "CEO"}, 7, {"name": "Aino Esimerkki", "title": "DUKE"}]
    (read,) = companies(deadline, company(people=people))
    assert [(maker.name, maker.role) for maker in read.decision_makers] == [
        ("Aino Esimerkki", "other")
    ]


def test_company_without_identity_is_dropped(deadline: Deadline) -> None:
    """A company needs its business id and its name, and its people in a list."""
    assert companies(deadline, company(businessId=None), company(people={"name": "Aino"})) == []
