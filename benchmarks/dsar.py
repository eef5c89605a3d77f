"""Subject requests: how fast they are taken in, what a power cut costs, how fast time passes.

The ordeal files at `./run` while it is killed, with controllers that fail, drip and answer twice;
a lost filing, or one that a controller got under two ids, would show as a figure above zero.
Virtual time is what a clock that is set travels through while a hundred cases are reminded,
become overdue and end.
"""

import logging
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks._dsar_ordeal import Ordeal, undergo
from benchmarks.figure import Figure
from functions.dsar_router.desk import desk_of
from functions.dsar_router.filing import Filing, ReplyTo
from functions.dsar_router.intake import Arrival, take_in
from leadcloud.audit import events_of
from leadcloud.clock import SetClock
from leadcloud.controllers import ControllerEntry
from leadcloud.settings import Settings
from leadcloud.wiring import Services
from local.folder import Folder, draw_secrets
from local.subject_requests import runner_of

FILINGS, KILLS = 400, 4
CASES = 100
DAYS = 45
EVENTS_OF_A_CASE = ("reminded", "reminded", "reminded", "reminded", "overdue")


def run() -> Sequence[Figure]:
    """Undergo a small ordeal, then travel in time."""
    with tempfile.TemporaryDirectory() as place:
        calm = undergo(filings=FILINGS, kills=0, folder=Path(place))
    with tempfile.TemporaryDirectory() as place:
        ordeal = undergo(filings=FILINGS, kills=KILLS, folder=Path(place))
    with tempfile.TemporaryDirectory() as place:
        days_a_second, missed = _travel(Folder(Path(place)))
    return (
        Figure(
            name="filings taken in, durable before the answer",
            value=len(calm.accepted) / calm.seconds,
            unit="1/s",
            lower_is_better=False,
        ),
        *_outcome(ordeal),
        Figure(
            name=f"virtual time with {CASES} cases open",
            value=days_a_second,
            unit="days/s",
            lower_is_better=False,
        ),
        Figure(
            name="reminders and deadlines that did not come",
            value=missed,
            unit="events",
            lower_is_better=True,
            against=f"{CASES * len(EVENTS_OF_A_CASE)} expected",
        ),
    )


def _outcome(ordeal: Ordeal) -> Sequence[Figure]:
    against = f"{len(ordeal.accepted)} accepted, {ordeal.kills} kills"
    counts = {
        "forwarded or still under way": ordeal.forwarded + ordeal.still_open,
        "lost": ordeal.lost,
        "forwarded under two ids": ordeal.doubled,
    }
    return tuple(
        Figure(
            name=name,
            value=count,
            unit="requests",
            lower_is_better=not name.startswith("forwarded or"),
            against=against,
        )
        for name, count in counts.items()
    )


def _travel(folder: Folder) -> tuple[float, int]:
    """Return the virtual days a second, and how many deadline events are missing at the end."""
    logging.disable()  # the table is what is to be read
    draw_secrets(folder)
    clock = SetClock(datetime(2026, 3, 5, 9, tzinfo=UTC))
    services = Services(
        Settings.from_environment(
            {
                "LEADCLOUD_STORE": f"sqlite:{folder.store}",
                "LEADCLOUD_SECRETS": f"file:{folder.secrets}",
                "LEADCLOUD_MAIL": "smtp:127.0.0.1:9",
            }
        ),
        clock,
    )
    references = _file_cases(services)
    runner = runner_of(services)
    started, end = time.monotonic(), clock.now() + timedelta(days=DAYS)
    runner.run_due()
    while (due := runner.next_due()) is not None and due <= end:
        clock.move(max(0.0, (due - clock.now()).total_seconds()))
        runner.run_due()
    seconds = time.monotonic() - started
    return DAYS / seconds, sum(_missing(services, each) for each in references)


def _file_cases(services: Services) -> list[str]:
    services.controllers.put(
        ControllerEntry(
            id="silent",
            name="Silent",
            role="source",
            privacy_email="privacy@silent.example",
            contract="bench",
            contract_from=date(2026, 1, 1),
            channel="manual",
        )
    )
    return [
        take_in(
            desk_of(services),
            Filing(
                right="objection",
                reply_to=ReplyTo(phone=f"+35845700{number:06}"),
                language="fi",
            ),
            Arrival(source="phone", key=str(number), controllers=("silent",)),
        ).reference
        for number in range(CASES)
    ]


def _missing(services: Services, reference: str) -> int:
    events = [each.event for each in events_of(services.store, reference)]
    came = [each for each in events if each in EVENTS_OF_A_CASE]
    return len(EVENTS_OF_A_CASE) - len(came)
