"""The house of subject requests in a test: time travels, controllers and mail are fakes."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import standardwebhooks.webhooks
from standardwebhooks import Webhook

from functions.dsar_router.case import Case
from functions.dsar_router.desk import Desk, desk_of
from functions.dsar_router.handler import api
from functions.dsar_router.request import SubjectRequest
from leadcloud.audit import AuditEvent, events_of
from leadcloud.clock import SetClock
from leadcloud.controllers import ControllerEntry
from leadcloud.executions import due_key, execution_key
from leadcloud.forwarding.destination import Destination
from leadcloud.forwarding.interface import ControllerRefused, ControllerUnreachable
from leadcloud.forwarding.signature import key_to_text, sign
from leadcloud.lead_reference import Delivery
from leadcloud.mail import Mail
from leadcloud.store.interface import Delete
from leadcloud.text_message import TextError, TextMessage
from leadcloud.wiring import Services
from local.workflow import WorkflowRunner

START = datetime(2026, 3, 5, 9, tzinfo=UTC)
SOURCE, BUYER, OTHER = "source", "buyer", "other"


@dataclass
class Mailbox:
    """Keeps what would be mailed."""

    mails: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    def to(self, address: str) -> list[Mail]:
        """Return the mails to an address."""
        return [mail for mail in self.mails if mail.to == address]


@dataclass
class Telephones:
    """Keeps the text messages that would be sent; takes none while it is told to refuse."""

    messages: list[TextMessage] = field(default_factory=list)
    refusing: bool = False

    def send(self, message: TextMessage) -> None:
        if self.refusing:
            raise TextError
        self.messages.append(message)

    def to(self, number: str) -> list[str]:
        """Return the texts of the messages to a number."""
        return [message.text for message in self.messages if message.to == number]


@dataclass
class Interfaces:
    """The controllers' interfaces: keep what was posted, fail where told to."""

    posted: list[tuple[str, Mapping[str, str], Any]] = field(default_factory=list)
    raw: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    """How many posts to a host fail yet."""
    refusing: set[str] = field(default_factory=set)
    """Hosts that are there, and take nothing."""
    lost_answers: dict[str, int] = field(default_factory=dict)
    """How many posts to a host arrive without us ever hearing so."""
    on_post: Callable[[str], None] = lambda _host: None

    def post(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
        if self.failing.get(to.host, 0) > 0:
            self.failing[to.host] -= 1
            raise ControllerUnreachable
        if to.host in self.refusing:
            raise ControllerRefused
        self.posted.append((to.host, headers, json.loads(body)))
        self.raw.append((to.host, headers, body))
        if self.lost_answers.get(to.host, 0) > 0:
            self.lost_answers[to.host] -= 1
            raise ControllerUnreachable
        self.on_post(to.host)
        return 202

    def to(self, controller_id: str, kind: str = "forwarded") -> list[Any]:
        """Return the messages of a kind that a controller got."""
        host = f"{controller_id}.example"
        return [body for at, _, body in self.posted if at == host and body["type"].endswith(kind)]


@contextmanager
def independent_clock(now: datetime) -> Iterator[None]:
    """Let the independent webhook library believe that it is a given time."""

    class At(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "At":
            return cls.fromtimestamp(now.timestamp(), tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standardwebhooks.webhooks, "datetime", At)
        yield


@dataclass
class House:
    """The service, travelling in time."""

    services: Services
    clock: SetClock
    mailbox: Mailbox
    telephones: Telephones
    interfaces: Interfaces
    runner: WorkflowRunner
    requests: int = 0
    base_path: str = ""
    """What stands before every path, as a stage does."""

    @property
    def desk(self) -> Desk:
        return desk_of(self.services)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        source_ip: str = "192.0.2.7",
        operator: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Call the function as the gateway does; return the status and the parsed answer."""
        answer = self.raw(
            method,
            path,
            body,
            query=query,
            source_ip=source_ip,
            operator=operator,
            headers=headers,
        )
        text = answer["body"]
        is_json = "json" in answer["headers"]["Content-Type"]
        return answer["statusCode"], json.loads(text) if text and is_json else text

    def raw(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        source_ip: str = "192.0.2.7",
        operator: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Call the function as the gateway does; return the proxy answer."""
        self.requests += 1
        context: dict[str, Any] = {
            "requestId": f"request-{self.requests}",
            "path": self.base_path + path,
            "identity": {"sourceIp": source_ip},
        }
        if operator:
            context["authorizer"] = {"account_id": "op", "key_id": "k", "scopes": "operator"}
        text = body if isinstance(body, str) else None if body is None else json.dumps(body)
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"Content-Type": "application/json", **(headers or {})},
            "multiValueQueryStringParameters": {k: [v] for k, v in (query or {}).items()},
            "requestContext": context,
            "body": text,
        }
        return api.answer(event, self.services)

    def file(self, key: str | None = None, *, ip: str = "192.0.2.7", **members: Any) -> Any:
        """File a request over the API and return the answer, which is a 202."""
        status, answer = self.try_to_file(key, ip=ip, **members)
        assert status == 202, answer
        return answer

    def try_to_file(
        self, key: str | None = None, *, ip: str = "192.0.2.7", **members: Any
    ) -> tuple[int, Any]:
        """File a request over the API; return the status and the answer."""
        body = {
            "right": "erasure",
            "reply_to": {"email": "person@synthetic.example"},
            "language": "en",
            **members,
        }
        headers = {"Idempotency-Key": key or os.urandom(8).hex()}
        return self.call("POST", "/v1/subject-requests", body, headers=headers, source_ip=ip)

    def form(
        self, path: str, fields: Mapping[str, str], *, key: str = "", ip: str = "192.0.2.7"
    ) -> tuple[int, str]:
        """Send a form as a browser does; return the status and the page."""
        answer = self.raw(
            "POST",
            path,
            urlencode(fields),
            query={"key": key} if key else {},
            source_ip=ip,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        return answer["statusCode"], answer["headers"].get("Location") or answer["body"]

    def forwarded(self, **members: Any) -> str:
        """File an objection that leads to source and buyer; return its reference."""
        filed = self.file(right="objection", lead_reference=self.deliver(), **members)
        self.settle()
        return str(filed["reference"])

    def status(self, filed: Mapping[str, str]) -> Any:
        """Return what the filer sees."""
        path = f"/v1/subject-requests/{filed['reference']}"
        _, answer = self.call("GET", path, headers={"X-View-Key": filed["view_key"]})
        return answer

    def confirm(self, filed: Mapping[str, str], link: str) -> None:
        """Confirm the contact channel by the link that was sent to it."""
        code = link.rpartition("code=")[2]
        path = f"/subject-request/{filed['reference']}"
        status, _ = self.form(path, {"step": "confirm", "code": code}, key=filed["view_key"])
        assert status == 303

    def withdraw(self, filed: Mapping[str, str]) -> tuple[int, Any]:
        """Withdraw as the filer."""
        path = f"/v1/subject-requests/{filed['reference']}"
        return self.call("DELETE", path, headers={"X-View-Key": filed["view_key"]})

    def operators_list(self, state: str) -> Any:
        """Return what operators see of a state."""
        path = "/v1/operator/subject-requests"
        return self.call("GET", path, query={"state": state}, operator=True)[1]["requests"]

    def notice(
        self, controller_id: str, body: Any, *, key_of: str | None = None
    ) -> tuple[int, Any]:
        """Send a notice as a source's controller does."""
        text = json.dumps(body)
        headers = sign(
            text.encode(),
            message_id=os.urandom(8).hex(),
            at=self.clock.now(),
            keys=[self.services.controller_keys.key(key_of or controller_id, 1)],
        )
        return self.call("POST", f"/v1/controller-notices/{controller_id}", text, headers=headers)

    def failed_executions(self) -> list[str]:
        """Return the errors that ended executions."""
        with sqlite3.connect(self.services.settings.store.removeprefix("sqlite:")) as records:
            rows = records.execute(
                "SELECT attributes FROM record WHERE CAST(partition AS TEXT) LIKE 'EXECUTION#%'"
            ).fetchall()
        return [row["failed"] for (text,) in rows if (row := json.loads(text))["failed"]]

    def lose_execution(self, name: str) -> None:
        """End an execution as one that has failed."""
        store = self.services.store
        record = store.get(execution_key(name))
        assert record
        due = due_key(str(record.attributes["due"]), name)
        store.transact(Delete(key=record.key, version=record.version), Delete(key=due, version=1))

    def by_mail(self, controller_id: str) -> None:
        """Make a controller one that is reached by mail."""
        self.services.controllers.put(entry_of(controller_id, channel="email", url=None))

    def page_of(self, controller_id: str) -> str:
        """Return the path of the one-time page that a controller was mailed last."""
        text = self.mailbox.to(f"privacy@{controller_id}.example")[-1].text
        return "/controller-page/" + text.partition("/controller-page/")[2].split()[0]

    def decide(self, reference: str, **decision: Any) -> tuple[int, Any]:
        """Decide as an operator."""
        path = f"/v1/operator/subject-requests/{reference}"
        return self.call("POST", path, decision, operator=True)

    def signature_holds(self, controller_id: str) -> bool:
        """Tell whether an independent library verifies what the controller got last."""
        key = key_to_text(self.services.controller_keys.key(controller_id, 1))
        host = f"{controller_id}.example"
        _, headers, raw = [each for each in self.interfaces.raw if each[0] == host][-1]
        sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        with independent_clock(sent_at):
            Webhook(key).verify(raw, dict(headers))
        return True

    def holds(self, *texts: str) -> list[str]:
        """Return those of the texts that stand anywhere in the store's files, in clear."""
        place = Path(self.services.settings.store.removeprefix("sqlite:"))
        found = b"".join(path.read_bytes() for path in place.parent.glob(f"{place.name}*"))
        return [text for text in texts if text.encode() in found]

    def settle(self) -> None:
        """Carry out all that is due now."""
        self.runner.run_due()

    def travel(self, **span: float) -> None:
        """Let time pass, carrying out everything when it is due."""
        end = self.clock.now() + timedelta(**span)
        self.settle()
        while (due := self.runner.next_due()) is not None and due <= end:
            self.clock.move(max(0.0, (due - self.clock.now()).total_seconds()))
            self.settle()
        self.clock.move((end - self.clock.now()).total_seconds())

    def travel_to(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        self.travel(seconds=(moment - self.clock.now()).total_seconds())

    def deliver(self, *, source: str = SOURCE, buyer: str = BUYER) -> str:
        """Note a delivery and return its lead reference."""
        delivery = Delivery(
            register="directory",
            controller=source,
            buyer=buyer,
            purpose="telemarketing_b2c",
            at=self.clock.now() - timedelta(days=2),
        )
        (reference,), kept = self.services.lead_references.draw([delivery])
        self.services.store.transact(*kept)
        self.services.lead_references.list_by_day([delivery])
        return reference

    def request(self, reference: str) -> SubjectRequest:
        request = self.desk.dossier.request(reference)
        assert request
        return request

    def case(self, reference: str, controller_id: str) -> Case:
        case = self.desk.dossier.case(reference, controller_id)
        assert case
        return case

    def states(self, reference: str) -> dict[str, str]:
        """Return the state of every case."""
        return {case.controller_id: case.state for case in self.desk.dossier.cases(reference)}

    def audit(self, reference: str) -> list[AuditEvent]:
        return list(events_of(self.services.store, reference))

    def tasks(self) -> list[str]:
        """Return the kinds of the operators' tasks."""
        page = self.services.store.query("OPERATOR-TASKS", limit=1000)
        return [str(record.attributes["kind"]) for record in page.records]

    def report(
        self,
        reference: str,
        controller_id: str,
        body: Any,
        *,
        message_id: str | None = None,
        key_of: str | None = None,
        at: datetime | None = None,
        sent: Any = None,
        callback: str | None = None,
        key_number: int | None = None,
    ) -> tuple[int, Any]:
        """Report as a controller does, signed; any part of it may be forged."""
        text = json.dumps(body)
        entry = self.services.controllers.entry(key_of or controller_id)
        assert entry
        number = key_number or entry.keys[0].number
        headers = sign(
            text.encode(),
            message_id=message_id or os.urandom(8).hex(),
            at=at or self.clock.now(),
            keys=[self.services.controller_keys.key(entry.id, number)],
        )
        path = callback or self.desk.references.callback_id(reference, controller_id)
        return self.call(
            "POST",
            f"/v1/controller-callbacks/{path}",
            text if sent is None else json.dumps(sent),
            headers=headers,
        )


def entry_of(controller_id: str, **members: Any) -> ControllerEntry:
    """Return a controller with a webhook of its own."""
    base = ControllerEntry(
        id=controller_id,
        name=f"{controller_id.title()} Oy",
        role="buyer" if controller_id == BUYER else "source",
        privacy_email=f"privacy@{controller_id}.example",
        contract=f"contract-{controller_id}",
        contract_from=date(2025, 1, 1),
        channel="webhook",
        url=f"https://{controller_id}.example/hook",
    )
    return replace(base, **members)
