"""A register's manifest: a TOML file that says how its HTTP interface is asked and read.

TOML, because YAML reads the municipality 091 as a number.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from leadcloud.purpose import KIND_OF, Purpose
from leadcloud.registers.condition import Operator
from leadcloud.registers.contact import (
    ATTRIBUTES,
    BusinessContact,
    ConsumerContact,
    Gender,
    PhoneType,
)
from leadcloud.registers.interface import (
    Capability,
    Controller,
    Kind,
    Native,
    RegisterDescription,
)

CONTACT_OF = {"consumer": ConsumerContact, "business": BusinessContact}

_NEEDED = {
    "consumer": {"first_name", "last_name", "phone"},
    "business": {"business_id", "name"},
}
_CODES_ALLOWED = {
    "gender": frozenset(get_args(Gender)),
    "phone_type": frozenset(get_args(PhoneType)),
}

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s?#]+[^\s?#/]$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Place = Annotated[str, Field(pattern=r"^[^\s.]+(\.[^\s.]+)*$")]
"""Names of nested JSON members, dots between them."""


class ManifestInvalid(Exception):
    """A manifest is wrong; `faults` holds one sentence for each field that is."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class ControllerPart(_Part):
    """Who decides about the register."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
    name: str


class NoAuth(_Part):
    """The register is open to all."""

    kind: Literal["none"]


class ClientCredentialsAuth(_Part):
    """OAuth 2.0 client credentials; the last two are names of secrets, not secrets."""

    kind: Literal["client_credentials"]
    token_url: str
    """Absolute, or a path on the base URL."""
    client_id: str
    client_secret: str


class RequestPart(_Part):
    """How a search is sent."""

    base_url: Url
    path: Annotated[str, Field(pattern=r"^/[^\s?#]*$")]
    method: Literal["GET"] = "GET"
    parameters: dict[str, str] = {}
    """Sent with every search."""
    headers: dict[str, str] = {}
    request_id_header: str | None = None
    max_seconds: Annotated[float, Field(gt=0, le=25)] = 10.0
    max_bytes: Annotated[int, Field(ge=1_000, le=50_000_000)] = 5_000_000
    counts_free: bool = False
    """A page of one contact, asked for because of its total, is not charged."""
    repeatable: bool = False
    """The same page asked for again is not charged again, so that a failed call may be repeated."""


class Limits(_Part):
    """How often the register bears to be called, by all who share our access."""

    per_second: Annotated[float, Field(gt=0, le=10_000)]
    burst: Annotated[int, Field(ge=1, le=10_000)]


def _place_of(criterion: str) -> str:
    if criterion == "decision_maker_role":
        return "extract.decision_makers"
    return f"extract.fields.{ATTRIBUTES.get(criterion, criterion)}"


def _has_pair(parameters: Mapping[Operator, str | tuple[str, str]], operator: Operator) -> bool:
    return isinstance(parameters.get(operator), tuple)


class Criterion(_Part):
    """What the register can do with one criterion, and by which parameters."""

    native: Native
    parameters: dict[Operator, str | tuple[str, str]] = {}
    """Operator to parameter. Two parameters take the ends of a range, or of a class such as 5-9."""
    also: tuple[Operator, ...] = ()
    """Operators without a parameter of their own: answered by a superset, or here."""
    several: Literal["comma", "repeated", "not_asked", "none"] = "comma"
    """How several values are asked for. The register takes one only: `not_asked`, several are asked
    for by leaving the parameter out; `none`, they cannot be asked for."""
    codeset: Literal["TOL2008", "TOL2025", "NACE2", "NACE2.1"] | None = None
    """Of `industry`: whose codes the register takes and gives."""
    written: Literal["plain", "dotted"] = "plain"
    """Of `industry`: 6210, or 62.10."""

    @property
    def operators(self) -> frozenset[Operator]:
        """Every operator that the register, or we in its stead, can answer."""
        return frozenset({*self.parameters, *self.also})

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.native == "local" and self.parameters:
            raise ValueError("a local criterion has no parameters")
        if self.native != "local" and not self.parameters:
            raise ValueError("an exact or superset criterion needs a parameter")
        if self.native == "exact" and (self.also or self.several == "not_asked"):
            raise ValueError("an exact criterion asks for every operator and every value")
        if self.several != "none" and _has_pair(self.parameters, "in"):
            raise ValueError(
                "the ends of a class are asked for one class at a time: several = none"
            )
        if "range" in self.parameters and not _has_pair(self.parameters, "range"):
            raise ValueError("a range has two parameters")
        if not self.operators:
            raise ValueError("a criterion needs an operator")
        return self


class Paging(_Part):
    """How the register cuts its answers into pages."""

    kind: Literal["page", "offset", "cursor", "none"]
    parameter: str | None = None
    """Takes the page number, the offset or the cursor."""
    first: int = 1
    """Number of the first page, of the kind `page`."""
    size: Annotated[int, Field(ge=1)]
    """Records on a page: exactly, or at most if there is a size parameter."""
    size_parameter: str | None = None
    stop: Literal["total", "short_page", "cursor"] = "total"
    """What tells that there is no further page."""
    next_cursor: Place | None = None
    max_reach: int | None = None
    """Records from the first on that the register lets anyone reach."""
    past_the_end: Literal["empty", "repeats_first"] = "empty"
    """What a page beyond the last one shows."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind != "none" and self.parameter is None:
            raise ValueError("these pages need a parameter")
        if self.kind == "page" and self.size_parameter is not None:
            raise ValueError("numbered pages have a fixed size")
        if (self.kind == "cursor") != (self.next_cursor is not None):
            raise ValueError("next_cursor belongs to the kind cursor, and only to it")
        if (self.kind == "cursor") != (self.stop == "cursor"):
            raise ValueError("the kind cursor stops by its cursor, and no other does")
        if self.past_the_end == "repeats_first" and self.stop != "total":
            raise ValueError("where a page beyond the end repeats the first, only the total stops")
        return self


class DecisionMakers(_Part):
    """Where a company's record holds the people who decide in it."""

    records: Place
    name: Place
    role: Place
    phone: Place | None = None


class Extract(_Part):
    """How contacts are read from an answer."""

    records: Place
    missing_is_empty: bool = False
    """An answer of nothing leaves the records out (HAL does)."""
    total: Place | None = None
    reader: Literal["fields", "ytj_company", "enhetsregisteret_enhet"] = "fields"
    """`fields` goes by the table below; others are modules for records that need choosing."""
    fields: dict[str, Place] = {}
    """Our name of a field to its place in a record."""
    decision_makers: DecisionMakers | None = None
    codes: dict[str, dict[str, str]] = {}
    """Of a field (or `role`): the register's code to ours. A code that is not here is unknown."""
    constants: dict[str, str] = {}
    """Fields that are the same in every record."""
    phone_region: Country = "FI"


class Manifest(_Part):
    """Everything that is particular about one register."""

    id: Id
    name: str
    kind: Kind
    controller: ControllerPart
    price_per_contact: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)]
    """What the account at the top of a tree pays us."""
    cost_per_contact: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)] = Decimal(0)
    """What the controller charges us."""
    currency: Literal["EUR"]
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    country: Country = "FI"
    auth: Annotated[NoAuth | ClientCredentialsAuth, Field(discriminator="kind")]
    request: RequestPart
    limits: Limits | None = None
    criteria: dict[str, Criterion]
    paging: Paging
    extract: Extract

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if faults := tuple(self._contradictions()):
            raise ValueError("; ".join(faults))
        return self

    def _contradictions(self) -> Iterator[str]:
        known = {each.name for each in fields(CONTACT_OF[self.kind])}
        carried = {*self.extract.fields, *self.extract.constants}
        if self.paging.stop == "total" and self.extract.total is None:
            yield "paging.stop is total, so extract.total is needed"
        for purpose in self.purposes:
            if KIND_OF[purpose] != self.kind:
                yield f"purposes: {purpose} is not for a {self.kind} register"
        if self.extract.reader == "fields":
            yield from (
                f"extract.fields.{name} is needed" for name in sorted(_NEEDED[self.kind] - carried)
            )
            for name, criterion in self.criteria.items():
                if criterion.native != "exact" and not self._carries(name):
                    yield f"criteria.{name}: to check it here, {_place_of(name)} is needed"
        yield from (f"extract: {name} is no field of a contact" for name in sorted(carried - known))
        yield from self._code_contradictions()

    def _carries(self, criterion: str) -> bool:
        """Tell whether the contacts that are read show the field that a criterion is about."""
        if self.extract.reader != "fields":
            return self.criteria[criterion].native != "exact"
        if criterion == "decision_maker_role":
            return self.extract.decision_makers is not None
        field = ATTRIBUTES.get(criterion, criterion)
        return field in self.extract.fields or field in self.extract.constants

    def _code_contradictions(self) -> Iterator[str]:
        for name, codes in self.extract.codes.items():
            allowed = _CODES_ALLOWED.get(name)
            if allowed and not allowed.issuperset(codes.values()):
                yield f"extract.codes.{name}: ours are {', '.join(sorted(allowed))}"
            if name in self.criteria and "prefix" in self.criteria[name].parameters:
                yield f"criteria.{name}: a field with codes cannot be asked for by prefix"

    @property
    def is_repeatable(self) -> bool:
        """Tell whether a call may be made twice without a second charge."""
        return self.request.repeatable or not self.price_per_contact

    @property
    def counts_free_of_charge(self) -> bool:
        """Tell whether it can be asked how many there are without being charged for it."""
        return self.request.counts_free or not self.price_per_contact

    def description(self) -> RegisterDescription:
        """Return what the planner and the customer are told."""
        return RegisterDescription(
            id=self.id,
            name=self.name,
            kind=self.kind,
            controller=Controller(id=self.controller.id, name=self.controller.name),
            criteria={
                name: Capability(
                    operators=criterion.operators,
                    native=criterion.native,
                    carried=self._carries(name),
                    codeset=criterion.codeset,
                    single=criterion.several == "none",
                )
                for name, criterion in self.criteria.items()
            },
            price_per_contact=self.price_per_contact,
            cost_per_contact=self.cost_per_contact,
            currency=self.currency,
            purposes=frozenset(self.purposes),
            has_streets=self.extract.reader != "fields"
            or {"street", "postal_code"} <= self.extract.fields.keys(),
            country=self.country,
        )


def load_manifest(path: Path, *, base_url: str | None = None) -> Manifest:
    """Read a manifest.

    Args:
        path: The TOML file.
        base_url: Where the register is instead, as for a provider on a port of this machine.

    Raises:
        ManifestInvalid: It is not TOML, or fields of it are wrong.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ManifestInvalid((f"{path.name} is not TOML",)) from None
    if base_url is not None and isinstance(request := written.get("request"), dict):
        request["base_url"] = base_url
    try:
        # By way of JSON, whose strict reading takes an array for a tuple and a string for a decimal.
        return Manifest.model_validate_json(json.dumps(written, default=str))
    except ValidationError as error:
        raise ManifestInvalid(_faults(error)) from None


def _faults(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return tuple(
        f"{'.'.join(map(str, each['loc'])) or 'manifest'}: {each['msg']}" for each in found
    )
