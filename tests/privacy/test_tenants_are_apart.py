"""No tenant reads or infers anything of another (I6).

Generated from the route table: wherever a request can hold an id, in the path, the query, the body
or a form, the ids of another tenant are answered like random ones of the same form.
"""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import count
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from functions.dsar_router.sensitive_number import sensitive_number_in
from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.key import id_in
from leadcloud.accounts.money import Money
from leadcloud.forwarding.signature import sign
from leadcloud.http.api import Operation
from leadcloud.http.route import FORM, Route
from leadcloud.http.routes import ROUTES
from leadcloud.lead_reference import write
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.wiring import Services
from tests.contacts import person, register
from tests.house import OTHER, SOURCE, House

SCOPES = "search predict buildings billing admin"
"""All that a tenant's key can be good for."""

Where = Literal["path", "query", "body", "form"]


class Place(NamedTuple):
    """Where a request can hold an id."""

    operation: str
    where: Where
    name: str
    """For a body with dots between its names; 0 for the items of a list."""


NATURAL: dict[Place, str | None] = {
    Place("getDocsAsset", "path", "asset"): None,
    Place("getMapAsset", "path", "asset"): None,
    Place("getCodes", "path", "list"): None,
    Place("getBuilding", "path", "building"): None,
    Place("listBuildings", "query", "id"): None,
    Place("listBuildings", "query", "cursor"): None,
    Place("quoteSearch", "body", "registers.0"): "register",
    Place("searchContacts", "body", "registers.0"): "register",
    Place("searchContacts", "body", "cursor"): "cursor",
    Place("searchContacts", "body", "quote_id"): "quote",
    Place("setRegisterPolicy", "path", "id"): "register",
    Place("predictAge", "body", "register"): "register",
    Place("summarizeAge", "body", "register"): "register",
    Place("getStatement", "path", "month"): None,
    Place("openSubAccount", "body", "registers.0"): "register",
    Place("listSubAccounts", "query", "cursor"): "list_cursor",
    Place("issueKey", "body", "account"): "sub_account",
    Place("issueKey", "body", "replaces.id"): "key",
    Place("listKeys", "query", "account"): "sub_account",
    Place("revokeKey", "path", "id"): "key",
    Place("fileSubjectRequest", "body", "lead_reference"): "lead_reference",
    Place("getSubjectRequest", "path", "reference"): "reference",
    Place("withdrawSubjectRequest", "path", "reference"): "reference",
    Place("reportOnSubjectRequest", "path", "callback_id"): "callback",
    Place("sendControllerNotice", "path", "controller_id"): "controller",
    Place("sendControllerNotice", "body", "lead_reference"): "lead_reference",
    Place("showSubjectRequestForm", "query", "lead_reference"): "lead_reference",
    Place("sendSubjectRequestForm", "form", "lead_reference"): "lead_reference",
    Place("showSubjectRequest", "path", "reference"): "reference",
    Place("changeSubjectRequest", "path", "reference"): "reference",
    Place("changeSubjectRequest", "form", "lead_reference"): "lead_reference",
    Place("showControllerPage", "path", "page_id"): "page",
    Place("useControllerPage", "path", "page_id"): "page",
    Place("decideSubjectRequest", "path", "reference"): "reference",
    Place("decideSubjectRequest", "body", "controllers.0"): "controller",
    Place("enterSubjectRequest", "body", "filing.lead_reference"): "lead_reference",
    Place("getAudit", "path", "reference"): "reference",
}
"""Which kind of id belongs where; None where it is nobody's, but the same for everybody."""

_ID = re.compile(r"(^|[._])(ids?|account|registers?|cursor|\w*reference|controllers?)(\.0)?$")
"""Names that hold ids. In a path every parameter does."""


def places() -> Iterator[Place]:
    """Yield every place, as the route table and the contracts have them."""
    for route in ROUTES:
        contract = _operation(route).contract
        for name in re.findall(r"\{(\w+)\}", route.path):
            yield Place(route.operation, "path", name)
        if contract.parameters:
            names = contract.parameters.model_json_schema().get("properties", {})
            yield from (Place(route.operation, "query", name) for name in names if _ID.search(name))
        if contract.request:
            schema = contract.request.model_json_schema()
            yield from (
                Place(route.operation, "body", name)
                for name in dict.fromkeys(_texts(schema, schema))
                if _ID.search(name)
            )
        yield from (
            Place(route.operation, "form", name) for name in contract.form if _ID.search(name)
        )


def _operation(route: Route) -> Operation[Any]:
    api = import_module(f"functions.{route.function}.handler").api
    operation: Operation[Any] = api.operations[route.operation]
    return operation


def _texts(part: Mapping[str, Any], whole: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield the dotted names of a schema's texts."""
    if "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    for one in part.get("anyOf", ()):
        yield from _texts(one, whole, path)
    if part.get("type") == "string":
        yield path
    if part.get("type") == "array" and isinstance(part.get("items"), dict):
        yield from _texts(part["items"], whole, f"{path}.0")
    for name, member in part.get("properties", {}).items():
        yield from _texts(member, whole, f"{path}.{name}".lstrip("."))


@dataclass
class World:
    """Two resellers that know nothing of each other, and a data subject of the second one's."""

    house: House
    view_key: str = ""
    foreign: dict[str, str] = field(default_factory=dict)
    """By kind, what belongs to the other tenant."""
    asked: Iterator[int] = field(default_factory=count)

    @property
    def services(self) -> Services:
        return self.house.services

    def ask(self, who: str, place: Place, value: str) -> Any:
        """Put a value in a place of a request that is whole otherwise; return the answer."""
        route = next(route for route in ROUTES if route.operation == place.operation)
        request = deepcopy(REQUESTS.get(route.operation, Request()))
        view_key = self.view_key if who == OTHER_TENANT else "0" * 32
        if "registers" in request.body:
            request.body["registers"] = [REGISTERS[who]]
        if "key" in request.query:
            request.query["key"] = view_key
        path = _put(request, route, place, value)
        body = urlencode(request.form) if route.consumes == FORM else json.dumps(request.body)
        number = next(self.asked)
        headers = {
            "Content-Type": route.consumes,
            "Idempotency-Key": secrets.token_hex(8),
            "X-View-Key": view_key,
            **self._signature(body, SOURCE if who == OTHER_TENANT else OTHER),
        }
        context: dict[str, Any] = {
            "requestId": "request-1",
            "identity": {"sourceIp": f"10.{number >> 8 & 255}.{number & 255}.1"},
        }
        if route.scope:
            context["authorizer"] = {"account_id": who, "key_id": f"{who}_key", "scopes": SCOPES}
        event = {
            "httpMethod": route.method,
            "path": path,
            "headers": headers,
            "multiValueQueryStringParameters": {k: [v] for k, v in request.query.items()},
            "requestContext": context,
            "body": body,
        }
        answer = dict(
            import_module(f"functions.{route.function}.handler").api.answer(event, self.services)
        )
        # What is left of the caller's own rate falls with each request.
        answer["headers"] = {k: v for k, v in answer["headers"].items() if k != "RateLimit"}
        return answer

    def _signature(self, body: str, controller_id: str) -> dict[str, str]:
        key = self.services.controller_keys.key(controller_id, 1)
        now = self.services.clock.now()
        return sign(body.encode(), message_id=secrets.token_hex(8), at=now, keys=[key])


@dataclass
class Request:
    """All of a request but the id in question."""

    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)


ASKER, OTHER_TENANT, SUB_ACCOUNT = "asker", "other_tenant", "sub_001"
REGISTERS = {
    ASKER: "asker_register",
    OTHER_TENANT: "other_register",
    SUB_ACCOUNT: "other_register",
}

_SEARCH = {"purpose": "telemarketing_b2c", "registers": [], "criteria": {}}
_RECORD = {"ref": "1", "first_name": "Testi", "sex": "female"}
_FILING = {
    "right": "erasure",
    "reply_to": {"email": "synthetic@example.com"},
    "subject": {"name": "Testi Synteettinen"},
    "language": "fi",
}

REQUESTS: dict[str, Request] = {
    "quoteSearch": Request(_SEARCH),
    "searchContacts": Request({**_SEARCH, "page_size": 1}),
    "predictAge": Request({"records": [_RECORD]}),
    "summarizeAge": Request({"records": [_RECORD] * 100}),
    "openSubAccount": Request({"name": "New"}),
    "issueKey": Request({"name": "New", "scopes": ["search"]}),
    "fileSubjectRequest": Request(_FILING),
    "enterSubjectRequest": Request({"source": "letter", "filing": _FILING}),
    "decideSubjectRequest": Request({"action": "release"}),
    "setRegisterPolicy": Request({"enabled": False}),
    "reportOnSubjectRequest": Request({"status": "acknowledged"}),
    "sendControllerNotice": Request({"right": "erasure", "subject_phone": "+358457000001"}),
    "showSubjectRequest": Request(query={"key": ""}),
    "changeSubjectRequest": Request(query={"key": ""}, form={"step": "add"}),
    "sendSubjectRequestForm": Request(form={"right": "erasure", "step": "check"}),
    "useControllerPage": Request(form={"step": "read"}),
}
"""By operation; those that are not here need nothing else."""


def _put(request: Request, route: Route, place: Place, value: str) -> str:
    """Put a value where it belongs; return the path."""
    path = route.path
    if place.where == "path":
        return re.sub(r"\{\w+\}", quote(value, safe=""), path)
    if place.where == "body":
        _put_into(request.body, place.name.split("."), value)
    else:
        (request.query if place.where == "query" else request.form)[place.name] = value
    return re.sub(r"\{\w+\}", "0" * 12, path)


def _put_into(part: dict[str, Any], names: list[str], value: str) -> None:
    name, *rest = names
    if not rest:
        part[name] = value
    elif rest == ["0"]:
        part[name] = [value]
    else:
        within = {"expires_at": "2026-03-20T00:00:00Z"} if name == "replaces" else {}
        _put_into(part.setdefault(name, within), rest, value)


def like(value: str) -> str:
    """Return a random text of the same form: of symbols that every kind of id may hold."""
    head, dot, tail = value.partition(".")  # before the point stands the name of a seal's key
    alike = "".join(_alike(symbol) for symbol in tail or head)
    return f"{head}{dot}{alike}" if dot else alike


def _alike(symbol: str) -> str:
    for symbols in ("abcdef", "ABCDEF", "234567"):
        if symbols[0].isdigit() == symbol.isdigit() and symbols.isupper() == symbol.isupper():
            return secrets.choice(symbols) if symbol.isalnum() else symbol
    return symbol


def random_like(kind: str, foreign: str) -> str:
    """Return a random id of that kind; one that is a card number is only like one that is."""
    if kind == "lead_reference":
        return write(secrets.randbelow(32**10))
    while sensitive_number_in(alike := like(foreign)) != sensitive_number_in(foreign):
        pass
    return alike


@pytest.fixture
def world(house: House) -> World:
    """Both tenants have registers, keys and sub-accounts; the other one has ids of every kind."""
    world = World(house)
    services = house.services
    _open_registers(services)
    for who in (ASKER, OTHER_TENANT):
        account = Account(
            id=who,
            kind="reseller",
            name=who,
            parent=None,
            registers=(REGISTERS[who],),
            purposes=("telemarketing_b2c",),
            terms=CURRENT_TERMS,
        )
        services.accounts.open(account)
        services.ledger.top_up(who, Money.read("100"))
    other = services.accounts.active(OTHER_TENANT)
    for number in range(101):
        sub = replace(other, id=f"sub_{number:03}", kind="sub_account", parent=OTHER_TENANT)
        services.accounts.open(sub)
    world.foreign = _ids_of_other(world)
    return world


def _open_registers(services: Services) -> None:
    built = {
        name: register(name, [person(number) for number in range(3)]) for name in REGISTERS.values()
    }
    services.registers = RegisterCatalogue(
        services.store, {"given": lambda name, _row: built[name]}
    )
    for name in built:
        services.registers.put(name, {"adapter": "given"})


def _ids_of_other(world: World) -> dict[str, str]:
    """Return an id of every kind that exists, and is the other tenant's."""
    house = world.house
    house.by_mail(SOURCE)
    lead_reference = house.deliver(buyer=OTHER_TENANT)
    filed = house.file(right="objection", lead_reference=lead_reference)
    house.settle()
    world.view_key = filed["view_key"]
    search = Place("searchContacts", "body", "registers.0")
    page = json.loads(world.ask(OTHER_TENANT, search, REGISTERS[OTHER_TENANT])["body"])
    quoted = Place("quoteSearch", "body", "registers.0")
    listing = Place("listSubAccounts", "query", "cursor")
    first_page = json.loads(world.ask(OTHER_TENANT, listing, "")["body"])
    return {
        "account": OTHER_TENANT,
        "sub_account": "sub_000",
        "key": id_in(house.services.keys.issue(OTHER_TENANT, frozenset({"search"}))),
        "register": REGISTERS[OTHER_TENANT],
        "cursor": page["next_cursor"],
        "list_cursor": first_page["next_cursor"],
        "quote": json.loads(world.ask(OTHER_TENANT, quoted, REGISTERS[OTHER_TENANT])["body"])[
            "quote_id"
        ],
        "lead_reference": lead_reference,
        "reference": filed["reference"],
        "callback": house.desk.references.callback_id(filed["reference"], SOURCE),
        "page": house.page_of(SOURCE).rpartition("/")[2],
        "controller": SOURCE,
    }


def told(answer: Any, value: str) -> Any:
    """Return what an answer says, but for what was asked and what it draws itself."""
    own = r'SR(-[0-9A-Z]{4}){3}|\b[0-9a-f]{32}\b|name="token" value="[^"]*"'
    return (
        answer["statusCode"],
        answer["headers"],
        re.sub(own, "*", answer["body"].replace(value, "*")),
    )


def test_every_place_of_an_id_is_known(world: World) -> None:
    """A new route, parameter or member that holds an id has to be entered here, with its kind."""
    assert set(places()) == NATURAL.keys()
    assert {kind for kind in NATURAL.values() if kind} <= world.foreign.keys()


@pytest.mark.parametrize("who", [ASKER, SUB_ACCOUNT])
def test_foreign_ids_are_answered_like_random_ones(world: World, who: str) -> None:
    """Whatever the kind and wherever it stands: status, headers and body are the same.

    A sub-account, too, knows nothing of its reseller and of its sisters.
    """
    differ = []
    for place, natural in NATURAL.items():
        for kind, foreign in world.foreign.items():
            # A sub-account's contract names the register; and a page's id is a secret, like a key.
            if (who, kind) == (SUB_ACCOUNT, "register") or kind == natural == "page":
                continue
            theirs, nobodys = (
                told(world.ask(who, place, value), value)
                for value in (foreign, random_like(kind, foreign))
            )
            if theirs != nobodys:
                differ.append(f"{place} {kind}\n  {theirs}\n  {nobodys}")

    assert not differ, "\n".join(differ)


def test_the_owner_is_answered_otherwise(world: World) -> None:
    """The foreign ids are real, and asked for as they must be: the test above could fail."""
    operations = {route.operation for route in ROUTES if route.scope != "operator"}
    alike = []
    for place, kind in NATURAL.items():
        # Where a lead reference leads is told to nobody at once, and operators are no tenants.
        if kind in (None, "lead_reference") or place.operation not in operations:
            continue
        theirs, nobodys = (
            told(world.ask(OTHER_TENANT, place, value), value)
            for value in (world.foreign[kind], random_like(kind, world.foreign[kind]))
        )
        if theirs == nobodys:
            alike.append(f"{place} {theirs}")

    assert not alike, "\n".join(alike)
