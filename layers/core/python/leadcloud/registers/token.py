"""Access tokens by OAuth 2.0 client credentials, kept in memory only.

Source: RFC 6749 § 4.4 and § 5.1.
"""

import threading
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from leadcloud.clock import Deadline
from leadcloud.registers.call import Call
from leadcloud.registers.interface import RegisterAnswerInvalid, RegisterTimeout
from leadcloud.registers.outbound import Outbound

_USED_SHARE = 0.8
"""A token is replaced after this share of its life, while it is still good."""


def _number_written(value: object) -> object:
    # One Finnish provider writes "90000" where RFC 6749 has a number.
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class _TokenAnswer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    access_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,8192}$")]
    token_type: Annotated[Literal["bearer"], BeforeValidator(lambda kind: str(kind).lower())]
    # RFC 6749 only recommends it; a minute is safe to assume.
    expires_in: Annotated[int, BeforeValidator(_number_written), Field(ge=1, le=10**9)] = 60


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class _Token:
    value: str
    good_until: float
    """On the clock's monotonic scale."""


class ClientCredentials:
    """The tokens of one register. Safe to use from threads: one of them asks, the others wait."""

    def __init__(self, call: Call, outbound: Outbound) -> None:
        self._call = call
        self._outbound = outbound
        self._asking = threading.Lock()
        self._held: _Token | None = None

    def token(self, deadline: Deadline) -> str:
        """Return a token that is good for a while.

        Raises:
            RegisterError: The register gave none before the deadline.
        """
        if held := self._good(deadline):
            return held.value
        if not self._asking.acquire(timeout=deadline.remaining()):
            raise RegisterTimeout
        try:
            held = self._good(deadline) or self._asked(deadline)
            self._held = held
            return held.value
        finally:
            self._asking.release()

    def drop(self, token: str) -> None:
        """Forget a token that the register no longer knows."""
        with self._asking:
            if self._held and self._held.value == token:
                self._held = None

    def _good(self, deadline: Deadline) -> _Token | None:
        held = self._held
        return held if held and deadline.clock.monotonic() < held.good_until else None

    def _asked(self, deadline: Deadline) -> _Token:
        asked_at = deadline.clock.monotonic()
        answer = _read(self._outbound.send(self._call, deadline))
        if answer is None:
            raise RegisterAnswerInvalid
        good_until = asked_at + answer.expires_in * _USED_SHARE
        return _Token(value=answer.access_token, good_until=good_until)


def _read(answer: Any) -> _TokenAnswer | None:
    try:
        return _TokenAnswer.model_validate(answer)
    except ValidationError:
        return None
