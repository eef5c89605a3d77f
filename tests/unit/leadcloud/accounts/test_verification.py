"""Whatever is altered, taken out or put in, the verification of the ledgers says so."""

import pytest

from leadcloud.accounts.entry import entry, partition
from leadcloud.accounts.operation import operations_of
from leadcloud.accounts.verification import verify
from leadcloud.accounts.wallet import wallet_key
from leadcloud.store.interface import Attributes, Delete, Key, Store
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts

LISTED = Key("LEDGERS", "customer")
WALLET = wallet_key("customer")
ENTRY = Key(partition("customer"), "ENTRY#000000000002")


@pytest.fixture
def store(services: Services) -> Store:
    """A reseller, its sub-accounts and a customer, all charged."""
    open_accounts(services)
    for account_id in ("customer", "customer", "sub"):
        buy(services, account_id, {"directory": 3})
    assert verify(services.store) == []
    return services.store


@pytest.mark.parametrize(
    ("key", "change", "finding"),
    [
        (ENTRY, {"amount": -1}, "entry 2 was altered"),
        (ENTRY, {"note": "x"}, "entry 2 was altered"),
        (ENTRY, {"previous": "0" * 64}, "entry 2 does not follow the one before it"),
        (ENTRY, None, "entry 2 is missing"),
        (WALLET, {"available": 1}, "the wallet holds 0.0001, its entries add up to 99.70"),
        (WALLET, {"reserved": 1}, "0.0001 is reserved, running operations have reserved 0.00"),
        (WALLET, {"entries": 9}, "the wallet counts 9 entries, there are 3"),
        (WALLET, None, "the wallet is gone"),
        (LISTED, None, "it has a wallet, and the list of ledgers does not name it"),
    ],
)
def test_what_was_done_to_a_record_is_found(
    store: Store, key: Key, change: Attributes | None, finding: str
) -> None:
    """It is named, with the account whose it is."""
    record = store.get(key)
    assert record
    if change is None:
        store.transact(Delete(key=key, version=record.version))
    else:
        store.update(record, {**record.attributes, **change})

    assert f"customer: {finding}" in verify(store)


def test_an_operation_that_was_taken_out_is_found(store: Store) -> None:
    """Its key could be used, and charged, once more."""
    gone = next(operations_of(store, "customer"))
    store.transact(Delete(key=gone.key, version=gone.version))

    assert verify(store) == ["customer: 1 charges belong to no settled operation"]


def test_an_entry_that_was_taken_off_the_end_is_found(store: Store) -> None:
    """The chain alone cannot show it."""
    last = entry(store, "customer", 3)
    assert last
    store.transact(Delete(key=last.written().key, version=1))

    assert "customer: the wallet counts 3 entries, there are 2" in verify(store)
