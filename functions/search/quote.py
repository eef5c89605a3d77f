"""The quote: how many contacts there are and what they cost at most, before anything is paid.

Registers are asked for counts only, at once and by the deadline, and only where that is free. The
prices are sealed into the quote and hold until it expires; nothing of it is stored.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from functions.search.messages import CountMessage, QuoteAnswer, QuotedSource, QuoteRequest, State
from functions.search.plan import SourcePlan
from functions.search.search import Search
from leadcloud.accounts.money import Money
from leadcloud.accounts.price import Payer, Units
from leadcloud.clock import Deadline, rfc3339
from leadcloud.errors import Fault, QuoteExpired, QuoteInvalid
from leadcloud.events import log_unexpected
from leadcloud.http.call import Call
from leadcloud.http.money_message import MoneyMessage
from leadcloud.prohibitions import Allow
from leadcloud.registers.interface import (
    PageRequest,
    RegisterError,
    RegisterFailed,
    RegisterMisconfigured,
    RegisterTimeout,
)
from leadcloud.seal import SealBroken, Sealer, SealExpired
from leadcloud.wiring import Services

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """What was promised."""

    prices: Mapping[str, Mapping[str, Money]]
    """Payer to register to price."""
    most: Units
    """Contacts that there are at most, of the registers that said so."""

    def paying(self, paying: Sequence[Payer]) -> tuple[Payer, ...]:
        """Return the payers, at the prices that were promised."""
        return tuple(
            replace(payer, prices={**payer.prices, **self.prices.get(payer.account_id, {})})
            for payer in paying
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteSeal:
    """Seals the quotes of one search: this account, this purpose, these registers and criteria."""

    sealer: Sealer
    context: str = field(repr=False)
    now: datetime

    def write(self, quote: Quote) -> str:
        """Return the token that the caller brings back."""
        prices = {
            payer: {name: price.ten_thousandths for name, price in prices.items()}
            for payer, prices in quote.prices.items()
        }
        payload = json.dumps([prices, dict(quote.most)], separators=(",", ":")).encode()
        return self.sealer.seal(payload, self.context, self.now + LIFETIME)

    def read(self, token: str) -> Quote:
        """Return the quote of a token.

        Raises:
            QuoteExpired: Its prices hold no longer.
            QuoteInvalid: It belongs to another search.
        """
        try:
            prices, most = json.loads(self.sealer.open(token, self.context, self.now))
        except SealExpired:
            raise QuoteExpired("Ask for a new quote.") from None
        except SealBroken:
            fault = Fault(
                field="quote_id",
                code="quote_invalid",
                detail="A quote holds for the account, purpose, registers and criteria it was for.",
            )
            raise QuoteInvalid(faults=[fault]) from None
        return Quote(
            prices={
                payer: {name: Money(price) for name, price in prices.items()}
                for payer, prices in prices.items()
            },
            most=most,
        )


def quote_context(account_id: str, request: QuoteRequest) -> str:
    """Return the text that names what a quote is for."""
    asked = request.model_dump(
        mode="json", by_alias=True, include={"purpose", "registers", "criteria"}
    )
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return f"quote:{account_id}:{digest}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """How many contacts a source has, or why that is not known."""

    plan: SourcePlan
    total: int | None = None
    error: RegisterError | None = None

    def is_exact(self, allow: Allow) -> bool:
        """Tell whether nothing is filtered after the register has counted.

        Consumers always are: who may not be called is seen one by one.
        """
        return (
            self.plan.register.description.kind == "business"
            and allow.keeps_no_company_back
            and all(step.answered_by == "register" for step in self.plan.steps)
        )


def quoted(
    search: Search, paying: Sequence[Payer], *, seal: QuoteSeal, call: Call, services: Services
) -> QuoteAnswer:
    """Count, and promise the prices as they are now."""
    counted = _count(search, call, services)
    most = {each.plan.id: each.total for each in counted if each.total is not None}
    asked = {each.plan.id for each in counted if not each.plan.skipped}
    quote = Quote(prices={payer.account_id: dict(payer.prices) for payer in paying}, most=most)
    buyer = paying[0]
    return QuoteAnswer(
        quote_id=seal.write(quote),
        expires_at=rfc3339(seal.now + LIFETIME),
        sources=(
            *(_unusable(name) for name in search.unusable),
            *(_source(each, buyer.prices[each.plan.id], search.allow) for each in counted),
        ),
        max_charge=MoneyMessage.of(buyer.cost(most))
        if asked <= most.keys() and not search.unusable
        else None,
    )


def _count(search: Search, call: Call, services: Services) -> list[_Counted]:
    """Ask every source at once how many contacts it has."""
    deadline = Deadline.after(services.settings.search_deadline, services.clock)
    futures = {
        source.id: services.executor.submit(_count_source, source, deadline, call.request_id)
        for source in search.plans
        if not source.skipped
    }
    wait(futures.values(), timeout=deadline.remaining())
    return [_counted(source, futures.get(source.id)) for source in search.plans]


def _count_source(source: SourcePlan, deadline: Deadline, request_id: str) -> int | None:
    page = PageRequest(
        criteria=source.pushed, size=1, position=None, deadline=deadline, request_id=request_id
    )
    try:
        return source.register.count(page)
    except RegisterError:
        raise
    except Exception as unknown:  # noqa: BLE001 one source's fault must not lose the others
        log_unexpected(request_id, unknown)
        raise RegisterFailed from None


def _counted(source: SourcePlan, future: "Future[int | None] | None") -> _Counted:
    if future is None:
        return _Counted(plan=source)
    if future.cancel() or not future.done():
        return _Counted(plan=source, error=RegisterTimeout())
    error = future.exception()
    if isinstance(error, RegisterError):
        return _Counted(plan=source, error=error)
    return _Counted(plan=source, total=future.result())


def _unusable(register_id: str) -> QuotedSource:
    """Return what is said of a register that cannot be used now; it may be mended meanwhile."""
    return QuotedSource(
        register_=register_id,
        state="error",
        code=RegisterMisconfigured.code,
        count=CountMessage(lower=0, upper=None, exact=False),
        price=None,
    )


def _source(counted: _Counted, price: Money, allow: Allow) -> QuotedSource:
    plan, total = counted.plan, counted.total
    exact = total is not None and counted.is_exact(allow)
    state: State = counted.error.state if counted.error else "ok"
    return QuotedSource(
        register_=plan.id,
        state="skipped" if plan.skipped else state,
        code=counted.error.code if counted.error else plan.skipped,
        count=CountMessage(
            lower=total if total is not None and exact else 0,
            upper=0 if plan.skipped else total,
            exact=exact or bool(plan.skipped) or total == 0,
        ),
        price=MoneyMessage.of(price),
    )
