"""What the operator has switched off at a register, at run time (mission M12).

A record beside the register's own. It takes effect with the next search and leaves an entry in the
audit trail in the same transaction.
"""

from dataclasses import dataclass
from typing import cast

from leadcloud.audit import AuditTrail, Details
from leadcloud.store.interface import (
    Action,
    Attributes,
    Key,
    PutIfAbsent,
    Record,
    Store,
    Update,
)
from leadcloud.store.lookup import Lookup


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterPolicy:
    """What is permitted at one register; by default all that its contract permits."""

    enabled: bool = True
    criteria_off: frozenset[str] = frozenset()
    """Criteria that may not be searched by."""
    fields_off: frozenset[str] = frozenset()
    """Fields that are not delivered."""
    purposes_off: frozenset[str] = frozenset()
    age_prediction: bool = True

    @property
    def closed_criteria(self) -> frozenset[str]:
        """Criteria that may not be searched by, whichever switch closes them."""
        return self.criteria_off | self._without_ages

    @property
    def closed_fields(self) -> frozenset[str]:
        """Fields that are not delivered, whichever switch closes them."""
        return self.fields_off | self._without_ages

    @property
    def _without_ages(self) -> frozenset[str]:
        return frozenset() if self.age_prediction else frozenset({"age_group"})

    def attributes(self) -> Attributes:
        """Return the policy as a record's attributes."""
        return {
            "enabled": self.enabled,
            "criteria_off": sorted(self.criteria_off),
            "fields_off": sorted(self.fields_off),
            "purposes_off": sorted(self.purposes_off),
            "age_prediction": self.age_prediction,
        }

    def details(self) -> Details:
        """Return the policy as the audit trail takes it: codes, joined."""
        return {
            "enabled": self.enabled,
            "criteria_off": ".".join(sorted(self.criteria_off)),
            "fields_off": ".".join(sorted(self.fields_off)),
            "purposes_off": ".".join(sorted(self.purposes_off)),
            "age_prediction": self.age_prediction,
        }

    @classmethod
    def from_attributes(cls, row: Attributes) -> "RegisterPolicy":
        """Return the policy of a record."""
        return cls(
            enabled=bool(row["enabled"]),
            criteria_off=_names(row["criteria_off"]),
            fields_off=_names(row["fields_off"]),
            purposes_off=_names(row["purposes_off"]),
            age_prediction=bool(row["age_prediction"]),
        )


def _names(value: object) -> frozenset[str]:
    return frozenset(cast("list[str]", value))


class RegisterPolicies:
    """Keeps the policies of registers."""

    def __init__(self, store: Store, audit: AuditTrail) -> None:
        self._store = store
        self._audit = audit

    def lookup(self, register_id: str) -> Lookup[RegisterPolicy]:
        """Return what finds out what holds at a register now."""
        return Lookup.at(_key(register_id), _policy)

    def change(self, register_id: str, policy: RegisterPolicy, *, by: str) -> None:
        """Put a policy in force, with an entry in the audit trail or not at all.

        Args:
            register_id: A register that exists.
            policy: The whole of it; what it does not name is permitted.
            by: Id of the key that it was done with.

        Raises:
            TransactionCancelled: Others changed the same register at the same time, again and again.
        """

        def write() -> tuple[Action]:
            key, attributes = _key(register_id), policy.attributes()
            record = self._store.get(key)
            if record is None:
                return (PutIfAbsent(key=key, attributes=attributes),)
            return (Update(key=key, version=record.version, attributes=attributes),)

        self._audit.carry_out(
            write,
            chain=f"register:{register_id}",
            event="policy_changed",
            details={**policy.details(), "by": by},
        )


def _policy(record: Record | None) -> RegisterPolicy:
    return RegisterPolicy.from_attributes(record.attributes) if record else RegisterPolicy()


def _key(register_id: str) -> Key:
    return Key(f"REGISTER-POLICY#{register_id}", "POLICY")
