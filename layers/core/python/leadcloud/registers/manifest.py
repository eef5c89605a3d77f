"""A register's manifest: a TOML file that says how its HTTP interface is asked and read.

TOML, because YAML reads the municipality 091 as a number.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from leadcloud.purpose import KIND_OF, Purpose
from leadcloud.registers.condition import Operator
from leadcloud.registers.contact import BusinessContact, ConsumerContact, Gender, PhoneType
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


class Criterion(_Part):
    """What the register can do with one criterion, and by which parameters."""

    native: Native
    parameters: dict[Operator, str] = {}
    also: tuple[Operator, ...] = ()
    """Operators without a parameter of their own: answered by a superset, or here."""
    several: Literal["comma", "repeated", "not_asked"] = "comma"
    """How several values are asked for; `not_asked`: the register takes one only, so that several
    are asked for by leaving the parameter out."""

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
    total: Place | None = None
    reader: Literal["fields", "ytj_company"] = "fields"
    """`fields` goes by the table below; others are modules for records that need choosing."""
    fields: dict[str, Place] = {}
    """Our name of a field to its place in a record."""
    decision_makers: DecisionMakers | None = None
    codes: dict[str, dict[str, str]] = {}
    """Of a field (or `role`): the register's code to ours. A code that is not here is unknown."""
    constants: dict[str, str] = {}
    """Fields that are the same in every record."""
    phone_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "FI"


class Manifest(_Part):
    """Everything that is particular about one register."""

    id: Id
    name: str
    kind: Kind
    controller: ControllerPart
    price_per_contact: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    auth: Annotated[NoAuth | ClientCredentialsAuth, Field(discriminator="kind")]
    request: RequestPart
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
                if criterion.native != "exact" and name not in carried:
                    yield f"criteria.{name}: to check it here, extract.fields.{name} is needed"
        yield from (f"extract: {name} is no field of a contact" for name in sorted(carried - known))
        yield from self._code_contradictions()

    def _code_contradictions(self) -> Iterator[str]:
        for name, codes in self.extract.codes.items():
            allowed = _CODES_ALLOWED.get(name)
            if allowed and not allowed.issuperset(codes.values()):
                yield f"extract.codes.{name}: ours are {', '.join(sorted(allowed))}"
            if name in self.criteria and "prefix" in self.criteria[name].parameters:
                yield f"criteria.{name}: a field with codes cannot be asked for by prefix"

    def description(self) -> RegisterDescription:
        """Return what the planner and the customer are told."""
        return RegisterDescription(
            id=self.id,
            name=self.name,
            kind=self.kind,
            controller=Controller(id=self.controller.id, name=self.controller.name),
            criteria={
                name: Capability(operators=criterion.operators, native=criterion.native)
                for name, criterion in self.criteria.items()
            },
            price_per_contact=self.price_per_contact,
            currency=self.currency,
            purposes=frozenset(self.purposes),
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
