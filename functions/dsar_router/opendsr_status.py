"""OpenDSR's own callbacks: a status, signed with the key of the controller's certificate.

Who reports is a "processor" in its words. A status and an expected time are taken; a link to results
is dropped unread, as the answer goes to the person directly. There is no time in what is signed, so
an old callback can be sent again; it says nothing new, and what has ended stays ended.

Source: OpenDSR specification 2.0, sections 8, 8.6, 8.8 and 10.1.
"""

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from functions.dsar_router.case import Case, Status, hashed
from functions.dsar_router.desk import Desk
from functions.dsar_router.report import Report
from leadcloud.clock import rfc3339
from leadcloud.controllers import ControllerEntry
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.forwarding.manual import add_task
from leadcloud.forwarding.opendsr import request_id
from leadcloud.forwarding.signature import SignatureInvalid, Signed

_FAMILIES = ("opendsr", "opengdpr")
"""All parties must take the names of before, too."""

_STATUSES: Mapping[str, Status] = {
    "pending": "acknowledged",
    "in_progress": "acknowledged",
    "completed": "fulfilled",
}


def speaks_opendsr(entry: ControllerEntry) -> bool:
    """Tell whether a controller reports by OpenDSR."""
    return entry.channel == "opendsr" and entry.opendsr.public_key is not None


def verify_status(
    body: bytes, headers: Mapping[str, str], entry: ControllerEntry, *, now: datetime
) -> Signed:
    """Return whose callback it is; its id is the hash of what it says.

    Raises:
        SignatureInvalid: It is not signed by this controller, or names another.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key((entry.opendsr.public_key or "").encode())
        signature = b64decode("".join(_header(headers, "signature").split()), validate=True)
        if not isinstance(key, RSAPublicKey):
            raise SignatureInvalid
        key.verify(signature, body, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise SignatureInvalid from None
    if _header(headers, "processor-domain") != urlsplit(entry.url or "").hostname:
        raise SignatureInvalid
    return Signed(id=hashed(body.decode("utf-8", "replace")), at=now)


def read_status(desk: Desk, case: Case, value: Any) -> Report | None:
    """Return the report in a callback's body; None where there is nothing to enter.

    Raises:
        RequestInvalid: It is about another request, or says nothing that OpenDSR knows.
    """
    told = value if isinstance(value, Mapping) else {}
    if told.get("subject_request_id") != request_id(case.reference, case.controller_id):
        raise RequestInvalid(faults=[_unusable("subject_request_id")])
    if "results_url" in told:
        details = {"controller": case.controller_id}
        desk.dossier.note(case.reference, "answer_not_carried", details)
    if told.get("request_status") == "cancelled":
        _ask_operator(desk, case)
        return None
    status = _STATUSES.get(str(told.get("request_status")))
    if status is None:
        raise RequestInvalid(faults=[_unusable("request_status")])
    return Report(status=status)


def _header(headers: Mapping[str, str], name: str) -> str:
    found = (headers.get(f"x-{family}-{name}") for family in _FAMILIES)
    return next(filter(None, found), "")


def _ask_operator(desk: Desk, case: Case) -> None:
    """Leave it to a person what a cancellation means, unless it answers the person's own."""
    if case.state == "withdrawn":
        return
    add_task(
        desk.store,
        task_id=f"{case.reference}-{case.controller_id}-controller-cancelled",
        kind="controller_cancelled",
        reference=case.reference,
        subject=case.controller_id,
        at=rfc3339(desk.clock.now()),
    )


def _unusable(field: str) -> Fault:
    return Fault(field=field, code="unfit", detail="This is none that is known here.")
