"""The forwarder port: hands a subject request to a controller over the channel agreed with it.

ForwardingError             what went wrong is the controller's side, never quoted
├── ControllerUnreachable   no connection, no answer in time, or a fault of its own: try again
├── ControllerRefused       it does not take what we send: a person has to look
└── DestinationRefused      its address is none that we send to
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from leadcloud.controllers import ControllerEntry

Kind = Literal["forwarded", "inquiry", "reminder", "withdrawn", "notice"]


class ForwardingError(Exception):
    """Root of what can go wrong with a controller. Carries no text of the controller's."""


class ControllerUnreachable(ForwardingError):
    """No connection, no answer in time, or a fault of its own; another try may succeed."""


class ControllerRefused(ForwardingError):
    """The controller does not take what we send."""


class DestinationRefused(ForwardingError):
    """The address is none that we send to."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Message:
    """What a controller is told. Holds personal data, hence no repr."""

    id: str
    """The same for every attempt at the same message, so that the receiver can tell."""
    kind: Kind
    reference: str
    page_url: str
    """Where a controller without an interface reads and answers the request."""
    due_on: str
    body: Mapping[str, Any]
    """JSON; what it holds is said in docs/controller-webhooks.md."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What the controller's side said on the spot."""

    acknowledged: bool = False
    """The channel itself acknowledges the request, not just its arrival."""


class Forwarder(ABC):
    """One channel. Safe to call from threads."""

    @abstractmethod
    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Hand a message over; it has arrived when this returns.

        Raises:
            ForwardingError: One of its subclasses; nothing else leaves a forwarder.
        """
