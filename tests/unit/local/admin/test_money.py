"""The operator's commands on money."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from leadcloud.accounts.entry import entries_of
from leadcloud.accounts.money import Money
from leadcloud.accounts.operation import Operation
from leadcloud.accounts.suspense import suspected, suspicions
from leadcloud.accounts.wallet import balance_of
from leadcloud.audit import events_of
from leadcloud.metering.marketplace import Buyer, Buyers
from leadcloud.store.interface import Key
from leadcloud.wiring import Services
from local.admin.__main__ import services_of
from local.folder import Folder
from tests.ledgers import RESELLER, buy, open_accounts

Run = Callable[..., str]


@pytest.fixture
def running(folder: Folder) -> Services:
    """The service on the folder, with a reseller, two sub-accounts and a customer."""
    services = services_of(folder)
    open_accounts(services)
    services.accounts.open(replace(RESELLER, id="operator", kind="operator"))
    return services


def month() -> str:
    """Return the month that it is."""
    return datetime.now(UTC).strftime("%Y-%m")


@pytest.mark.parametrize("account", ["customer", "reseller"])
def test_who_prepays_is_topped_up(running: Services, run: Run, account: str) -> None:
    """While the service runs, with the number of the invoice."""
    told = run("top_up", account, "250.5", "--note", "INV-2026/7")

    balance = balance_of(running.store, account)
    assert "350.50 EUR in all" in told
    assert balance
    assert balance.available == Money.read("350.5")
    assert [each.note for each in entries_of(running.store, account)] == ["invoice-1", "INV-2026/7"]


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("sub", "its reseller's covers it"),
        ("operator", "buys nothing"),
        ("nobody", "There is no such account"),
    ],
)
def test_others_are_not_topped_up(running: Services, run: Run, account: str, why: str) -> None:
    """Accounts that do not prepay are told why, and no entry is written."""
    with pytest.raises(SystemExit) as stopped:
        run("top_up", account, "10")

    assert why in str(stopped.value)
    assert list(entries_of(running.store, account)) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["customer", "0"],
        ["customer", "-5"],
        ["customer", "1e3"],
        ["customer", "0.00001"],
        ["customer", "10", "--note", "Matti Synteettinen"],
        ["customer", "10", "--note", "=1+1"],
    ],
)
def test_a_mistyped_top_up_is_a_usage_error(
    running: Services, run: Run, arguments: list[str]
) -> None:
    """Nothing, less than nothing, no amount, a note that is no code: exit status 2."""
    with pytest.raises(SystemExit) as stopped:
        run("top_up", *arguments)

    assert stopped.value.code == 2
    assert len(list(entries_of(running.store, "customer"))) == 1


def test_an_entry_is_reversed_once(running: Services, run: Run) -> None:
    """The second time, and of an entry that there is not, nothing is written."""
    buy(running, "customer", {"directory": 3})

    assert "Entry 3 takes back entry 2: 0.15 EUR" in run("reverse", "customer", "2")
    for number, why in (("2", "taken back before"), ("3", "takes one back"), ("9", "no entry")):
        with pytest.raises(SystemExit) as stopped:
            run("reverse", "customer", number)
        assert why in str(stopped.value)

    assert len(list(entries_of(running.store, "customer"))) == 3


def test_whoever_reverses_for_a_sub_account_is_reminded_of_the_reseller(
    running: Services, run: Run
) -> None:
    """Its charge is another entry, in another ledger."""
    buy(running, "sub", {"directory": 3})

    assert "The reseller's own charge stands" in run("reverse", "sub", "1")
    assert "reseller" not in run("reverse", "reseller", "1")


def test_right_money_is_said_to_be_right(running: Services, run: Run) -> None:
    """Where all agrees the command says so and ends with 0."""
    buy(running, "sub", {"directory": 3})

    assert "The ledgers of 3 accounts are right." in run("ledger", "verify")


def test_entries_are_listed_with_their_numbers(running: Services, run: Run) -> None:
    """By which one is reversed; also those of our own losses, and of an account that has none yet."""
    buy(running, "sub", {"directory": 3, "business": 1})

    lines = [line.split() for line in run("ledger", "list", "reseller", month()).splitlines()]

    assert [line[0] for line in lines] == ["entry", "1", "2"]
    assert lines[2][2:] == [
        "charge",
        "-0.275",
        "99.725",
        "sub",
        "directory:3*0.05",
        "business:1*0.125",
    ]
    for without in ("operator", "provider_suspense"):
        assert len(run("ledger", "list", without, month()).splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Say whose"),
        (["reseller"], "Say whose"),
        (["reseller", "November"], "Say whose"),
        (["reseller", "2026-13"], "Say whose"),
        (["reseller", "2026-00"], "Say whose"),
        (["nobody", "2026-11"], "There is no such account"),
    ],
)
def test_a_mistyped_ledger_is_not_an_empty_one(
    running: Services, run: Run, arguments: list[str], told: str
) -> None:
    """An empty table would say that nothing was charged."""
    with pytest.raises(SystemExit, match=told):
        run("ledger", "list", *arguments)


def test_money_that_was_altered_is_named(
    running: Services, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each finding, and the status 1."""
    record = running.store.get(Key("LEDGER#customer", "ENTRY#000000000001"))
    assert record
    running.store.update(record, {**record.attributes, "amount": 9_000_000})

    with pytest.raises(SystemExit) as stopped:
        run("ledger", "verify")

    assert stopped.value.code == 1
    assert "customer: entry 1 was altered" in capsys.readouterr().out


def test_a_balance_that_was_altered_in_an_entry_is_named(
    running: Services, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """The balance that statements open with is checked as well."""
    record = running.store.get(Key("LEDGER#customer", "ENTRY#000000000001"))
    assert record
    running.store.update(record, {**record.attributes, "balance": 9_000_000})

    with pytest.raises(SystemExit):
        run("ledger", "verify")

    assert "entry 1 says that 900.00 was there, and it was 100.00" in capsys.readouterr().out


def test_a_suspicion_is_listed_and_resolved_once(running: Services, run: Run) -> None:
    """What the source did charge is our own loss, in a ledger of its own."""
    now = datetime.now(UTC)
    operation = Operation(
        account_id="customer",
        digest="d" * 64,
        request="r" * 64,
        request_id="request-1",
        state="settled",
        began_at=now,
        shares=(),
        costs={"directory": Money.read("0.4")},
    )
    running.store.transact(suspected(operation, "directory", reason="unknown", at=now))

    _, line = run("suspense", "list").splitlines()
    identifier = line.split("\t")[0]
    assert line.split("\t")[2:] == ["directory", "customer", "request-1", "0.40", "unknown"]
    assert "0.20 EUR of our own loss" in run("suspense", "resolve", identifier, "0.20")
    with pytest.raises(SystemExit) as stopped:
        run("suspense", "resolve", identifier, "0.20")

    assert "no such suspicion" in str(stopped.value)
    assert list(suspicions(running.store)) == []
    assert [each.amount for each in entries_of(running.store, "provider_suspense")] == [
        -Money.read("0.2")
    ]


def test_a_statement_is_printed_to_read_and_as_csv(running: Services, run: Run) -> None:
    """Both forms hold the same cells."""
    buy(running, "sub", {"directory": 10})

    lines = run("statement", "reseller", month()).splitlines()
    rows = list(csv.reader(run("statement", "reseller", month(), "--csv").splitlines()))

    assert [line.split() for line in lines] == [" ".join(row).split() for row in rows]
    assert ["reseller", month(), "preliminary", "margin", "sub", "0.10", "EUR"] in [
        [cell for cell in row if cell] for row in rows
    ]


@pytest.mark.parametrize("arguments", [("customer", "2999-01"), ("customer", "soon"), ("x", "y")])
def test_what_has_no_statement_is_a_sentence(
    running: Services, run: Run, arguments: tuple[str, str]
) -> None:
    """No traceback for a mistyped month or name."""
    with pytest.raises(SystemExit) as stopped:
        run("statement", *arguments)

    assert "There is no" in str(stopped.value)


def test_a_markup_is_changed_with_an_entry_in_the_audit_trail(running: Services, run: Run) -> None:
    """From then on, accounts below pay it."""
    assert "pay 12.5 % more" in run("markup", "reseller", "12.5")

    account = running.accounts.account("reseller")
    assert account
    assert account.markup_percent == Decimal("12.5")
    last = list(events_of(running.store, "account:reseller"))[-1]
    assert (last.event, last.details) == ("marked_up", {"percent": "12.5", "by": "operator"})


@pytest.mark.parametrize("account", ["customer", "sub", "nobody"])
def test_only_a_reseller_marks_up(running: Services, run: Run, account: str) -> None:
    """Nobody buys from the others."""
    with pytest.raises(SystemExit) as stopped:
        run("markup", account, "10")

    assert "Nothing was" in str(stopped.value)


def test_usage_is_exported_into_a_file(running: Services, run: Run, tmp_path: Path) -> None:
    """The hours that are over, once; here none is."""
    buy(running, "customer", {"directory": 3})
    path = tmp_path / "usage.jsonl"

    assert "0 records were told, 0 refused." in run("metering", "export", "--sink", f"file:{path}")
    assert run("metering", "refused", "--sink", f"file:{path}") == ""


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["export"], "Say who is told"),
        (["export", "--sink", "pigeon:"], "Say who is told"),
        (["export", "--sink", "http:https://meter.example/"], "The secret metering_sink"),
        (["export", "--sink", "marketplace:"], "set AWS_DEFAULT_REGION"),
        (["buyer", "customer"], "Say who"),
        (["buyer", "sub", "123456789012", "arn"], "Only customers and resellers"),
        (["buyer", "customer", "123", "arn"], "no AWS account and licence"),
    ],
)
def test_an_export_that_cannot_be_made_is_a_sentence(
    running: Services,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    why: str,
) -> None:
    """No traceback for what was mistyped or left out."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SystemExit) as stopped:
        run("metering", *arguments)

    assert why in str(stopped.value)


def test_a_buyer_on_aws_marketplace_is_noted(running: Services, run: Run) -> None:
    """Each account has one licence there."""
    licence = "arn:aws:license-manager::294406891311:license:l-0123456789abcdef"

    assert "billed through AWS" in run("metering", "buyer", "customer", "123456789012", licence)
    with pytest.raises(SystemExit) as stopped:
        run("metering", "buyer", "reseller", "123456789012", licence)

    assert "Another account has this licence" in str(stopped.value)
    assert Buyers(running.store).buyer("customer") == Buyer(
        aws_account="123456789012", license_arn=licence
    )
