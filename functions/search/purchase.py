"""What one request buys: a page of a search, at fixed prices, for no more than a fixed sum.

The most that it can cost is known before anybody is called. Only what is delivered is charged, and
of that not what the caller was probably given before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from functions.search.cursor import Cursor
from functions.search.federation import SourceResult, Task
from functions.search.page import ReadPage
from functions.search.quote import Quote
from functions.search.search import Search
from leadcloud.accounts.account import Account
from leadcloud.accounts.money import NOTHING, Money
from leadcloud.accounts.order import Order, Run
from leadcloud.accounts.price import Payer, Units
from leadcloud.accounts.price import payers as payers_of
from leadcloud.accounts.settlement import Settlement
from leadcloud.accounts.wallet import balance_of, left_of_cap
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.http.call import Call
from leadcloud.registers.interface import Register
from leadcloud.store.interface import Action
from leadcloud.wiring import Services


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """A page of a search, and who pays for it."""

    search: Search
    cursor: Cursor
    payers: tuple[Payer, ...]
    """Nearest first."""

    @property
    def tasks(self) -> list[Task]:
        """The sources to read for it."""
        return self.search.tasks(self.cursor.places)

    @property
    def most(self) -> Units:
        """How many contacts each source may deliver."""
        return {task.plan.id: task.share for task in self.tasks}

    def tasks_of(self, run: Run) -> list[Task]:
        """Return the sources to read: a second time, those that gave something, and as much of it."""
        if not run.replayed:
            return self.tasks
        given = run.operation.given
        return [
            replace(task, share=min(task.share, given[task.plan.id]))
            for task in self.tasks
            if task.plan.id in given
        ]

    def at(self, quote: Quote) -> "Purchase":
        """Return the same at the prices of a quote, and for no more contacts than it says there are."""
        return replace(
            self, search=replace(self.search, most=quote.most), payers=quote.paying(self.payers)
        )

    def within(self, bound: Money) -> "Purchase":
        """Return the same with its page so small that it costs no more than the bound.

        Raises:
            RequestInvalid: Not even one contact can be had for that.
        """
        size = self.search.page_size
        while size:
            smaller = replace(self, search=replace(self.search, page_size=size))
            cost = self.payers[0].cost(smaller.most)
            if cost <= bound:
                return smaller
            size = min(size - 1, size * bound.ten_thousandths // cost.ten_thousandths)
        raise RequestInvalid("The search has faults.", faults=[_TOO_LOW])

    def order(self, call: Call) -> Order:
        """Return what is to be reserved before the sources are read."""
        return Order(
            payers=self.payers,
            most=self.most,
            costs=dict(_costs(self.tasks)),
            idempotency_key=call.idempotency_key or "",
            request=call.body.model_dump(mode="json", by_alias=True),
            request_id=call.request_id,
        )


_TOO_LOW = Fault(
    field="max_charge",
    code="max_charge_too_low",
    detail="No contact of these registers costs as little; GET /v1/registers has the prices.",
)


def payers(lineage: Sequence[Account], registers: Mapping[str, Register]) -> tuple[Payer, ...]:
    """Return who pays for the searches of an account, nearest first."""
    prices = {
        name: Money.of(register.description.price_per_contact)
        for name, register in registers.items()
    }
    return payers_of(lineage, prices)


def settlement(run: Run, page: ReadPage, kept: tuple[Action, ...]) -> Settlement:
    """Return what is to be charged for a page that was read, and kept with the charge."""
    return Settlement(
        run=run,
        units={name: count.charged for name, count in page.counts.items() if count.charged},
        given={each.plan.id: len(each.contacts) for each in page.results if each.contacts},
        suspects=tuple(_suspects(run, page.results)),
        also=kept,
    )


def remaining(payer: Payer, services: Services) -> Money | None:
    """Return what an account may still spend; None where nothing of its own bounds it."""
    if payer.prepaid:
        balance = balance_of(services.store, payer.account_id)
        return balance.available if balance else NOTHING
    return left_of_cap(services.store, payer, services.clock.now())


def _costs(tasks: list[Task]) -> Iterator[tuple[str, Money]]:
    """Yield the most that one call to a source can cost us, of those that cost something."""
    for task in tasks:
        cost = Money.of(task.plan.register.description.cost_per_contact) * task.share
        if cost > NOTHING:
            yield task.plan.id, cost


def _suspects(run: Run, results: tuple[SourceResult, ...]) -> Iterator[str]:
    for result in results:
        if result.may_have_charged and result.plan.id in run.operation.costs:
            yield result.plan.id
