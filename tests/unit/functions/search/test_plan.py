"""Who answers what: the register, the register and we, we, or nobody."""

from dataclasses import replace

import pytest

from functions.search.plan import SourcePlan, plan
from leadcloud.registers.condition import Condition, Operator
from leadcloud.registers.contact import Contact
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import Capability, Native, RegisterDescription
from leadcloud.registers.policy import RegisterPolicy
from tests.contacts import describe, person


def planned(
    capability: Capability | None,
    field: str,
    operator: Operator,
    *values: str,
    policy: RegisterPolicy | None = None,
) -> SourcePlan:
    """Plan one condition at a register that declares this about its field."""
    kind = "consumer" if field == "gender" else "business"
    declared = {field: capability} if capability else {}
    return plan(
        InMemoryRegister(describe("r", kind=kind, native=declared), []),
        [Condition(field=field, operator=operator, values=values)],
        purpose="telemarketing_b2b",
        policy=policy or RegisterPolicy(),
    )


def capable(
    native: Native, *operators: Operator, carried: bool = False, codeset: str | None = None
) -> Capability:
    """Return what a register declares."""
    return Capability(
        operators=frozenset(operators), native=native, carried=carried, codeset=codeset
    )


@pytest.mark.parametrize(
    ("capability", "answered_by", "pushed"),
    [
        (capable("exact", "in"), "register", True),
        (capable("superset", "in"), "register_and_us", True),
        (capable("local"), "us", False),
        (capable("exact", "not_in"), "nobody", False),
        (capable("exact", "not_in", carried=True), "us", False),
        (None, "nobody", False),
    ],
)
def test_each_condition_is_answered_as_the_register_declares(
    capability: Capability | None, answered_by: str, *, pushed: bool
) -> None:
    """Per operator: what the register cannot apply and its contacts show, we apply."""
    found = planned(capability, "gender", "in", "male")

    assert [step.answered_by for step in found.steps] == [answered_by]
    assert bool(found.pushed) is pushed
    assert found.unanswerable == (("gender",) if answered_by == "nobody" else ())


@pytest.mark.parametrize(
    ("codeset", "operator", "values", "pushed"),
    [
        ("TOL2008", "in", ("62010",), ("in", ("62010",))),
        ("TOL2008", "in", ("62",), ("prefix", ("62",))),
        ("TOL2008", "prefix", ("62010", "62020"), ("in", ("62010", "62020"))),
        ("TOL2008", "in", ("TOL2008:K",), ("prefix", ("64", "65", "66"))),
        ("TOL2025", "in", ("TOL2025:K",), ("prefix", ("61", "62", "63"))),
        ("TOL2025", "prefix", ("9602",), ("prefix", ("9621", "9622"))),
        ("TOL2008", "not_in", ("62010",), ("not_in", ("62010",))),
        (None, "in", ("01110",), ("in", ("01110",))),
        (None, "in", ("62",), ("prefix", ("62",))),
        ("NACE2.1", "in", ("6201",), ("prefix", ("621",))),
        ("NACE2.1", "in", ("62", "47711"), ("prefix", ("62",))),
        ("TOL2025", "in", ("62010",), ("prefix", ("621",))),  # all of its class
        ("NACE2.1", "in", ("62100",), ("prefix", ("6210",))),  # all of its class
    ],
)
def test_an_industry_is_asked_for_in_the_registers_own_codes(
    codeset: str | None,
    operator: Operator,
    values: tuple[str, ...],
    pushed: tuple[Operator, tuple[str, ...]],
) -> None:
    """Translated where the register uses another version; section letters become digits."""
    capability = capable("exact", "in", "not_in", "prefix", codeset=codeset)

    (asked,) = planned(capability, "industry", operator, *values).pushed

    assert (asked.operator, asked.values) == pushed


@pytest.mark.parametrize(
    ("codeset", "operator", "value"),
    [
        ("TOL2025", "in", "47111"),  # a part of a class has no counterpart
        ("NACE2.1", "in", "47711"),  # another country's fifth digit means something else
    ],
)
def test_a_source_whose_codes_cannot_say_it_is_skipped(
    codeset: str, operator: Operator, value: str
) -> None:
    """Rather than asked for something else, or read to its end for nothing."""
    capability = capable("exact", "in", "prefix", carried=True, codeset=codeset)

    assert planned(capability, "industry", operator, value).skipped == "criterion_unsupported"


@pytest.mark.parametrize(
    ("values", "pushed"),
    [
        (("62100",), ("62100",)),
        (("6210",), ("62100",)),
        (("TOL2008:62010",), ("62100",)),
        (("62",), None),
        (("47",), None),
    ],
)
def test_a_register_that_finds_by_whole_codes_is_asked_for_the_only_one(
    values: tuple[str, ...], pushed: tuple[str, ...] | None
) -> None:
    """Rather than read to its end by us; where there are several, we look through them."""
    capability = capable("superset", "in", carried=True, codeset="TOL2025")

    asked = planned(capability, "industry", "in", *values).pushed

    assert [(each.operator, each.values) for each in asked] == ([("in", pushed)] if pushed else [])


def test_versions_are_not_pushed_to_a_register_that_names_none() -> None:
    """Its digits may be of either version; we compare each contact by its own."""
    capability = capable("exact", "in", "prefix", carried=True)

    assert planned(capability, "industry", "in", "TOL2008:K").pushed == ()


@pytest.mark.parametrize(
    ("policy", "skipped"),
    [
        (RegisterPolicy(enabled=False), "register_switched_off"),
        (RegisterPolicy(purposes_off=frozenset({"telemarketing_b2b"})), "register_switched_off"),
        (RegisterPolicy(purposes_off=frozenset({"telemarketing_b2c"})), None),
        (RegisterPolicy(criteria_off=frozenset({"gender"})), "criterion_unsupported"),
    ],
)
def test_what_the_operator_switched_off_is_off(policy: RegisterPolicy, skipped: str | None) -> None:
    """A register, a purpose at it, or one of its criteria."""
    found = planned(capable("exact", "in"), "gender", "in", "male", policy=policy)

    assert found.skipped == skipped


def test_a_field_that_is_switched_off_does_not_leave() -> None:
    """Such a field is left out whatever the purpose permits."""
    found = planned(
        capable("exact", "in"),
        "gender",
        "in",
        "male",
        policy=RegisterPolicy(fields_off=frozenset({"phone"})),
    )

    assert "phone" not in found.fields
    assert "business_id" in found.fields


class EvenNumbers:
    """Knows something of contacts that no register has."""

    asked = (("building_type", "in"),)

    def can_help(self, register: RegisterDescription) -> bool:
        return register.has_streets

    def admits(self, contact: Contact, _register: RegisterDescription, /) -> bool:
        return bool(contact.phone) and int(str(contact.phone)[-1]) % 2 == 0


@pytest.mark.parametrize("has_streets", [True, False])
def test_a_help_answers_in_a_registers_stead(*, has_streets: bool) -> None:
    """Where its contacts hold what that needs; else the source is skipped, not read for nothing."""
    description = replace(describe("r"), has_streets=has_streets)

    found = plan(
        InMemoryRegister(description, []),
        [],
        purpose="telemarketing_b2c",
        policy=RegisterPolicy(),
        helps=[EvenNumbers()],
    )

    assert [(step.field, step.answered_by) for step in found.steps] == [
        ("building_type", "us" if has_streets else "nobody")
    ]
    assert [found.admits(person(number)) for number in (1, 2)] == [False, True]
