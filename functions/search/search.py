"""One search as it was asked for: checked against the account's contract, planned, and paged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from functions.search.age_group import AGE_GROUP, AgeCriteria, AgeGroups, read_age_criteria
from functions.search.criteria import parse_criteria
from functions.search.criteria_message import CriteriaMessage
from functions.search.cursor import search_context
from functions.search.federation import Place, SourceResult, Task
from functions.search.help import Help
from functions.search.home import HOME_FIELDS, read_home_criteria
from functions.search.messages import SearchRequest
from functions.search.plan import SourcePlan, plan
from functions.search.premises import PREMISES_FIELDS, read_premises_criteria
from functions.search.terms import Terms
from leadcloud.accounts.account import Account
from leadcloud.accounts.price import Units
from leadcloud.buildings.building_file import RELEASES_COME
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.errors import CriterionUnsupported, Fault, RequestInvalid, Unavailable
from leadcloud.prohibitions import Allow
from leadcloud.purpose import KIND_OF, Purpose, permitted
from leadcloud.registers.condition import Condition
from leadcloud.registers.interface import Kind

MAX_PAGE = 1000
"""Contacts that one answer may hold."""

MAX_FAILURES = 3
"""Pages in a row that a source may fail before the cursor gives it up: a caller that reads until
there is no cursor must come to an end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """A search that may be carried out."""

    account: Account
    purpose: Purpose
    plans: tuple[SourcePlan, ...]
    """In the order in which the registers were asked for."""
    unusable: tuple[str, ...]
    """Registers that were asked for and cannot be used now; they cost the others nothing."""
    page_size: int
    context: str
    """What its cursors are bound to."""
    allow: Allow
    ages: AgeGroups
    most: Units
    """Contacts that there are at most, of the registers of which a quote says so."""
    order: AgeCriteria | None
    """By whose groups a page is ordered, the most probable first; None for the registers' order."""

    @property
    def start(self) -> dict[str, Place]:
        """Where each source begins; those that cannot answer are not read."""
        return {source.id: Place() for source in self.plans if not source.skipped}

    def tasks(self, places: Mapping[str, Place]) -> list[Task]:
        """Split one page among the sources that are not read to their end."""
        live = [source for source in self.plans if source.id in places]
        share, rest = divmod(self.page_size, max(1, len(live)))
        tasks = [
            Task(
                plan=source,
                place=places[source.id],
                # A share of nothing would leave the source unread for ever.
                share=min(share + (number < rest), max(1, self.most.get(source.id, MAX_PAGE))),
                allow=self.allow,
            )
            for number, source in enumerate(live)
        ]
        return [task for task in tasks if task.share]

    def next_places(
        self, places: Mapping[str, Place], results: Sequence[SourceResult]
    ) -> dict[str, Place]:
        """Return where each source goes on after this page; empty at the end of all."""
        following = dict(places)
        for result in results:
            source = result.plan.id
            if result.state == "ok":
                failures = 0
            else:
                failures = places[source].failures + 1 if result.retryable else MAX_FAILURES
            if result.next_place is None or failures >= MAX_FAILURES:
                del following[source]
            else:
                following[source] = result.next_place.after_failures(failures)
        return following


def prepare(request: SearchRequest, terms: Terms) -> Search:
    """Check a request against the account's contract and plan it.

    Raises:
        Unavailable: A criterion is about buildings and there is no building database, or none of
            the registers can be used now.
        PurposeNotPermitted: Contacts are not delivered for this purpose.
        RequestInvalid: Registers or criteria have faults; all of them at once.
        CriterionUnsupported: No register can answer one of the criteria.
    """
    account = terms.account
    purpose = permitted(request.purpose, account.purposes)
    conditions, helps = _criteria(request, KIND_OF[purpose], terms)
    plans = tuple(
        plan(
            terms.registers[register],
            conditions,
            purpose=purpose,
            policy=terms.policies[register],
            helps=helps,
        )
        for register in request.registers
        if register not in terms.unusable
    )
    if not plans:
        raise Unavailable("The registers asked for cannot be used now.", retry_after=_MENDED_AFTER)
    _refuse_if_all_are_skipped(plans)
    asked = request.model_dump(
        mode="json", by_alias=True, include={"purpose", "registers", "criteria", "page_size"}
    )
    return Search(
        account=account,
        purpose=purpose,
        plans=plans,
        unusable=tuple(name for name in request.registers if name in terms.unusable),
        page_size=request.page_size,
        context=search_context(account.id, asked),
        allow=terms.allow,
        ages=terms.ages,
        most={},
        order=_order(request, helps),
    )


def _criteria(
    request: SearchRequest, kind: Kind, terms: Terms
) -> tuple[list[Condition], list[Help]]:
    """Return what registers may be asked for, and what answers the rest in their stead."""
    faults = list(_register_faults(request.registers, kind, terms))
    others = dict(request.criteria)
    conditions: list[Condition] = []
    helps: list[Help] = []
    for fields, read in _HELPS[kind].items():
        asked = {field: others.pop(field) for field in request.criteria if field in fields}
        try:
            if asked:
                helps.append(read(asked, terms))
        except RequestInvalid as error:
            faults += error.faults
    try:
        conditions = parse_criteria(kind, others, terms.existing_postal_codes)
    except RequestInvalid as error:
        faults += error.faults
    if request.order and AGE_GROUP not in request.criteria:
        faults.append(_ORDER_OF_NOTHING)
    if faults:
        raise RequestInvalid("The search has faults.", faults=faults)
    return conditions, helps


def _order(request: SearchRequest, helps: Sequence[Help]) -> AgeCriteria | None:
    return next((each for each in helps if request.order and isinstance(each, AgeCriteria)), None)


def _home(asked: CriteriaMessage, terms: Terms) -> Help:
    return read_home_criteria(asked, _neighbourhoods(terms))


def _premises(asked: CriteriaMessage, terms: Terms) -> Help:
    return read_premises_criteria(asked, _neighbourhoods(terms))


def _neighbourhoods(terms: Terms) -> Neighbourhoods:
    if terms.neighbourhoods is None:
        raise Unavailable("There is no building database here yet.", retry_after=RELEASES_COME)
    return terms.neighbourhoods


def _age_group(asked: CriteriaMessage, terms: Terms) -> Help:
    return read_age_criteria(asked, terms.ages)


_HELPS: Mapping[Kind, Mapping[frozenset[str], Callable[[CriteriaMessage, Terms], Help]]] = {
    "consumer": {HOME_FIELDS: _home, frozenset({AGE_GROUP}): _age_group},
    "business": {PREMISES_FIELDS: _premises},
}
"""The criteria that no register answers, and what answers them."""

_MENDED_AFTER = 60
"""Seconds: an operator mends what is wrong, not time."""

_ORDER_OF_NOTHING = Fault(
    field="order",
    code="criterion_needed",
    detail="This order goes by the age groups asked for: add the criterion age_group.",
)


def _refuse_if_all_are_skipped(plans: Sequence[SourcePlan]) -> None:
    if not all(source.skipped for source in plans):
        return
    if all(source.switched_off for source in plans):
        fault = Fault(
            field="registers",
            code="register_switched_off",
            detail="The registers asked for are switched off for this purpose.",
        )
        raise RequestInvalid("The search has faults.", faults=[fault])
    raise CriterionUnsupported(faults=list(_unsupported(plans)))


def _register_faults(ids: Sequence[str], kind: Kind, terms: Terms) -> Iterator[Fault]:
    """Yield what is wrong with the registers asked for.

    One that does not exist and one of another account's are told apart by nothing.
    """
    for number, register_id in enumerate(ids):
        field = f"registers.{number}"
        if register_id in ids[:number]:
            yield Fault(field=field, code="repeated", detail="This register was named before.")
        elif register_id in terms.unusable:
            continue
        elif register_id not in terms.registers:
            yield Fault(
                field=field,
                code="register_unknown",
                detail="Your contract names no such register; GET /v1/registers lists yours.",
            )
        elif terms.registers[register_id].description.kind != kind:
            yield Fault(
                field=field,
                code="register_not_for_purpose",
                detail=f"This purpose searches {kind} registers.",
            )


def _unsupported(plans: Sequence[SourcePlan]) -> Iterator[Fault]:
    fields = dict.fromkeys(field for source in plans for field in source.unanswerable)
    for field in fields:
        able = [source.id for source in plans if field not in source.unanswerable]
        detail = f"Registers asked that can answer it: {', '.join(able) or 'none'}."
        if field == "industry" and any(_knows_industries(source) for source in plans):
            detail += _OF_ANOTHER_CLASSIFICATION
        yield Fault(field=f"criteria.{field}", code="criterion_unsupported", detail=detail)


_OF_ANOTHER_CLASSIFICATION = (
    " They use another classification, none of whose codes lies wholly in this one; try the code"
    " above it."
)


def _knows_industries(source: SourcePlan) -> bool:
    return "industry" in source.register.description.criteria.keys() - source.policy.closed_criteria
