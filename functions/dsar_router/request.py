"""A subject request as it is on record: nothing in it says who filed it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from functions.dsar_router.filing import Language, Relation, Right
from leadcloud.store.interface import Key

PublicState = Literal[
    "received",
    "contact_pending",
    "routing",
    "needs_info",
    "with_operator",
    "forwarded",
    "withdrawn",
    "closed",
]
State = PublicState | Literal["quarantined"]
OPEN: frozenset[State] = frozenset(
    {"received", "contact_pending", "routing", "needs_info", "with_operator", "forwarded"}
)

Source = Literal["form", "api", "phone", "letter", "email", "notice"]
"""How the request reached us."""

# A person's right to object to marketing is absolute (art. 21(2)-(3)), and a company's prohibition
# needs no proof either: both are passed on without waiting for anything.
FAST: frozenset[Right] = frozenset({"objection", "marketing_prohibition"})

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = (4, 4, 4)


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectRequest:
    """A request and where it stands."""

    reference: str
    right: Right
    state: State
    source: Source
    language: Language
    received_at: datetime
    received_on: date
    """In Finland."""
    due_on: date
    due_on_latest: date
    digest: str
    """Keyed hash of what was filed, to tell a repetition from another filing."""
    contact: str
    """Keyed hash of the contact channel and whom it is about, to tell the same filing again."""
    origin: str
    """Keyed hash of the network it came from, good for one day; empty for an operator's."""
    verified: bool = False
    """The person has shown control of the contact channel."""
    agent: Relation | None = None
    mandate: bool = False
    send_to_all: bool = False
    duplicate_of: str | None = None
    asked_at: datetime | None = None
    """When the person was last asked to confirm the channel."""
    asks: int = 0
    """How often the person was asked that."""
    source_asked_at: datetime | None = None
    """When the person was asked who called."""
    controllers: tuple[str, ...] = ()
    """That an operator or a controller named."""
    told_of: int = 0
    """How many controllers have the request, as far as the person was told."""
    closed_on: date | None = None
    """In Finland; its record is kept for three years from then."""
    news: bool = False
    """Something has happened that the workflow has not looked at."""


def request_key(reference: str) -> Key:
    """Return where a request's record lies."""
    return Key(f"REQUEST#{reference}", "REQUEST")


def contact_key(request: SubjectRequest) -> Key:
    """Return where it is noted which request the same person filed last for the same right."""
    return Key(f"CONTACT#{request.contact}", request.right)


def public_state(request: SubjectRequest) -> PublicState:
    """Return the state that the person is shown: a suspected bot is not told of the suspicion."""
    return "received" if request.state == "quarantined" else request.state


class References:
    """Derives what a request goes by from one secret of ours; nothing of it is stored in clear."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def reference(self, idempotency_key: str) -> str:
        """Return the reference of the request filed under this key, such as SR-7QX4-M9TD-2KHC."""
        number = int.from_bytes(self._mac("reference", idempotency_key)[:8], "big")
        symbols = ""
        for _ in range(sum(_GROUPS)):
            number, digit = divmod(number, len(_SYMBOLS))
            symbols += _SYMBOLS[digit]
        return f"SR-{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"

    def view_key(self, reference: str) -> str:
        """Return the key with which its filer may look at a request."""
        return self._mac("view", reference).hex()[:32]

    def may_view(self, reference: str, key: str) -> bool:
        """Tell whether this is the key of the request."""
        return hmac.compare_digest(self.view_key(reference).encode(), key.encode())

    def contact_code(self, reference: str) -> str:
        """Return what only who reads the contact channel can know."""
        return self._mac("contact", reference).hex()[:32]

    def may_confirm(self, reference: str, code: str) -> bool:
        """Tell whether this is the code that was sent to the contact channel."""
        return hmac.compare_digest(self.contact_code(reference).encode(), code.encode())

    def callback_id(self, reference: str, controller_id: str) -> str:
        """Return the id under which a controller reports on a request."""
        return self._mac("callback", f"{reference}\n{controller_id}").hex()[:32]

    def page_id(self, reference: str, controller_id: str, number: int) -> str:
        """Return the id of a one-time page for a controller."""
        return self._mac("page", f"{reference}\n{controller_id}\n{number}").hex()[:32]

    def hidden(self, kind: str, value: str) -> str:
        """Return a keyed hash, for recognising a value without keeping it."""
        return self._mac(f"hidden {kind}", value).hex()

    def _mac(self, purpose: str, value: str) -> bytes:
        return hmac.new(self._secret, f"{purpose}\n{value}".encode(), hashlib.sha256).digest()
