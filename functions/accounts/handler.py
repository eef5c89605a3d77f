"""The routes of accounts: what an account is and spends, its keys, and a reseller's sub-accounts."""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from functions.accounts.account_page import account_message
from functions.accounts.keys import issue_key, managed, managed_key
from functions.accounts.messages import (
    AccountChange,
    AccountMessage,
    ContactPersonList,
    ContactPersonMessage,
    IssuedKey,
    KeyList,
    KeyMessage,
    KeyParameters,
    KeyRequest,
    SubAccountList,
    SubAccountMessage,
    SubAccountParameters,
    SubAccountRequest,
    key_message,
    sub_account_message,
)
from functions.accounts.statement_message import (
    StatementMessage,
    StatementParameters,
    statement_message,
)
from functions.accounts.sub_accounts import (
    check_reseller,
    list_sub_accounts,
    open_sub_account,
    terms_faults,
)
from functions.accounts.usage_message import (
    UsageMessage,
    UsageParameters,
    days_of,
    usage_message,
)
from leadcloud.accounts.account import Account
from leadcloud.accounts.contact_person import ContactPerson
from leadcloud.accounts.statement import statement
from leadcloud.accounts.statement_table import statement_table
from leadcloud.accounts.usage import usage
from leadcloud.errors import (
    AccountSuspended,
    CursorInvalid,
    NotFound,
    NotReseller,
    RequestInvalid,
)
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call, Caller
from leadcloud.http.media_type import prefers
from leadcloud.http.route import JSON
from leadcloud.spreadsheet import MEDIA_TYPE as CSV
from leadcloud.spreadsheet import csv_text
from leadcloud.wiring import Services, services

api: Api[Services] = Api("accounts")


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


@api.operation("getAccount", Contract(response=AccountMessage, problems=(AccountSuspended,)))
def get_account(call: Call, services: Services) -> Answer:
    """Tell a key what account it stands for."""
    caller, account = _who(call, services)
    return Answer(body=account_message(account, caller, services))


@api.operation(
    "changeAccount",
    Contract(
        request=AccountChange, response=AccountMessage, problems=(AccountSuspended, RequestInvalid)
    ),
)
def change_account(call: Call, services: Services) -> Answer:
    """Accept the terms, or choose settings."""
    caller, account = _who(call, services)
    change: AccountChange = call.body
    faults = [*terms_faults(change.accept_terms)]
    if faults:
        raise RequestInvalid(faults=faults)
    if change.accept_terms is not None:
        account = services.accounts.accept_terms(account.id, by=caller.key_id)
    if change.age_groups is not None:
        account = services.accounts.choose_age_groups(
            account.id, change.age_groups, by=caller.key_id
        )
    return Answer(body=account_message(account, caller, services))


@api.operation(
    "listContactPersons", Contract(response=ContactPersonList, problems=(AccountSuspended,))
)
def get_contact_persons(call: Call, services: Services) -> Answer:
    """Show an account's administrator its own contact persons."""
    _, account = _who(call, services)
    return _contact_persons(account, services)


@api.operation(
    "replaceContactPersons",
    Contract(
        request=ContactPersonList,
        response=ContactPersonList,
        problems=(AccountSuspended, RequestInvalid),
    ),
)
def put_contact_persons(call: Call, services: Services) -> Answer:
    """Put others in their place."""
    caller, account = _who(call, services)
    named: ContactPersonList = call.body
    persons = [ContactPerson(**each.model_dump()) for each in named.contact_persons]
    services.contact_persons.replace(account.id, persons, by=caller.key_id)
    return _contact_persons(account, services)


@api.operation(
    "openSubAccount",
    Contract(
        request=SubAccountRequest,
        response=SubAccountMessage,
        problems=(AccountSuspended, NotReseller, RequestInvalid),
        status=HTTPStatus.CREATED,
    ),
)
def post_sub_account(call: Call, services: Services) -> Answer:
    """Open a sub-account of a reseller."""
    caller, account = _who(call, services)
    check_reseller(account)
    opened = open_sub_account(call.body, account, services, by=caller.key_id)
    return Answer(body=sub_account_message(opened), status=HTTPStatus.CREATED)


@api.operation(
    "listSubAccounts",
    Contract(
        response=SubAccountList,
        parameters=SubAccountParameters,
        problems=(AccountSuspended, NotReseller, CursorInvalid),
    ),
)
def get_sub_accounts(call: Call, services: Services) -> Answer:
    """List a reseller's sub-accounts."""
    _, account = _who(call, services)
    check_reseller(account)
    return Answer(body=list_sub_accounts(account, call.query.cursor, services))


@api.operation(
    "issueKey",
    Contract(
        request=KeyRequest,
        response=IssuedKey,
        problems=(AccountSuspended, RequestInvalid),
        status=HTTPStatus.CREATED,
    ),
)
def post_key(call: Call, services: Services) -> Answer:
    """Issue a key for the account or one of its sub-accounts."""
    caller, account = _who(call, services)
    issued = issue_key(call.body, account, services, by=caller.key_id)
    return Answer(body=issued, status=HTTPStatus.CREATED)


@api.operation(
    "listKeys",
    Contract(response=KeyList, parameters=KeyParameters, problems=(AccountSuspended, NotFound)),
)
def get_keys(call: Call, services: Services) -> Answer:
    """List the keys of the account or of one of its sub-accounts."""
    _, account = _who(call, services)
    whose = managed(call.query.account or account.id, account, services)
    if whose is None:
        raise NotFound
    keys = services.keys.keys_of(whose.id)
    return Answer(body=KeyList(api_keys=tuple(map(key_message, keys))))


@api.operation("revokeKey", Contract(response=KeyMessage, problems=(AccountSuspended, NotFound)))
def delete_key(call: Call, services: Services) -> Answer:
    """Revoke a key; doing so again changes nothing."""
    caller, account = _who(call, services)
    key = managed_key(call.path_parameters["id"], account, services)
    services.keys.revoke(key, by=caller.key_id)
    services.brake.stop(key.id)
    return Answer(body=key_message(services.keys.key(key.id) or key))


@api.operation(
    "getUsage",
    Contract(
        response=UsageMessage,
        parameters=UsageParameters,
        problems=(AccountSuspended, RequestInvalid),
    ),
)
def get_usage(call: Call, services: Services) -> Answer:
    """Tell what the account used by day; a reseller, also of its sub-accounts."""
    _, account = _who(call, services)
    first, last = days_of(call.query, services.clock.now().date())
    found = usage(services.store, account.id, first=first, last=last)
    return Answer(body=usage_message(found, account.id, first=first, last=last))


@api.operation(
    "getStatement",
    Contract(
        response=StatementMessage,
        parameters=StatementParameters,
        problems=(AccountSuspended, NotFound),
        alternatives=("text/csv",),
    ),
)
def get_statement(call: Call, services: Services) -> Answer:
    """State a month, as JSON or as a table."""
    _, account = _who(call, services)
    try:
        found = statement(
            services.store,
            account,
            call.path_parameters["month"],
            below=services.accounts.ids_below(account.id),
            now=services.clock.now(),
        )
    except LookupError:
        raise NotFound("There is no such month, or it has not begun.") from None
    if _wants_table(call):
        name = f'attachment; filename="leadcloud-{found.month}.csv"'
        return Answer(
            body=csv_text(statement_table(found)),
            media_type=CSV,
            headers={"Content-Disposition": name},
        )
    return Answer(body=statement_message(found))


def _wants_table(call: Call) -> bool:
    if call.query.format:
        return bool(call.query.format == "csv")
    return prefers(call.headers.get("accept", ""), ["text/csv"], [JSON])


def _who(call: Call, services: Services) -> tuple[Caller, Account]:
    """Return the caller and its account, if that is not suspended."""
    account = services.accounts.active(call.account_id)
    assert call.caller  # noqa: S101 without one there is no account id
    return call.caller, account


def _contact_persons(account: Account, services: Services) -> Answer:
    persons = services.contact_persons.of(account.id)
    return Answer(
        body=ContactPersonList(
            contact_persons=[ContactPersonMessage(**asdict(each)) for each in persons]
        )
    )
