"""A register held in memory: what tests and the canary search."""

import time
from collections.abc import Sequence

from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import Contact, value_of
from leadcloud.registers.interface import (
    PageRequest,
    Register,
    RegisterDescription,
    RegisterError,
    RegisterPage,
    RegisterRefused,
    RegisterTimeout,
)

_LONGEST_POSITION = 10


class InMemoryRegister(Register):
    """Contacts in a list; applies what it declares to apply, and fails when told to."""

    def __init__(
        self,
        description: RegisterDescription,
        contacts: Sequence[Contact],
        *,
        page_size: int | None = None,
        delay: float = 0.0,
        errors: Sequence[RegisterError] = (),
    ) -> None:
        """Take the contacts.

        Args:
            description: What the register declares.
            contacts: In the order in which pages return them.
            page_size: Of every page, whatever is asked for.
            delay: Seconds that each page takes.
            errors: Raised by the first calls, one each.
        """
        self.description = description
        self.requests: list[PageRequest] = []
        """Every page that was asked for."""
        self._contacts = contacts
        self._page_size = page_size
        self._delay = delay
        self._errors = list(errors)

    def fetch(self, request: PageRequest) -> RegisterPage:
        """Return one page of contacts that meet the conditions of the request."""
        self.requests.append(request)
        found = self._found(request)
        start = _start(request.position)
        end = start + (self._page_size or request.size)
        return RegisterPage(
            entries=found[start:end],
            next_position=str(end) if end < len(found) else None,
            total=len(found),
        )

    def count(self, request: PageRequest) -> int:
        """Return how many contacts meet the conditions."""
        return len(self._found(request))

    def _found(self, request: PageRequest) -> list[Contact]:
        if self._delay:
            time.sleep(self._delay)
        if self._errors:
            raise self._errors.pop(0)
        if not request.deadline.remaining():
            raise RegisterTimeout
        if not all(self._declares(condition) for condition in request.criteria):
            raise RegisterRefused
        return [contact for contact in self._contacts if self._meets(contact, request)]

    def _declares(self, condition: Condition) -> bool:
        capability = self.description.criteria.get(condition.field)
        return capability is not None and condition.operator in capability.operators

    def _meets(self, contact: Contact, request: PageRequest) -> bool:
        """Apply what is declared exact; of a superset nothing, which is the largest superset."""
        return all(
            condition.is_met_by(value_of(contact, condition.field))
            for condition in request.criteria
            if self.description.criteria[condition.field].native == "exact"
        )


def _start(position: str | None) -> int:
    if position is None:
        return 0
    if not (position.isascii() and position.isdigit() and len(position) < _LONGEST_POSITION):
        raise RegisterRefused
    return int(position)
