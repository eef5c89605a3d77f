"""The plan of a search: per source, what it filters itself, what we check, and what stops it."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.search.home import HomeCriteria
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import ConsumerContact, Contact, value_of
from leadcloud.registers.interface import Register


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePlan:
    """How one register is searched."""

    register: Register
    pushed: tuple[Condition, ...]
    """Conditions that the register applies."""
    required: tuple[Condition, ...]
    """Conditions that a contact must be seen to meet: the register did not apply them, or not
    exactly."""
    home: HomeCriteria | None
    """What the building at a consumer's address must be; no register knows that."""
    unanswerable: tuple[str, ...]
    """Fields that neither the register nor we can answer; such a source is skipped."""

    @property
    def id(self) -> str:
        """The register's id."""
        return self.register.description.id

    def admits(self, contact: Contact) -> bool:
        """Tell whether a contact that the register returned belongs to the target group.

        A telemarketing ban always excludes. What the register applied exactly is trusted where
        the contact does not show the field, and checked where it does: registers err.
        """
        if isinstance(contact, ConsumerContact) and contact.marketing_ban:
            return False
        if self.home is not None and not (
            isinstance(contact, ConsumerContact) and self.home.admits(contact)
        ):
            return False
        return all(
            condition.is_met_by(value_of(contact, condition.field)) for condition in self.required
        ) and all(
            value_of(contact, condition.field) is None
            or condition.is_met_by(value_of(contact, condition.field))
            for condition in self.pushed
        )


def plan(
    register: Register, conditions: Sequence[Condition], home: HomeCriteria | None = None
) -> SourcePlan:
    """Return how a register is searched for these conditions."""
    pushed, required, unanswerable = [], [], []
    for condition in conditions:
        capability = register.description.criteria.get(condition.field)
        if capability is None:
            unanswerable.append(condition.field)
        elif capability.native == "local":
            required.append(condition)
        elif condition.operator not in capability.operators:
            unanswerable.append(condition.field)
        else:
            pushed.append(condition)
            if capability.native == "superset":
                required.append(condition)
    return SourcePlan(
        register=register,
        pushed=tuple(pushed),
        required=tuple(required),
        home=home,
        unanswerable=tuple(unanswerable),
    )
