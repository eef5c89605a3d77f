"""A route: one operation of the API, where it is found, and whom it is for."""

from dataclasses import dataclass

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

ANY_SCOPE = "any"
"""What any key is good for."""

KIB = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation of the API."""

    operation: str
    """The operationId; the function binds its handler to it."""
    method: str
    path: str
    """A parameter stands in braces: /v1/statements/{month}."""
    function: str
    """Folder in functions/ that answers."""
    scope: str | None
    """What the key must be good for, or ANY_SCOPE; None for public routes."""
    summary: str
    idempotent: bool = False
    """An Idempotency-Key is required."""
    consumes: str = JSON
    """Media type of the body, where the method has one."""
    max_bytes: int = 64 * KIB
    raw: bool = False
    """The handler gets the body as it came: a signature is checked before anything is parsed."""
