"""The criteria of a search: which fields limit which kind of contact, and what they may hold."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from functions.search.age_group import AGE_GROUP
from functions.search.criteria_message import CriteriaMessage, ValuesMessage
from functions.search.home import HOME_FIELDS
from functions.search.premises import PREMISES_FIELDS
from functions.search.values import (
    ReadValues,
    codes_of,
    dates,
    industries,
    missing_postal_codes,
    postal_codes,
)
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.registers.condition import LIST_OPERATORS, Condition, Operator
from leadcloud.registers.interface import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One field that can limit a search."""

    operators: tuple[Operator, ...]
    read: ReadValues


def _coded(list_id: str) -> Criterion:
    return Criterion(operators=("in", "not_in"), read=codes_of(list_id))


_PLACE = {
    "postal_code": Criterion(operators=LIST_OPERATORS, read=postal_codes),
    "municipality": _coded("municipality"),
    "region": _coded("region"),
}

CRITERIA: dict[Kind, dict[str, Criterion]] = {
    "consumer": {
        **_PLACE,
        "gender": _coded("gender"),
        "language": _coded("language"),
        "phone_type": _coded("phone_type"),
    },
    "business": {
        **_PLACE,
        "decision_maker_role": _coded("decision_maker_role"),
        "founded": Criterion(operators=("range",), read=dates),
        "industry": Criterion(operators=LIST_OPERATORS, read=industries),
        "legal_form": _coded("legal_form"),
        "staff_class": _coded("staff_class"),
        "status": _coded("status"),
        "turnover_class": _coded("turnover_class"),
    },
}

_HELPED: dict[Kind, frozenset[str]] = {
    "consumer": HOME_FIELDS | {AGE_GROUP},
    "business": PREMISES_FIELDS,
}
"""Fields that no register knows, and we do; they are read where they are answered."""


def parse_criteria(
    kind: Kind, raw: CriteriaMessage, existing_postal_codes: Collection[str] | None = None
) -> list[Condition]:
    """Return the conditions of a search.

    Args:
        kind: Of the registers searched.
        raw: As they came in.
        existing_postal_codes: All there are; None where no list of them was loaded.

    Raises:
        RequestInvalid: With every fault at once.
    """
    read = [item for field, operators in raw.items() for item in _read(kind, field, operators)]
    faults = [item for item in read if isinstance(item, Fault)]
    conditions = [item for item in read if isinstance(item, Condition)]
    if existing_postal_codes is not None:
        faults += _missing(conditions, existing_postal_codes)
    if faults:
        raise RequestInvalid("The criteria have faults.", faults=faults)
    return conditions


def _read(
    kind: Kind, field: str, operators: Mapping[str, ValuesMessage]
) -> Iterator[Condition | Fault]:
    """Yield the conditions on one field, or what is wrong with them."""
    criterion = CRITERIA[kind].get(field)
    if criterion is None:
        yield _unknown_field(kind)
        return
    if not operators:
        yield _unknown_operator(field, criterion)
    for name, raw in operators.items():
        operator = next((known for known in criterion.operators if known == name), None)
        if operator is None:
            yield _unknown_operator(field, criterion)
            continue
        read = criterion.read(_path(field, operator), operator, raw)
        if isinstance(read, list):
            yield from read
        else:
            yield Condition(field=field, operator=operator, values=read)


def _missing(conditions: list[Condition], existing: Collection[str]) -> Iterator[Fault]:
    for condition in conditions:
        if condition.field == "postal_code":
            where = _path(condition.field, condition.operator)
            yield from missing_postal_codes(where, condition, existing)


def _path(field: str, operator: str) -> str:
    return f"criteria.{field}.{operator}"


def _unknown_field(kind: Kind) -> Fault:
    known = CRITERIA[kind].keys() | _HELPED[kind]
    return Fault(
        field="criteria",
        code="criterion_unknown",
        detail=f"A {kind} search knows {', '.join(sorted(known))}.",
    )


def _unknown_operator(field: str, criterion: Criterion) -> Fault:
    return Fault(
        field=f"criteria.{field}",
        code="operator_unknown",
        detail=f"This field knows {', '.join(criterion.operators)}.",
    )
