"""Letters to the person who filed: what happened and where to read more, and nothing personal.

Whoever gave a telephone number only is told by an operator.
"""

from datetime import date
from typing import Literal

from functions.dsar_router.payload import Payload
from functions.dsar_router.request import References, SubjectRequest
from functions.dsar_router.texts import texts
from functions.dsar_router.throttle import Throttle
from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.manual import add_task
from leadcloud.mail import Mail, Mailer, MailError
from leadcloud.store.interface import Store

Kind = Literal[
    "received",
    "confirm",
    "confirm_again",
    "duplicate",
    "who_called",
    "passed_on",
    "extended",
    "fulfilled",
    "refused",
    "overdue",
    "not_controller",
    "not_found",
    "withdrawn",
]

_MUST_BE_TOLD: frozenset[Kind] = frozenset({"extended", "refused", "overdue", "not_found"})
"""What a person must not miss (GDPR art. 12(3)-(4)); the rest stands on the request's page too."""

_LAST: frozenset[Kind] = frozenset({"fulfilled", "refused", "not_found", "withdrawn"})
"""There is no date any more, and nothing to withdraw."""

MOST_A_DAY = 3
"""Letters to a channel whose owner has not confirmed anything: the form is no mail bomb."""


class Letters:
    """Writes to persons."""

    def __init__(
        self,
        store: Store,
        *,
        mailer: Mailer,
        references: References,
        a_day: Throttle,
        base_url: str,
    ) -> None:
        self._store = store
        self._mailer = mailer
        self._references = references
        self._a_day = a_day
        self._base_url = base_url

    def write(
        self,
        kind: Kind,
        request: SubjectRequest,
        payload: Payload | None,
        *,
        about: str = "",
        due_on: date | None = None,
    ) -> None:
        """Write to the person; where that is not possible, an operator has a task.

        Args:
            kind: What happened.
            request: The request that it happened to.
            payload: Its payload; None where that is destroyed, so that nobody can be told.
            about: The controller that it happened at.
            due_on: By when that one answers; by when the request is to be answered, without it.
        """
        if payload is None or request.source == "notice":
            return
        address = payload["reply_to"].get("email")
        too_many = address is not None and self._too_many(request, address)
        if too_many and kind not in _MUST_BE_TOLD:
            return
        letter_id = "-".join(filter(None, (request.reference, "person", kind, about)))
        if (
            address is None
            or too_many
            or not self._sent(Mail(to=address, id=letter_id, **self._words(kind, request, due_on)))
        ):
            add_task(
                self._store,
                task_id=letter_id,
                kind="tell_person",
                reference=request.reference,
                subject=kind,
            )

    def tell_officer(self, entry: ControllerEntry, reference: str) -> None:
        """Tell a controller's privacy desk that its interface cannot be reached."""
        text = (
            "A data protection request is waiting for you, and your interface has not answered for "
            f"two days.\n\nReference: {reference}\n\nIt is tried again at least once a day; its "
            "period runs. Reply to agree on another way.\n"
        )
        mail = Mail(
            to=entry.privacy_email,
            subject=f"Your interface for data protection requests {reference}",
            text=text,
            id=f"{reference}-{entry.id}-officer",
        )
        if not self._sent(mail):
            add_task(
                self._store,
                task_id=mail.id,
                kind="tell_officer",
                reference=reference,
                subject=entry.id,
            )

    def _too_many(self, request: SubjectRequest, address: str) -> bool:
        if request.verified:
            return False
        who = self._references.hidden("letters", address.casefold())
        return self._a_day.count("letters", who) > MOST_A_DAY

    def _sent(self, mail: Mail) -> bool:
        try:
            self._mailer.send(mail)
        except MailError:
            return False
        return True

    def _words(self, kind: Kind, request: SubjectRequest, due_on: date | None) -> dict[str, str]:
        reference = request.duplicate_of if kind == "duplicate" else request.reference
        letter = texts(request.language)["letter"]
        status = self._references.view_key(request.reference)
        page = f"{self._base_url}/subject-request/{request.reference}?key={status}"
        if kind in ("confirm", "confirm_again"):
            page += f"&code={self._references.contact_code(request.reference)}"
        parts = [letter[kind].strip(), page, letter["reference"].format(reference=reference)]
        if kind not in _LAST:
            due = letter["was_due" if kind == "overdue" else "due"]
            parts.append(due.format(due=f"{due_on or request.due_on:%-d.%-m.%Y}"))
        parts.append(letter["close"])
        if kind not in _LAST:
            parts.append(letter["withdraw"])
        return {
            "subject": f"{letter['subject']} {reference}",
            "text": "\n\n".join(parts) + "\n",
        }
