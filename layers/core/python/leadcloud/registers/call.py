"""One call to a register's HTTP interface, and the refusal that a fresh token may mend."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadcloud.registers.interface import RegisterRefused


class CredentialsRefused(RegisterRefused):
    """The register does not know our token (401)."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Call:
    """What is sent, and how much of an answer is read.

    Has no repr: the parameters say who is searched for and the headers hold a token.
    """

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    """Fields of an `application/x-www-form-urlencoded` body."""
    max_seconds: float
    """The call ends then even if the deadline is later."""
    max_bytes: int
    """Of the answer, unpacked."""
