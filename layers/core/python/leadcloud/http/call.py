"""A request that was admitted: parsed once, and from here on trusted in its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadcloud.http.route import Route


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks, as the authorizer found by the key."""

    account_id: str
    key_id: str
    scopes: frozenset[str]
    tier: str = "standard"
    """How often the account may ask."""
    expires_at: datetime | None = None
    """When the key is no longer good, whatever a gateway remembers of it."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Call:
    """One admitted request. It may hold personal data, hence no repr."""

    route: Route
    request_id: str
    caller: Caller | None
    """None on public routes."""
    path_parameters: Mapping[str, str]
    query: Any
    """The query parameters, as the contract's model."""
    headers: Mapping[str, str]
    """Names in lower case."""
    base_path: str = ""
    """Where the API begins on its host, as the caller sees it: `/prod` under a stage without a
    domain of its own, else nothing. Links that are answered begin with it."""
    source_ip: str = ""
    """Where the request came from; for counting only, never kept as it is."""
    body: Any = None
    """As the contract's model; bytes where the route reads something else than JSON."""
    idempotency_key: str | None = None

    @property
    def account_id(self) -> str:
        """The account that asks.

        Raises:
            LookupError: The route is public and has none.
        """
        if self.caller is None:
            raise LookupError("a public route has no account")
        return self.caller.account_id
