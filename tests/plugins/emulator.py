"""Starts ministack, taught what it does not know, and noting who asks for what.

Run by the interpreter outside of the virtual environment, so it imports nothing of ours:
`python emulator.py PACKAGES NOTES`, the folder of ministack's packages and a file.
"""

import json
import runpy
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
Handler = dict[str, Any]


def noting(application: Application, notes: Path) -> Application:
    """Return an application that also notes the name and the kind of each request to AWS.

    Of bodies only the kinds of a transaction's parts are noted.
    """

    async def noted(scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope.get("headers") or ()}
        who = [part[4:] for part in headers.get("user-agent", "").split() if part[:4] == "app/"]
        if not who:
            await application(scope, receive, send)
            return
        parts: list[bytes] = []

        async def listening() -> Message:
            message = await receive()
            parts.append(message.get("body") or b"")
            return message

        await application(scope, listening, send)
        note = {
            "function": who[0],
            "service": headers.get("authorization", "")
            .partition("/aws4_request")[0]
            .split("/")[-1],
            "target": headers.get("x-amz-target", ""),
            "method": scope["method"],
            "path": scope["path"],
            "kinds": _kinds(b"".join(parts)),
        }
        with notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps(note) + "\n")

    return noted


def _kinds(body: bytes) -> list[str]:
    """Return the kinds of a transaction's parts."""
    if b'"TransactItems"' not in body:
        return []
    return sorted({kind for part in json.loads(body)["TransactItems"] for kind in part})


def teach(handlers: dict[str, Handler]) -> None:
    """Add what CloudFormation does not know there.

    The firewall can be bound to a stage, and a function have a queue of dead letters, both of which
    ministack can do. It makes no alarms of sums or of
    alarms, and no saved queries: they are noted, and no function depends on them.
    """
    from ministack.services import lambda_svc, waf

    def associate(name: str, properties: Handler, _stack: str) -> tuple[str, Handler]:
        waf._associate_web_acl(properties)
        return name, {}

    def note(name: str, _properties: Handler, _stack: str) -> tuple[str, Handler]:
        return name, {"Arn": name}

    alarms = handlers["AWS::CloudWatch::Alarm"]

    def watch(name: str, properties: Handler, stack: str) -> Any:
        make = note if "Metrics" in properties else alarms["create"]
        return make(name, properties, stack)

    functions = handlers["AWS::Lambda::Function"]

    def equip(name: str, properties: Handler, stack: str) -> Any:
        made = functions["create"](name, properties, stack)
        if "DeadLetterConfig" in properties:
            config = lambda_svc._functions[made[0]]["config"]
            config["DeadLetterConfig"] = properties["DeadLetterConfig"]
        return made

    handlers["AWS::Lambda::Function"] = {**functions, "create": equip}
    handlers["AWS::WAFv2::WebACLAssociation"] = {"create": associate}
    handlers["AWS::CloudWatch::Alarm"] = {**alarms, "create": watch}
    handlers["AWS::CloudWatch::CompositeAlarm"] = {"create": note}
    handlers["AWS::Logs::QueryDefinition"] = {"create": note}


def name_keys(gateway: Any) -> None:
    """Count callers by the key that the authorizer names, as a gateway whose keys come from it does.

    Source: AWS, "API Gateway API key source". ministack takes the caller's own for the gateway's.
    """
    named: dict[str, str] = {}
    ask, sent = gateway._invoke_authorizer_lambda, gateway._api_key_from_request

    async def asking(authorizer: Handler, event: Handler, *scope: str) -> Any:
        result = await ask(authorizer, event, *scope)
        told = result.get("body") if result else None
        told = json.loads(told) if isinstance(told, str | bytes) else told
        if isinstance(told, dict) and "usageIdentifierKey" in told:
            named[sent(event["headers"])] = told["usageIdentifierKey"]
        return result

    gateway._invoke_authorizer_lambda = asking
    gateway._api_key_from_request = lambda headers: named.get(sent(headers))


if __name__ == "__main__":
    packages, notes = sys.argv[1:]
    del sys.argv[1:]
    del sys.path[0]  # this folder, where a file of ours is called ministack, too
    sys.path.append(packages)
    from ministack import app
    from ministack.services import apigateway_v1
    from ministack.services.cloudformation import provisioners

    teach(provisioners._RESOURCE_HANDLERS)
    name_keys(apigateway_v1)
    app.app = noting(app.app, Path(notes))
    runpy.run_module("ministack", run_name="__main__")
