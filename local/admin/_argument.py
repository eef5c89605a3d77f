"""What commands take."""

import argparse
import re
import sys
from pathlib import Path

import leadcloud.registers
from leadcloud.accounts.account import Account
from leadcloud.accounts.money import NOTHING, Money
from leadcloud.wiring import Services

_LONGEST_NAME = 80
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", re.ASCII)


def amount(text: str) -> Money:
    """Read an amount in euros; it may be nothing."""
    try:
        return Money.read(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "write euros like 250 or 0.05, with at most four decimals"
        ) from None


def some_amount(text: str) -> Money:
    """Read an amount in euros that is more than nothing."""
    read = amount(text)
    if read == NOTHING:
        raise argparse.ArgumentTypeError("this must be more than nothing")
    return read


def code(text: str) -> str:
    """Read a note: a code, as a sentence might hold personal data, which no ledger entry may."""
    if not _CODE.fullmatch(text):
        raise argparse.ArgumentTypeError(
            "this must be a code, such as an invoice's number: up to 40 letters, digits and ._/-"
        )
    return text


def name(text: str) -> str:
    """Read a name, or an id: it must not look like another line of a list."""
    if not text.isprintable() or len(text) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"this must be one line of up to {_LONGEST_NAME} signs")
    return text


def lines(path: str) -> list[str]:
    """Read a file of text, line by line."""
    try:
        return Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise argparse.ArgumentTypeError("there is no such file, or it is not UTF-8") from None


def has_manifest(register_id: str) -> bool:
    """Tell whether a register of this id is one that a shipped manifest describes."""
    return (Path(leadcloud.registers.__file__).parent / f"manifests/{register_id}.toml").exists()


def account_of(account_id: str, services: Services) -> Account:
    """Return an account, or end with the reason why there is none."""
    account = services.accounts.account(account_id)
    if account is None:
        sys.exit("Nothing was done. There is no such account.")
    return account
