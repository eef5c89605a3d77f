"""Registers, contacts and who searches them, for tests; every person is synthetic."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from leadcloud.accounts.account import Account
from leadcloud.ages.groups import SchemeName
from leadcloud.prohibitions import Allow
from leadcloud.purpose import Purpose
from leadcloud.registers.condition import LIST_OPERATORS
from leadcloud.registers.contact import BusinessContact, ConsumerContact, Contact
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import (
    Capability,
    Controller,
    Native,
    Register,
    RegisterDescription,
)


class OpenAccount(Protocol):
    """Opens an account whose contract names registers, which become searchable."""

    def __call__(
        self,
        *registers: Register,
        account_id: str = "buyer",
        purposes: tuple[Purpose, ...] = ...,
        age_groups: SchemeName = "seven",
    ) -> Account:
        """Return the account, which has 1000 euros."""


class Everybody(Allow):
    """Lets everybody through."""

    def __init__(self) -> None:
        """Look nobody up."""

    def __call__(self, contact: Contact) -> Contact:
        """Return the contact."""
        return contact

    def read_ahead(self, contacts: Iterable[Contact | None]) -> None:
        """Do nothing."""


EXACT: dict[str, Native] = {
    "postal_code": "exact",
    "municipality": "exact",
    "gender": "exact",
    "language": "exact",
    "phone_type": "exact",
}


def describe(
    register_id: str,
    *,
    kind: str = "consumer",
    native: Mapping[str, Native | Capability] | None = None,
) -> RegisterDescription:
    """Return what a register declares, every list operator where only a native is named."""
    return RegisterDescription(
        id=register_id,
        name=register_id,
        kind=kind,  # type: ignore[arg-type]
        controller=Controller(id="somebody", name="Somebody Oy (synthetic)"),
        criteria={
            field: how
            if isinstance(how, Capability)
            else Capability(operators=frozenset(LIST_OPERATORS), native=how)
            for field, how in (EXACT if native is None else native).items()
        },
        price_per_contact=Decimal("0.05"),
        currency="EUR",
        purposes=frozenset({"telemarketing_b2c" if kind == "consumer" else "telemarketing_b2b"}),
    )


def person(number: int, **changes: Any) -> ConsumerContact:
    """Return the synthetic person of that number."""
    return ConsumerContact(
        **{
            "first_name": f"Testi{number}",
            "last_name": "Synteettinen",
            "phone": f"+35845700{number:05d}",
            "phone_type": "mobile",
            "language": "fi",
            "gender": "female",
            "postal_code": "01300",
            "municipality": "092",
            "street": "Synteettisenkatu 1",
        }
        | changes
    )


def company(number: int, **changes: Any) -> BusinessContact:
    """Return the synthetic company of that number."""
    return BusinessContact(
        **{
            "business_id": f"{number:07d}-0",
            "name": f"Synteettinen {number} Oy",
            "industry_code": "62010",
            "legal_form": "OY",
            "postal_code": "01300",
            "municipality": "092",
            "street": "Yrityskatu 1",
        }
        | changes
    )


def register(register_id: str, contacts: Sequence[Contact], **options: Any) -> InMemoryRegister:
    """Return a register in memory that holds these contacts."""
    description = describe(
        register_id, kind=options.pop("kind", "consumer"), native=options.pop("native", None)
    )
    return InMemoryRegister(description, contacts, **options)
