"""The operator's switches: what a register's policy may hold, read strictly."""

from collections.abc import Iterator

from functions.search.age_group import AGE_GROUP
from functions.search.criteria import CRITERIA
from functions.search.home import HOME_OPERATORS
from functions.search.messages import PolicyMessage
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.purpose import DELIVERED, INDISPENSABLE, KIND_OF
from leadcloud.registers.interface import Kind
from leadcloud.registers.policy import RegisterPolicy


def read_policy(message: PolicyMessage, kind: Kind) -> RegisterPolicy:
    """Return the policy for a register of this kind.

    Raises:
        RequestInvalid: It names something that such a register does not have; all at once.
    """
    criteria = CRITERIA[kind].keys() | {AGE_GROUP} | HOME_OPERATORS.keys()
    fields = {
        field
        for purpose, its_kind in KIND_OF.items()
        if its_kind == kind
        for field in DELIVERED[purpose] - INDISPENSABLE[purpose]
    }
    faults = [
        *_unknown("criteria_off", message.criteria_off, criteria),
        *_unknown("fields_off", message.fields_off, fields),
    ]
    if faults:
        raise RequestInvalid("The policy has faults.", faults=faults)
    return RegisterPolicy(
        enabled=message.enabled,
        criteria_off=frozenset(message.criteria_off),
        fields_off=frozenset(message.fields_off),
        purposes_off=frozenset(message.purposes_off),
        age_prediction=message.age_prediction,
    )


def _unknown(where: str, names: list[str], known: set[str]) -> Iterator[Fault]:
    for number, name in enumerate(names):
        if name not in known:
            yield Fault(
                field=f"{where}.{number}",
                code="unknown",
                detail=f"Can be switched off: {', '.join(sorted(known))}.",
            )
