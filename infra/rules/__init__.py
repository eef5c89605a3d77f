"""The rules by which somebody is woken up, by subject."""

from infra.rules.buildings import of_buildings
from infra.rules.calls import of_answers, of_limits
from infra.rules.money import of_reservations, of_usage
from infra.rules.registers import of_registers
from infra.rules.rule import Rule
from infra.rules.schedules import of_schedules
from infra.rules.subject_requests import of_cases, of_messages
from infra.watched import Watched

_SUBJECTS = (
    of_answers,
    of_limits,
    of_registers,
    of_buildings,
    of_cases,
    of_messages,
    of_schedules,
    of_reservations,
    of_usage,
)


def rules(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules of one deployment, but for the objectives'."""
    return tuple(rule for subject in _SUBJECTS for rule in subject(watched))
