"""A statement as a table: one row for each thing that it says, amounts as plain numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from leadcloud.accounts.money import CURRENCY, Money
from leadcloud.accounts.statement import Statement
from leadcloud.spreadsheet import Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    item: str
    entry: int | None = None
    """Number of the ledger's entry."""
    at: str | None = None
    sub_account: str | None = None
    register: str | None = None
    unit_price: Money | None = None
    units: int | None = None
    """Contacts; in the rows of searches, searches."""
    amount: Money | None = None
    currency: str | None = None
    note: str | None = None


def statement_table(statement: Statement) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows, the names of the columns first."""
    names = [field.name for field in fields(_Row)]
    yield ("account", "month", "state", *names)
    state = "preliminary" if statement.preliminary else "final"
    for row in _rows(statement):
        cells = (getattr(row, name) for name in names)
        yield (statement.account_id, statement.month, state, *cells)


def _rows(statement: Statement) -> Iterator[_Row]:
    if statement.prepaid:
        yield _amount("opening_balance", statement.opening)
    yield from _movements(statement)
    yield from _sold(statement)
    for resale in statement.resales:
        yield _amount("resale_cost", resale.cost, sub_account=resale.sub_account)
        yield _amount("resale_price", resale.price, sub_account=resale.sub_account)
        yield _amount("margin", resale.margin, sub_account=resale.sub_account)
    if statement.prepaid:
        yield _amount("closing_balance", statement.closing)
    yield _amount("net", statement.net)
    yield _amount("vat", statement.vat, note=f"{statement.vat_percent} %")
    yield _amount("total", statement.total)


def _movements(statement: Statement) -> Iterator[_Row]:
    for entry in statement.movements:
        yield _Row(
            item=entry.kind,
            entry=entry.number,
            at=entry.at,
            sub_account=_below(entry.searcher, statement),
            amount=entry.amount,
            currency=CURRENCY,
            note=entry.note,
        )


def _sold(statement: Statement) -> Iterator[_Row]:
    for each in statement.sold:
        yield _Row(
            item="charge",
            sub_account=_below(each.searcher, statement),
            register=each.register,
            unit_price=each.price,
            units=each.units,
            amount=-each.amount,
            currency=CURRENCY,
        )
    for searches in statement.searches:
        below = _below(searches.searcher, statement)
        yield _Row(item="searches", sub_account=below, units=searches.made)
        yield _Row(item="empty_searches", sub_account=below, units=searches.empty)


def _amount(
    item: str, amount: Money, *, sub_account: str | None = None, note: str | None = None
) -> _Row:
    return _Row(item=item, sub_account=sub_account, amount=amount, currency=CURRENCY, note=note)


def _below(searcher: str | None, statement: Statement) -> str | None:
    return None if searcher == statement.account_id else searcher
