"""Forwarding by OpenDSR 2.0, for controllers that have such an interface already.

The roles carry other names there: the sender is its "controller", the receiver its "processor".
It knows access, portability and erasure only; requests for other rights take another channel.
It signs answers and callbacks, not requests: ours is signed as the webhook is. Nothing of the answer
is read besides the status. Source: OpenDSR specification 2.0, sections 7.1, 7.1.1 and 10.1.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.interface import (
    ControllerRefused,
    DestinationRefused,
    Forwarder,
    Message,
    Receipt,
)
from leadcloud.forwarding.signed_post import SignedPost

_TYPES = {"access": "access", "portability": "portability", "erasure": "erasure"}


class OpenDsrForwarder(Forwarder):
    """Posts requests as an OpenDSR controller does."""

    def __init__(self, destinations: Destinations, post: SignedPost) -> None:
        self._destinations = destinations
        self._post = post

    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Post a request; its 201 is an acknowledgement by the specification.

        Raises:
            ForwardingError: One of its subclasses.
        """
        if controller.url is None:
            raise DestinationRefused
        right = str(message.body.get("right"))
        if message.kind != "forwarded" or right not in _TYPES:
            raise ControllerRefused
        url = controller.url.rstrip("/") + controller.opendsr.path
        destination = self._destinations.find(url)
        body = json.dumps(_document(message, controller, _TYPES[right])).encode()
        headers = {f"X-{controller.opendsr.header_family}-Processor-Domain": destination.host}
        self._post(destination, body, controller=controller, message_id=message.id, headers=headers)
        return Receipt(acknowledged=True)


def request_id(reference: str, controller_id: str) -> str:
    """Return what a request goes by in OpenDSR: a UUID that is a random one in its form only."""
    name = f"opendsr\n{reference}\n{controller_id}"
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


def _document(message: Message, controller: ControllerEntry, kind: str) -> dict[str, Any]:
    data = message.body
    return {
        "regulation": "gdpr",
        "subject_request_id": request_id(message.reference, controller.id),
        "subject_request_type": kind,
        "submitted_time": data["received_at"],
        "api_version": "2.0",
        "status_callback_urls": [data["callback_url"]],
        "subject_identities": [*_identities(data)],
    }


def _identities(data: Mapping[str, Any]) -> list[dict[str, str]]:
    found = {"email": data["reply_to"].get("email"), "phone": data["subject"].get("phone")}
    return [
        {"identity_type": kind, "identity_value": value, "identity_format": "raw"}
        for kind, value in found.items()
        if value
    ]
