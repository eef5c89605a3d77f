"""The parts of a register's manifest: each is a table of the TOML file, and free of contradictions."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from leadcloud.registers.condition import Operator
from leadcloud.registers.interface import Native

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s?#]+[^\s?#/]$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Place = Annotated[str, Field(pattern=r"^[^\s.]+(\.[^\s.]+)*$")]
"""Names of nested JSON members, dots between them."""


class Part(BaseModel):
    """A table of the file. A member that nobody knows is a mistake."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class ControllerPart(Part):
    """Who decides about the register."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
    name: str


class NoAuth(Part):
    """The register is open to all."""

    kind: Literal["none"]


class ClientCredentialsAuth(Part):
    """OAuth 2.0 client credentials; the last two are names of secrets, not secrets."""

    kind: Literal["client_credentials"]
    token_url: str
    """Absolute, or a path on the base URL."""
    client_id: str
    client_secret: str


class RequestPart(Part):
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


class Limits(Part):
    """How often the register bears to be called, by all who share our access."""

    per_second: Annotated[float, Field(gt=0, le=10_000)]
    burst: Annotated[int, Field(ge=1, le=10_000)]


def _has_pair(parameters: Mapping[Operator, str | tuple[str, str]], operator: Operator) -> bool:
    return isinstance(parameters.get(operator), tuple)


class Criterion(Part):
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


class Paging(Part):
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


class DecisionMakers(Part):
    """Where a company's record holds the people who decide in it."""

    records: Place
    name: Place
    role: Place
    phone: Place | None = None


class Extract(Part):
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
