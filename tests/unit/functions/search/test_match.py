"""Whether a contact meets a condition as the caller wrote it."""

import pytest

from functions.search.match import meets, narrowed
from leadcloud.registers.condition import Condition, Operator
from leadcloud.registers.contact import BusinessContact, DecisionMaker
from tests.contacts import company, person


def on(field: str, operator: Operator, *values: str) -> Condition:
    """Return a condition."""
    return Condition(field=field, operator=operator, values=values)


def maker(role: str) -> DecisionMaker:
    """Return a synthetic person in that role."""
    return DecisionMaker(name=f"Testi {role}", role=role, phone=None)


@pytest.mark.parametrize(
    ("operator", "values", "code", "classification", "met"),
    [
        ("in", ("62",), "62010", "TOL2008", True),
        ("in", ("TOL2008:K",), "64190", "TOL2008", True),
        ("in", ("TOL2008:K",), "62010", "TOL2008", False),
        ("in", ("TOL2025:K",), "62010", "TOL2008", True),
        ("in", ("TOL2025:K",), "62100", "NACE2.1", True),
        ("in", ("TOL2025:K",), "64190", "TOL2008", False),
        # Nobody says which K it is of: telecommunications in both readings of 61, so it is.
        ("in", ("TOL2025:K",), "6130", None, True),
        # 63 is of section K in one version and of J, in part elsewhere, in the other.
        ("in", ("TOL2025:K",), "63120", None, False),
        # Sold by post: may be any trade, so it is surely none.
        ("in", ("TOL2025:4761",), "47910", "TOL2008", False),
        ("not_in", ("TOL2025:4761",), "47910", "TOL2008", False),
        ("not_in", ("TOL2025:4761",), "62010", "TOL2008", True),
        ("not_in", ("62010",), "62020", "TOL2008", True),
        ("not_in", ("62010",), "62", "TOL2008", False),
        ("prefix", ("4520",), "95310", "TOL2025", True),
        # Only one version has this code, so that nobody need say which.
        ("in", ("62010",), "62010", None, True),
        ("in", ("62010",), "62100", "TOL2025", True),
        ("in", ("62100",), "6210", "NACE2.1", True),
        ("in", ("47711",), "4771", "NACE2.1", False),
        ("not_in", ("47711",), "4771", "NACE2.1", False),
    ],
)
def test_an_industry_is_met_only_surely(
    operator: Operator, values: tuple[str, ...], code: str, classification: str | None, *, met: bool
) -> None:
    """A company is in the group if all its readings are in it, and outside if none may be."""
    contact = company(1, industry_code=code, industry_classification=classification)

    assert meets(on("industry", operator, *values), contact) is met


def test_the_registers_classification_holds_where_contacts_do_not_say() -> None:
    """What a manifest declares for all need not stand in each record."""
    contact = company(1, industry_code="61200")

    assert meets(on("industry", "in", "TOL2008:J"), contact, "TOL2008") is True
    assert meets(on("industry", "in", "TOL2008:J"), contact) is False


def test_an_unknown_field_is_neither_met_nor_unmet() -> None:
    """So that the planner can tell what the register alone knows."""
    contact = person(1, language=None, municipality=None)

    assert meets(on("language", "in", "fi"), contact) is None
    assert meets(on("region", "in", "01"), contact) is None


def test_a_region_is_that_of_the_municipality() -> None:
    """Whoever lives in Vantaa lives in Uusimaa."""
    assert meets(on("region", "in", "01"), person(1, municipality="092")) is True
    assert meets(on("region", "not_in", "01"), person(1, municipality="092")) is False


def test_one_person_in_the_role_is_enough() -> None:
    """A company belongs to the group if somebody in it has the role asked for."""
    contact = company(1, decision_makers=(maker("other"), maker("sales_director")))

    assert meets(on("decision_maker_role", "in", "sales_director"), contact) is True
    assert meets(on("decision_maker_role", "in", "owner"), contact) is False


def test_only_the_people_asked_for_are_delivered() -> None:
    """Whoever asks for sales directors gets no other person of the company."""
    contact = company(1, decision_makers=(maker("other"), maker("sales_director")))

    left = narrowed(contact, [on("decision_maker_role", "in", "sales_director")])

    assert isinstance(left, BusinessContact)
    assert [each.role for each in left.decision_makers] == ["sales_director"]
