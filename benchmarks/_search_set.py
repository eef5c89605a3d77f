"""A service in a folder of its own, and the registers that the search benchmark reads."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from random import SystemRandom
from typing import Any

import leadcloud.registers
from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.money import Money
from leadcloud.clock import SystemClock
from leadcloud.purpose import PURPOSES
from leadcloud.registers.careful_register import CarefulRegister, Retries
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.registers.circuit import Circuit
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import Capability, Controller, Register, RegisterDescription
from leadcloud.registers.manifest import load_manifest
from leadcloud.registers.manifest_part import NoAuth
from leadcloud.registers.outbound import Outbound
from leadcloud.secrets import Secrets
from leadcloud.settings import Settings
from leadcloud.wiring import Services
from local.folder import Folder, draw_secrets
from local.synthetic.persons import SyntheticPerson, draw_persons

_MANIFEST = Path(leadcloud.registers.__file__).parent / "manifests/demo_directory_consumers.toml"


def environment(folder: Path) -> dict[str, str]:
    """Return the settings of a service in a folder, which is given secrets."""
    place = Folder(folder)
    folder.mkdir(exist_ok=True)
    draw_secrets(place)
    return {
        "LEADCLOUD_STORE": f"sqlite:{place.store}",
        "LEADCLOUD_SECRETS": f"file:{place.secrets}",
        "LEADCLOUD_BUILDINGS": str(folder / "none.sqlite"),
    }


def make_services(folder: Path) -> Services:
    """Return a service with a store and secrets of its own."""
    return Services(Settings.from_environment(environment(folder)), SystemClock())


def put_registers(services: Services, registers: Sequence[Register]) -> None:
    """Open an account, `buyer`, that may search these registers."""
    built = {register.description.id: register for register in registers}
    catalogue = RegisterCatalogue(services.store, {"given": lambda name, _row: built[name]})
    for name in built:
        catalogue.put(name, {"adapter": "given"})
    services.registers = catalogue
    services.accounts.open(
        Account(
            id="buyer",
            kind="customer",
            name="Buyer",
            parent=None,
            registers=tuple(built),
            purposes=PURPOSES,
            terms=CURRENT_TERMS,
            tier="large",
        )
    )
    services.ledger.top_up("buyer", Money.read("100000000"))


def directory_sources(ports: Sequence[int], outbound: Outbound) -> list[DirectoryApi]:
    """Return the fake sources as registers, by the demo directory's own manifest."""
    return [
        DirectoryApi(
            load_manifest(_MANIFEST, base_url=f"http://127.0.0.1:{port}").model_copy(
                update={"id": f"source_{number}", "auth": NoAuth(kind="none")}
            ),
            outbound,
            Secrets({}),
        )
        for number, port in enumerate(ports)
    ]


def careful(register: Register, services: Services) -> Register:
    """Put around a register what the service puts around it."""
    circuit = Circuit(services.store, register.description.id, services.clock)
    return CarefulRegister(register, circuit, Retries(SystemRandom(), repeatable=True))


def in_memory_source(number: int, *, contacts: int) -> InMemoryRegister:
    """Return a register in memory, with synthetic persons."""
    description = RegisterDescription(
        id=f"memory_{number}",
        name="In memory",
        kind="consumer",
        controller=Controller(id="nobody", name="Nobody (synthetic)"),
        criteria={
            "gender": Capability(operators=frozenset({"in"}), native="exact", carried=True),
        },
        price_per_contact=Decimal("0.05"),
        currency="EUR",
        purposes=frozenset({"telemarketing_b2c"}),
    )
    persons = enumerate(draw_persons(contacts, seed=1))
    return InMemoryRegister(description, [_contact(*each) for each in persons])


def _contact(number: int, person: SyntheticPerson) -> ConsumerContact:
    return ConsumerContact(
        first_name=person.first_name,
        last_name=person.last_name,
        phone=f"+35845{number:08}",
        phone_type="mobile",
        language=person.language,
        gender="female",
        postal_code=person.postal_code,
        municipality=person.municipality,
    )


def search_event(number: int, registers: Sequence[str], **more: Any) -> dict[str, Any]:
    """Return the event of a search; each number is another request."""
    body = {
        "purpose": "telemarketing_b2c",
        "registers": list(registers),
        "criteria": {},
        "page_size": 100,
        **more,
    }
    return {
        "httpMethod": "POST",
        "path": "/v1/search",
        "headers": {"Content-Type": "application/json", "Idempotency-Key": f"bench-{number}"},
        "requestContext": {
            "requestId": f"bench-{number}",
            "authorizer": {"account_id": "buyer", "key_id": "k", "scopes": "search"},
        },
        "body": json.dumps(body),
    }
