"""Text messages to persons who gave a telephone number only: a sentence, and a link to the rest.

TextError: the message was not accepted; nothing of the number or the text is in it.
"""

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.interface import ForwardingError
from leadcloud.forwarding.outbound import Post

if TYPE_CHECKING:
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client

# Finnish mobile numbers only. Messages to far and premium numbers cost many times as much, and a
# public form that sends them is an income to whoever owns such numbers.
# Source: Traficom's regulation 32 on numbering.
_MOBILE = re.compile(r"\+358(?:4[0-9]{5,10}|50[0-9]{4,8})", re.ASCII)


class TextError(Exception):
    """The message was not accepted."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class TextMessage:
    """A text message."""

    to: str
    """E.164."""
    text: str
    id: str
    """Ours; the same for every attempt."""


class Texter(Protocol):
    """Hands text messages over."""

    def send(self, message: TextMessage) -> None:
        """Hand a message over.

        Raises:
            TextError: It was not accepted.
        """


def takes_text_messages(number: str) -> bool:
    """Tell whether we send text messages to a number (E.164)."""
    return bool(_MOBILE.fullmatch(number))


class HttpTexter:
    """Hands messages to a provider's interface: one JSON object each, with a bearer token."""

    def __init__(self, url: str, token: str, *, destinations: Destinations, post: Post) -> None:
        self._url = url
        self._token = token
        self._destinations = destinations
        self._post = post

    def send(self, message: TextMessage) -> None:
        """Hand a message over.

        Raises:
            TextError: It was not accepted.
        """
        body = json.dumps({"to": message.to, "text": message.text, "id": message.id}).encode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
        }
        try:
            self._post(self._destinations.find(self._url), body, headers)
        except ForwardingError:
            raise TextError from None


class AwsTexter:
    """Hands messages to AWS End User Messaging SMS."""

    def __init__(self, client: "PinpointSMSVoiceV2Client", sender: str) -> None:
        """Take a client of `pinpoint-sms-voice-v2` and the identity to send as."""
        self._client = client
        self._sender = sender

    def send(self, message: TextMessage) -> None:
        """Hand a message over.

        Raises:
            TextError: It was not accepted.
        """
        try:
            self._client.send_text_message(
                DestinationPhoneNumber=message.to,
                OriginationIdentity=self._sender,
                MessageBody=message.text,
                MessageType="TRANSACTIONAL",
            )
        except Exception:  # noqa: BLE001 whatever it is, its text may hold the number
            accepted = False
        else:
            accepted = True
        if not accepted:  # outside of the handler: the cause would hold the number
            raise TextError
