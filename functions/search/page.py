"""One page of a search: read from its sources, merged, referenced, and projected."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from functions.search.cursor import SALT_BYTES, Cursor, CursorSeal, Seen
from functions.search.delivery import contact_message
from functions.search.federation import SourceResult, federate
from functions.search.merge import Merged, merge
from functions.search.messages import PermittedUse, SearchAnswer, SourceMessage
from functions.search.plan import SourcePlan
from functions.search.search import Search
from leadcloud.clock import Deadline, rfc3339
from leadcloud.errors import CriterionUnsupported
from leadcloud.events import Event, log
from leadcloud.http.call import Call
from leadcloud.lead_reference import Delivery
from leadcloud.purpose import NOT_FOR, use_ends
from leadcloud.wiring import Services


def first_cursor(search: Search, services: Services) -> Cursor:
    """Return where a search begins."""
    return Cursor(places=search.start, seen=Seen(services.random_bytes(SALT_BYTES)))


def deliver_page(
    search: Search, cursor: Cursor, seal: CursorSeal, *, call: Call, services: Services
) -> SearchAnswer:
    """Read one page from all sources and return what is delivered of it."""
    results = federate(
        search.tasks(cursor.places),
        services.executor,
        deadline=Deadline.after(services.settings.search_deadline, services.clock),
        request_id=call.request_id,
    )
    merged = merge(results, cursor.seen)
    neighbourhoods = services.neighbourhoods.current()
    receipts = _receipts(search, merged, services)
    sources = (
        *(_skipped(source) for source in search.plans if source.unanswerable),
        *(_read(result, receipts.get(result.plan.id), call.request_id) for result in results),
    )
    places = search.next_places(cursor.places, results)
    return SearchAnswer(
        contacts=tuple(
            contact_message(each, receipts[each.register].lead_reference, neighbourhoods)
            for each in merged
        ),
        sources=sources,
        complete=all(source.state == "ok" for source in sources),
        next_cursor=seal.write(Cursor(places=places, seen=cursor.seen)) if places else None,
        permitted_use=PermittedUse(
            purpose=search.purpose,
            not_for=NOT_FOR,
            expires_at=rfc3339(use_ends(services.clock.now())),
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Receipt:
    """What is said of a source that delivered."""

    returned: int
    lead_reference: str
    provenance: str


def _receipts(search: Search, merged: Sequence[Merged], services: Services) -> dict[str, _Receipt]:
    """Draw one lead reference for each source that delivers something."""
    counts = Counter(each.register for each in merged)
    receipts = {}
    for source in search.plans:
        if source.id in counts:
            delivery = Delivery(
                register=source.id,
                controller=source.register.description.controller.id,
                buyer=search.account.id,
                purpose=search.purpose,
                at=services.clock.now(),
            )
            receipts[source.id] = _Receipt(
                returned=counts[source.id],
                lead_reference=services.lead_references.draw(delivery),
                provenance=services.provenance.seal(delivery),
            )
    return receipts


def _read(result: SourceResult, receipt: _Receipt | None, request_id: str) -> SourceMessage:
    """Log and tell how a source answered."""
    returned = receipt.returned if receipt else 0
    log(
        Event.SOURCE_ANSWERED,
        request_id=request_id,
        register=result.plan.id,
        state=result.state,
        code=result.code,
        returned=returned,
        ms=result.elapsed_ms,
    )
    return SourceMessage(
        register_=result.plan.id,
        state=result.state,
        code=result.code,
        returned=returned,
        elapsed_ms=result.elapsed_ms,
        retryable=result.retryable,
        retry_after=result.retry_after,
        lead_reference=receipt.lead_reference if receipt else None,
        provenance=receipt.provenance if receipt else None,
    )


def _skipped(source: SourcePlan) -> SourceMessage:
    return SourceMessage(
        register_=source.id,
        state="skipped",
        code=CriterionUnsupported.code,
        returned=0,
        elapsed_ms=0,
        retryable=False,
        retry_after=None,
        lead_reference=None,
        provenance=None,
    )
