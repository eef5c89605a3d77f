"""What is delivered, and what stays inside."""

from functions.search.messages import SearchAnswer
from leadcloud.lead_reference import read
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, person, register
from tests.searches import BODY, post


def test_a_consumer_contact_locates_no_dwelling(
    services: Services, open_account: OpenAccount
) -> None:
    """A consumer leaves with exactly the public fields: no street, no gender, no ban."""
    open_account(register("first", [person(1)]))

    status, answer = post(services, BODY)

    assert status == 200
    (contact,) = answer["contacts"]
    reference = contact.pop("lead_reference")
    assert contact.pop("age_group").keys() == {"group", "probability", "basis"}
    assert contact == {
        "kind": "consumer",
        "register": "first",
        "name": {"first": "Testi1", "last": "Synteettinen"},
        "phone": "+3584570000001",
        "phone_type": "mobile",
        "language": "fi",
        "postal_code": "01300",
        "municipality": "092",
        "building": None,
        "possible_duplicate": False,
    }
    assert read(reference) == reference
    assert answer["permitted_use"]["not_for"] == ["home_visit"]
    assert answer["complete"] is True
    assert answer["next_cursor"] is None


def test_a_lead_reference_is_one_per_delivery_and_source(
    services: Services, open_account: OpenAccount
) -> None:
    """All contacts of a source share the code, which leads to source and buyer only."""
    open_account(register("first", [person(n) for n in range(3)]), register("second", [person(9)]))

    _, answer = post(services, BODY | {"registers": ["first", "second"]})

    by_register = {
        (contact["register"], contact["lead_reference"]) for contact in answer["contacts"]
    }
    assert len(by_register) == 2
    for source in answer["sources"]:
        delivery = services.lead_references.delivery(source["lead_reference"])
        assert delivery is not None
        assert (delivery.register, delivery.buyer) == (source["register"], "buyer")
        assert services.provenance.open(source["provenance"]) == delivery


def test_a_business_contact_has_its_visiting_address(
    services: Services, open_account: OpenAccount
) -> None:
    """A company's address is public; it is not a dwelling."""
    open_account(register("first", [company(1)], kind="business", native={}))

    _, answer = post(services, BODY | {"purpose": "telemarketing_b2b"})

    assert answer["contacts"][0]["visiting_address"]["street"] == "Yrityskatu 1"


def test_a_sole_traders_address_stays_inside(services: Services, open_account: OpenAccount) -> None:
    """A person in trade often works at home; a company of unknown form may be such a person."""
    traders = [company(1, legal_form="ENK"), company(2, legal_form=None)]
    open_account(register("first", traders, kind="business", native={}))

    _, answer = post(services, BODY | {"purpose": "telemarketing_b2b"})

    assert [contact["visiting_address"] for contact in answer["contacts"]] == [None, None]


def test_a_marketing_ban_always_excludes(services: Services, open_account: OpenAccount) -> None:
    """No request can switch the ban off."""
    open_account(register("first", [person(1, marketing_ban=True), person(2)]))

    _, answer = post(services, BODY)

    assert [contact["name"]["first"] for contact in answer["contacts"]] == ["Testi2"]


def test_an_answer_shows_no_contact(services: Services, open_account: OpenAccount) -> None:
    """Whatever writes an answer down while it is a Python object, as a debugger or a log does."""
    open_account(register("first", [person(1)]))
    _, answer = post(services, BODY)

    shown = repr(SearchAnswer.model_construct(**answer))

    assert answer["charge"]["amount"] in shown
    assert answer["contacts"][0]["phone"] not in shown
