"""The canary's account and register: persons who do not exist, so that trying harms nobody."""

from decimal import Decimal

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.registers.condition import LIST_OPERATORS
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import Capability, Controller, RegisterDescription

ACCOUNT = "canary"
"""Of the account, and of its register."""

MUNICIPALITY = "092"

PERSONS = tuple(
    ConsumerContact(
        first_name="Kanaria",
        last_name="Synteettinen",
        # 049 has been without subscribers since 2002.
        phone=f"+35849500000{number}",
        phone_type="mobile",
        language="fi",
        municipality=MUNICIPALITY,
    )
    for number in range(3)
)

OWNER = Account(
    id=ACCOUNT,
    kind="customer",
    name="The service's own canary (synthetic)",
    parent=None,
    registers=(ACCOUNT,),
    purposes=("telemarketing_b2c",),
    terms=CURRENT_TERMS,
)


def canary_register(register_id: str) -> InMemoryRegister:
    """Return the register, which costs nothing."""
    return InMemoryRegister(
        RegisterDescription(
            id=register_id,
            name="Persons who do not exist (synthetic)",
            kind="consumer",
            controller=Controller(id=ACCOUNT, name="The service itself"),
            criteria={
                "municipality": Capability(operators=frozenset(LIST_OPERATORS), native="exact")
            },
            price_per_contact=Decimal(0),
            currency="EUR",
            purposes=frozenset({"telemarketing_b2c"}),
            has_streets=False,
        ),
        PERSONS,
    )
