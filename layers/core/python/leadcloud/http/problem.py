"""Problem details for every error. Source: RFC 9457."""

from dataclasses import asdict

from pydantic import Field

from leadcloud.errors import LeadCloudError
from leadcloud.http.wire import Wire

MEDIA_TYPE = "application/problem+json"

_TYPE_ROOT = "https://leadcloud.example/problems/"


class ProblemFault(Wire):
    """One thing wrong with the request."""

    field: str = Field(description="Path of the field; empty for the request as a whole.")
    code: str
    detail: str


class Problem(Wire):
    """What went wrong, by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; what a program should go by.")
    request_id: str
    retryable: bool = Field(description="Whether the same request can succeed later.")
    errors: tuple[ProblemFault, ...]


def problem(error: LeadCloudError, request_id: str) -> Problem:
    """Return the document that tells of an error."""
    return Problem(
        type=_TYPE_ROOT + error.code,
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        request_id=request_id,
        retryable=error.retryable,
        errors=tuple(ProblemFault(**asdict(fault)) for fault in error.faults),
    )


def problem_headers(error: LeadCloudError) -> dict[str, str]:
    """Return the headers that go with an error."""
    headers = {"Content-Type": MEDIA_TYPE, **error.headers}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return headers
