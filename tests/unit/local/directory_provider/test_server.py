"""The demo directory over HTTP, as a stranger would call it."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from local.directory_provider import DirectoryProvider, start_directory_provider

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def provider() -> Iterator[DirectoryProvider]:
    """Run the demo directory."""
    running = start_directory_provider(client_id="stranger", client_secret="s3cret")
    yield running
    running.stop()


def call(
    provider: DirectoryProvider,
    path: str,
    *,
    body: str | None = None,
    token: str | None = None,
) -> tuple[int, Any]:
    """Call a route and return its status and JSON."""
    connection = http.client.HTTPConnection(provider.base_url.removeprefix("http://"), timeout=5)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request("GET" if body is None else "POST", path, body, headers)
    with connection.getresponse() as response:
        answer = json.load(response)
    connection.close()
    return response.status, answer


def log_in(provider: DirectoryProvider, **changes: str) -> tuple[int, Any]:
    """Ask for a token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
    }
    return call(provider, "/token/login", body=urlencode(form | changes))


@pytest.fixture
def token(provider: DirectoryProvider) -> str:
    """Log in."""
    status, answer = log_in(provider)
    assert (status, answer["token_type"]) == (200, "Bearer")
    return str(answer["access_token"])


def test_token_is_for_those_who_know_the_secret(provider: DirectoryProvider) -> None:
    """A wrong secret or another grant gives no token."""
    assert log_in(provider, client_secret="guess")[0] == 401
    assert log_in(provider, grant_type="password")[0] == 401


@pytest.mark.parametrize("path", ["/v2/contacts/search", "/v2/decision-makers/search"])
def test_search_needs_a_token(provider: DirectoryProvider, path: str) -> None:
    """Without a token that was given out, nothing is searched."""
    assert call(provider, path)[0] == 401
    assert call(provider, path, token="made-up")[0] == 401


@pytest.mark.parametrize("path", ["/v2/contacts/search", "/v2/decision-makers/search"])
def test_every_answer_says_that_it_is_synthetic(
    provider: DirectoryProvider, token: str, path: str
) -> None:
    """The mark stands on every answer."""
    status, answer = call(provider, path, token=token)
    assert (status, answer["synthetic"]) == (200, True)


REFUSED = {
    "unknown": "shoeSize=44",
    "no such page": "page=0",
    "offset in words": "offset=ten",
    "negative limit": "limit=-1",
    "limit too high": "limit=1001",
    "limit twice": "limit=1&limit=2",
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED.keys())
def test_unknown_or_unreadable_parameter_is_refused(
    provider: DirectoryProvider, token: str, query: str
) -> None:
    """A parameter that the directory does not know is an error, not a search for everybody."""
    assert call(provider, f"/v2/contacts/search?{query}", token=token)[0] == 400


def test_unknown_fault_is_refused(provider: DirectoryProvider) -> None:
    """A fault must be one of those that are documented."""
    assert call(provider, "/_control", body='{"fault": "earthquake"}')[0] == 400


def test_port_is_free_again(provider: DirectoryProvider) -> None:
    """After `stop` the port can be taken by the next one; while it runs it cannot."""
    first = start_directory_provider(client_id="a", client_secret="b")
    port = int(first.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        start_directory_provider(client_id="a", client_secret="b", port=port)
    first.stop()
    start_directory_provider(client_id="a", client_secret="b", port=port).stop()
