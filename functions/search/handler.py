"""The routes of search."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.search.age_group import AgeGroups
from functions.search.codes import code_list_document
from functions.search.cursor import CursorSeal
from functions.search.delivery import register_message
from functions.search.messages import (
    CodeListMessage,
    PolicyMessage,
    RegisterList,
    SearchAnswer,
    SearchRequest,
)
from functions.search.page import deliver_page, draw_receipts, explain, first_cursor, read_page
from functions.search.search import Search, Terms, prepare
from functions.search.switches import read_policy
from leadcloud.accounts.account import Account
from leadcloud.ages.groups import SCHEMES
from leadcloud.errors import (
    AccountSuspended,
    CriterionUnsupported,
    CursorInvalid,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    NotBuilt,
    NotFound,
    PurposeNotPermitted,
    RequestInvalid,
    ResultNotRetained,
    TermsNotAccepted,
)
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.http.entity_tag import is_known
from leadcloud.registers.interface import Register
from leadcloud.wiring import Services, services

api: Api[Services] = Api("search")

_BARRED = (AccountSuspended, TermsNotAccepted)


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


@api.operation("listRegisters", Contract(response=RegisterList, problems=_BARRED))
def list_registers(call: Call, services: Services) -> Answer:
    """List the registers that the account's contract names."""
    registers = _registers(_account(call, services), services)
    return Answer(
        body=RegisterList(
            registers=tuple(
                register_message(each.description, policy, services.ages.countries)
                for name, each in registers.items()
                if (policy := services.policies.policy(name)).enabled
            )
        )
    )


@api.operation("getCodes", Contract(response=CodeListMessage, problems=(NotFound,)))
def get_codes(call: Call, _services: Services) -> Answer:
    """Serve a code list; it is the same for everybody and until the next deployment."""
    document, tag = code_list_document(call.path_parameters["list"])
    headers = {"ETag": tag, "Cache-Control": "private, max-age=3600"}
    if is_known(call, tag):
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(body=document, headers=headers)


@api.operation(
    "searchContacts",
    Contract(
        request=SearchRequest,
        response=SearchAnswer,
        problems=(
            *_BARRED,
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
    search = prepare(request, account, _terms(account, services))
    if request.explain:
        return Answer(body=explain(search, services))
    seal = _seal(search, services)
    token = request.cursor
    cursor = first_cursor(search, services) if token is None else seal.read(token)
    key = call.idempotency_key or ""
    run = services.idempotency.begin(account.id, key, request.model_dump(mode="json"))
    try:
        page = read_page(search, cursor, call=call, services=services)
        finishing = services.idempotency.finishing(run)
        receipts = draw_receipts(search, page, services, also=finishing)
    except Exception:
        services.idempotency.abandon(run)
        raise
    return Answer(body=deliver_page(search, page, receipts, seal=seal, services=services))


@api.operation(
    "setRegisterPolicy",
    Contract(request=PolicyMessage, response=PolicyMessage, problems=(NotFound,)),
)
def set_register_policy(call: Call, services: Services) -> Answer:
    """Switch a register, a criterion, a field, a purpose or age prediction off, or on again."""
    register_id = call.path_parameters["id"]
    register = services.registers.register(register_id)
    if register is None:
        raise NotFound
    policy = read_policy(call.body, register.description.kind)
    services.policies.change(register_id, policy, by=call.caller.key_id if call.caller else "")
    return Answer(body=call.body)


def _account(call: Call, services: Services) -> Account:
    return services.accounts.bound_by_terms(call.account_id)


def _registers(account: Account, services: Services) -> dict[str, Register]:
    found = ((name, services.registers.register(name)) for name in account.registers)
    return {name: register for name, register in found if register is not None}


def _terms(account: Account, services: Services) -> Terms:
    return Terms(
        registers=_registers(account, services),
        policy_of=services.policies.policy,
        allow=services.prohibitions.of(account.id),
        ages=AgeGroups(models=services.ages, scheme=SCHEMES[account.age_groups]),
        existing_postal_codes=services.postal_codes.existing(),
        neighbourhoods=services.neighbourhoods.current(),
    )


def _seal(search: Search, services: Services) -> CursorSeal:
    return CursorSeal(sealer=services.sealer, context=search.context, now=services.clock.now())
