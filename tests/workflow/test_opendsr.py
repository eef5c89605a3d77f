"""Controllers that speak OpenDSR: what they get, and what of their callbacks is taken."""

import json
from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from leadcloud.controllers import OpenDsr
from tests.house import SOURCE, House, entry_of

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def sent(house: House) -> Any:
    """What a controller with an OpenDSR interface got of an erasure."""
    opendsr = OpenDsr(public_key=PUBLIC.decode())
    entry = entry_of(SOURCE, channel="opendsr", url="https://source.example", opendsr=opendsr)
    house.services.controllers.put(entry)
    house.file(right="erasure", lead_reference=house.deliver(), reply_to={"phone": "091234567"})
    house.settle()
    return next(body for host, _, body in house.interfaces.posted if host == "source.example")


def report(house: House, sent: Any, **changed: Any) -> tuple[int, Any]:
    """Call back as the controller does; any part may be changed."""
    key = changed.pop("key", PRIVATE)
    family = changed.pop("family", "OpenDSR")
    domain = changed.pop("domain", "source.example")
    path = sent["status_callback_urls"][0].removeprefix("https://leadcloud.example")
    told = {
        "controller_id": "leadcloud",
        "status_callback_url": sent["status_callback_urls"][0],
        "subject_request_id": sent["subject_request_id"],
        "request_status": "completed",
        "expected_completion_time": "2026-03-20T00:00:00Z",
        **changed,
    }
    body = json.dumps(told)
    signature = b64encode(key.sign(body.encode(), padding.PKCS1v15(), SHA256())).decode()
    headers = {f"X-{family}-Processor-Domain": domain, f"X-{family}-Signature": signature}
    return house.call("POST", path, body, headers=headers)


def state(house: House) -> str:
    """Return where the case stands."""
    (request,) = house.desk.dossier.listed("open")
    return house.case(request.reference, SOURCE).state


def test_a_request_goes_by_a_uuid_of_the_fourth_kind(house: House, sent: Any) -> None:
    """Section 7.1.1 requires it; the same request has the same one at each attempt."""
    assert UUID(sent["subject_request_id"]).version == 4
    assert state(house) == "acknowledged"


@pytest.mark.parametrize("family", ["OpenDSR", "OpenGDPR"])
def test_its_callback_is_taken(house: House, sent: Any, family: str) -> None:
    """A signed status is entered, by the new names or the old, and once."""
    assert report(house, sent, request_status="in_progress") == (200, {"state": "acknowledged"})
    for _ in range(2):
        assert report(house, sent, family=family) == (200, {"state": "fulfilled"})
    assert state(house) == "fulfilled"


@pytest.mark.parametrize(
    "forged",
    [{"key": OTHERS}, {"domain": "other.example"}, {"family": "Nobody"}],
    ids=["key", "domain", "family"],
)
def test_what_it_has_not_signed_is_refused(house: House, sent: Any, forged: dict[str, Any]) -> None:
    """Another key or domain, or no signature, is answered as any bad signature is."""
    status, problem = report(house, sent, **forged)
    assert (status, problem["code"]) == (401, "unauthenticated")
    assert state(house) == "acknowledged"


def test_our_own_signature_does_not_stand_for_its(house: House, sent: Any) -> None:
    """Whose certificate is on record reports by it only."""
    (request,) = house.desk.dossier.listed("open")
    assert house.report(request.reference, SOURCE, {"status": "fulfilled"})[0] == 401


@pytest.mark.parametrize(
    "wrong",
    [{"subject_request_id": str(UUID(int=0))}, {"request_status": "done"}],
    ids=["id", "status"],
)
def test_what_says_nothing_is_refused(house: House, sent: Any, wrong: dict[str, Any]) -> None:
    """Another request's id and an unknown status are 422 and change nothing."""
    assert report(house, sent, **wrong)[0] == 422
    assert state(house) == "acknowledged"


def test_case_04_its_results_are_not_fetched(house: House, sent: Any) -> None:
    """Case 4: a link to results is dropped and audited; the status is taken."""
    url = "https://source.example/results/4d1f"
    assert report(house, sent, results_url=url, results_count=3)[0] == 200
    assert state(house) == "fulfilled"
    assert house.holds(url) == []
    (request,) = house.desk.dossier.listed("open")
    assert "answer_not_carried" in [each.event for each in house.audit(request.reference)]


def test_a_cancellation_is_left_to_a_person(house: House, sent: Any) -> None:
    """What its cancelling means is for an operator to find out; nothing is told the person."""
    before = house.tasks()
    assert report(house, sent, request_status="cancelled") == (200, {"state": "acknowledged"})
    assert sorted(house.tasks()) == sorted([*before, "controller_cancelled"])
