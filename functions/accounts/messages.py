"""The messages of accounts, keys and sub-accounts as they go over the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from leadcloud.accounts.account import CURRENT_TERMS, Account, AccountKind
from leadcloud.accounts.contact_person import MOST_PERSONS, Matter
from leadcloud.accounts.key import ApiKey
from leadcloud.ages.groups import SchemeName
from leadcloud.clock import rfc3339
from leadcloud.http.money_message import MoneyMessage, SumMessage
from leadcloud.http.wire import Parameters, Wire
from leadcloud.purpose import Purpose

AccountId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{12}$")]
RegisterId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Name = Annotated[str, StringConstraints(pattern=r"^\S(.{0,78}\S)?$")]
Scope = Literal["search", "predict", "buildings", "billing", "admin", "operator"]
TermsVersion = Annotated[str, StringConstraints(max_length=20)]


def _read_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("moment_form", "no moment") from None
    return text


Moment = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"),
    AfterValidator(_read_moment),
]


class Euros(Wire):
    """An amount of money, to the cent."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}\.[0-9]{2}$")]
    currency: Literal["EUR"]


def euros(amount: Decimal | None) -> Euros | None:
    """Return an amount as it goes over the wire."""
    return None if amount is None else Euros(amount=f"{amount:.2f}", currency="EUR")


class ContractMessage(Wire):
    """What an account has a contract for."""

    registers: tuple[str, ...]
    purposes: tuple[Purpose, ...]


class TermsMessage(Wire):
    """The terms of use."""

    current: str = Field(description="Version that is to be accepted.")
    accepted: str | None = Field(description="Version that was accepted last.")


class SettingsMessage(Wire):
    """What an account chooses for itself."""

    age_groups: SchemeName = Field(description="seven, or the four coarser ones.")


class CapMessage(Wire):
    """What may be spent in a calendar month."""

    month: str
    limit: MoneyMessage
    left: SumMessage = Field(description="What is reserved counts as spent.")


class AccountMessage(Wire):
    """An account, as its own keys see it."""

    id: str
    kind: AccountKind
    name: str
    contract: ContractMessage
    terms: TermsMessage
    settings: SettingsMessage
    balance: SumMessage | None = Field(
        description="What may still be spent; null for a sub-account, whose reseller's covers it."
    )
    reserved: MoneyMessage | None = Field(
        description="For searches that are running; not in balance."
    )
    cap: CapMessage | None = Field(description="Null where only the balance bounds it.")
    key_id: str = Field(description="Of the key that asks.")
    scopes: tuple[str, ...] = Field(description="Of the key that asks.")


class AccountChange(Wire):
    """What is to be different; what is left out stays."""

    accept_terms: TermsVersion | None = Field(
        default=None, description="The current version, to accept it for the account."
    )
    age_groups: SchemeName | None = None


class ContactPersonMessage(Wire):
    """A person at the account. We use it to speak with the account and give it to nobody."""

    name: Name
    matter: Matter = Field(description="What to speak with them about.")
    email: Annotated[
        str,
        StringConstraints(max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$"),
    ]
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{5,14}$")] | None = Field(
        default=None, description="E.164."
    )


class ContactPersonList(Wire):
    """An account's contact persons."""

    contact_persons: list[ContactPersonMessage] = Field(max_length=MOST_PERSONS)


class SubAccountRequest(Wire):
    """A new sub-account. What is left out is as the reseller has it."""

    name: Name = Field(description="Of the company.")
    registers: list[RegisterId] | None = Field(default=None, max_length=100)
    purposes: list[Purpose] | None = Field(default=None, max_length=2)
    age_groups: SchemeName | None = None
    cap_month: Euros | None = Field(
        default=None, description="Most that it may spend in a calendar month."
    )
    accept_terms: TermsVersion | None = Field(
        default=None,
        description="The current version, if you have had the company accept it; it can also "
        "accept with a key of its own.",
    )


class SubAccountMessage(Wire):
    """A sub-account, as its reseller sees it."""

    id: str
    name: str
    contract: ContractMessage
    terms: TermsMessage
    settings: SettingsMessage
    cap_month: Euros | None
    suspended: bool


class SubAccountList(Wire):
    """A reseller's sub-accounts, by id."""

    sub_accounts: tuple[SubAccountMessage, ...]
    next_cursor: str | None


class SubAccountParameters(Parameters):
    """Where the list goes on."""

    cursor: Annotated[str, StringConstraints(max_length=500)] | None = None


class Replacement(Wire):
    """A key that the new one takes the place of."""

    id: KeyId
    expires_at: Moment = Field(
        description="Until then both are good; at most 90 days from now.",
        examples=["2026-12-31T00:00:00Z"],
    )


class KeyRequest(Wire):
    """A new key."""

    name: Name = Field(description="What you call it; no personal data, please.")
    scopes: list[Scope] = Field(min_length=1, max_length=6)
    account: AccountId | None = Field(
        default=None, description="A sub-account of yours; your own account where left out."
    )
    expires_at: Moment | None = Field(default=None, examples=["2027-12-31T00:00:00Z"])
    replaces: Replacement | None = None


class KeyMessage(Wire):
    """A key, without its secret."""

    id: str
    account: str
    name: str
    scopes: tuple[str, ...]
    issued_on: str | None
    expires_at: str | None
    revoked_at: str | None
    last_used_on: str | None = Field(description="In UTC; null where it was not used yet.")


class IssuedKey(KeyMessage):
    """A key that was just issued."""

    key: str = Field(description="Shown this once; only a hash of it is kept.")


class KeyList(Wire):
    """The keys of an account, those that are no longer good included."""

    api_keys: tuple[KeyMessage, ...]


class KeyParameters(Parameters):
    """Whose keys."""

    account: AccountId | None = None


def contract_message(account: Account) -> ContractMessage:
    """Return what an account has a contract for."""
    return ContractMessage(registers=account.registers, purposes=account.purposes)


def terms_message(account: Account) -> TermsMessage:
    """Return which terms there are and which were accepted."""
    return TermsMessage(current=CURRENT_TERMS, accepted=account.terms)


def sub_account_message(account: Account) -> SubAccountMessage:
    """Return a sub-account as its reseller sees it."""
    return SubAccountMessage(
        id=account.id,
        name=account.name,
        contract=contract_message(account),
        terms=terms_message(account),
        settings=SettingsMessage(age_groups=account.age_groups),
        cap_month=euros(account.cap_month),
        suspended=account.suspended,
    )


def key_message(key: ApiKey) -> KeyMessage:
    """Return a key without its secret."""
    return KeyMessage(
        id=key.id,
        account=key.account_id,
        name=key.name,
        scopes=tuple(sorted(key.scopes)),
        issued_on=key.issued_on.isoformat() if key.issued_on else None,
        expires_at=rfc3339(key.expires_at) if key.expires_at else None,
        revoked_at=rfc3339(key.revoked_at) if key.revoked_at else None,
        last_used_on=key.last_used_on.isoformat() if key.last_used_on else None,
    )
