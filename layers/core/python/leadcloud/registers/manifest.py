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

from pydantic import Field, ValidationError, model_validator

from leadcloud.purpose import KIND_OF, Purpose
from leadcloud.registers.contact import (
    ATTRIBUTES,
    BusinessContact,
    ConsumerContact,
    Gender,
    PhoneType,
)
from leadcloud.registers.interface import Capability, Controller, Kind, RegisterDescription
from leadcloud.registers.manifest_part import (
    ClientCredentialsAuth,
    ControllerPart,
    Country,
    Criterion,
    Extract,
    Id,
    Limits,
    NoAuth,
    Paging,
    Part,
    RequestPart,
)

_CONTACT_OF = {"consumer": ConsumerContact, "business": BusinessContact}

_NEEDED = {
    "consumer": {"first_name", "last_name", "phone"},
    "business": {"business_id", "name"},
}
_CODES_ALLOWED = {
    "gender": frozenset(get_args(Gender)),
    "phone_type": frozenset(get_args(PhoneType)),
}


class ManifestInvalid(Exception):
    """A manifest is wrong; `faults` holds one sentence for each field that is."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Manifest(Part):
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
    """Where its contacts live: names are judged, and numbers without a country code read, by it."""
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
        known = {each.name for each in fields(_CONTACT_OF[self.kind])}
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
        return self.request.repeatable or self._is_free

    @property
    def counts_free_of_charge(self) -> bool:
        """Tell whether it can be asked how many there are without being charged for it."""
        return self.request.counts_free or self._is_free

    @property
    def _is_free(self) -> bool:
        """Whether nobody pays for a contact; what is charged may be left unsaid of a price."""
        return not (self.price_per_contact or self.cost_per_contact)

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


def _place_of(criterion: str) -> str:
    if criterion == "decision_maker_role":
        return "extract.decision_makers"
    return f"extract.fields.{ATTRIBUTES.get(criterion, criterion)}"


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
