"""I1: no personal data of a contact is at rest, whatever happens to a search."""

import base64
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import functions.search.handler
from functions.search.handler import api
from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.money import Money
from leadcloud.clock import SystemClock
from leadcloud.prohibitions import PUBLIC
from leadcloud.purpose import PURPOSES
from leadcloud.registers.outbound import Outbound
from leadcloud.store.interface import Key
from leadcloud.wiring import Services
from local.directory_provider import DirectoryProvider
from local.directory_provider.faults import FAULTS
from tests.gateway_event import gateway_event, status_and_body
from tests.leaks import forms_of, leaked, phone_forms

pytestmark = pytest.mark.loopback

CONSUMERS, COMPANIES = "demo_directory_consumers", "demo_directory_decision_makers"


@dataclass(kw_only=True)
class Trial:
    """Searches of a real provider on this machine, and everything that they left."""

    services: Services
    provider: DirectoryProvider
    capsys: pytest.CaptureFixture[str]
    answers: list[Any] = field(default_factory=list)

    def search(self, register: str, **body: Any) -> Any:
        """Search one register and keep the answer."""
        number = len(self.answers)
        purpose = "telemarketing_b2c" if register == CONSUMERS else "telemarketing_b2b"
        asked = {"purpose": purpose, "registers": [register], "criteria": {}, "page_size": 20}
        event = gateway_event(
            "POST",
            "/v1/search",
            asked | body,
            key=f"key-{number}",
            request_id=f"request-{number}",
        )
        _, answer = status_and_body(api.answer(event, self.services))
        self.answers.append(answer)
        return self.answers[-1]

    def order(self, fault: str) -> None:
        """Let the provider's next answer go wrong."""
        request = urllib.request.Request(  # noqa: S310 this machine's own
            f"{self.provider.base_url}/_control",
            data=json.dumps({"fault": fault}).encode(),
            method="POST",
        )
        urllib.request.urlopen(request).close()  # noqa: S310 this machine's own

    def canaries(self) -> Iterator[str]:
        """Yield what was delivered: all numbers, whole names and addresses."""
        for contact in (c for answer in self.answers for c in answer.get("contacts", ())):
            for person in (contact, *contact.get("decision_makers", ())):
                if person["phone"]:
                    yield from phone_forms(person["phone"])
            if contact["kind"] == "consumer":
                name = contact["name"]
                yield f"{name['first']} {name['last']}"
        for record in self.provider.directory.consumers[:200]:
            yield f"{record['firstName']} {record['lastName']}"
            yield record["phoneNumber"]

    def places(self) -> dict[str, bytes]:
        """Return everything that is kept, written, or given to the caller unread."""
        folder = Path(self.services.settings.store.removeprefix("sqlite:")).parent
        kept = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        output = self.capsys.readouterr()
        kept["log"] = (output.out + output.err).encode()
        for number, answer in enumerate(self.answers):
            if cursor := answer.get("next_cursor"):
                kept[f"cursor {number}"] = cursor.encode() + opened(cursor)
            for source in answer.get("sources", ()):
                if token := source["provenance"]:
                    kept[f"provenance {number}"] = token.encode() + opened(token)
            if "errors" in answer:
                kept[f"problem {number}"] = json.dumps(answer).encode()
        return kept


def opened(token: str) -> bytes:
    """Return what anybody can read of a token."""
    text = token.partition(".")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def trial(
    services: Services,
    provider: DirectoryProvider,
    outbound: Outbound,
    capsys: pytest.CaptureFixture[str],
) -> Trial:
    """A service whose account may search both registers of the demo directory."""
    services.clock = SystemClock()
    services.workshop.outbound = outbound
    services.register_secrets._values.update(
        demo_directory_client_id=provider.client_id,
        demo_directory_client_secret=provider.client_secret,
    )
    for register in (CONSUMERS, COMPANIES):
        services.registers.put(
            register,
            {"adapter": "directory_api", "manifest": register, "base_url": provider.base_url},
        )
    services.accounts.open(
        Account(
            id="buyer",
            kind="customer",
            name="Buyer",
            parent=None,
            registers=(CONSUMERS, COMPANIES),
            purposes=PURPOSES,
            terms=CURRENT_TERMS,
        )
    )
    services.ledger.top_up("buyer", Money.read("1000"))
    return Trial(services=services, provider=provider, capsys=capsys)


def test_a_searched_contact_is_nowhere(trial: Trial) -> None:
    """Not after pages, replays, prohibitions and refusals: store with WAL, log, tokens, problems."""
    first = trial.search(CONSUMERS)
    second = trial.search(CONSUMERS, cursor=first["next_cursor"])
    phones = [contact["phone"] for contact in (*first["contacts"], *second["contacts"])]
    trial.services.prohibitions.load(PUBLIC, phones)
    trial.search(CONSUMERS, page_size=21)
    trial.search(COMPANIES, criteria={"decision_maker_role": {"in": ["sales_director"]}})
    trial.search(CONSUMERS, criteria={"municipality": {"in": phones[:3]}})
    trial.search(CONSUMERS, cursor=phones[0])

    assert len(phones) == len(set(phones)) == 40
    assert leaked(trial.places(), trial.canaries()) == []


@pytest.mark.parametrize("fault", sorted(FAULTS - {"none", "drip", "drip_headers", "hang"}))
def test_a_fault_of_the_register_leaves_nothing(trial: Trial, fault: str) -> None:
    """Whatever the register answers in place of what it should, nothing of it is kept."""
    trial.search(CONSUMERS)
    trial.order(fault)
    trial.search(CONSUMERS, page_size=19)

    assert leaked(trial.places(), trial.canaries()) == []


def test_a_fault_of_ours_leaves_nothing(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error with a contact in its message is logged by its type and place."""
    found = trial.search(CONSUMERS)["contacts"][0]

    def fail(*_: object, **__: object) -> None:
        raise ValueError(found["phone"], found["name"])

    monkeypatch.setattr(functions.search.handler, "deliver_page", fail)
    answer = trial.search(CONSUMERS, page_size=19)

    assert answer["code"] == "internal_error"
    assert leaked(trial.places(), trial.canaries()) == []


Leak = Callable[[Trial, str], None]


def _in_a_record(trial: Trial, form: str) -> None:
    trial.services.store.put_if_absent(Key("LEAK", form), {"answer": form})


def _in_the_log(_trial: Trial, form: str) -> None:
    sys.stdout.write(form)


def _in_a_file(trial: Trial, form: str) -> None:
    store = Path(trial.services.settings.store.removeprefix("sqlite:"))
    (store.parent / "core").write_bytes(form.encode("latin-1"))


def _in_a_token(trial: Trial, form: str) -> None:
    token = base64.urlsafe_b64encode(form.encode("latin-1")).decode().rstrip("=")
    trial.answers[-1]["next_cursor"] = f"k1.{token}"


@pytest.mark.parametrize("leak", [_in_a_record, _in_the_log, _in_a_file, _in_a_token])
@pytest.mark.parametrize("form", range(10))
def test_a_leaking_build_is_found_out(trial: Trial, leak: Leak, form: int) -> None:
    """The scan sees each form of a delivered number in each place, or the tests above show nothing."""
    phone = trial.search(CONSUMERS)["contacts"][0]["phone"]
    forms: Sequence[bytes] = list(forms_of(phone))

    leak(trial, forms[form].decode("latin-1"))

    assert leaked(trial.places(), trial.canaries()) != []
