"""Letters to the person who filed: what happened and where to read more, and nothing personal.

They go by mail, or as text messages to whoever gave a mobile number only. Whom neither reaches is
told by an operator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from leadcloud.text_message import Texter, TextError, TextMessage, takes_text_messages

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

MOST_TEXTS_A_DAY = 1000
"""Text messages to all: each costs, and anybody can fill in the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Couriers:
    """Who carries letters."""

    mailer: Mailer
    texter: Texter | None
    """None where no text messages are sent."""


class Letters:
    """Writes to persons."""

    def __init__(
        self,
        store: Store,
        *,
        couriers: Couriers,
        references: References,
        a_day: Throttle,
        base_url: str,
    ) -> None:
        self._store = store
        self._mailer = couriers.mailer
        self._texter = couriers.texter
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
        channel = self._channel(payload)
        too_many = channel is not None and self._too_many(request, channel)
        if too_many and kind not in _MUST_BE_TOLD:
            return
        letter_id = "-".join(filter(None, (request.reference, "person", kind, about)))
        words = _Words(kind=kind, request=request, page=self._page(kind, request), due_on=due_on)
        if channel is None or too_many or not self._reached(channel, words, letter_id):
            add_task(
                self._store,
                task_id=letter_id,
                kind="tell_person",
                reference=request.reference,
                subject=kind,
            )

    def reaches(self, payload: Payload) -> bool:
        """Tell whether the person can be written to."""
        return self._channel(payload) is not None

    def tell_officer(self, entry: ControllerEntry, reference: str) -> None:
        """Tell a controller's privacy desk that its interface cannot be reached."""
        words = texts(entry.language)["officer"]
        mail = Mail(
            to=entry.privacy_email,
            subject=f"{words['subject']} {reference}",
            text=words["text"].strip().format(reference=reference) + "\n",
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

    def _channel(self, payload: Payload) -> str | None:
        """Return the address, or the number where text messages go; None where there is neither."""
        reply_to = payload["reply_to"]
        number = reply_to.get("phone", "")
        by_text = self._texter is not None and takes_text_messages(number)
        return reply_to.get("email") or (number if by_text else None)

    def _too_many(self, request: SubjectRequest, channel: str) -> bool:
        if request.verified:
            return False
        who = self._references.hidden("letters", channel.casefold())
        return self._a_day.count("letters", who) > MOST_A_DAY

    def _reached(self, channel: str, words: "_Words", letter_id: str) -> bool:
        if "@" in channel:
            return self._sent(
                Mail(to=channel, subject=words.subject(), text=words.letter(), id=letter_id)
            )
        if self._texter is None or self._a_day.count("texts", "all") > MOST_TEXTS_A_DAY:
            return False
        try:
            self._texter.send(TextMessage(to=channel, text=words.text_message(), id=letter_id))
        except TextError:
            return False
        return True

    def _sent(self, mail: Mail) -> bool:
        try:
            self._mailer.send(mail)
        except MailError:
            return False
        return True

    def _page(self, kind: Kind, request: SubjectRequest) -> str:
        key = self._references.view_key(request.reference)
        page = f"{self._base_url}/subject-request/{request.reference}?key={key}"
        if kind in ("confirm", "confirm_again"):
            page += f"&code={self._references.contact_code(request.reference)}"
        return page


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """What a letter says, in the person's language."""

    kind: Kind
    request: SubjectRequest
    page: str
    due_on: date | None

    def subject(self) -> str:
        """Return what a mail is about."""
        return f"{self._texts('letter')['subject']} {self._reference()}"

    def letter(self) -> str:
        """Return the text of a mail."""
        letter = self._texts("letter")
        reference = letter["reference"].format(reference=self._reference())
        parts = [letter[self.kind].strip(), self.page, reference]
        if self.kind not in _LAST:
            due = letter["was_due" if self.kind == "overdue" else "due"]
            parts.append(due.format(due=f"{self.due_on or self.request.due_on:%-d.%-m.%Y}"))
        parts.append(letter["close"])
        if self.kind not in _LAST:
            parts.append(letter["withdraw"])
        return "\n\n".join(parts) + "\n"

    def text_message(self) -> str:
        """Return the text of a text message; a few sentences shorter than a letter."""
        return f"LeadCloud: {self._texts('text_message')[self.kind]} {self.page}"

    def _reference(self) -> str:
        return (self.kind == "duplicate" and self.request.duplicate_of) or self.request.reference

    def _texts(self, section: str) -> Mapping[str, str]:
        found: Mapping[str, str] = texts(self.request.language)[section]
        return found
