"""The routes of search."""

from collections.abc import Mapping
from typing import Any

from functions.search.cursor import CursorSeal
from functions.search.delivery import register_message
from functions.search.messages import RegisterList, SearchAnswer, SearchRequest
from functions.search.page import deliver_page, first_cursor
from functions.search.search import Search, prepare
from leadcloud.accounts.account import Account
from leadcloud.errors import (
    CriterionUnsupported,
    CursorInvalid,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    NotBuilt,
    PurposeNotPermitted,
    RequestInvalid,
    ResultNotRetained,
    Unauthenticated,
)
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.registers.interface import Register
from leadcloud.wiring import Services, services

api: Api[Services] = Api("search")


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


@api.operation("listRegisters", Contract(response=RegisterList))
def list_registers(call: Call, services: Services) -> Answer:
    """List the registers that the account's contract names."""
    registers = _registers(_account(call, services), services)
    return Answer(
        body=RegisterList(
            registers=tuple(register_message(each.description) for each in registers.values())
        )
    )


@api.operation(
    "searchContacts",
    Contract(
        request=SearchRequest,
        response=SearchAnswer,
        problems=(
            IdempotencyKeyInProgress,
            ResultNotRetained,
            RequestInvalid,
            PurposeNotPermitted,
            CriterionUnsupported,
            CursorInvalid,
            IdempotencyKeyReused,
            NotBuilt,
        ),
    ),
)
def search_contacts(call: Call, services: Services) -> Answer:
    """Search, merge and deliver one page."""
    request: SearchRequest = call.body
    account = _account(call, services)
    search = prepare(
        request,
        account,
        _registers(account, services),
        neighbourhoods=services.neighbourhoods.current(),
    )
    seal = _seal(search, services)
    token = request.cursor
    cursor = first_cursor(search, services) if token is None else seal.read(token)
    key = call.idempotency_key or ""
    run = services.idempotency.begin(account.id, key, request.model_dump())
    try:
        answer = deliver_page(search, cursor, seal, call=call, services=services)
    except Exception:
        services.idempotency.abandon(run)
        raise
    services.idempotency.finish(run)
    return Answer(body=answer)


def _account(call: Call, services: Services) -> Account:
    account = services.accounts.account(call.account_id)
    if account is None:
        raise Unauthenticated
    return account


def _registers(account: Account, services: Services) -> dict[str, Register]:
    found = ((name, services.registers.register(name)) for name in account.registers)
    return {name: register for name, register in found if register is not None}


def _seal(search: Search, services: Services) -> CursorSeal:
    return CursorSeal(sealer=services.sealer, context=search.context, now=services.clock.now())
