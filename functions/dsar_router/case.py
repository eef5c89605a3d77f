"""A case: one request at one controller, and what may become of it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from leadcloud.controllers import Channel
from leadcloud.store.interface import Key

CaseState = Literal[
    "pending",
    "forwarded",
    "acknowledged",
    "extended",
    "fulfilled",
    "refused",
    "not_controller",
    "overdue",
    "withdrawn",
]
Status = Literal["acknowledged", "extended", "fulfilled", "refused", "not_controller"]
"""What a controller may report."""

CONCLUDED: frozenset[CaseState] = frozenset({"fulfilled", "refused", "not_controller", "withdrawn"})
TAKEN: frozenset[CaseState] = CONCLUDED | {"acknowledged", "extended"}
"""The controller has it; our copy is needed no more."""

_FROM: dict[Status, frozenset[CaseState]] = {
    "acknowledged": frozenset({"pending", "forwarded", "overdue"}),
    "extended": frozenset({"pending", "forwarded", "acknowledged"}),
    "fulfilled": frozenset({"pending", "forwarded", "acknowledged", "extended", "overdue"}),
    "refused": frozenset({"pending", "forwarded", "acknowledged", "extended", "overdue"}),
    "not_controller": frozenset({"pending", "forwarded", "acknowledged"}),
}

_LATE_WORD: frozenset[Status] = frozenset({"fulfilled", "refused"})
"""What a controller may still tell of a withdrawn request: it is noted, and changes nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One request at one controller."""

    reference: str
    controller_id: str
    state: CaseState
    channel: Channel
    due_on: date
    """Nominal date; the one that the controller extended to, once it has."""
    opened_at: datetime
    hidden: bool = False
    """The requester learns of it only after showing control of the contact channel."""
    veiled: bool = False
    """The controller is asked by hashes whether it knows the person; it has nothing else yet."""
    attempts: int = 0
    sent_at: datetime | None = None
    reminders: int = 0
    """How many of the reminders before the due date are behind us."""
    alarmed: bool = False
    """An operator knows that the controller cannot be reached."""
    officer_told: bool = False
    """The controller's privacy desk knows that its interface cannot be reached."""
    pages: int = 0
    """One-time pages made."""
    restarts: int = 0
    """How often an operator started its workflow anew."""
    cancelled: bool = False
    """The controller was told that the person has withdrawn."""
    told: CaseState | None = None
    """The state of which the person was told last."""
    news: bool = False
    """Something has happened that the workflow has not looked at."""
    expected_on: date | None = None


class IllegalTransition(Exception):
    """What is reported cannot follow from where the case stands."""


def reported(state: CaseState, status: Status) -> CaseState:
    """Return the state of a case after a controller's report.

    The same report again changes nothing.

    Raises:
        IllegalTransition: It cannot follow from this state.
    """
    if state == status or (state == "withdrawn" and status in _LATE_WORD):
        return state
    if state not in _FROM[status]:
        raise IllegalTransition
    return status


def case_key(reference: str, controller_id: str) -> Key:
    """Return where a case's record lies."""
    return Key(f"REQUEST#{reference}", f"CASE#{controller_id}")


def callback_key(callback_id: str) -> Key:
    """Return where it is noted whose callback id this is; the id itself is not kept."""
    return Key(f"CALLBACK#{hashed(callback_id)}", "CALLBACK")


def page_key(page_id: str) -> Key:
    """Return where it is noted whose one-time page this is; the id itself is not kept."""
    return Key(f"PAGE#{hashed(page_id)}", "PAGE")


def hashed(text: str) -> str:
    """Return the hash of an id that is random, so that a plain hash hides it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
