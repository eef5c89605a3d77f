"""An account's own register as data: what it is called, and where its columns are.

Stored as the account's configuration; the address of the database and its password are not part
of it. What a mapping cannot say (a name in one column, a join), a view in the database can.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from leadcloud.errors import Fault
from leadcloud.registers.condition import LIST_OPERATORS
from leadcloud.registers.contact import Gender, PhoneType
from leadcloud.registers.interface import (
    Capability,
    Controller,
    Kind,
    RegisterDescription,
    RegisterRefused,
)
from leadcloud.registers.manifest_part import Country, Id


class MappingRefused(RegisterRefused):
    """The database does not hold what the mapping names, or lost part of it; `faults` says which."""

    code = "register_mapping_refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactFields:
    """The fields of one kind of contact that a column can fill."""

    required: frozenset[str]
    """A row without one of these is no contact."""
    criteria: Mapping[str, str]
    """Criterion of a search → field that answers it."""
    further: frozenset[str]

    @property
    def every(self) -> frozenset[str]:
        """All fields that can be mapped."""
        return self.required | self.further | frozenset(self.criteria.values())


FIELDS: Final[Mapping[Kind, ContactFields]] = {
    "consumer": ContactFields(
        required=frozenset({"first_name", "last_name", "phone"}),
        criteria={
            name: name
            for name in ("gender", "language", "municipality", "phone_type", "postal_code")
        },
        further=frozenset({"marketing_ban", "street"}),
    ),
    "business": ContactFields(
        required=frozenset({"business_id", "name", "phone"}),
        criteria={
            "founded": "founded",
            "industry": "industry_code",
            "legal_form": "legal_form",
            "municipality": "municipality",
            "postal_code": "postal_code",
            "staff_class": "staff_class",
            "status": "status",
            "turnover_class": "turnover_class",
        },
        further=frozenset({"industry_classification", "post_office", "street"}),
    ),
}
_PURPOSES: Final[Mapping[Kind, str]] = {
    "consumer": "telemarketing_b2c",
    "business": "telemarketing_b2b",
}

BAN: Final = "marketing_ban"
NO_BAN: Final = "false"
_CLOSED: Final[Mapping[str, tuple[str, ...]]] = {
    "gender": get_args(Gender),
    "phone_type": get_args(PhoneType),
    BAN: ("true", NO_BAN),
}
"""Fields with a fixed set of values; any other value in the column is unknown."""
_CODES_WHERE_NONE_ARE_GIVEN: Final[Mapping[str, Mapping[str, str]]] = {
    **{field: {value: value for value in values} for field, values in _CLOSED.items()},
    BAN: {"false": NO_BAN, "0": NO_BAN},
}

Identifier = Annotated[str, Field(min_length=1, max_length=128)]
Codes = Annotated[dict[str, str], Field(min_length=1, max_length=1000)]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class ColumnMapping(_Document):
    """Where in a customer's database the fields of a contact are."""

    kind: Kind
    table: Identifier
    """A table or a view."""
    schema_name: Identifier | None = None
    key: Identifier
    """A column that no two rows share; pages follow its order. Whole number, text or UUID."""
    columns: dict[str, Identifier]
    """Field → column."""
    constants: dict[str, str] = {}
    """Field → the value that it has for every contact."""
    codes: dict[str, Codes] = {}
    """Field → what stands in the column → what it means; what is not named is unknown.

    For `marketing_ban` the meanings are `true` and `false`, unknown counts as a ban, and the
    empty text stands for a column without a value.
    """

    @model_validator(mode="after")
    def _fits_the_kind(self) -> Self:
        if problems := list(self._problems()):
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        fields = FIELDS[self.kind]
        optional = fields.every - fields.required
        if not self.columns.keys() <= fields.every:
            yield "columns name a field that this kind of contact does not have"
        if not fields.required <= self.columns.keys():
            yield f"columns must name {', '.join(sorted(fields.required))}"
        if not self.constants.keys() <= optional - {BAN, "street"}:
            yield "constants name a field that cannot be the same for all contacts"
        if self.columns.keys() & self.constants.keys():
            yield "a field is both a column and a constant"
        if not self.codes.keys() <= self.columns.keys() & (optional - {"street"}):
            yield "codes are for mapped columns other than name, phone and street"
        if not all(_is_known(field, value) for field, value in self._meanings()):
            yield "a constant or a code means something that its field cannot be"
        if any("" in codes for field, codes in self.codes.items() if field != BAN):
            yield f"only {BAN} gives a column without a value a meaning"

    def _meanings(self) -> Iterator[tuple[str, str]]:
        yield from self.constants.items()
        for field, codes in self.codes.items():
            yield from ((field, meaning) for meaning in codes.values())

    def codes_of(self, field: str) -> Mapping[str, str] | None:
        """Return what the values of a column mean; None where they speak for themselves."""
        return self.codes.get(field) or _CODES_WHERE_NONE_ARE_GIVEN.get(field)


def _is_known(field: str, value: str) -> bool:
    return value in _CLOSED.get(field, (value,)) and value != ""


class RegisterController(_Document):
    """Who decides about the register: the account itself, or whom it acts for."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,62}$")]
    name: str


class OwnRegister(_Document):
    """The configuration of one register in an account's own database."""

    id: Id
    name: str
    controller: RegisterController
    price_per_contact: Annotated[Decimal, Field(ge=0)]
    currency: Literal["EUR"] = "EUR"
    country: Country = "FI"
    mapping: ColumnMapping

    def description(self) -> RegisterDescription:
        """Return what the account is told about its register."""
        mapped = self.mapping.columns.keys() | self.mapping.constants.keys()
        criteria = FIELDS[self.mapping.kind].criteria
        return RegisterDescription(
            id=self.id,
            name=self.name,
            kind=self.mapping.kind,
            controller=Controller(id=self.controller.id, name=self.controller.name),
            criteria={
                name: self._capability(name) for name, field in criteria.items() if field in mapped
            },
            price_per_contact=self.price_per_contact,
            currency=self.currency,
            purposes=frozenset({_PURPOSES[self.mapping.kind]}),
            has_streets={"street", "postal_code"} <= mapped,
            country=self.country,
        )

    def _capability(self, criterion: str) -> Capability:
        classification = self.mapping.constants.get("industry_classification")
        return Capability(
            operators=frozenset({"range"} if criterion == "founded" else LIST_OPERATORS),
            native="exact",
            carried=True,
            codeset=classification if criterion == "industry" else None,
        )
