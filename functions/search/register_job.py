"""A job on the whole of a customer's own register: what it asks for, checked as a search is.

The contract, the operator's switches, the prohibitions and the purpose hold for it as for any
search (mission M4, M6, M12).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pydantic import Field, ValidationError

from functions.search.criteria_message import CriteriaMessage
from functions.search.messages import RegisterId, SearchRequest
from functions.search.search import Search, prepare
from functions.search.terms import read_terms
from leadcloud.ages.model import Prediction
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.http.wire import Wire
from leadcloud.registers.column_mapping import FIELDS
from leadcloud.registers.condition import LIST_OPERATORS
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import Capability, Register, RegisterDescription
from leadcloud.store.lookup import Lookup, Records
from leadcloud.wiring import Services


class JobMessage(Wire):
    """What the customer writes into job.json."""

    register_: RegisterId = Field(alias="register")
    purpose: str = Field(max_length=64)
    criteria: CriteriaMessage = Field(default={}, max_length=20)
    tell: list[Literal["age_group"]] = Field(default=[], max_length=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job that may be carried out."""

    search: Search
    register: RegisterDescription
    tells_ages: bool

    @property
    def criteria(self) -> tuple[str, ...]:
        """The fields that limit the target group."""
        return tuple(step.field for step in self.search.plans[0].steps)

    @property
    def columns(self) -> tuple[str, ...]:
        """What is written about a row."""
        return ("ref", "age_group", "probability", "basis") if self.tells_ages else ("ref",)

    def listed(self, contacts: Sequence[ConsumerContact]) -> list[bool]:
        """Tell of each contact whether it is in the target group and may be called."""
        (source,), allow = self.search.plans, self.search.allow
        allow.read_ahead(contacts)
        return [source.admits(each) and allow(each) is not None for each in contacts]

    def predictions(self, contacts: Sequence[ConsumerContact]) -> list[Prediction]:
        """Return what is told of the ages of contacts."""
        return self.search.ages.predictions(contacts, self.register.country)


def job_of(content: bytes, account_id: str, services: Services) -> Job:
    """Read a job and check it against the account's contract.

    Raises:
        RequestInvalid: It cannot be read, or asks for what it may not.
        LeadCloudError: As for a search.
    """
    try:
        message = JobMessage.model_validate_json(content)
    except ValidationError:
        raise RequestInvalid("The job is not what this service reads.") from None
    request = SearchRequest(
        purpose=message.purpose, registers=[message.register_], criteria=message.criteria
    )
    terms = read_terms(request, account_id, services, find=partial(_without_asking, services))
    register = terms.registers.get(message.register_)
    if register is None:
        raise _refusal("register_unknown", "Your contract names no such register.")
    if register.description.kind != "consumer":
        raise _refusal("register_not_for_purpose", "Only registers of persons are worked on whole.")
    search = prepare(request, terms)
    if message.tell and "age_group" not in search.plans[0].fields:
        raise _refusal("register_switched_off", "Ages are not predicted on this register now.")
    return Job(search=search, register=register.description, tells_ages=bool(message.tell))


def _without_asking(services: Services, register_id: str) -> Lookup[Register | None]:
    """Return what finds a register whose rows are brought to us: we filter, and need no way in."""
    described = services.registers.described(register_id)

    def read(records: Records) -> Register | None:
        description = described.read(records)
        if description is None:
            return None
        return InMemoryRegister(replace(description, criteria=_OURS, has_streets=True), ())

    return Lookup(described.keys, read)


_OURS = {
    field: Capability(operators=frozenset(LIST_OPERATORS), native="local", carried=True)
    for field in FIELDS["consumer"].criteria
}
"""There is nobody but us to filter the rows of a part."""


def _refusal(code: str, detail: str) -> RequestInvalid:
    fault = Fault(field="register", code=code, detail=detail)
    return RequestInvalid("The job has faults.", faults=[fault])
