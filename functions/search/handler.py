"""The routes of search."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from functions.search.codes import CodeListMessage, code_list_document
from functions.search.cursor import CursorSeal
from functions.search.messages import (
    PolicyMessage,
    QuoteAnswer,
    QuoteRequest,
    RegisterList,
    SearchAnswer,
    SearchRequest,
)
from functions.search.offer import register_message
from functions.search.page import (
    Delivered,
    deliver_page,
    deliveries_of,
    draw_references,
    explain,
    first_cursor,
    read_page,
)
from functions.search.purchase import Purchase, payers, remaining, settlement
from functions.search.quote import QuoteSeal, quote_context, quoted
from functions.search.search import Search, prepare
from functions.search.switches import read_policy
from functions.search.terms import read_terms
from leadcloud.accounts.operation import Receipt
from leadcloud.accounts.price import Payer
from leadcloud.errors import (
    AccountSuspended,
    CriterionUnsupported,
    CursorInvalid,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InsufficientBalance,
    NotFound,
    PurposeNotPermitted,
    QuoteExpired,
    QuoteInvalid,
    RequestInvalid,
    ResultNotRetained,
    TermsNotAccepted,
)
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.http.entity_tag import is_known
from leadcloud.store.lookup import look_up
from leadcloud.wiring import Services, services

api: Api[Services] = Api("search")

T = TypeVar("T")

_BARRED = (AccountSuspended, TermsNotAccepted)


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


@api.operation("listRegisters", Contract(response=RegisterList, problems=_BARRED))
def list_registers(call: Call, services: Services) -> Answer:
    """List the registers that the account's contract names."""
    lineage = services.accounts.bound_by_terms(services.accounts.account(call.account_id))
    named = lineage[0].registers
    lookups = {name: services.registers.lookup(name) for name in named}
    policies = {name: services.policies.lookup(name) for name in named}
    records = look_up(services.store, *lookups.values(), *policies.values())
    found = {name: lookup.read(records) for name, lookup in lookups.items()}
    registers = {name: register for name, register in found.items() if register is not None}
    buyer, *_ = payers(lineage, registers)
    return Answer(
        body=RegisterList(
            registers=tuple(
                register_message(
                    each.description,
                    policy,
                    price=buyer.prices[name],
                    countries_with_ages=services.ages.countries,
                )
                for name, each in registers.items()
                if (policy := policies[name].read(records)).enabled
            )
        )
    )


@api.operation("getCodes", Contract(response=CodeListMessage, problems=(NotFound,)))
def get_codes(call: Call, _services: Services) -> Answer:
    """Serve a code list; it is the same for everybody and until the next deployment."""
    document, tag = code_list_document(call.path_parameters["list"])
    headers = {"ETag": tag, "Cache-Control": "private, max-age=3600"}
    if is_known(call, tag):
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(body=document, headers=headers)


_UNSEARCHABLE = (
    *_BARRED,
    RequestInvalid,
    PurposeNotPermitted,
    CriterionUnsupported,
)
"""Why a search cannot be made."""


@api.operation(
    "quoteSearch",
    Contract(request=QuoteRequest, response=QuoteAnswer, problems=_UNSEARCHABLE),
)
def quote_search(call: Call, services: Services) -> Answer:
    """Say what a search would cost at most; free."""
    asked: QuoteRequest = call.body
    request = SearchRequest(
        purpose=asked.purpose, registers=asked.registers, criteria=asked.criteria
    )
    terms = read_terms(request, call.account_id, services)
    search = prepare(request, terms)
    paying = payers(terms.lineage, terms.registers)
    seal = _quote_seal(search, request, services)
    return Answer(body=quoted(search, paying, seal=seal, call=call, services=services))


@api.operation(
    "searchContacts",
    Contract(
        request=SearchRequest,
        response=SearchAnswer,
        problems=(
            *_UNSEARCHABLE,
            InsufficientBalance,
            IdempotencyKeyInProgress,
            ResultNotRetained,
            QuoteExpired,
            CursorInvalid,
            QuoteInvalid,
            IdempotencyKeyReused,
        ),
    ),
)
def search_contacts(call: Call, services: Services) -> Answer:
    """Reserve what one page may cost, read it, charge what it did cost, and deliver it."""
    request: SearchRequest = call.body
    terms = read_terms(request, call.account_id, services)
    search = prepare(request, terms)
    if request.explain:
        return Answer(body=explain(search, services))
    seal = _seal(search, services)
    cursor = (
        first_cursor(search, services)
        if (token := request.cursor) is None
        else _opened(lambda at: replace(seal, now=at).read(token), call, services)
    )
    # What was switched off since the cursor was given is off for it, too.
    cursor = cursor.limited_to(search.start)
    paying = payers(terms.lineage, terms.registers)
    purchase = Purchase(search=search, cursor=cursor, payers=paying)
    if (quote_id := request.quote_id) is not None:
        quotes = _quote_seal(search, request, services)
        quote = _opened(lambda at: replace(quotes, now=at).read(quote_id), call, services)
        purchase = purchase.at(quote)
    if request.max_charge is not None:
        purchase = purchase.within(request.max_charge.money())
    return _bought(purchase, seal=seal, call=call, services=services)


def _bought(purchase: Purchase, *, seal: CursorSeal, call: Call, services: Services) -> Answer:
    """Deliver one page, once it is settled."""
    run = services.billing.begin(purchase.order(call))
    try:
        page = read_page(purchase.tasks_of(run), purchase.cursor, call=call, services=services)
        deliveries = deliveries_of(purchase.search, page, services)
        services.lead_references.list_by_day(deliveries.values())
        delivered, kept = draw_references(page, deliveries, services)
    except Exception:
        services.billing.release(run)
        raise
    receipt = services.billing.settle(settlement(run, page, kept))
    return Answer(
        body=deliver_page(
            purchase.search,
            page,
            Delivered(sources=delivered, receipt=receipt, replayed=run.replayed),
            seal=seal,
            services=services,
        ),
        headers=_paid_headers(receipt, purchase.payers[0], services),
    )


def _paid_headers(receipt: Receipt, payer: Payer, services: Services) -> dict[str, str]:
    left = remaining(payer, services)
    headers = {"Units-Charged": str(receipt.units)}
    return headers if left is None else {**headers, "Balance-Remaining": str(left)}


@api.operation(
    "setRegisterPolicy",
    Contract(request=PolicyMessage, response=PolicyMessage, problems=(NotFound,)),
)
def set_register_policy(call: Call, services: Services) -> Answer:
    """Switch a register, a criterion, a field, a purpose or age prediction off, or on again."""
    register_id = call.path_parameters["id"]
    # One whose secret is missing must be switched off before the secret is there.
    described = services.registers.described(register_id).answer(services.store)
    if described is None:
        raise NotFound
    policy = read_policy(call.body, described.kind)
    services.policies.change(register_id, policy, by=call.caller.key_id if call.caller else "")
    return Answer(body=call.body)


def _opened(read: Callable[[datetime], T], call: Call, services: Services) -> T:
    """Return what a token holds now; of a request that was answered before, what it held then.

    It may have expired while the answer got lost.
    """
    try:
        return read(services.clock.now())
    except (CursorInvalid, QuoteExpired):
        began_at = services.billing.began_at(call.account_id, call.idempotency_key or "")
        if began_at is None:
            raise
        return read(began_at)


def _seal(search: Search, services: Services) -> CursorSeal:
    return CursorSeal(sealer=services.sealer, context=search.context, now=services.clock.now())


def _quote_seal(search: Search, request: QuoteRequest, services: Services) -> QuoteSeal:
    context = quote_context(search.account.id, request)
    return QuoteSeal(sealer=services.sealer, context=context, now=services.clock.now())
