"""Accounts: who belongs to whom, and who may use the service."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.account_book import MAX_LEVELS, AccountBook, BrokenTree
from leadcloud.anchors import chain_is_whole
from leadcloud.audit import events_of
from leadcloud.errors import AccountSuspended, TermsNotAccepted, Unauthenticated
from leadcloud.store.interface import Key, RecordExists
from leadcloud.wiring import Services

RESELLER = Account(
    id="reseller",
    kind="reseller",
    name="Reseller",
    parent=None,
    registers=("directory",),
    purposes=("telemarketing_b2c",),
    terms=CURRENT_TERMS,
)
SUB_ACCOUNT = replace(RESELLER, id="sub", kind="sub_account", name="Sub", parent="reseller")


@pytest.fixture
def book(services: Services) -> AccountBook:
    """A reseller with one sub-account."""
    services.accounts.open(RESELLER)
    services.accounts.open(SUB_ACCOUNT)
    return services.accounts


def test_an_account_comes_back_as_it_was_opened(book: AccountBook) -> None:
    """Nothing of it is lost, the cap's cents included."""
    account = replace(
        RESELLER, id="whole", age_groups="four", tier="large", cap_month=Decimal("100.50")
    )
    book.open(account)

    assert book.account("whole") == account
    assert book.account("another") is None


def test_an_id_is_given_once(book: AccountBook) -> None:
    """A second account of the same id would take over the first one's keys and balance."""
    with pytest.raises(RecordExists):
        book.open(replace(RESELLER, name="Another"))

    assert book.account("reseller") == RESELLER


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SUB_ACCOUNT, id="new", parent=None),
        replace(SUB_ACCOUNT, id="new", parent="nobody"),
        replace(SUB_ACCOUNT, id="new", parent="sub"),
        replace(RESELLER, id="new", parent="reseller"),
    ],
)
def test_only_resellers_have_sub_accounts(book: AccountBook, wrong: Account) -> None:
    """Nobody else is a parent, and only sub-accounts belong to somebody."""
    with pytest.raises(ValueError, match="parent"):
        book.open(wrong)


def test_the_lineage_goes_from_an_account_to_the_root(book: AccountBook) -> None:
    """Nearest first: the order in which caps are checked."""
    assert book.lineage("sub") == (SUB_ACCOUNT, RESELLER)
    assert book.lineage("reseller") == (RESELLER,)
    assert book.lineage("nobody") == ()


def test_a_lineage_ends(services: Services, book: AccountBook) -> None:
    """A record that names itself as parent, or one that is gone, is not followed for ever."""
    record = services.store.get(Key("ACCOUNT#reseller", "ACCOUNT"))
    assert record
    for parent in ("sub", "reseller", "nobody"):
        services.store.update(record, dict(record.attributes) | {"parent": parent})
        record = services.store.get(record.key)
        assert record
        with pytest.raises(BrokenTree):
            book.lineage("sub")
    assert MAX_LEVELS < 10


def test_lists_hold_what_there_is(book: AccountBook) -> None:
    """A reseller finds its sub-accounts, the operator finds all."""
    other = replace(SUB_ACCOUNT, id="other_sub")
    book.open(replace(RESELLER, id="other"))
    book.open(replace(other, parent="other"))

    assert [account.id for account in book.all()] == ["other", "other_sub", "reseller", "sub"]
    assert book.sub_accounts("reseller") == ([SUB_ACCOUNT], None)
    assert book.sub_accounts("sub") == ([], None)


def test_a_suspended_reseller_is_barred_with_its_sub_accounts(book: AccountBook) -> None:
    """They are barred, and nobody above or beside them."""
    book.suspend("sub", by="operator")
    assert book.active("reseller") == RESELLER
    book.suspend("sub", by="operator", suspended=False)
    book.suspend("reseller", by="operator")

    for account_id in ("reseller", "sub"):
        with pytest.raises(AccountSuspended):
            book.active(account_id)
    book.suspend("reseller", by="operator", suspended=False)
    assert book.active("sub") == SUB_ACCOUNT


def test_the_terms_are_accepted_as_they_now_are(book: AccountBook) -> None:
    """Having accepted none, or older ones, bars from what costs and from personal data only."""
    for number, terms in enumerate((None, "2018-05-25")):
        account = replace(RESELLER, id=f"new_{number}", terms=terms)
        book.open(account)
        assert book.active(account.id) == account
        with pytest.raises(TermsNotAccepted):
            book.bound_by_terms(account)
        accepted = book.accept_terms(account.id, by="k1")
        assert accepted.terms == CURRENT_TERMS
        assert book.bound_by_terms(accepted) == (accepted,)


def test_who_is_bound_by_the_terms_comes_with_those_above(book: AccountBook) -> None:
    """Nearest first; an account that is not there, or stands below a suspended one, is refused."""
    assert book.bound_by_terms(SUB_ACCOUNT) == (SUB_ACCOUNT, RESELLER)
    with pytest.raises(Unauthenticated):
        book.bound_by_terms(None)
    book.suspend("reseller", by="k1")
    with pytest.raises(AccountSuspended):
        book.bound_by_terms(SUB_ACCOUNT)


def test_nobody_is_not_active(book: AccountBook) -> None:
    """A key whose account is gone is worth nothing."""
    with pytest.raises(Unauthenticated):
        book.active("nobody")


def test_what_bears_on_rights_is_in_the_audit_trail(services: Services, book: AccountBook) -> None:
    """Who opened, accepted and suspended, in a chain per account."""
    book.accept_terms("sub", by="k1")
    book.suspend("sub", by="operator")
    book.choose_age_groups("sub", "four", by="k1")

    events = list(events_of(services.store, "account:sub"))

    assert [(event.event, event.details["by"]) for event in events] == [
        ("account_opened", "operator"),
        ("terms_accepted", "k1"),
        ("account_suspended", "operator"),
        ("age_groups_chosen", "k1"),
    ]
    assert chain_is_whole(services.store, "account:sub")


def test_a_register_that_was_added_meanwhile_stays(
    book: AccountBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two operators who add a register at once both find theirs in the contract."""
    carry_out = book._audit.carry_out

    def after_another(*arguments: Any, **named: Any) -> None:
        monkeypatch.undo()
        book.add_register("reseller", "second", by="k2")
        carry_out(*arguments, **named)

    monkeypatch.setattr(book._audit, "carry_out", after_another)
    book.add_register("reseller", "first", by="k1")

    assert book.active("reseller").registers == ("directory", "second", "first")


def test_changes_at_once_are_all_made(book: AccountBook) -> None:
    """Nobody's change is lost because another was written in between."""
    barrier = Barrier(3)

    def change(make: Callable[[], Account]) -> None:
        barrier.wait()
        make()

    changes: list[Callable[[], Account]] = [
        lambda: book.accept_terms("sub", by="k1"),
        lambda: book.choose_age_groups("sub", "four", by="k1"),
        lambda: book.suspend("sub", by="operator"),
    ]
    threads = [Thread(target=change, args=(make,)) for make in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert book.account("sub") == replace(SUB_ACCOUNT, age_groups="four", suspended=True)
