"""Asking a controller whether it knows a person without telling it who that is.

It gets keyed hashes of the person's numbers and address, and compares them with those of its own
register. Only where it recognises one does the request itself follow. Its key is the newest one of
its signatures, so nobody else can compare; docs/adr/0016 says what this hides and what it does not.
"""

import hashlib
import hmac
from collections.abc import Sequence

from functions.dsar_router.payload import Payload
from functions.dsar_router.request import SubjectRequest


def channels_of(request: SubjectRequest, payload: Payload) -> tuple[str, ...]:
    """Return what a register may know the person by: `phone:+358…`, `email:…`.

    An agent's own address says nothing of the person.
    """
    reply_to = {} if request.agent else payload.get("reply_to", {})
    numbers = dict.fromkeys((payload.get("subject", {}).get("phone"), reply_to.get("phone")))
    email = reply_to.get("email")
    phones = tuple(f"phone:{number}" for number in numbers if number)
    return (*phones, f"email:{email.casefold()}") if email else phones


def hashes_of(channels: Sequence[str], key: bytes) -> list[str]:
    """Return the keyed hashes of channels, in hexadecimal."""
    return [hmac.new(key, each.encode(), hashlib.sha256).hexdigest() for each in channels]
