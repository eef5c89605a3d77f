"""The Lambda authorizer of the REST API.

Source: AWS, "Use API Gateway Lambda authorizers" (REQUEST type, IAM policy answer).
"""

from collections.abc import Mapping
from typing import Any

from leadcloud.accounts.key import ApiKey
from leadcloud.events import Event, log
from leadcloud.wiring import services

HEADER = "x-api-key"


class Unauthorized(Exception):
    """Makes API Gateway answer 401; it goes by the message, which must be this very word."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer who a key stands for.

    Raises:
        Unauthorized: We never issued it.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    key = services().keys.recognise(headers.get(HEADER, ""))
    if key is None:
        log(Event.KEY_REFUSED, reason="unknown")
        raise Unauthorized
    return _policy(key, event["methodArn"])


def _policy(key: ApiKey, method_arn: str) -> dict[str, Any]:
    """Allow every method of the stage: the answer is cached per key, and the guard checks scopes."""
    api, stage, *_ = method_arn.split("/")
    return {
        "principalId": key.account_id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": f"{api}/{stage}/*",
                }
            ],
        },
        "context": {
            "account_id": key.account_id,
            "key_id": key.id,
            "scopes": " ".join(sorted(key.scopes)),
        },
    }
