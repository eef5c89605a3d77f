"""Forwarding as a signed webhook: our own JSON by the Standard Webhooks specification."""

import json

from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.interface import DestinationRefused, Forwarder, Message, Receipt
from leadcloud.forwarding.signed_post import SignedPost


class WebhookForwarder(Forwarder):
    """Posts messages to the URL that a controller registered."""

    def __init__(self, destinations: Destinations, post: SignedPost) -> None:
        self._destinations = destinations
        self._post = post

    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Post a message.

        Raises:
            ForwardingError: One of its subclasses.
        """
        if controller.url is None:
            raise DestinationRefused
        destination = self._destinations.find(controller.url)
        document = {"type": f"subject_request.{message.kind}", "data": message.body}
        body = json.dumps(document, ensure_ascii=False).encode()
        self._post(destination, body, controller=controller, message_id=message.id)
        return Receipt()
