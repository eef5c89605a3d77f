"""What a search is checked against and planned by, as it is in the store now."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from functions.search.age_group import AgeGroups
from functions.search.messages import SearchRequest
from leadcloud.accounts.account import Account
from leadcloud.ages.groups import SCHEMES
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.prohibitions import Allow
from leadcloud.registers.interface import Register
from leadcloud.registers.policy import RegisterPolicy
from leadcloud.store.lookup import Lookup, look_up
from leadcloud.wiring import Services

Find = Callable[[str], Lookup[Register | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What holds for one search."""

    lineage: tuple[Account, ...]
    """The account that asks, and those above it, nearest first."""
    registers: Mapping[str, Register]
    """Of the registers asked for, those that the account's contract names, by id."""
    policies: Mapping[str, RegisterPolicy]
    """Of these."""
    allow: Allow
    """Lets through whom the account may call, whatever a register says."""
    ages: AgeGroups
    unusable: frozenset[str] = frozenset()
    """Registers of the contract that cannot be used now, of which the operator has been told."""
    existing_postal_codes: Collection[str] | None = None
    """None where no list of them was loaded, or none is needed."""
    neighbourhoods: Neighbourhoods | None = None
    """What may be known of buildings; None where there is no building database."""

    @property
    def account(self) -> Account:
        """The account that asks."""
        return self.lineage[0]


def read_terms(
    request: SearchRequest, account_id: str, services: Services, *, find: Find | None = None
) -> Terms:
    """Read all that a search needs to know of the store, in one request of it.

    Args:
        request: What is asked for.
        account_id: Who asks.
        services: Collaborators.
        find: What finds a register; by default the catalogue, which builds it to be asked.

    Raises:
        Unauthenticated: There is no such account.
        AccountSuspended: It is suspended, or an account above it is.
        TermsNotAccepted: It has not accepted the terms as they now are.
    """
    account = services.accounts.lookup(account_id)
    find = find or services.registers.lookup
    registers = {name: find(name) for name in request.registers}
    policies = {name: services.policies.lookup(name) for name in request.registers}
    allow = services.prohibitions.lookup(account_id)
    postal_codes = _postal_codes(request, services)
    records = look_up(
        services.store, account, *registers.values(), *policies.values(), allow, postal_codes
    )
    lineage = services.accounts.bound_by_terms(account.read(records))
    named = [name for name in registers if name in lineage[0].registers]
    found = {name: registers[name].read(records) for name in named}
    return Terms(
        lineage=lineage,
        registers={name: register for name, register in found.items() if register is not None},
        policies={name: policies[name].read(records) for name in named},
        allow=allow.read(records),
        ages=AgeGroups(models=services.ages, scheme=SCHEMES[lineage[0].age_groups]),
        unusable=frozenset(name for name, register in found.items() if register is None),
        existing_postal_codes=postal_codes.read(records),
        neighbourhoods=services.neighbourhoods.current(),
    )


def _postal_codes(request: SearchRequest, services: Services) -> Lookup[frozenset[str] | None]:
    """Return what finds all postal codes; nothing, where none was asked for: the list is long."""
    if "postal_code" in request.criteria:
        return services.postal_codes.lookup()
    return Lookup((), lambda _: None)
