"""The statement of a month as it goes over the wire."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from leadcloud.accounts.entry import Entry
from leadcloud.accounts.statement import Resale, Searches, Sold, Statement
from leadcloud.http.money_message import MoneyMessage, SumMessage
from leadcloud.http.wire import Parameters, Wire

_SUB_ACCOUNT = "Of a reseller: the sub-account; null for its own, and for all others."


class StatementParameters(Parameters):
    """In which form the statement is wanted."""

    format: Literal["json", "csv"] | None = Field(
        default=None, description="csv for a spreadsheet; else as the Accept header says, or JSON."
    )


class TopUpMessage(Wire):
    """Money that came in."""

    entry: int = Field(description="Its number in the account's ledger.")
    at: str
    amount: MoneyMessage
    note: str = Field(description="A code, such as the number of an invoice.")


class ReversalMessage(Wire):
    """An entry that takes back another."""

    entry: int
    at: str
    reverses: int = Field(description="Number of the entry that is taken back.")
    kind: Literal["top_up", "charge"] = Field(description="What is taken back.")
    sub_account: str | None = Field(description=_SUB_ACCOUNT)
    amount: SumMessage = Field(description="What it adds to the balance.")
    note: str


class ChargeMessage(Wire):
    """Contacts of one register, at one price."""

    sub_account: str | None = Field(description=_SUB_ACCOUNT)
    register_: str = Field(alias="register")
    unit_price: MoneyMessage
    units: int = Field(description="Contacts.")
    amount: MoneyMessage


class SearchesMessage(Wire):
    """How many searches were charged."""

    sub_account: str | None = Field(description=_SUB_ACCOUNT)
    made: int
    empty: int = Field(description="Of those, how many delivered nothing and cost nothing.")


class ResaleMessage(Wire):
    """What a sub-account cost its reseller, and paid to it; reversals are taken off."""

    sub_account: str
    cost: SumMessage = Field(description="What the reseller was charged for it.")
    price: SumMessage = Field(description="What it was charged, at the reseller's prices.")
    margin: SumMessage


class VatMessage(Wire):
    """Value added tax on the net amount, in whole cents."""

    percent: str = Field(description="Finland's standard rate.", examples=["25.5"])
    amount: SumMessage


class StatementMessage(Wire):
    """What an account had, was charged and paid in a month. Amounts are without tax but for the last."""

    account: str
    month: str
    state: Literal["preliminary", "final"] = Field(description="A month is final once it is over.")
    opening_balance: SumMessage | None = Field(description="Null for a sub-account.")
    top_ups: tuple[TopUpMessage, ...]
    reversals: tuple[ReversalMessage, ...]
    charges: tuple[ChargeMessage, ...]
    searches: tuple[SearchesMessage, ...]
    closing_balance: SumMessage | None = Field(description="Null for a sub-account.")
    resales: tuple[ResaleMessage, ...] = Field(description="Of a reseller: per sub-account.")
    net: SumMessage = Field(description="Charges less those that were reversed.")
    vat: VatMessage
    total: SumMessage = Field(description="Net and tax, in whole cents.")


def statement_message(statement: Statement) -> StatementMessage:
    """Return a statement as a message."""
    return StatementMessage(
        account=statement.account_id,
        month=statement.month,
        state="preliminary" if statement.preliminary else "final",
        opening_balance=SumMessage.of(statement.opening) if statement.prepaid else None,
        top_ups=tuple(_top_up(each) for each in statement.movements if each.kind == "top_up"),
        reversals=tuple(_reversals(statement)),
        charges=tuple(_charge(each, statement) for each in statement.sold),
        searches=tuple(_searches(each, statement) for each in statement.searches),
        closing_balance=SumMessage.of(statement.closing) if statement.prepaid else None,
        resales=tuple(map(_resale, statement.resales)),
        net=SumMessage.of(statement.net),
        vat=VatMessage(percent=str(statement.vat_percent), amount=SumMessage.of(statement.vat)),
        total=SumMessage.of(statement.total),
    )


def _top_up(entry: Entry) -> TopUpMessage:
    return TopUpMessage(
        entry=entry.number, at=entry.at, amount=MoneyMessage.of(entry.amount), note=entry.note
    )


def _reversals(statement: Statement) -> Iterator[ReversalMessage]:
    for entry in statement.movements:
        if entry.reverses is not None:
            yield ReversalMessage(
                entry=entry.number,
                at=entry.at,
                reverses=entry.reverses,
                kind="charge" if entry.reverses_charge else "top_up",
                sub_account=below(entry.searcher, statement.account_id),
                amount=SumMessage.of(entry.amount),
                note=entry.note,
            )


def _charge(sold: Sold, statement: Statement) -> ChargeMessage:
    return ChargeMessage(
        sub_account=below(sold.searcher, statement.account_id),
        register=sold.register,
        unit_price=MoneyMessage.of(sold.price),
        units=sold.units,
        amount=MoneyMessage.of(sold.amount),
    )


def _searches(searches: Searches, statement: Statement) -> SearchesMessage:
    return SearchesMessage(
        sub_account=below(searches.searcher, statement.account_id),
        made=searches.made,
        empty=searches.empty,
    )


def _resale(resale: Resale) -> ResaleMessage:
    return ResaleMessage(
        sub_account=resale.sub_account,
        cost=SumMessage.of(resale.cost),
        price=SumMessage.of(resale.price),
        margin=SumMessage.of(resale.margin),
    )


def below(searcher: str | None, account_id: str) -> str | None:
    """Return the sub-account that something is of; None where it is the account's own."""
    return None if searcher == account_id else searcher
