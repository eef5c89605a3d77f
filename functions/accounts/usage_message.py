"""Usage by day as it goes over the wire."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from functions.accounts.statement_message import below
from leadcloud.accounts.usage import Usage
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.http.money_message import SumMessage
from leadcloud.http.wire import Parameters, Wire

LONGEST = timedelta(days=366)
MOST_ROWS = 20_000
"""So that an answer stays below what a Lambda may return, 6 MB."""


def _read_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("day_form", "no day") from None
    return text


Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(_read_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]


class UsageParameters(Parameters):
    """Which days."""

    from_: Day | None = Field(
        default=None,
        alias="from",
        description="First day, UTC; the first of the last day's month where left out.",
    )
    to: Day | None = Field(
        default=None, description="Last day, UTC, itself included; today where left out."
    )


class DeliveredMessage(Wire):
    """Contacts of one register on one day; below zero where more was reversed than charged."""

    day: str
    sub_account: str | None = Field(description="Of a reseller; null for its own.")
    register_: str = Field(alias="register")
    units: int = Field(description="Contacts.")
    amount: SumMessage


class SearchDayMessage(Wire):
    """Searches of one day."""

    day: str
    sub_account: str | None = Field(description="Of a reseller; null for its own.")
    made: int
    empty: int = Field(description="Of those, how many delivered nothing and cost nothing.")


class UsageMessage(Wire):
    """What was used, at the account's own prices, without tax."""

    from_: str = Field(alias="from")
    to: str
    usage: tuple[DeliveredMessage, ...]
    searches: tuple[SearchDayMessage, ...]


def days_of(asked: UsageParameters, today: date) -> tuple[date, date]:
    """Return the first and the last day that are asked for.

    Raises:
        RequestInvalid: The last is before the first, or too far from it.
    """
    last = date.fromisoformat(asked.to) if asked.to else today
    first = date.fromisoformat(asked.from_) if asked.from_ else last.replace(day=1)
    faults = [*_faults(first, last)]
    if faults:
        raise RequestInvalid("The days have faults.", faults=faults)
    return first, last


def usage_message(found: Usage, account_id: str, *, first: date, last: date) -> UsageMessage:
    """Return usage as a message.

    Raises:
        RequestInvalid: It is more than fits into an answer.
    """
    if len(found.delivered) + len(found.searches) > MOST_ROWS:
        detail = f"These days have more than {MOST_ROWS} rows; ask for fewer."
        raise RequestInvalid(faults=[Fault(field="from", code="too_many_rows", detail=detail)])
    return UsageMessage(
        **{"from": first.isoformat()},
        to=last.isoformat(),
        usage=tuple(
            DeliveredMessage(
                day=each.day,
                sub_account=below(each.searcher, account_id),
                register=each.register,
                units=each.units,
                amount=SumMessage.of(each.amount),
            )
            for each in found.delivered
        ),
        searches=tuple(
            SearchDayMessage(
                day=each.day,
                sub_account=below(each.searcher, account_id),
                made=each.made,
                empty=each.empty,
            )
            for each in found.searches
        ),
    )


def _faults(first: date, last: date) -> Iterator[Fault]:
    if last < first:
        detail = "The last day is before the first."
        yield Fault(field="to", code="before_from", detail=detail)
    if last - first >= LONGEST:
        detail = f"These are more than {LONGEST.days} days."
        yield Fault(field="from", code="too_many_days", detail=detail)
    if last == date.max:
        yield Fault(field="to", code="out_of_range", detail="There is no day after this one.")
