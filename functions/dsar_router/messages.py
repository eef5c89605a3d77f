"""What the routes of subject requests answer, and what operators send."""

from typing import Literal

from pydantic import Field

from functions.dsar_router.case import CaseState
from functions.dsar_router.filing import Filing, Line, Right
from functions.dsar_router.report import Report
from functions.dsar_router.request import PublicState, Source
from leadcloud.http.wire import Parameters, Wire


class Filed(Wire):
    """A request is on record."""

    reference: str
    view_key: str = Field(description="Shows the request to whoever holds it; keep it.")
    received_on: str = Field(description="The date of receipt in Finland.")
    due_on: str = Field(description="One month later: by when it is to be answered.")
    due_on_latest: str = Field(description="The first working day from then on.")
    state: PublicState


class ControllerStatus(Wire):
    """Where a request stands at one controller."""

    id: str
    name: str
    contact: str = Field(description="E-mail address of its privacy desk.")
    state: CaseState
    hashed: bool = Field(
        description="It was sent keyed hashes only, to say if it knows the person."
    )
    forwarded_at: str | None
    due_on: str
    reason: str | None = Field(description="The controller's own words, while they are kept.")


class RequestStatus(Wire):
    """Where a request stands."""

    reference: str
    right: Right
    lane: Literal["gdpr", "marketing_prohibition"]
    state: PublicState
    received_on: str
    due_on: str
    due_on_latest: str
    contact_verified: bool
    duplicate_of: str | None
    controllers: tuple[ControllerStatus, ...]


class Noted(Wire):
    """A report was taken; where the request stands at this controller now."""

    state: CaseState


class NoticeBody(Wire):
    """What a source's controller has to tell those who received its data (GDPR art. 19)."""

    right: Literal["rectification", "erasure", "restriction", "objection"]
    subject_name: Line | None = None
    subject_phone: Line | None = None
    lead_reference: Line | None = None


class NoticeTaken(Wire):
    """A notice is on record and goes to those who received data."""

    reference: str
    view_key: str = Field(description="Shows to whom it went, as it does for a request.")


class Shelf(Parameters):
    """Which requests to list."""

    state: Literal["open", "overdue", "quarantined", "closed"] = "open"


class ListedCase(Wire):
    """A case in the operators' list."""

    controller: str
    state: CaseState
    channel: str
    due_on: str
    attempts: int


class ListedRequest(Wire):
    """A request in the operators' list."""

    reference: str
    right: Right
    state: str
    source: Source
    received_on: str
    due_on: str
    days_left: int
    overdue: bool
    agent: str | None
    duplicate_of: str | None
    cases: tuple[ListedCase, ...]


class Task(Wire):
    """Something that only a person can do."""

    id: str
    kind: str
    reference: str
    subject: str = Field(description="A controller's id, or the kind of a letter.")


class RequestList(Wire):
    """Requests, overdue first, and the operators' tasks."""

    requests: tuple[ListedRequest, ...]
    tasks: tuple[Task, ...]


class EnteredFiling(Wire):
    """A request that an operator enters."""

    source: Literal["phone", "letter", "email"]
    filing: Filing


class Decision(Wire):
    """What an operator decides about a request."""

    action: Literal["release", "route", "restart", "report", "read", "close", "forget", "done"]
    controllers: list[Line] = Field(default_factory=list)
    """To whom it goes (route), or whose case it is (restart, report, read)."""
    report: Report | None = None
    task: Line | None = None
    """Id of the task that is done."""


class Decided(Wire):
    """What came of it."""

    state: str
    letter: dict[str, object] | None = Field(
        default=None, description="What the person wrote, where the action was to read it."
    )


class TimelineEvent(Wire):
    """Something that was done about a request."""

    number: int
    at: str
    event: str
    details: dict[str, str | int | bool | None]
    hash: str


class Timeline(Wire):
    """All that was done about a request, oldest first."""

    reference: str
    events: tuple[TimelineEvent, ...]
    intact: bool = Field(description="The chain of hashes holds.")
