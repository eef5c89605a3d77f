"""One month's release: from what was laid down of it, as far as the time reaches."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from collect.collection import Collection, NothingToRelease, feed_of
from collect.report import DoesNotAddUp
from collect.time_left import OutOfTime, TimeLeft
from collect.wfs import SourceFailed, polite_client
from functions.collector.shelf import Current, Shelf

Outcome = Literal["kept", "released", "unfinished", "source_failed", "rows_lost"]
"""How a call ended. The last two are others' bad days: the next call is there for them, and the alarm
ReleaseOld for days that do not end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be collected."""

    text: str
    sources: tuple[str, ...]
    """The most trusted first."""
    municipality: str | None

    @classmethod
    def read(cls, text: str) -> "Wanted":
        """Read `SOURCE,SOURCE:MUNICIPALITY`; without a municipality, all of them."""
        sources, _, municipality = text.partition(":")
        return cls(text=text, sources=tuple(sources.split(",")), municipality=municipality or None)

    def is_met(self, current: Current | None, today: date) -> bool:
        """Tell whether the release that is there is this month's, and what was asked for."""
        return (
            current is not None
            and current.collection == self.text
            and month_of(current.created) == month_of(today)
        )


def go_on(shelf: Shelf, wanted: Wanted, left: TimeLeft, *, today: date) -> Outcome:
    """Collect until the release is there, the time is up, or a source fails.

    What was read is kept for the next call, but what does not add up.

    Raises:
        NothingToRelease: No row is a building for us; the next call begins anew.
    """
    if wanted.is_met(shelf.current(), today):
        return "kept"
    month = month_of(today)
    shelf.take_up(month)
    try:
        _collect(shelf, wanted, left, today=today)
    except OutOfTime:
        shelf.lay_down(month)
        return "unfinished"
    except SourceFailed:
        shelf.lay_down(month)
        return "source_failed"
    except DoesNotAddUp:
        shelf.forget(month)
        return "rows_lost"
    except NothingToRelease:
        shelf.forget(month)
        raise
    shelf.publish(wanted.text)
    shelf.forget(month)
    return "released"


def month_of(day: date) -> str:
    """Return the month that a day is in."""
    return f"{day:%Y-%m}"


def _collect(shelf: Shelf, wanted: Wanted, left: TimeLeft, *, today: date) -> None:
    collection = Collection(
        target=shelf.release, today=today, municipality=wanted.municipality, quiet=True
    )
    with polite_client(before_each=left.check) as client:
        collection.release([feed_of(name, client, left.sleep) for name in wanted.sources])
