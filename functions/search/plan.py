"""The plan of a search: per source, what it filters itself, what we check, and what stops it.

A register declares per criterion how exactly it answers. What it answers exactly is left to it, and
believed where its contacts do not show the field; what it answers by a superset is checked again;
what it cannot answer and its contacts show is filtered here; what is left stops the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.search.help import Help
from functions.search.industry_pushdown import as_asked, in_full
from functions.search.match import meets, narrowed
from functions.search.messages import AnsweredBy
from leadcloud.codes.code_list import code_list
from leadcloud.errors import CriterionUnsupported
from leadcloud.purpose import DELIVERED, Purpose
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import ConsumerContact, Contact
from leadcloud.registers.interface import Capability, Register, RegisterDescription
from leadcloud.registers.policy import RegisterPolicy


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What becomes of one condition at one source."""

    field: str
    operator: str
    answered_by: AnsweredBy
    condition: Condition | None = None
    """As the caller wrote it; None where a help answers."""
    pushed: Condition | None = None
    """As the register is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePlan:
    """How one register is searched."""

    register: Register
    purpose: Purpose
    steps: tuple[Step, ...]
    helps: tuple[Help, ...]
    policy: RegisterPolicy
    switched_off: bool
    """The operator has switched off the register, or the purpose at it."""

    @property
    def id(self) -> str:
        """The register's id."""
        return self.register.description.id

    @property
    def pushed(self) -> tuple[Condition, ...]:
        """What the register is asked for."""
        return tuple(step.pushed for step in self.steps if step.pushed)

    @property
    def unanswerable(self) -> tuple[str, ...]:
        """Fields that neither the register nor we can answer; such a source is skipped."""
        return tuple(step.field for step in self.steps if step.answered_by == "nobody")

    @property
    def skipped(self) -> str | None:
        """Why the source is not read, as a code."""
        if self.switched_off:
            return "register_switched_off"
        return CriterionUnsupported.code if self.unanswerable else None

    @property
    def fields(self) -> frozenset[str]:
        """The fields that may leave the house."""
        return DELIVERED[self.purpose] - self.policy.closed_fields

    def admits(self, contact: Contact) -> bool:
        """Tell whether a contact that the register returned belongs to the target group.

        What the register applied exactly is believed where the contact does not show the field,
        and checked where it does: registers err.
        """
        if isinstance(contact, ConsumerContact) and contact.marketing_ban:
            return False
        return all(self._is_met(step, contact) for step in self.steps) and all(
            each.admits(contact, self.register.description) for each in self.helps
        )

    def narrowed(self, contact: Contact) -> Contact:
        """Return a contact with only those people in it who were asked for."""
        return narrowed(contact, (step.condition for step in self.steps if step.condition))

    def _is_met(self, step: Step, contact: Contact) -> bool:
        if step.condition is None:
            return True
        capability = self.register.description.criteria.get(step.field)
        met = meets(step.condition, contact, capability.codeset if capability else None)
        return step.answered_by == "register" if met is None else met


def plan(
    register: Register,
    conditions: Sequence[Condition],
    *,
    purpose: Purpose,
    policy: RegisterPolicy,
    helps: Sequence[Help] = (),
) -> SourcePlan:
    """Return how a register is searched for these conditions."""
    description, off = register.description, policy.closed_criteria
    steps = [
        _answered(condition, "nobody") if condition.field in off else _step(description, condition)
        for condition in conditions
    ]
    steps += [
        Step(
            field=field,
            operator=operator,
            answered_by="us" if each.can_help(description) and field not in off else "nobody",
        )
        for each in helps
        for field, operator in each.asked
    ]
    return SourcePlan(
        register=register,
        purpose=purpose,
        steps=tuple(steps),
        helps=tuple(helps),
        policy=policy,
        switched_off=not policy.enabled or purpose in policy.purposes_off,
    )


def _step(register: RegisterDescription, condition: Condition) -> Step:
    capability = register.criteria.get(condition.field)
    if capability is not None:
        return _declared(capability, condition)
    if condition.field == "region" and "municipality" in register.criteria:
        # A region is its municipalities, so whoever can be asked for these can be asked for it.
        step = _step(register, _municipalities(condition))
        return _answered(condition, step.answered_by, step.pushed)
    return _answered(condition, "nobody")


def _declared(capability: Capability, condition: Condition) -> Step:
    """Return the step for a criterion that the register declares."""
    pushed: Condition | None = condition
    if condition.field == "industry":
        pushed = as_asked(condition, capability.codeset)
        if pushed and not pushed.values:
            return _answered(condition, "nobody")
        if pushed and not _takes(capability, pushed):
            pushed = in_full(pushed, capability.codeset)
    if pushed and _takes(capability, pushed):
        exact = capability.native == "exact"
        return _answered(condition, "register" if exact else "register_and_us", pushed)
    can = capability.carried or capability.native == "local"
    return _answered(condition, "us" if can else "nobody")


def _takes(capability: Capability, condition: Condition) -> bool:
    """Tell whether the register applies a condition, exactly or not."""
    if capability.native == "local" or condition.operator not in capability.operators:
        return False
    return not (capability.single and condition.operator != "range" and len(condition.values) > 1)


def _answered(condition: Condition, by: AnsweredBy, pushed: Condition | None = None) -> Step:
    return Step(
        field=condition.field,
        operator=condition.operator,
        answered_by=by,
        condition=condition,
        pushed=pushed,
    )


def _municipalities(condition: Condition) -> Condition:
    municipalities = code_list("municipality")
    codes = (code for region in condition.values for code in municipalities.children(region))
    return Condition(field="municipality", operator=condition.operator, values=tuple(codes))
