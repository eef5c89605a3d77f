"""The moments of a case: when it is tried again, reminded, sent another way, and given up."""

from datetime import datetime, timedelta

from functions.dsar_router.case import Case
from functions.dsar_router.deadline import end_of, opening_of

REMINDERS = (14, 7, 3, 1)
"""Days before the due date."""

SWITCHES = (10, 7)
"""Days before the due date on which another channel is taken, and another again."""

LATE_WORD_FOR = timedelta(days=90)
"""How long we wait for word of an overdue request before the workflow ends."""

_TRY_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 240, 1440))


def reminders_passed(case: Case, now: datetime) -> int:
    """Return how many of the reminders are behind us."""
    return sum(now >= _days_before(case, days) for days in REMINDERS)


def switches_passed(case: Case, now: datetime) -> int:
    """Return how often the channel should have been changed by now."""
    return sum(now >= _days_before(case, days) for days in SWITCHES)


def next_milestone(case: Case, now: datetime) -> int:
    """Return the seconds until the next reminder, the end of the time, or the end of patience."""
    end = end_of(case.due_on)
    milestones = (*(_days_before(case, days) for days in REMINDERS), end, end + LATE_WORD_FOR)
    return whole_seconds(min((each for each in milestones if each > now), default=now) - now)


def next_try(case: Case, now: datetime) -> int:
    """Return the seconds until an interface that failed is tried again, or another way is taken."""
    wait = _TRY_AGAIN_AFTER[min(case.attempts, len(_TRY_AGAIN_AFTER)) - 1]
    until_switch = (_days_before(case, days) - now for days in SWITCHES)
    soonest = min((wait, *(each for each in until_switch if each > timedelta())))
    return max(1, whole_seconds(soonest))


def whole_seconds(span: timedelta) -> int:
    """Return the whole seconds of a span, upwards; 0 where it is over."""
    return max(0, -int(-span.total_seconds() // 1))


def _days_before(case: Case, days: int) -> datetime:
    return opening_of(case.due_on - timedelta(days=days))
