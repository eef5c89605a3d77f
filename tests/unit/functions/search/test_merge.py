"""One contact out of several registers, and of several pages."""

from dataclasses import replace

from leadcloud.prohibitions import own_list
from leadcloud.registers.contact import DecisionMaker
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, person, register
from tests.searches import BODY, post


def test_the_same_number_in_two_registers_is_one_contact(
    services: Services, open_account: OpenAccount
) -> None:
    """The first register asked wins whole; no field is mixed."""
    open_account(
        register("first", [person(1, language=None)]),
        register("second", [person(1), person(2)]),
    )

    _, answer = post(services, BODY | {"registers": ["first", "second"]})

    assert [(c["register"], c["language"]) for c in answer["contacts"]] == [
        ("first", None),
        ("second", "fi"),
    ]


def test_the_same_company_in_two_registers_is_one_contact(
    services: Services, open_account: OpenAccount
) -> None:
    """By its number, and by its business id where the registers know other numbers of it or none."""
    numbered, other = company(1, phone="+358401000001"), company(1, phone="+358401000002")
    open_account(
        register("first", [numbered, company(2)], kind="business"),
        register("second", [other, company(2, phone="+358401000003")], kind="business"),
        register("third", [company(3, phone="+358401000001"), company(4)], kind="business"),
    )
    body = BODY | {"purpose": "telemarketing_b2b", "registers": ["first", "second", "third"]}

    _, answer = post(services, body)

    assert [(c["register"], c["business_id"]) for c in answer["contacts"]] == [
        ("first", "0000001-0"),
        ("first", "0000002-0"),
        ("third", "0000004-0"),
    ]
    assert answer["charge"]["units"] == 3


def test_a_company_none_of_whose_people_asked_for_may_be_called_is_left_out(
    services: Services, open_account: OpenAccount
) -> None:
    """Whom the customer has listed is not there to be found, by role or otherwise."""
    listed = DecisionMaker(name="Testi Synteettinen", role="it_director", phone="+358401000001")
    free = replace(listed, phone="+358401000002")
    people = {"decision_maker_role": "local"}
    companies = [company(1, decision_makers=(listed,)), company(2, decision_makers=(listed, free))]
    account = open_account(register("first", companies, kind="business", native=people))
    services.prohibitions.load(own_list(account.id), ["+358401000001"])
    criteria = {"decision_maker_role": {"in": ["it_director"]}}

    _, answer = post(services, BODY | {"purpose": "telemarketing_b2b", "criteria": criteria})

    (contact,) = answer["contacts"]
    assert contact["business_id"] == "0000002-0"
    assert [person["phone"] for person in contact["decision_makers"]] == ["+358401000002"]


def test_a_company_on_a_later_page_is_flagged_by_its_business_id(
    services: Services, open_account: OpenAccount
) -> None:
    """Another number of the same company is not paid for a second time."""
    numbered, other = company(1, phone="+358401000001"), company(1, phone="+358401000002")
    open_account(register("first", [numbered, other], kind="business"))
    body = BODY | {"purpose": "telemarketing_b2b", "page_size": 1}

    _, first = post(services, body)
    _, second = post(services, body | {"cursor": first["next_cursor"]}, key="two")

    assert [c["possible_duplicate"] for c in second["contacts"]] == [True]
    assert second["charge"]["units"] == 0


def test_a_duplicate_on_a_later_page_is_flagged(
    services: Services, open_account: OpenAccount
) -> None:
    """A contact that an earlier page delivered comes marked, so that nobody is called twice."""
    open_account(register("first", [person(1), person(2), person(1)]))

    _, first = post(services, BODY | {"page_size": 2})
    _, second = post(services, BODY | {"page_size": 2, "cursor": first["next_cursor"]}, key="two")

    assert [c["possible_duplicate"] for c in first["contacts"]] == [False, False]
    assert [c["possible_duplicate"] for c in second["contacts"]] == [True]
