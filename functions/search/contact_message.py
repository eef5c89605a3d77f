"""Contacts as they go over the wire.

They are dicts, which pydantic checks all together: to make a model of each contact, and of each of
its parts, would take most of the time in which a page is delivered.
"""

from typing import Annotated, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from leadcloud.ages.model import Basis
from leadcloud.http.wire import Wire


@with_config(Wire.model_config)
class PersonName(TypedDict):
    """A person's name."""

    first: str
    last: str


@with_config(Wire.model_config)
class AgeGroupMessage(TypedDict):
    """The age group in which somebody probably is, by first name and postal code. Never an age."""

    group: Annotated[
        str, Field(description="One of the seven or the four groups that your account has.")
    ]
    probability: Annotated[float, Field(description="In steps of 0.05.")]
    basis: Annotated[
        Basis,
        Field(
            description="table: bearers of the name were counted; backoff: the name is rare or "
            "unknown; prior: there is no table for the country."
        ),
    ]


@with_config(Wire.model_config)
class HomeMessage(TypedDict):
    """The building in which somebody lives, as far as five dwellings nearby share it."""

    type: str
    built_decade: Annotated[int | None, Field(description="First year of the decade.")]


@with_config(Wire.model_config)
class ConsumerMessage(TypedDict):
    """A person to be called. Nothing here locates a dwelling."""

    kind: Literal["consumer"]
    register: str
    name: PersonName
    phone: str
    phone_type: str | None
    language: str | None
    postal_code: str | None
    municipality: str | None
    age_group: AgeGroupMessage | None
    building: HomeMessage | None
    possible_duplicate: bool
    lead_reference: str


@with_config(Wire.model_config)
class VisitingAddress(TypedDict):
    """Where a company receives visitors."""

    street: str
    postal_code: str | None
    post_office: str | None


@with_config(Wire.model_config)
class DecisionMakerMessage(TypedDict):
    """A person in a role of the company."""

    name: str
    role: str
    phone: str | None


@with_config(Wire.model_config)
class BusinessMessage(TypedDict):
    """A company to be called."""

    kind: Literal["business"]
    register: str
    business_id: str
    name: str
    industry_code: str | None
    legal_form: str | None
    phone: str | None
    visiting_address: VisitingAddress | None
    decision_makers: tuple[DecisionMakerMessage, ...]
    possible_duplicate: bool
    lead_reference: str


ContactMessage = Annotated[ConsumerMessage | BusinessMessage, Field(discriminator="kind")]
