"""Forwarding as a signed webhook: our own JSON by the Standard Webhooks specification."""

import json

from leadcloud.clock import Clock
from leadcloud.controllers import ControllerEntry, ControllerKeys
from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.interface import DestinationRefused, Forwarder, Message, Receipt
from leadcloud.forwarding.outbound import Post
from leadcloud.forwarding.signature import sign


class WebhookForwarder(Forwarder):
    """Posts messages to the URL that a controller registered."""

    def __init__(
        self, *, destinations: Destinations, keys: ControllerKeys, clock: Clock, post: Post
    ) -> None:
        self._destinations = destinations
        self._keys = keys
        self._clock = clock
        self._post = post

    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Post a message, signed with every key that the controller may still hold.

        Raises:
            ForwardingError: One of its subclasses.
        """
        if controller.url is None:
            raise DestinationRefused
        destination = self._destinations.find(controller.url)
        now = self._clock.now()
        document = {"type": f"subject_request.{message.kind}", "data": message.body}
        body = json.dumps(document, ensure_ascii=False).encode()
        keys = self._keys.good(controller, now)
        signature = sign(body, message_id=message.id, at=now, keys=keys)
        self._post(destination, body, {"Content-Type": "application/json", **signature})
        return Receipt()
