"""The Lambda authorizer of the REST API.

Source: AWS, "Use API Gateway Lambda authorizers" (REQUEST type, IAM policy answer).
"""

from collections.abc import Mapping
from typing import Any

from leadcloud.accounts.doorkeeper import Holder
from leadcloud.accounts.tier import usage_key
from leadcloud.clock import rfc3339
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
        Unauthorized: It is none of ours, or not good any more.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    holder = services().doorkeeper.recognise(headers.get(HEADER, ""))
    if holder is None:
        log(Event.KEY_REFUSED, reason="not_good")
        raise Unauthorized
    answer = _policy(holder, event["methodArn"])
    keys = services().settings.usage_keys
    return (
        {**answer, "usageIdentifierKey": usage_key(keys, holder.account.tier)} if keys else answer
    )


def _policy(holder: Holder, method_arn: str) -> dict[str, Any]:
    """Allow every method of the stage: the answer is cached per key, and the guard checks scopes."""
    api, stage, *_ = method_arn.split("/")
    return {
        "principalId": holder.account.id,
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
            "account_id": holder.account.id,
            "key_id": holder.key.id,
            "scopes": " ".join(sorted(holder.key.scopes)),
            "tier": holder.account.tier,
            "expires_at": rfc3339(holder.key.expires_at) if holder.key.expires_at else "",
        },
    }
