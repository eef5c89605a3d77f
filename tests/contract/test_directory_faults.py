"""A provider that fails in every way: the right error, in time, and nothing of it gets out."""

import json
import logging
import time
import traceback
import tracemalloc
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import leadcloud.registers
from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.condition import Condition
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.interface import (
    PageRequest,
    RegisterAnswerInvalid,
    RegisterError,
    RegisterPage,
    RegisterRateLimited,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.registers.manifest import load_manifest
from leadcloud.registers.outbound import Outbound
from leadcloud.secrets import Secrets
from local.directory_provider import DirectoryProvider

pytestmark = pytest.mark.loopback

DEADLINE = 0.6
MARGIN = 0.5
"""Seconds that a loaded machine may add."""

POSTAL_CODE = "01370"


@pytest.fixture
def register(provider: DirectoryProvider, outbound: Outbound) -> DirectoryApi:
    """Make a consumer register that holds a token already."""
    manifest = load_manifest(
        Path(leadcloud.registers.__file__).parent / "manifests" / "demo_directory_consumers.toml",
        base_url=provider.base_url,
    )
    secrets = {
        "demo_directory_client_id": provider.client_id,
        "demo_directory_client_secret": provider.client_secret,
    }
    register = DirectoryApi(manifest, outbound, Secrets(secrets))
    fetch(register, seconds=10)
    return register


@pytest.fixture
def order(provider: DirectoryProvider) -> Iterator[Callable[..., None]]:
    """Return what orders a fault; afterwards the provider is well again."""

    def send(fault: str, **more: object) -> None:
        body = json.dumps({"fault": fault, **more}).encode()
        with urllib.request.urlopen(f"{provider.base_url}/_control", body) as answer:  # noqa: S310
            assert answer.status == 200

    yield send
    send("none")
    send("none", on="token")


def fetch(register: DirectoryApi, *, seconds: float = DEADLINE) -> RegisterPage:
    """Fetch a page of women of one postal code."""
    return register.fetch(
        PageRequest(
            criteria=(
                Condition(field="postal_code", operator="in", values=(POSTAL_CODE,)),
                Condition(field="gender", operator="in", values=("female",)),
            ),
            size=100,
            position=None,
            deadline=Deadline.after(seconds, SystemClock()),
            request_id="faults",
        )
    )


FAULTS = {
    "slow": RegisterTimeout,
    "hang": RegisterTimeout,
    "drip": RegisterTimeout,
    "drip_headers": RegisterTimeout,
    "fail": RegisterUnavailable,
    "cut": RegisterUnavailable,
    "rate_limit": RegisterRateLimited,
    "refuse": RegisterRefused,
    "html": RegisterAnswerInvalid,
    "redirect": RegisterAnswerInvalid,
    "gzip_bomb": RegisterAnswerInvalid,
    "half": RegisterAnswerInvalid,
    "garbage": RegisterAnswerInvalid,
    "wrong_schema": RegisterAnswerInvalid,
}


@pytest.mark.parametrize("on", ["search", "token"])
@pytest.mark.parametrize(("fault", "error"), FAULTS.items(), ids=FAULTS.keys())
def test_fault_has_its_error_in_time(
    *,
    register: DirectoryApi,
    order: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    provider: DirectoryProvider,
    fault: str,
    error: type[RegisterError],
    on: str,
) -> None:
    """Whatever the provider does, its error comes by the deadline and quotes nothing of it."""
    caplog.set_level(logging.DEBUG)
    order(fault, on=on)
    if on == "token":
        order("revoke")
    started = time.monotonic()
    with pytest.raises(RegisterError) as raised:
        fetch(register)
    assert time.monotonic() - started < DEADLINE + MARGIN
    assert type(raised.value) is error
    assert_silent(raised.value, caplog, provider)


def assert_silent(
    error: RegisterError, caplog: pytest.LogCaptureFixture, provider: DirectoryProvider
) -> None:
    """Fail if an error or a log line says anything about the call."""
    assert error.args == (error.code,)
    assert error.__cause__ is None
    assert error.__context__ is None
    said = "".join(traceback.format_exception(error)) + caplog.text
    secret = (provider.base_url, "/v2/", POSTAL_CODE, "Bearer", provider.client_secret, "169.254")
    assert not [each for each in secret if each in said]


def test_fault_leaves_no_trace(register: DirectoryApi, order: Callable[..., None]) -> None:
    """After a fault of each kind, the next call is answered as if nothing had been."""
    before = [contact.phone for contact in fetch(register, seconds=10).contacts]
    for fault in FAULTS.keys() - {"drip", "drip_headers"}:
        order(fault)
        with pytest.raises(RegisterError):
            fetch(register, seconds=0.3)
        after = [contact.phone for contact in fetch(register, seconds=10).contacts]
        assert before == after


def test_retry_after_is_handed_on(register: DirectoryApi, order: Callable[..., None]) -> None:
    """The seconds a provider asks us to wait reach the caller, though its 429 is no JSON."""
    order("rate_limit")
    with pytest.raises(RegisterRateLimited) as raised:
        fetch(register)
    assert raised.value.retry_after == 3


def test_bomb_is_not_unpacked(register: DirectoryApi, order: Callable[..., None]) -> None:
    """Of 200 MB packed into 200 kB, no more than the size cap is ever held."""
    order("gzip_bomb")
    tracemalloc.start()
    try:
        with pytest.raises(RegisterAnswerInvalid):
            fetch(register, seconds=10)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 25_000_000


def test_withdrawn_token_is_replaced_once(
    register: DirectoryApi, order: Callable[..., None], provider: DirectoryProvider
) -> None:
    """A token that the provider forgot is dropped, a new one fetched, and the search answered."""
    tokens, searches = provider.calls("token"), provider.calls("search")
    order("revoke")
    assert fetch(register, seconds=10).contacts
    assert provider.calls("token") == tokens + 1
    assert provider.calls("search") == searches + 2


def test_provider_that_forgets_every_token_is_refused(
    register: DirectoryApi, order: Callable[..., None], provider: DirectoryProvider
) -> None:
    """The new token is tried once, not for ever."""
    searches = provider.calls("search")
    order("revoke", times=10)
    with pytest.raises(RegisterRefused):
        fetch(register, seconds=10)
    assert provider.calls("search") == searches + 2


def test_lying_provider_is_read_to_its_end(
    register: DirectoryApi, order: Callable[..., None]
) -> None:
    """A total that is too high does not make us ask for ever: an empty page is the end."""
    order("lie", times=1_000)
    position, pages = None, 0
    while True:
        page = register.fetch(
            PageRequest(
                criteria=(),
                size=1_000,
                position=position,
                deadline=Deadline.after(10, SystemClock()),
                request_id="faults",
            )
        )
        pages, position = pages + 1, page.next_position
        if position is None:
            break
    assert page.total == 60_000
    assert pages == 21


def test_wrong_secret_is_refused(provider: DirectoryProvider, outbound: Outbound) -> None:
    """A provider that does not know our secret refuses, and is asked for a token once."""
    manifest = load_manifest(
        Path(leadcloud.registers.__file__).parent / "manifests" / "demo_directory_consumers.toml",
        base_url=provider.base_url,
    )
    secrets = {"demo_directory_client_id": "suite", "demo_directory_client_secret": "wrong"}
    tokens = provider.calls("token")
    with pytest.raises(RegisterRefused):
        fetch(DirectoryApi(manifest, outbound, Secrets(secrets)), seconds=10)
    assert provider.calls("token") == tokens + 1


def test_nobody_there_is_unavailable(outbound: Outbound) -> None:
    """A port on which nobody listens is a register that cannot be reached."""
    manifest = load_manifest(
        Path(leadcloud.registers.__file__).parent / "manifests" / "demo_directory_consumers.toml",
        base_url="http://127.0.0.1:9",
    )
    secrets = {"demo_directory_client_id": "suite", "demo_directory_client_secret": "suite"}
    with pytest.raises(RegisterUnavailable) as raised:
        fetch(DirectoryApi(manifest, outbound, Secrets(secrets)))
    assert raised.value.__context__ is None
