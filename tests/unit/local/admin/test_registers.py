"""The operator puts registers into service."""

import json
from collections.abc import Callable

import pytest

from leadcloud.accounts.account import Account
from leadcloud.store.interface import Key
from local.admin.__main__ import services_of
from local.folder import Folder

Run = Callable[..., str]


def test_a_register_is_put_into_accounts_contracts(run: Run, folder: Folder) -> None:
    """Entered once or twice, it is a record, and the account may search it; others may not."""
    services = services_of(folder)
    for name in ("buyer", "other"):
        services.accounts.open(
            Account(id=name, kind="customer", name="B", parent=None, registers=(), purposes=())
        )

    for _ in range(2):
        run("registers", "put", "ytj_companies", "--account", "buyer")

    registers = {
        name: account.registers
        for name in ("buyer", "other")
        if (account := services.accounts.account(name))
    }
    assert registers == {"buyer": ("ytj_companies",), "other": ()}
    assert services.registers.register("ytj_companies")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ytj_companies", "--account", "nobody"], "1 of the accounts do not exist"),
        (["no_such_register"], "There is no manifest of this name"),
    ],
)
def test_a_register_that_cannot_be_put_is_a_sentence(
    run: Run, arguments: list[str], told: str
) -> None:
    """A mistyped name is told in a sentence, not by a traceback."""
    with pytest.raises(SystemExit) as stopped:
        run("registers", "put", *arguments)

    assert told in str(stopped.value)


def test_a_register_without_its_secrets_is_told_as_such(run: Run, folder: Folder) -> None:
    """It is entered, and is there as soon as they are."""
    secrets = json.loads(folder.secrets.read_text(encoding="utf-8"))
    del secrets["demo_directory_client_secret"]
    folder.secrets.write_text(json.dumps(secrets), encoding="utf-8")

    with pytest.raises(SystemExit, match="cannot be used yet: a secret"):
        run("registers", "put", "demo_directory_consumers")


def test_a_mistyped_name_changes_no_register(run: Run, folder: Folder) -> None:
    """A customer's own database has no manifest, and would be lost for one that is not there."""
    own = {"adapter": "own_database", "url_secret": "one", "configuration": "{}"}
    services_of(folder).registers.put("acme_customers", own)

    with pytest.raises(SystemExit):
        run("registers", "put", "acme_customers")

    record = services_of(folder).store.get(Key("REGISTER", "acme_customers"))
    assert record is not None
    assert record.attributes == own
