"""The operator's commands on accounts and keys."""

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from leadcloud.accounts.account import CURRENT_TERMS
from leadcloud.accounts.contact_person import ContactPerson
from leadcloud.accounts.key import id_in
from leadcloud.wiring import Services
from local.admin.__main__ import main, services_of
from local.folder import Folder

Run = Callable[..., str]


@pytest.fixture
def services(folder: Folder) -> Services:
    """The service that runs on the folder."""
    return services_of(folder)


def refused(run: Run, *arguments: str) -> str:
    """Return what a command ends with that must not succeed."""
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code not in (0, None)
    return str(ended.value.code)


def test_an_account_is_created_as_told(run: Run, services: Services) -> None:
    """All that a contract says can be said."""
    reseller = run("account", "create", "Reseller Oy", "--kind", "reseller", "--accept-terms")
    account_id = run(
        *("account", "create", "Sub Oy", "--kind", "sub_account", "--parent", reseller),
        *("--register", "directory", "--register", "business", "--purpose", "telemarketing_b2c"),
        *("--tier", "large", "--cap-month", "100.50", "--age-groups", "four"),
    )

    account, parent = services.accounts.lineage(account_id)
    assert (account.name, account.registers, account.purposes) == (
        "Sub Oy",
        ("directory", "business"),
        ("telemarketing_b2c",),
    )
    assert (account.tier, account.age_groups, account.cap_month) == (
        "large",
        "four",
        Decimal("100.50"),
    )
    assert (account.terms, parent.terms) == (None, CURRENT_TERMS)


def test_accounts_are_listed_and_shown(run: Run) -> None:
    """Lists and single accounts show what an operator asks about."""
    account_id = run("account", "create", "Buyer Oy", "--register", "directory")

    assert run("account", "list") == f"{account_id}\tcustomer\t-\tactive\tBuyer Oy"
    shown = run("account", "show", account_id).splitlines()
    assert f"id: {account_id}" in shown
    assert "registers: directory" in shown
    assert "terms: -" in shown


def test_an_operator_sees_whom_to_speak_with(run: Run, services: Services) -> None:
    """Nobody else but the account's own administrators does."""
    account_id = run("account", "create", "Buyer Oy")
    person = ContactPerson(name="Testi Synteettinen", matter="billing", email="t@synthetic.example")
    services.contact_persons.replace(account_id, [person], by="k")

    shown = run("account", "show", account_id)

    assert shown.endswith("billing: Testi Synteettinen, t@synthetic.example, -")


def test_an_account_is_suspended_and_resumed(run: Run, services: Services) -> None:
    """And the terms are accepted for it, where it signed on paper."""
    account_id = run("account", "create", "Buyer Oy")

    run("account", "suspend", account_id)
    assert services.accounts.account(account_id).suspended  # type: ignore[union-attr]
    assert "\tsuspended\t" in run("account", "list")
    run("account", "resume", account_id)
    run("account", "accept-terms", account_id)

    account = services.accounts.account(account_id)
    assert services.accounts.bound_by_terms(account)[0] == account


def test_a_key_is_issued_listed_and_revoked(run: Run, services: Services) -> None:
    """A key is good from its issue until it is revoked, and listed for good."""
    account_id = run("account", "create", "Buyer Oy")
    key = run("key", "issue", account_id, "--scope", "search", "--name", "Dialler", "--days", "30")
    services.doorkeeper._later = lambda task: task()

    holder = services.doorkeeper.recognise(key)
    assert holder
    assert (holder.account.id, holder.key.name) == (account_id, "Dialler")
    today = services.clock.now().date()
    assert run("key", "list", account_id) == f"{id_in(key)}\tgood\tsearch\t{today}\tDialler"
    run("key", "revoke", id_in(key))

    assert services.doorkeeper.recognise(key) is None
    assert "\trevoked\t" in run("key", "list", account_id)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("account", "show"), "Say which"),
        (("account", "show", "nobody"), "no such account"),
        (("account", "suspend", "nobody"), "no such account"),
        (("account", "create", "Sub Oy", "--kind", "sub_account"), "has a parent"),
        (
            ("account", "create", "Sub Oy", "--kind", "sub_account", "--parent", "nobody"),
            "no reseller",
        ),
        (("account", "create", "Oy", "--cap-month", "-5"), "2"),
        (("account", "create", "Oy", "--tier", "fastest"), "2"),
        (("account", "create", "Oy\nnobody\tcustomer"), "2"),
        (("account", "create", "x" * 81), "2"),
        (("key", "issue", "nobody", "--scope", "search"), "no such account"),
        (("key", "list", "nobody"), "no such account"),
        (("key", "revoke", "lc_aaaaaaaaaaaa_secret"), "no such key"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    """It ends with another code than 0, and a sentence."""
    assert said in refused(run, *arguments)


def test_a_key_needs_a_scope_and_a_life(run: Run, services: Services) -> None:
    """A key that is good for nothing is not issued."""
    account_id = run("account", "create", "Buyer Oy")

    assert "--scope" in refused(run, "key", "issue", account_id)
    for days in ("0", "999999999"):
        said = refused(run, "key", "issue", account_id, "--scope", "search", "--days", days)
        assert "a day" in said
    assert refused(run, "key", "issue", account_id, "--scope", "search", "--name", "\n") == "2"
    assert list(services.keys.keys_of(account_id)) == []


@pytest.mark.parametrize(("kind", "scope"), [("customer", "operator"), ("operator", "search")])
def test_a_key_is_good_for_what_its_account_is(
    run: Run, services: Services, kind: str, scope: str
) -> None:
    """A customer's key that is good for the operator's desk would open all others' requests."""
    account_id = run("account", "create", "Somebody Oy", "--kind", kind)

    assert scope in refused(run, "key", "issue", account_id, "--scope", scope)
    assert list(services.keys.keys_of(account_id)) == []


def test_a_folder_without_a_store_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who forgets --data is not shown a traceback."""
    nowhere = tmp_path / "nowhere"
    monkeypatch.setattr(sys, "argv", ["local.admin", "account", "list", "--data", str(nowhere)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert "nowhere" in str(ended.value.code)
    assert "--data" in str(ended.value.code)
