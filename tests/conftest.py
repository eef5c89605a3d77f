"""What every test shares: no network but this machine's, a clock that is set, a small service."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.money import Money
from leadcloud.ages.groups import SchemeName
from leadcloud.clock import SetClock
from leadcloud.purpose import PURPOSES, Purpose
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.registers.interface import Register
from leadcloud.settings import Settings
from leadcloud.wiring import Services
from tests.contacts import OpenAccount
from tests.effort import times

pytest_plugins = [
    "tests.plugins.ages",
    "tests.plugins.buildings",
    "tests.plugins.cdk",
    "tests.plugins.directory",
    "tests.plugins.ministack",
    "tests.plugins.postgres",
    "tests.plugins.customer_database",
    "tests.plugins.running_service",
    "tests.plugins.subject_house",
    "tests.plugins.workers",
]

MEMORY = Path("/dev/shm")  # noqa: S108 the folder itself; pytest makes one of its own in it
ENOUGH = 2 << 30
"""Bytes. A container's default is far less."""

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    # Our stores wait for the disk at every write: in memory their tests take a third of the time.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

hypothesis_settings.register_profile("effort", max_examples=times(100))
hypothesis_settings.load_profile("effort")

SECRETS = {
    "key_pepper": "pepper-of-tests",
    "idempotency": "idempotency-of-tests",
    "disclosure": "disclosure-of-tests",
    "suppression": "suppression-of-tests",
    "provenance": "11" * 64,
    "subject_requests": "subject-requests-of-tests",
    "controller_keys": "controller-keys-of-tests",
    "data_keys": "data-keys-of-tests",
    "seal_keys": "k1:" + "A" * 43 + "=",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests marked `loopback` open sockets on this machine; leave slow ones for CI."""
    slow = pytest.mark.skip(reason="slow: runs with LEADCLOUD_REQUIRE_ALL=1")
    for item in items:
        if item.get_closest_marker("slow") and os.environ.get("LEADCLOUD_REQUIRE_ALL") != "1":
            item.add_marker(slow)
        if item.get_closest_marker("loopback"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at noon of a Monday."""
    return SetClock(datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings for a service in a folder of its own."""
    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps(SECRETS), encoding="utf-8")
    return Settings.from_environment(
        {
            "LEADCLOUD_STORE": f"sqlite:{tmp_path / 'store.sqlite'}",
            "LEADCLOUD_SECRETS": f"file:{secrets}",
            "LEADCLOUD_SEARCH_DEADLINE": "1",
            "LEADCLOUD_BUILDINGS": str(tmp_path / "buildings.sqlite"),
        }
    )


@pytest.fixture
def services(settings: Settings, clock: SetClock) -> Iterator[Services]:
    """A service with a store of its own and no registers."""
    services = Services(settings, clock)
    yield services
    services.executor.shutdown(wait=False, cancel_futures=True)


@pytest.fixture
def open_account(services: Services) -> OpenAccount:
    """Open an account whose contract names the given registers, which become searchable."""

    def open_account(
        *registers: Register,
        account_id: str = "buyer",
        purposes: tuple[Purpose, ...] = PURPOSES,
        age_groups: SchemeName = "seven",
    ) -> Account:
        account = Account(
            id=account_id,
            kind="customer",
            name="Buyer",
            parent=None,
            registers=tuple(register.description.id for register in registers),
            purposes=purposes,
            terms=CURRENT_TERMS,
            age_groups=age_groups,
        )
        services.accounts.open(account)
        services.ledger.top_up(account_id, Money.read("1000"))
        built = {register.description.id: register for register in registers}
        catalogue = RegisterCatalogue(services.store, {"given": lambda name, _row: built[name]})
        for name in built:
            catalogue.put(name, {"adapter": "given"})
        services.registers = catalogue
        return account

    return open_account
