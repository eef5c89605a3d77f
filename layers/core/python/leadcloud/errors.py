"""Every error a caller can meet, each with a stable code and an HTTP status.

LeadCloudError
├── RequestRefused                   the caller can mend it
│   ├── BodyUnreadable               400 body_unreadable
│   ├── ParameterUnknown             400 parameter_unknown
│   ├── ParameterInvalid             400 parameter_invalid
│   ├── IdempotencyKeyMissing        400 idempotency_key_missing
│   ├── Unauthenticated              401 unauthenticated
│   ├── InsufficientBalance          402 insufficient_balance
│   ├── AccountSuspended             403 account_suspended
│   ├── NotReseller                  403 not_reseller
│   ├── ScopeMissing                 403 scope_missing
│   ├── TermsNotAccepted             403 terms_not_accepted
│   ├── RequestBlocked               403 request_blocked
│   ├── NotFound                     404 not_found
│   ├── MethodNotAllowed             405 method_not_allowed
│   ├── IdempotencyKeyInProgress     409 idempotency_key_in_progress
│   ├── ResultNotRetained            409 result_not_retained
│   ├── QuoteExpired                 409 quote_expired
│   ├── ReportOutOfTurn              409 report_out_of_turn
│   ├── BodyTooLarge                 413 body_too_large
│   ├── MediaTypeUnsupported         415 media_type_unsupported
│   ├── RequestInvalid               422 request_invalid
│   │   ├── PurposeNotPermitted      422 purpose_not_permitted
│   │   ├── CriterionUnsupported     422 criterion_unsupported
│   │   ├── CursorInvalid            422 cursor_invalid
│   │   ├── QuoteInvalid             422 quote_invalid
│   │   ├── IdempotencyKeyReused     422 idempotency_key_reused
│   │   └── CohortTooSmall           422 cohort_too_small
│   ├── QuestionTooLarge             422 question_too_large
│   └── TooManyRequests              429 too_many_requests
└── ServiceFailed                    the caller cannot mend it
    ├── InternalError                500 internal_error
    └── Unavailable                  503 unavailable

The sentence of an error never quotes what the caller sent: a request may hold a name or a number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong with a request."""

    field: str
    """Path of the field, dots between names; empty for the request as a whole."""
    code: str
    detail: str
    """A sentence of ours that quotes nothing."""


class LeadCloudError(Exception):
    """Root of what this service says when it cannot do what was asked."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        faults: Sequence[Fault] = (),
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)
        self.retry_after = retry_after
        """Whole seconds after which another try makes sense."""
        self.headers = headers or {}


class RequestRefused(LeadCloudError):
    """The request as it stands is not carried out; nothing was charged."""


class BodyUnreadable(RequestRefused):
    """The body is not the JSON that this API reads."""

    code, status, title = "body_unreadable", 400, "The body is not readable JSON"


class ParameterUnknown(RequestRefused):
    """A query parameter is not known here, or is given more than once."""

    code, status, title = "parameter_unknown", 400, "A query parameter is not known here"


class ParameterInvalid(RequestRefused):
    """A query parameter is missing or unusable; OGC API Features wants 400 for that, not 422."""

    code, status, title = "parameter_invalid", 400, "A query parameter has an unusable value"


class IdempotencyKeyMissing(RequestRefused):
    """A request with an effect came without a usable Idempotency-Key."""

    code, status = "idempotency_key_missing", 400
    title = "The Idempotency-Key header is missing or unusable"


class Unauthenticated(RequestRefused):
    """No key came, or one we do not know."""

    code, status, title = "unauthenticated", 401, "A valid X-API-Key is needed"


class InsufficientBalance(RequestRefused):
    """The balance or a cap does not cover the highest possible charge."""

    code, status, title = "insufficient_balance", 402, "The balance does not cover this request"


class AccountSuspended(RequestRefused):
    """The account, or the reseller above it, is barred from the service for now."""

    code, status, title = "account_suspended", 403, "The account is suspended"


class NotReseller(RequestRefused):
    """Only a reseller has sub-accounts."""

    code, status, title = "not_reseller", 403, "Only a reseller has sub-accounts"


class ScopeMissing(RequestRefused):
    """The key is good, but not for this."""

    code, status, title = "scope_missing", 403, "The key lacks the scope this needs"


class TermsNotAccepted(RequestRefused):
    """The account has not accepted the terms of use as they now are."""

    code, status = "terms_not_accepted", 403
    title = "The current terms of use are not accepted; PATCH /v1/account accepts them"


class RequestBlocked(RequestRefused):
    """The firewall in front of the service took the request for an attack."""

    code, status, title = "request_blocked", 403, "The firewall refused this request"


class NotFound(RequestRefused):
    """There is nothing here, or nothing that this account may see."""

    code, status, title = "not_found", 404, "There is nothing here"


class MethodNotAllowed(RequestRefused):
    """The path exists, the method does not."""

    code, status, title = "method_not_allowed", 405, "This method is not allowed here"


class IdempotencyKeyInProgress(RequestRefused):
    """The first request with this key has not ended."""

    code, status = "idempotency_key_in_progress", 409
    title = "The first request with this Idempotency-Key is still running"
    retryable = True


class ResultNotRetained(RequestRefused):
    """The request was done long ago; contacts are not kept to be shown again."""

    code, status = "result_not_retained", 409
    title = "This request was already answered and its contacts are not kept"


class QuoteExpired(RequestRefused):
    """The quote's prices hold no longer."""

    code, status, title = "quote_expired", 409, "The quote has expired"


class ReportOutOfTurn(RequestRefused):
    """What a controller reports cannot follow from where the request stands."""

    code, status = "report_out_of_turn", 409
    title = "This cannot be reported of the request any more"


class BodyTooLarge(RequestRefused):
    """The body is larger than this route reads."""

    code, status, title = "body_too_large", 413, "The body is too large"


class MediaTypeUnsupported(RequestRefused):
    """The body is of another media type or encoding than this route reads."""

    code, status, title = "media_type_unsupported", 415, "The media type is not supported"


class RequestInvalid(RequestRefused):
    """The request is readable, and something in it is wrong; `faults` names each."""

    code, status, title = "request_invalid", 422, "The request is not valid"


class PurposeNotPermitted(RequestInvalid):
    """The purpose is none for which contacts are delivered."""

    code, title = "purpose_not_permitted", "Contacts are delivered for telemarketing only"


class CriterionUnsupported(RequestInvalid):
    """None of the registers asked for can answer one of the criteria."""

    code, title = "criterion_unsupported", "No register can answer one of the criteria"


class CursorInvalid(RequestInvalid):
    """The cursor has expired, or belongs to another account, criteria or purpose."""

    code, title = "cursor_invalid", "The cursor is not valid for this request"


class QuoteInvalid(RequestInvalid):
    """The quote belongs to another account, criteria or purpose, or is none of ours."""

    code, title = "quote_invalid", "The quote is not valid for this request"


class IdempotencyKeyReused(RequestInvalid):
    """The key was used before, with another body."""

    code, title = "idempotency_key_reused", "This Idempotency-Key was used with another request"


class CohortTooSmall(RequestInvalid):
    """So few persons that an answer could point at one."""

    code, title = "cohort_too_small", "Too few persons to answer without pointing at one"


class QuestionTooLarge(RequestRefused):
    """Looking for what was asked takes longer than there is time for; asked again, it would, too."""

    code, status, title = "question_too_large", 422, "The question is too large"


class TooManyRequests(RequestRefused):
    """More requests than this key's rate allows."""

    code, status, title = "too_many_requests", 429, "Too many requests"
    retryable = True


class ServiceFailed(LeadCloudError):
    """The request may be good; we could not carry it out."""


class InternalError(ServiceFailed):
    """Something failed that should not have."""

    code, status, title = "internal_error", 500, "The service failed"
    retryable = True


class Unavailable(ServiceFailed):
    """Something we depend on does not answer."""

    code, status, title = "unavailable", 503, "The service is unavailable for the moment"
    retryable = True

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail, retry_after=retry_after)


def every_error(root: type[LeadCloudError] = LeadCloudError) -> Iterator[type[LeadCloudError]]:
    """Yield every error that has a code, in the order of the tree."""
    for error in root.__subclasses__():
        if hasattr(error, "code"):
            yield error
        yield from every_error(error)
