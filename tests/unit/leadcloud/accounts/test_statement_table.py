"""Statements as tables."""

from leadcloud.accounts.statement import statement
from leadcloud.accounts.statement_table import statement_table
from leadcloud.spreadsheet import csv_text
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts


def table(services: Services, account_id: str) -> list[str]:
    """Return the lines of an account's statement as CSV, without what all begin with."""
    account = services.accounts.account(account_id)
    assert account
    below = services.accounts.ids_below(account_id)
    found = statement(services.store, account, "2026-11", below=below, now=services.clock.now())
    return csv_text(statement_table(found)).splitlines()


def test_a_reseller_finds_everything_in_one_table(services: Services) -> None:
    """Charges are below zero, so that the rows between the balances add up."""
    open_accounts(services)
    buy(services, "sub", {"directory": 10})

    first, *rows = table(services, "reseller")

    assert first == (
        "account,month,state,item,entry,at,sub_account,register,unit_price,units,amount,currency,note"
    )
    begin = "reseller,2026-11,preliminary,"
    assert [row.removeprefix(begin) for row in rows] == [
        "opening_balance,,,,,,,0.00,EUR,",
        "top_up,1,2026-11-23T12:00:00Z,,,,,100.00,EUR,invoice-1",
        "charge,,,sub,directory,0.05,10,-0.50,EUR,",
        "searches,,,sub,,,1,,,",
        "empty_searches,,,sub,,,0,,,",
        "resale_cost,,,sub,,,,0.50,EUR,",
        "resale_price,,,sub,,,,0.60,EUR,",
        "margin,,,sub,,,,0.10,EUR,",
        "closing_balance,,,,,,,99.50,EUR,",
        "net,,,,,,,0.50,EUR,",
        "vat,,,,,,,0.13,EUR,25.5 %",
        "total,,,,,,,0.63,EUR,",
    ]


def test_a_sub_account_has_no_rows_of_a_balance(services: Services) -> None:
    """It has none of its own, and its reseller's is not its business."""
    open_accounts(services)
    buy(services, "sub", {"directory": 10})

    text = "\n".join(table(services, "sub"))

    assert "balance" not in text
    assert "reseller" not in text
    assert "charge,,,,directory,0.06,10,-0.60,EUR," in text
