"""What a register offers a customer: the criteria that it answers with our help, and its price."""

from collections.abc import Container, Mapping

from functions.search.age_group import AGE_GROUP, AGE_OPERATORS
from functions.search.criteria import CRITERIA
from functions.search.home import HOME_OPERATORS
from functions.search.messages import CapabilityMessage, ControllerMessage, RegisterMessage
from functions.search.premises import PREMISES_OPERATORS
from leadcloud.accounts.money import Money
from leadcloud.http.money_message import MoneyMessage
from leadcloud.registers.condition import Operator
from leadcloud.registers.interface import Capability, Native, RegisterDescription
from leadcloud.registers.policy import RegisterPolicy

Offer = tuple[tuple[str, ...], Native]
"""The operators of a criterion, and how the register answers it."""


def register_message(
    register: RegisterDescription,
    policy: RegisterPolicy,
    *,
    price: Money,
    countries_with_ages: Container[str],
) -> RegisterMessage:
    """Return what a customer is told about a register, at the price that it pays."""
    return RegisterMessage(
        id=register.id,
        name=register.name,
        kind=register.kind,
        controller=ControllerMessage(id=register.controller.id, name=register.controller.name),
        criteria={
            field: CapabilityMessage(ops=operators, native=native)
            for field, (operators, native) in offered(register, countries_with_ages).items()
            if field not in policy.closed_criteria
        },
        price_per_contact=MoneyMessage.of(price),
        purposes=tuple(sorted(register.purposes - policy.purposes_off)),
    )


def offered(register: RegisterDescription, countries_with_ages: Container[str]) -> dict[str, Offer]:
    """Return the criteria that a search of this register may use."""
    capabilities = dict(register.criteria)
    if "municipality" in capabilities:
        capabilities.setdefault("region", capabilities["municipality"])
    ours: dict[str, tuple[str, ...]] = {}
    if register.has_known_buildings:
        ours |= HOME_OPERATORS if register.kind == "consumer" else PREMISES_OPERATORS
    if register.kind == "consumer" and register.country in countries_with_ages:
        ours[AGE_GROUP] = AGE_OPERATORS
    return {
        **{field: (operators, "local") for field, operators in ours.items()},
        **_declared(register, capabilities),
    }


def _declared(
    register: RegisterDescription, capabilities: Mapping[str, Capability]
) -> dict[str, Offer]:
    return {
        field: (_operators(register, field, capability), capability.native)
        for field, capability in capabilities.items()
        if field in CRITERIA[register.kind]
    }


def _operators(
    register: RegisterDescription, field: str, capability: Capability
) -> tuple[Operator, ...]:
    sensible = CRITERIA[register.kind][field].operators
    if capability.carried or capability.native == "local":
        return sensible
    return tuple(operator for operator in sensible if operator in capability.operators)
