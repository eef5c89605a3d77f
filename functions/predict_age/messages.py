"""The messages of age prediction as they go over the wire. No field of any can hold an age."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from leadcloud.ages.birth_date import holds_birth_date
from leadcloud.ages.model import Basis
from leadcloud.http.wire import Wire

MOST_RECORDS = 1000


def _no_birth_date(text: str) -> str:
    if holds_birth_date(text):
        raise PydanticCustomError("birth_date", "birth dates are refused")
    return text


RegisterId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Ref = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$"), AfterValidator(_no_birth_date)
]
FirstName = Annotated[str, StringConstraints(pattern=r"^\D{1,100}$")]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]


class RecordMessage(Wire):
    """A contact of the register. It may be personal data, hence no repr that shows it."""

    ref: Ref = Field(repr=False, description="Yours; comes back with the prediction.")
    first_name: FirstName = Field(repr=False, description="As the register has it; no digits.")
    sex: Literal["F", "M", "female", "male"] | None = Field(default=None, repr=False)
    postal_code: PostalCode | None = Field(default=None, repr=False)


class PredictionRequest(Wire):
    """Contacts of one register."""

    register_: RegisterId = Field(alias="register")
    records: list[RecordMessage] = Field(min_length=1, max_length=MOST_RECORDS)


class ModelMessage(Wire):
    """Which table judged."""

    version: str
    country: str
    reference_year: int = Field(description="Of the table; the same for as long as the version.")


class PredictionMessage(Wire):
    """Which group a contact is probably in."""

    ref: str
    group: str
    probability: float = Field(description="In steps of 0.05.")
    second_group: str
    basis: Basis = Field(
        description="table: bearers of the name were counted; backoff: the name is rare or "
        "unknown; prior: there is no table for the country."
    )


class PredictionAnswer(Wire):
    """The predictions, in the order of the records."""

    predictions: tuple[PredictionMessage, ...]
    model: ModelMessage


class GroupCountMessage(Wire):
    """How many of the contacts are expected in a group."""

    group: str
    count: int | None = Field(description="In steps of 5; null for fewer than 10.")


class SummaryAnswer(Wire):
    """How many of the contacts are expected in each group, blurred."""

    groups: tuple[GroupCountMessage, ...]
    model: ModelMessage
