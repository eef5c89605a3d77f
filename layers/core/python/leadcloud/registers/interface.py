"""The register port: a set of contacts that belongs to somebody else.

RegisterError                what went wrong is the register's side, never quoted
├── RegisterTimeout          no whole answer before the deadline
├── RegisterOpenCircuit      it failed again and again, so it is left alone for a while
├── RegisterRateLimited      it asks us to come back later
├── RegisterUnavailable      unreachable, or a fault of its own
├── RegisterRefused          it does not accept our credentials or our request
├── RegisterReachEnded       it has more, and lets nobody page that far
├── RegisterAnswerInvalid    it answered something that is not what it promised
├── RegisterMisconfigured    its record, manifest or secret is not usable
├── LookupUnavailable        what we look its contacts up in does not answer in time
└── RegisterFailed           our adapter failed in a way it should not
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from leadcloud.clock import Deadline
from leadcloud.registers.condition import Criteria, Operator
from leadcloud.registers.contact import Contact

Kind = Literal["consumer", "business"]

Native = Literal["exact", "superset", "local"]
"""How a register answers a criterion: it returns exactly what was asked; it returns all of that
and more, so we check again; it cannot filter, but its contacts carry the field, so we filter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """What a register can do with one criterion."""

    operators: frozenset[Operator]
    native: Native
    carried: bool = False
    """Its contacts show the field, so that what it cannot apply, we can."""
    single: bool = False
    """It takes one value at a time."""
    codeset: str | None = None
    """Whose codes it takes and gives, where there are several: TOL2008 or TOL2025, or the NACE that they follow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Controller:
    """Who decides about the register (GDPR art. 4(7))."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterDescription:
    """What a customer is told about a register, and what the planner goes by."""

    id: str
    name: str
    kind: Kind
    controller: Controller
    criteria: Mapping[str, Capability]
    price_per_contact: Decimal
    currency: str
    purposes: frozenset[str]
    cost_per_contact: Decimal = Decimal(0)
    """What the controller charges us; never told to a customer."""
    has_streets: bool = True
    """Its contacts have an address, by which buildings can be looked up: street and postal code."""
    country: str = "FI"
    """Where its contacts live, ISO 3166-1 alpha-2: a name says something of a country's people."""

    @property
    def has_known_buildings(self) -> bool:
        """Whether buildings can be looked up by its contacts' addresses: Finland's can."""
        return self.has_streets and self.country == "FI"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRequest:
    """One page asked of a register."""

    criteria: Criteria
    """Only conditions that the register declares `exact` or `superset`."""
    size: int
    """Contacts wanted; a register with pages of its own size may return more or fewer."""
    position: str | None
    """`next_position` of the page before; None for the first page."""
    deadline: Deadline
    request_id: str
    """Correlation id, handed on to the register where it takes one."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class RegisterPage:
    """One page of contacts, in memory."""

    entries: Sequence[Contact | None]
    """One for each record; None where no contact can be made of it. May be read on demand."""
    next_position: str | None
    """None at the end. May be personal data (a key of the last row): never log it."""
    total: int | None
    """How many the register says it has in all, where it says so."""

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """All contacts of the page."""
        return tuple(entry for entry in self.entries if entry is not None)


FailureState = Literal["timeout", "rate_limited", "open_circuit", "error"]
"""How the public contract calls a source that gave nothing."""


class RegisterError(Exception):
    """Root of what can go wrong with a register. Carries no text of the register's.

    Raise it `from None` where the cause may hold a URL or a value of a contact.
    """

    state: ClassVar[FailureState] = "error"
    code: ClassVar[str]
    retryable: ClassVar[bool] = True
    may_have_charged: ClassVar[bool] = False
    """The register may count the call, though it gave us no whole answer."""

    def __init__(self, *, retry_after: int | None = None) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        """Whole seconds, where the register named them."""


class RegisterTimeout(RegisterError):
    """No whole answer before the deadline."""

    state, code = "timeout", "register_timeout"
    may_have_charged = True


class RegisterOpenCircuit(RegisterError):
    """The register failed again and again, so nobody asks it for a while."""

    state, code = "open_circuit", "register_open_circuit"


class RegisterRateLimited(RegisterError):
    """The register asks us to come back later."""

    state, code = "rate_limited", "register_rate_limited"


class RegisterUnavailable(RegisterError):
    """The register is unreachable or says that it failed."""

    code = "register_unavailable"


class RegisterRefused(RegisterError):
    """The register does not accept our credentials or our request."""

    code, retryable = "register_refused", False


class RegisterReachEnded(RegisterError):
    """The register has more contacts than it lets anybody page through: ask for fewer."""

    code, retryable = "register_reach_ended", False


class RegisterAnswerInvalid(RegisterError):
    """The register answered something else than its interface promises."""

    code, retryable = "register_answer_invalid", False
    may_have_charged = True


class RegisterMisconfigured(RegisterError):
    """The register's record, manifest or secret is not usable; its operator must mend it."""

    code, retryable = "register_misconfigured", False


class LookupUnavailable(RegisterError):
    """What its contacts are looked up in, such as the buildings, does not answer in time."""

    code = "lookup_unavailable"
    may_have_charged = True


class RegisterFailed(RegisterError):
    """Our adapter failed in a way it should not."""

    code, retryable = "register_failed", False
    may_have_charged = True


class Register(ABC):
    """A register that can be asked for one page of contacts at a time. Safe to call from threads."""

    description: RegisterDescription

    @abstractmethod
    def fetch(self, request: PageRequest) -> RegisterPage:
        """Return one page of contacts that meet the conditions of the request.

        Raises:
            RegisterError: One of its subclasses.
        """

    @abstractmethod
    def count(self, request: PageRequest) -> int | None:
        """Return how many contacts meet the conditions, on all pages together.

        None where the register does not say it, or would charge for saying it.

        Raises:
            RegisterError: One of its subclasses.
        """
