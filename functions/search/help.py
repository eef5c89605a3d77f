"""What answers criteria that no register knows: buildings, places and age groups."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from functions.search.criteria_message import CriteriaMessage, ValuesMessage
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.registers.contact import Contact
from leadcloud.registers.interface import RegisterDescription


class Help(Protocol):
    """Answers criteria that no register knows, from other data, on each contact of a register."""

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """Field and operator of each criterion of this search that it answers."""

    def can_help(self, register: RegisterDescription) -> bool:
        """Tell whether the contacts of this register hold what the answer needs."""

    def admits(self, contact: Contact, register: RegisterDescription, /) -> bool:
        """Tell whether a contact meets the criteria; one of whom that is not known does not."""


T = TypeVar("T")

Read = Callable[[str, str, ValuesMessage], Iterable[T | Fault]]
"""Reads what a field, by an operator, may hold: what is asked for, or what is wrong with it."""


def read_help(criteria: CriteriaMessage, read: Read[T]) -> list[T]:
    """Return what the criteria ask for, in their order.

    A field without operators is read as with one that nobody knows.

    Raises:
        RequestInvalid: With every fault at once.
    """
    found = [
        item
        for name, operators in criteria.items()
        for operator, value in (operators or {"": []}).items()
        for item in read(name, operator, value)
    ]
    faults = [item for item in found if isinstance(item, Fault)]
    if faults:
        raise RequestInvalid("The criteria have faults.", faults=faults)
    return [item for item in found if not isinstance(item, Fault)]


def asked_of(criteria: CriteriaMessage) -> tuple[tuple[str, str], ...]:
    """Return field and operator of each criterion."""
    return tuple((name, operator) for name, operators in criteria.items() for operator in operators)
