"""The criteria of a search: which fields limit which kind of contact, and what they may hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from functions.search.messages import CriterionValue
from leadcloud.errors import Fault, NotBuilt, RequestInvalid
from leadcloud.registers.condition import OPERATORS, Condition, Operator
from leadcloud.registers.interface import Kind

MAX_VALUES = 200
"""Most values of one condition; a longer list is several searches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One field that can limit a search."""

    whole: re.Pattern[str]
    """The form of a whole value."""
    start: re.Pattern[str] | None = None
    """The form of a prefix, where prefixes make sense."""
    form: str
    """The form in words."""

    def pattern(self, operator: Operator) -> re.Pattern[str] | None:
        """Return the form that the values of an operator must have, or None if it makes no sense."""
        return self.start if operator == "prefix" else self.whole


_POSTAL_CODE = Criterion(
    whole=re.compile(r"[0-9]{5}"),
    start=re.compile(r"[0-9]{1,5}"),
    form="Postal codes have five digits.",
)
_MUNICIPALITY = Criterion(
    whole=re.compile(r"[0-9]{3}"),
    form="Municipality codes have three digits.",
)

CRITERIA: dict[Kind, dict[str, Criterion]] = {
    "consumer": {
        "postal_code": _POSTAL_CODE,
        "municipality": _MUNICIPALITY,
        "gender": Criterion(
            whole=re.compile(r"female|male"),
            form="Known are female and male.",
        ),
        "language": Criterion(
            whole=re.compile(r"[a-z]{2}"),
            form="Languages are ISO 639-1 codes such as fi and sv.",
        ),
        "phone_type": Criterion(
            whole=re.compile(r"mobile|landline|company|other"),
            form="Known are mobile, landline, company and other.",
        ),
    },
    "business": {
        "postal_code": _POSTAL_CODE,
        "municipality": _MUNICIPALITY,
        "industry": Criterion(
            whole=re.compile(r"[0-9]{2,5}"),
            start=re.compile(r"[0-9]{2,5}"),
            form="Industries are two to five digits of TOL 2008.",
        ),
        "legal_form": Criterion(
            whole=re.compile(r"[A-ZÄÅÖ]{2,6}"),
            form="Legal forms are the trade register's codes such as OY.",
        ),
    },
}

_PLANNED: dict[Kind, frozenset[str]] = {
    "consumer": frozenset({"region", "age_group"}),
    "business": frozenset(
        {
            "region",
            "founded",
            "status",
            "staff_class",
            "turnover_class",
            "decision_maker_role",
            "area",
        }
    ),
}
"""In the public contract, and not there yet."""


def parse_criteria(kind: Kind, raw: Mapping[str, Mapping[str, CriterionValue]]) -> list[Condition]:
    """Return the conditions of a search.

    Raises:
        RequestInvalid: With every fault at once.
        NotBuilt: A criterion of the contract is not there yet.
    """
    if not raw.keys().isdisjoint(_PLANNED[kind]):
        raise NotBuilt("One of these criteria cannot be searched by yet.")
    read = [item for field, operators in raw.items() for item in _read(kind, field, operators)]
    faults = [item for item in read if isinstance(item, Fault)]
    if faults:
        raise RequestInvalid("The criteria have faults.", faults=faults)
    return [item for item in read if isinstance(item, Condition)]


def _read(
    kind: Kind, field: str, operators: Mapping[str, CriterionValue]
) -> Iterator[Condition | Fault]:
    """Yield the conditions on one field, or what is wrong with them."""
    criterion = CRITERIA[kind].get(field)
    if criterion is None:
        yield _unknown_field(kind)
        return
    if not operators:
        yield _unknown_operator(field, criterion)
    for name, values in operators.items():
        operator = next((known for known in OPERATORS if known == name), None)
        pattern = criterion.pattern(operator) if operator else None
        if operator is None or pattern is None or not isinstance(values, list):
            yield _unknown_operator(field, criterion)
        elif not 1 <= len(values) <= MAX_VALUES:
            yield _count_fault(field, operator)
        elif not all(pattern.fullmatch(value) for value in values):
            yield Fault(field=f"criteria.{field}.{operator}", code="form", detail=criterion.form)
        else:
            yield Condition(field=field, operator=operator, values=tuple(values))


def _unknown_field(kind: Kind) -> Fault:
    return Fault(
        field="criteria",
        code="criterion_unknown",
        detail=f"A {kind} search knows {', '.join(sorted(CRITERIA[kind]))}.",
    )


def _unknown_operator(field: str, criterion: Criterion) -> Fault:
    known = [name for name in OPERATORS if criterion.pattern(name)]
    return Fault(
        field=f"criteria.{field}",
        code="operator_unknown",
        detail=f"This field knows {', '.join(known)}.",
    )


def _count_fault(field: str, operator: str) -> Fault:
    return Fault(
        field=f"criteria.{field}.{operator}",
        code="count",
        detail=f"Give 1 to {MAX_VALUES} values.",
    )
