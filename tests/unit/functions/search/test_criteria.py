"""Criteria are read strictly: what is not understood is refused by name, never ignored."""

from typing import Any

import pytest

from functions.search.age_group import AGE_GROUP
from functions.search.criteria import CRITERIA, parse_criteria
from functions.search.home import HOME_OPERATORS
from functions.search.messages import SearchRequest
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.http.wire import parse
from leadcloud.registers.condition import OPERATORS, Condition
from leadcloud.registers.interface import Kind


def read(kind: Kind, criteria: Any, **options: Any) -> list[Condition]:
    """Read criteria as they come over the wire."""
    body = {"purpose": "p", "registers": ["r"], "criteria": criteria}
    return parse_criteria(kind, parse(SearchRequest, body).criteria, **options)


def faults(kind: Kind, criteria: Any, **options: Any) -> list[Fault]:
    """Return what is wrong with criteria."""
    with pytest.raises(RequestInvalid) as refused:
        read(kind, criteria, **options)
    return list(refused.value.faults)


@pytest.mark.parametrize(
    ("field", "wrong", "nearest"),
    [
        ("municipality", "92", "092"),
        ("municipality", "004", "233"),  # Alahärmä, part of Kauhava since 2009
        ("region", "1", "01"),
        ("legal_form", "OYY", "OYJ"),
        ("staff_class", "20-50", "20-49"),
        ("turnover_class", "2-11", "2-10"),
        ("status", "activ", "active"),
        ("decision_maker_role", "toimitusjohtaja", "managing_director"),
        ("municipality", "Vanda", "092"),
        ("industry", "TOL2025:45", "TOL2025:467"),
        ("industry", "62019", "TOL2008:62010"),
    ],
)
def test_an_unknown_code_names_the_nearest(field: str, wrong: str, nearest: str) -> None:
    """A wrong or retired code is never a silent zero."""
    operator = "prefix" if field == "industry" else "in"

    (fault,) = faults("business", {field: {operator: [wrong]}})

    assert (fault.field, fault.code) == (f"criteria.{field}.{operator}.0", "code_unknown")
    assert nearest in fault.detail


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("62.01", " The nearest: TOL2008:6201."),
        ("62.100", " The nearest: TOL2025:62100."),
        ("tol2025:k", " The nearest: TOL2025:K."),
        ("k", " The nearest: TOL2008:K, TOL2025:K."),
        ("Dataprogrammering", " The nearest: TOL2008:6201, TOL2008:62010."),
        ("62.019", ""),
        ("ohjelmistoja", ""),
        ("", ""),
    ],
)
def test_an_industry_written_otherwise_is_told_as_it_is_written_here(
    written: str, meant: str
) -> None:
    """With the dots of NACE, in small letters, or by its name."""
    (fault,) = faults("business", {"industry": {"in": [written]}})

    assert fault.code == "form"
    assert (
        fault.detail.removeprefix("An industry is 2 to 5 digits, or a section such as TOL2025:K.")
        == meant
    )


def test_a_fault_does_not_repeat_what_was_sent() -> None:
    """Somebody may have put a name or a number there."""
    (fault,) = faults("consumer", {"municipality": {"in": ["0401234567"]}})

    assert "0401234567" not in fault.detail


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("K", "Financial and insurance activities", "Telecommunication, "),
        ("4781", "Retail sale via stalls and markets of food", "Retail sale of motor vehicles"),
        ("25300", "Manufacture of steam generators", "Manufacture of weapons and ammunition"),
        ("612", "Wireless telecommunications", "Telecommunication reselling"),
    ],
)
def test_what_is_another_industry_in_each_version_needs_its_version(
    code: str, old: str, new: str
) -> None:
    """Who asks for car dealers must not be given, and charged, market stalls."""
    (fault,) = faults("business", {"industry": {"in": [code]}})

    assert fault.code == "version_needed"
    assert f"TOL2008:{code} ({old}" in fault.detail
    assert f"TOL2025:{code} ({new}" in fault.detail


@pytest.mark.parametrize("code", ["47", "62", "01110", "62010", "TOL2025:4781", "V"])
def test_what_is_much_the_same_in_both_versions_needs_none(code: str) -> None:
    """Nor what only one of them has."""
    (condition,) = read("business", {"industry": {"in": [code]}})

    assert condition.values == (code,)


def test_each_wrong_value_is_named_but_not_endlessly() -> None:
    """Ten faults of one condition are enough to see what is wrong."""
    found = faults("consumer", {"municipality": {"in": ["092", *["999"] * 50]}})

    assert [fault.field for fault in found] == [
        f"criteria.municipality.in.{n}" for n in range(1, 11)
    ]


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ({"from": "2015", "to": "2020"}, ("2015-01-01", "2020-12-31")),
        ({"from": 2015}, ("2015-01-01", "9999-12-31")),
        ({"to": "2020-02"}, ("0001-01-01", "2020-02-29")),
        ({"from": "2020-02-29", "to": "2020-02-29"}, ("2020-02-29", "2020-02-29")),
    ],
)
def test_a_range_of_dates_includes_its_ends(asked: Any, values: tuple[str, str]) -> None:
    """Years and months stand for all their days."""
    assert read("business", {"founded": {"range": asked}}) == [
        Condition(field="founded", operator="range", values=values)
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"from": "2020", "to": "2015"},
        {"from": "2021-02-29"},
        {"from": "0000"},
        {"from": "12.3.2020"},
        {"from": "\uff12\uff10\uff12\uff10"},
        ["2020"],
    ],
)
def test_a_range_that_is_none_is_refused(asked: Any) -> None:
    """No date is guessed at."""
    (fault,) = faults("business", {"founded": {"range": asked}})

    assert fault.field == "criteria.founded.range"


def test_a_list_operator_takes_no_range() -> None:
    """The value must be of the operator's kind."""
    (fault,) = faults("consumer", {"postal_code": {"in": {"from": "00100"}}})

    assert (fault.field, fault.code) == ("criteria.postal_code.in", "form")


def test_a_loaded_list_of_postal_codes_is_applied() -> None:
    """Where the operator loaded the list, a code or a beginning that no code has is refused."""
    criteria = {"postal_code": {"in": ["01300", "99999"], "prefix": ["01", "99"]}}

    assert len(read("consumer", criteria)) == 2
    found = faults("consumer", criteria, existing_postal_codes={"01300"})
    assert [(fault.field, fault.code) for fault in found] == [
        ("criteria.postal_code.in.1", "code_unknown"),
        ("criteria.postal_code.prefix.1", "code_unknown"),
    ]


@pytest.mark.parametrize(
    ("operator", "wrong", "nearest"),
    [("in", "01301", "01300, 01280, 01350"), ("prefix", "014", "013, 012, 010")],
)
def test_a_missing_postal_code_names_the_nearest(operator: str, wrong: str, nearest: str) -> None:
    """Neighbouring codes are neighbouring places, and a beginning is as long as what was asked."""
    existing = {"00100", "01000", "01280", "01300", "01350", "33100"}

    (fault,) = faults(
        "consumer", {"postal_code": {operator: [wrong]}}, existing_postal_codes=existing
    )

    assert fault.detail.endswith(f"The nearest: {nearest}.")


def test_missing_postal_codes_are_named_but_not_endlessly() -> None:
    """Each costs a comparison with the whole list."""
    criteria = {"postal_code": {"in": [f"9{n:04d}" for n in range(200)]}}

    assert len(faults("consumer", criteria, existing_postal_codes={"01300"})) == 10


def test_repeated_values_count_once() -> None:
    """So that a register is not asked twice for the same."""
    (condition,) = read("consumer", {"gender": {"in": ["male", "male"]}})

    assert condition.values == ("male",)


def test_the_contracts_criteria_are_there() -> None:
    """All that the public contract names, save for those that ages and buildings answer."""
    assert CRITERIA["business"].keys() == {
        "industry",
        "legal_form",
        "postal_code",
        "municipality",
        "region",
        "founded",
        "status",
        "staff_class",
        "turnover_class",
        "decision_maker_role",
    }
    assert CRITERIA["consumer"].keys() == {
        "postal_code",
        "municipality",
        "region",
        "language",
        "gender",
        "phone_type",
    }


def test_our_own_words_may_stand_in_faults() -> None:
    """The messages know every criterion and operator, so that faults can name them."""
    criteria = {AGE_GROUP, *HOME_OPERATORS, *CRITERIA["consumer"], *CRITERIA["business"]}
    operators = {*OPERATORS, *(each for names in HOME_OPERATORS.values() for each in names)}

    assert criteria | operators == SearchRequest.words
