"""Tokens: asked for once, kept for most of their life, dropped when the register forgot them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leadcloud.clock import Deadline, SetClock, SystemClock
from leadcloud.registers.call import Call
from leadcloud.registers.interface import (
    RegisterAnswerInvalid,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.registers.outbound import Outbound
from leadcloud.registers.token import ClientCredentials

CALL = Call(method="POST", url="http://register.invalid/token", max_seconds=5, max_bytes=1_000)


class TokenEndpoint(Outbound):
    """Answers with what it was given, and counts."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked = 0

    def send(self, call: Call, deadline: Deadline) -> Any:
        """Answer as the door would."""
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def credentials(endpoint: Outbound) -> ClientCredentials:
    """Make the tokens of a register with that endpoint."""
    return ClientCredentials(CALL, endpoint)


def token(value: str = "t-1", **more: Any) -> dict[str, Any]:
    """Write a token answer."""
    return {"access_token": value, "token_type": "Bearer", "expires_in": 1_000, **more}


def test_token_is_kept_for_four_fifths_of_its_life(clock: SetClock, deadline: Deadline) -> None:
    """A token is used again until 80 % of its life is over, then replaced."""
    endpoint = TokenEndpoint(token("t-1"), token("t-2"))
    source = credentials(endpoint)
    assert source.token(deadline) == "t-1"
    clock.move(799)
    assert source.token(Deadline.after(5, clock)) == "t-1"
    clock.move(2)
    assert source.token(Deadline.after(5, clock)) == "t-2"
    assert endpoint.asked == 2


@pytest.mark.parametrize("written", [100, "100"], ids=["number", "text"])
def test_lifetime_may_be_a_text(clock: SetClock, deadline: Deadline, written: Any) -> None:
    """`expires_in` is read as a number and as a number in quotes."""
    endpoint = TokenEndpoint(token("t-1", expires_in=written), token("t-2"))
    source = credentials(endpoint)
    source.token(deadline)
    clock.move(81)
    assert source.token(Deadline.after(5, clock)) == "t-2"


UNUSABLE = {
    "not an object": [],
    "no token": {"token_type": "Bearer", "expires_in": 100},
    "empty": token(""),
    "number": {**token(), "access_token": 7},
    "header break": token("t\r\nX-Evil: 1"),
    "other type": token(token_type="mac"),
    "no type": {"access_token": "t", "expires_in": 100},
    "negative life": token(expires_in=-5),
    "endless life": token(expires_in=10**12),
    "life in words": token(expires_in="an hour"),
    "life as truth": token(expires_in=True),
}


@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_token_is_invalid(deadline: Deadline, answer: Any) -> None:
    """A token answer that is not what RFC 6749 describes is an invalid answer, and not quoted."""
    with pytest.raises(RegisterAnswerInvalid) as raised:
        credentials(TokenEndpoint(answer)).token(deadline)
    assert raised.value.__context__ is None


def test_threads_ask_once() -> None:
    """Many threads without a token cause one call, and all get its token."""
    running = threading.Barrier(8, timeout=5)

    class Slow(TokenEndpoint):
        def send(self, call: Call, deadline: Deadline) -> Any:
            threading.Event().wait(0.1)
            return super().send(call, deadline)

    endpoint = Slow(token("t-1"), *(token("wrong") for _ in range(8)))
    source = credentials(endpoint)

    def ask(_: int) -> str:
        running.wait()
        return source.token(Deadline.after(5, SystemClock()))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"t-1"}
    assert endpoint.asked == 1


def test_waiting_ends_at_the_deadline() -> None:
    """A thread that waits for another one's token gives up at its own deadline."""
    release, entered = threading.Event(), threading.Event()

    class Hanging(TokenEndpoint):
        def send(self, call: Call, deadline: Deadline) -> Any:
            entered.set()
            release.wait(5)
            return super().send(call, deadline)

    source = credentials(Hanging(token()))
    asking = threading.Thread(target=source.token, args=(Deadline.after(5, SystemClock()),))
    asking.start()
    entered.wait(5)
    with pytest.raises(RegisterTimeout):
        source.token(Deadline.after(0.05, SystemClock()))
    release.set()
    asking.join()


def test_failure_frees_the_way(deadline: Deadline) -> None:
    """After a failed call the next thread may ask."""
    source = credentials(TokenEndpoint(RegisterUnavailable(), token("t-2")))
    with pytest.raises(RegisterUnavailable):
        source.token(deadline)
    assert source.token(deadline) == "t-2"


def test_only_the_forgotten_token_is_dropped(deadline: Deadline) -> None:
    """A late refusal of an old token does not cost the new one."""
    endpoint = TokenEndpoint(token("t-1"), token("t-2"))
    source = credentials(endpoint)
    source.drop(source.token(deadline))
    assert source.token(deadline) == "t-2"
    source.drop("t-1")
    assert source.token(deadline) == "t-2"
    assert endpoint.asked == 2
