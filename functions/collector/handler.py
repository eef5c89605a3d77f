"""The collector, called every hour: it makes one release of the building database a month.

A call reads for as long as a function may run and lays down what it has; the next one goes on from
there. Once the month's release is there, a call has nothing to do but say how old it is.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collect.time_left import TimeLeft
from functions.collector.month import Wanted, go_on
from functions.collector.shelf import Shelf
from leadcloud import step
from leadcloud.aws import aws_client
from leadcloud.clock import Deadline
from leadcloud.events import Event, log
from leadcloud.settings import SettingsError
from leadcloud.wiring import Services, services

ENDGAME = 300
"""Seconds before the function ends in which nothing more is asked for: an answer may take two
minutes, writing a city's release ten seconds, and putting away what was read a few more."""


def lambda_handler(_event: Mapping[str, Any], context: Any) -> None:
    """Go on with this month's release."""
    seconds = context.get_remaining_time_in_millis() / 1000 - ENDGAME
    step.carry_out("collect", lambda: _collect_for(seconds, services()))


def _collect_for(seconds: float, services: Services) -> None:
    """Go on for so long; say how far it is, and how old the newest release.

    Raises:
        SettingsError: No bucket for releases is set.
    """
    kind, _, bucket = services.settings.releases.partition(":")
    if kind != "s3":
        raise SettingsError("LEADCLOUD_RELEASES names no place for releases")
    left = TimeLeft(Deadline.after(seconds, services.clock))
    wanted = Wanted.read(services.settings.collection)
    today = services.clock.now().date()
    with TemporaryDirectory() as folder:
        shelf = Shelf(aws_client("s3"), bucket, Path(folder))
        log(Event.COLLECTION_ENDED, outcome=go_on(shelf, wanted, left, today=today))
        if (current := shelf.current()) is not None:
            log(Event.RELEASE_SEEN, days=(today - current.created).days)
