"""The operator puts registers into service."""

from collections.abc import Callable

import pytest

from leadcloud.accounts.account import Account
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
        (["no_such_register"], "cannot be used yet"),
    ],
)
def test_a_register_that_cannot_be_put_is_a_sentence(
    run: Run, arguments: list[str], told: str
) -> None:
    """A mistyped name is told in a sentence, not by a traceback."""
    with pytest.raises(SystemExit) as stopped:
        run("registers", "put", *arguments)

    assert told in str(stopped.value)
