"""The messages of search as they go over the wire."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SerializeAsAny, StringConstraints

from functions.search.contact_message import ContactMessage
from functions.search.criteria_message import CriteriaMessage
from leadcloud.http.money_message import Amount, MoneyMessage
from leadcloud.http.wire import Wire
from leadcloud.purpose import Purpose
from leadcloud.registers.interface import Kind, Native

State = Literal["ok", "partial", "timeout", "rate_limited", "open_circuit", "error", "skipped"]

RegisterId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
QuoteId = Annotated[str, StringConstraints(max_length=8 * 1024)]


class ControllerMessage(Wire):
    """Who decides about a register."""

    id: str
    name: str


class CapabilityMessage(Wire):
    """What a register can do with a criterion."""

    ops: tuple[str, ...]
    native: Native = Field(
        description="exact: the register filters; superset: we check again; local: we filter."
    )


class RegisterMessage(Wire):
    """A register that may be searched."""

    id: str
    name: str
    kind: Kind
    controller: ControllerMessage
    criteria: dict[str, CapabilityMessage]
    price_per_contact: MoneyMessage
    purposes: tuple[str, ...]


class RegisterList(Wire):
    """The registers that an account may use."""

    registers: tuple[RegisterMessage, ...]


class QuoteRequest(Wire):
    """What to search, where, and for what purpose."""

    words: ClassVar[frozenset[str]] = frozenset(
        {
            "age_group",
            "area",
            "building_built",
            "building_heating",
            "building_type",
            "decision_maker_role",
            "founded",
            "gender",
            "industry",
            "language",
            "legal_form",
            "municipality",
            "phone_type",
            "postal_code",
            "region",
            "staff_class",
            "status",
            "turnover_class",
            "in",
            "not_in",
            "prefix",
            "range",
            "within",
        }
    )

    purpose: str = Field(
        max_length=64, description="telemarketing_b2c or telemarketing_b2b; nothing else."
    )
    registers: list[RegisterId] = Field(min_length=1, max_length=20)
    criteria: CriteriaMessage = Field(
        max_length=20,
        description="Field to operator to values: AND between fields, OR within a list.",
    )


class SearchRequest(QuoteRequest):
    """A search, and how much of it to deliver now."""

    page_size: int = Field(default=100, ge=1, le=1000, description="Most contacts to deliver.")
    explain: bool = Field(
        default=False, description="Answer how the search would be made, and ask no register."
    )
    order: Literal["age_group_probability"] | None = Field(
        default=None,
        description="age_group_probability: on each page, those most probably in the age groups "
        "asked for come first. Needs the criterion age_group.",
    )
    quote_id: QuoteId | None = Field(
        default=None,
        description="Of a quote for the same purpose, registers and criteria, whose prices then "
        "hold.",
    )
    max_charge: MoneyMessage | None = Field(
        default=None,
        description="Never charge more than this. The page is made as small as that needs.",
    )
    cursor: str | None = Field(
        default=None,
        max_length=48 * 1024,
        description="The next_cursor of the page before, with the same purpose, registers, "
        "criteria and page size.",
    )


class CountMessage(Wire):
    """How many contacts there are, at least and at most."""

    lower: int
    upper: int | None = Field(description="null where the register does not say.")
    exact: bool


class QuotedSource(Wire):
    """What one register would cost."""

    register_: str = Field(serialization_alias="register")
    state: State
    code: str | None = Field(description="The reason, where the state is not ok.")
    count: CountMessage
    price: MoneyMessage | None = Field(
        description="Per contact; null of a register that cannot be used now."
    )


class QuoteAnswer(Wire):
    """What a search would cost at most, all its pages together; asking is free."""

    quote_id: str
    expires_at: str = Field(description="Until then the prices hold.")
    sources: tuple[QuotedSource, ...]
    max_charge: MoneyMessage | None = Field(
        description="For every contact there may be; null where a register does not say how many."
    )


AnsweredBy = Literal["register", "register_and_us", "us", "nobody"]


class SourceMessage(Wire):
    """How one register answered."""

    register_: str = Field(serialization_alias="register")
    state: State
    code: str | None = Field(description="The reason, where the state is not ok.")
    returned: int = Field(description="Contacts of this source in the answer.")
    elapsed_ms: int
    charged: int = Field(description="Contacts of this source that are charged.")
    retryable: bool
    retry_after: int | None = Field(description="Seconds, where the register named them.")
    lead_reference: str | None
    provenance: str | None


class PermittedUse(Wire):
    """What the contacts may be used for, and until when."""

    purpose: str
    not_for: tuple[str, ...]
    expires_at: str


class StepMessage(Wire):
    """What becomes of one condition at one register."""

    criterion: str
    operator: str
    answered_by: AnsweredBy = Field(
        description="register_and_us: it answers with more, and we check; us: it cannot, we filter."
    )


class PlanMessage(Wire):
    """How one register would be searched."""

    register_: str = Field(serialization_alias="register")
    state: Literal["ready", "skipped"]
    code: str | None = Field(description="The reason, where it is skipped.")
    steps: tuple[StepMessage, ...]


class ChargeMessage(Wire):
    """What an answer cost."""

    units: int = Field(description="Contacts charged; possible duplicates are not.")
    amount: Amount
    currency: Literal["EUR"]


class SearchAnswer(Wire):
    """The contacts, and how each register answered; or, with explain, the plan."""

    # Written as they are, once checked: to look up again what each may hold costs more than writing.
    contacts: tuple[SerializeAsAny[ContactMessage], ...] = Field(repr=False)
    sources: tuple[SourceMessage, ...]
    complete: bool = Field(description="Every register asked has answered in full.")
    next_cursor: str | None
    charge: ChargeMessage
    replayed: bool = Field(
        default=False,
        description="Answered once more, as the first answer may have got lost: the charge is the "
        "first answer's and was not made again.",
    )
    permitted_use: PermittedUse
    plan: tuple[PlanMessage, ...] | None = Field(
        default=None, description="With explain only; nobody was asked then."
    )


class PolicyMessage(Wire):
    """What is switched off at a register; what is not named is permitted."""

    enabled: bool = True
    criteria_off: list[str] = Field(default=[], max_length=30)
    fields_off: list[str] = Field(default=[], max_length=30)
    purposes_off: list[Purpose] = Field(default=[], max_length=30)
    age_prediction: bool = True
