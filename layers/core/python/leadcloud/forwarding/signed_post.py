"""A post that its receiver can verify."""

from collections.abc import Mapping

from leadcloud.clock import Clock
from leadcloud.controllers import ControllerEntry, ControllerKeys
from leadcloud.forwarding.destination import Destination
from leadcloud.forwarding.outbound import Post
from leadcloud.forwarding.signature import sign


class SignedPost:
    """Posts JSON, signed with every key that the controller may still hold."""

    def __init__(self, *, keys: ControllerKeys, clock: Clock, post: Post) -> None:
        self._keys = keys
        self._clock = clock
        self._post = post

    def __call__(
        self,
        destination: Destination,
        body: bytes,
        *,
        controller: ControllerEntry,
        message_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Post once.

        Args:
            destination: As it was just found.
            body: JSON.
            controller: Whose keys sign.
            message_id: The same for whatever is sent again.
            headers: Besides the media type and the signature.

        Raises:
            ForwardingError: One of its subclasses.
        """
        now = self._clock.now()
        keys = self._keys.good(controller, now)
        signature = sign(body, message_id=message_id, at=now, keys=keys)
        sent = {"Content-Type": "application/json", **(headers or {}), **signature}
        self._post(destination, body, sent)
