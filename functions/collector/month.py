"""One month's release: from what was laid down of it, as far as the time reaches."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from collect.collection import Collection, NothingToRelease, feed_of
from collect.report import DoesNotAddUp
from collect.time_left import OutOfTime, TimeLeft
from collect.wfs import SourceFailed, polite_client
from functions.collector.shelf import Current, Shelf

Outcome = Literal["kept", "released", "unfinished"]


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
        return current is not None and (
            (current.collection, current.created.replace(day=1))
            == (self.text, today.replace(day=1))
        )


def go_on(shelf: Shelf, wanted: Wanted, left: TimeLeft, *, today: date) -> Outcome:
    """Collect until the release is there, or the time is up.

    Raises:
        SourceFailed: A server did not answer; what was read is kept for the next call.
        DoesNotAddUp: Rows were lost; the next call begins anew.
        NothingToRelease: As that.
    """
    if wanted.is_met(shelf.current(), today):
        return "kept"
    month = f"{today:%Y-%m}"
    shelf.take_up(month)
    try:
        _collect(shelf, wanted, left, today=today)
    except OutOfTime:
        shelf.lay_down(month)
        return "unfinished"
    except SourceFailed:
        shelf.lay_down(month)
        raise
    except (DoesNotAddUp, NothingToRelease):
        shelf.forget(month)
        raise
    shelf.publish(wanted.text)
    shelf.forget(month)
    return "released"


def _collect(shelf: Shelf, wanted: Wanted, left: TimeLeft, *, today: date) -> None:
    collection = Collection(
        target=shelf.release, today=today, municipality=wanted.municipality, quiet=True
    )
    with polite_client(before_each=left.check) as client:
        collection.release([feed_of(name, client, left.sleep) for name in wanted.sources])
