"""One page of a search: read from its sources, merged, referenced, and projected."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from functions.search.cursor import SALT_BYTES, Cursor, CursorSeal, Seen
from functions.search.delivery import Projection
from functions.search.federation import SourceResult, Task, federate
from functions.search.merge import Merged, merge
from functions.search.messages import (
    ChargeMessage,
    PermittedUse,
    PlanMessage,
    SearchAnswer,
    SourceMessage,
    State,
    StepMessage,
)
from functions.search.plan import SourcePlan
from functions.search.search import Search
from leadcloud.accounts.money import CURRENCY, NOTHING
from leadcloud.accounts.operation import Receipt
from leadcloud.ages.model import Prediction
from leadcloud.clock import Deadline, rfc3339
from leadcloud.events import Event, log
from leadcloud.http.call import Call
from leadcloud.lead_reference import Delivery
from leadcloud.purpose import NOT_FOR, use_ends
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.interface import RegisterMisconfigured
from leadcloud.store.interface import Action
from leadcloud.wiring import Services


def first_cursor(search: Search, services: Services) -> Cursor:
    """Return where a search begins."""
    return Cursor(places=search.start, seen=Seen(services.random_bytes(SALT_BYTES)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """What one source delivers with a page."""

    delivered: int
    possible_duplicates: int
    """Of those delivered; the caller was probably given them on an earlier page."""

    @property
    def charged(self) -> int:
        """Those that are paid for."""
        return self.delivered - self.possible_duplicates


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadPage:
    """What the sources gave for one page, each contact once. In memory only, hence no repr."""

    cursor: Cursor
    """Where it was read from, and whom the caller has been given with it."""
    results: tuple[SourceResult, ...]
    contacts: tuple[Merged, ...]

    @cached_property
    def counts(self) -> dict[str, Count]:
        """What each source that delivers something delivers; empty ones are left out."""
        delivered = Counter(each.register for each in self.contacts)
        repeated = Counter(each.register for each in self.contacts if each.possible_duplicate)
        return {
            register: Count(delivered=number, possible_duplicates=repeated[register])
            for register, number in delivered.items()
        }

    def leaves(self, source: SourcePlan) -> bool:
        """Tell whether a source was not read, though it is not at its end."""
        read = (result.plan.id for result in self.results)
        return source.id in self.cursor.places and source.id not in read


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveredSource:
    """What is said of a source that delivered."""

    returned: int
    charged: int
    lead_reference: str
    provenance: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What is said of a page that was delivered."""

    sources: Mapping[str, DeliveredSource]
    receipt: Receipt
    replayed: bool


def read_page(tasks: Sequence[Task], cursor: Cursor, *, call: Call, services: Services) -> ReadPage:
    """Read one page from these sources; whom it holds is remembered in the cursor."""
    results = federate(
        tasks,
        services.executor,
        deadline=Deadline.after(services.settings.search_deadline, services.clock),
        request_id=call.request_id,
    )
    contacts = merge(results, cursor.seen)
    page = ReadPage(cursor=cursor, results=tuple(results), contacts=tuple(contacts))
    for result in results:
        _log(result, page.counts, call.request_id)
    return page


def deliver_page(
    search: Search,
    page: ReadPage,
    delivered: Delivered,
    *,
    seal: CursorSeal,
    services: Services,
) -> SearchAnswer:
    """Return what leaves the house."""
    projections = _projections(search, page, sources=delivered.sources, services=services)
    sources = (
        *(_unread(name, "error", RegisterMisconfigured.code) for name in search.unusable),
        *(_unread(each.id, "skipped", each.skipped) for each in search.plans if each.skipped),
        *(_unread(each.id, "skipped", _LEFT) for each in search.plans if page.leaves(each)),
        *(_read(result, delivered.sources.get(result.plan.id)) for result in page.results),
    )
    places = search.next_places(page.cursor.places, page.results)
    following = Cursor(places=places, seen=page.cursor.seen)
    return SearchAnswer(
        contacts=tuple(
            projections[each.register].message(each) for each in _in_order(search, page.contacts)
        ),
        sources=sources,
        complete=all(source.state == "ok" for source in sources),
        next_cursor=seal.write(following) if places else None,
        charge=_charge(delivered.receipt),
        replayed=delivered.replayed,
        permitted_use=_permitted_use(search, services),
    )


def _projections(
    search: Search, page: ReadPage, *, sources: Mapping[str, DeliveredSource], services: Services
) -> dict[str, Projection]:
    """Return what may be told of the contacts of each source that delivers something."""
    neighbourhoods = services.neighbourhoods.current()
    ages = _ages(search, page.contacts)
    return {
        source.id: Projection(
            lead_reference=sources[source.id].lead_reference,
            fields=source.fields,
            neighbourhoods=neighbourhoods,
            ages=ages,
        )
        for source in search.plans
        if source.id in sources
    }


def _ages(search: Search, contacts: Sequence[Merged]) -> dict[int, Prediction]:
    """Return what is told of the persons by their objects' ids: a country's at once costs half."""
    persons: defaultdict[str, list[ConsumerContact]] = defaultdict(list)
    countries = {
        source.id: source.register.description.country
        for source in search.plans
        if "age_group" in source.fields
    }
    for each in contacts:
        if each.register in countries and isinstance(each.contact, ConsumerContact):
            persons[countries[each.register]].append(each.contact)
    return {
        id(person): told
        for country, some in persons.items()
        for person, told in zip(some, search.ages.predictions(some, country), strict=True)
    }


def _in_order(search: Search, contacts: Sequence[Merged]) -> Sequence[Merged]:
    """Return the contacts of a page as the caller wants them ordered."""
    order = search.order
    if order is None:
        return contacts
    described = {source.id: source.register.description for source in search.plans}
    return sorted(
        contacts,
        key=lambda each: order.probability(each.contact, described[each.register]),
        reverse=True,
    )


def explain(search: Search, services: Services) -> SearchAnswer:
    """Return the plan of a search as the answer; nobody is asked."""
    return SearchAnswer(
        contacts=(),
        sources=(),
        complete=False,
        next_cursor=None,
        charge=_charge(Receipt(units=0, amount=NOTHING)),
        permitted_use=_permitted_use(search, services),
        plan=(
            *(_unusable(name) for name in search.unusable),
            *(_plan_message(source) for source in search.plans),
        ),
    )


def _charge(receipt: Receipt) -> ChargeMessage:
    return ChargeMessage(units=receipt.units, amount=str(receipt.amount), currency=CURRENCY)


def _unusable(register_id: str) -> PlanMessage:
    code = RegisterMisconfigured.code
    return PlanMessage(register_=register_id, state="skipped", code=code, steps=())


def _plan_message(source: SourcePlan) -> PlanMessage:
    return PlanMessage(
        register_=source.id,
        state="skipped" if source.skipped else "ready",
        code=source.skipped,
        steps=tuple(
            StepMessage(
                criterion=step.field,
                operator=step.operator,
                answered_by=step.answered_by,
            )
            for step in source.steps
        ),
    )


def _permitted_use(search: Search, services: Services) -> PermittedUse:
    return PermittedUse(
        purpose=search.purpose,
        not_for=NOT_FOR,
        expires_at=rfc3339(use_ends(services.clock.now())),
    )


def deliveries_of(search: Search, page: ReadPage, services: Services) -> dict[str, Delivery]:
    """Return the delivery of each source that delivers something."""
    return {
        source.id: Delivery(
            register=source.id,
            controller=source.register.description.controller.id,
            buyer=search.account.id,
            purpose=search.purpose,
            at=services.clock.now(),
        )
        for source in search.plans
        if source.id in page.counts
    }


def draw_references(
    page: ReadPage, deliveries: Mapping[str, Delivery], services: Services
) -> tuple[dict[str, DeliveredSource], tuple[Action, ...]]:
    """Draw one lead reference for each delivery.

    Returns what is said of each, and the actions that keep the references.
    """
    codes, kept = services.lead_references.draw(list(deliveries.values()))
    delivered = {
        register: DeliveredSource(
            returned=page.counts[register].delivered,
            charged=page.counts[register].charged,
            lead_reference=code,
            provenance=services.provenance.seal(delivery),
        )
        for (register, delivery), code in zip(deliveries.items(), codes, strict=True)
    }
    return delivered, kept


def _log(result: SourceResult, counts: Mapping[str, Count], request_id: str) -> None:
    count = counts.get(result.plan.id)
    log(
        Event.SOURCE_ANSWERED,
        request_id=request_id,
        register=result.plan.id,
        state=result.state,
        code=result.code,
        read=result.read,
        returned=count.delivered if count else 0,
        ms=result.elapsed_ms,
    )


def _read(result: SourceResult, delivered: DeliveredSource | None) -> SourceMessage:
    """Tell how a source answered."""
    return SourceMessage(
        register_=result.plan.id,
        state=result.state,
        code=result.code,
        returned=delivered.returned if delivered else 0,
        elapsed_ms=result.elapsed_ms,
        charged=delivered.charged if delivered else 0,
        retryable=result.retryable,
        retry_after=result.retry_after,
        lead_reference=delivered.lead_reference if delivered else None,
        provenance=delivered.provenance if delivered else None,
    )


_LEFT = "left_for_next_page"
"""Why a source was not read: the page has no room for it, or is given again and had nothing of it."""


def _unread(register_id: str, state: State, code: str) -> SourceMessage:
    return SourceMessage(
        register_=register_id,
        state=state,
        code=code,
        returned=0,
        elapsed_ms=0,
        charged=0,
        retryable=False,
        retry_after=None,
        lead_reference=None,
        provenance=None,
    )
