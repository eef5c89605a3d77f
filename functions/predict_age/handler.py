"""The routes of age prediction: only for contacts of a register that the account may use."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.predict_age.disclosure import Cohort, CohortLog, Person
from functions.predict_age.messages import (
    GroupCountMessage,
    ModelMessage,
    PredictionAnswer,
    PredictionMessage,
    PredictionRequest,
    RecordMessage,
    SummaryAnswer,
)
from leadcloud.accounts.account import Account
from leadcloud.ages.groups import SCHEMES, Scheme
from leadcloud.ages.model import AgeModel
from leadcloud.ages.names import surname_first
from leadcloud.ages.table import sums
from leadcloud.errors import (
    AccountSuspended,
    CohortTooSmall,
    Fault,
    RequestInvalid,
    TermsNotAccepted,
)
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.store.lookup import look_up
from leadcloud.wiring import Services, services

api: Api[Services] = Api("predict_age")

_REFUSED = (AccountSuspended, TermsNotAccepted, RequestInvalid)


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


@api.operation(
    "predictAge",
    Contract(request=PredictionRequest, response=PredictionAnswer, problems=_REFUSED),
)
def predict_age(call: Call, services: Services) -> Answer:
    """Tell the probable group of each contact."""
    request: PredictionRequest = call.body
    account, model = _permitted(request, call, services)
    names = [record.first_name for record in request.records]
    predictions = model.predict(
        names,
        [record.sex for record in request.records],
        [record.postal_code for record in request.records],
        scheme=SCHEMES[account.age_groups],
        surname_first=surname_first(names, model.known),
    )
    told = zip(request.records, predictions, strict=True)
    return Answer(
        body=PredictionAnswer(
            predictions=tuple(
                PredictionMessage(
                    ref=record.ref,
                    group=prediction.group,
                    probability=prediction.probability,
                    second_group=prediction.second_group,
                    basis=prediction.basis,
                )
                for record, prediction in told
            ),
            model=_model_message(model),
        )
    )


@api.operation(
    "summarizeAge",
    Contract(
        request=PredictionRequest,
        response=SummaryAnswer,
        problems=(*_REFUSED, CohortTooSmall),
    ),
)
def summarize_age(call: Call, services: Services) -> Answer:
    """Tell how many contacts are expected in each group, as far as that points at nobody."""
    request: PredictionRequest = call.body
    account, model = _permitted(request, call, services)
    persons = (
        Person(first_name=record.first_name, sex=record.sex, postal_code=record.postal_code)
        for record in request.records
    )
    cohort = Cohort(persons, services.secrets["disclosure"])
    CohortLog(services.store, services.clock).admit(account.id, request.register_, cohort)
    expected = expected_counts(model, request.records, SCHEMES[account.age_groups])
    return Answer(
        body=SummaryAnswer(
            groups=tuple(
                GroupCountMessage(group=group, count=cohort.blurred(group, count))
                for group, count in expected.items()
            ),
            model=_model_message(model),
        )
    )


def expected_counts(
    model: AgeModel, records: Sequence[RecordMessage], scheme: Scheme
) -> dict[str, float]:
    """Return the sum of the contacts' probabilities by group.

    Counting each contact in its likeliest group would overstate the groups that are easy to tell.
    """
    names = [record.first_name for record in records]
    swapped = surname_first(names, model.known)
    judged = [
        model.judge(record.first_name, record.sex, record.postal_code, surname_first=swapped)
        for record in records
    ]
    seven = [sum(column) for column in zip(*(each.probabilities for each in judged), strict=True)]
    return dict(zip(scheme.groups, sums(seven, scheme), strict=True))


def _permitted(
    request: PredictionRequest, call: Call, services: Services
) -> tuple[Account, AgeModel]:
    """Return who asks and what judges, if the account may ask about this register.

    Raises:
        RequestInvalid: It may not. A register that does not exist and one of another account's
            are told apart by nothing.
    """
    asker = services.accounts.lookup(call.account_id)
    lookup = services.registers.described(request.register_)
    policies = services.policies.lookup(request.register_)
    records = look_up(services.store, asker, lookup, policies)
    account, *_ = services.accounts.bound_by_terms(asker.read(records))
    register = lookup.read(records) if request.register_ in account.registers else None
    if register is None:
        raise _refusal(
            "register_unknown",
            "Your contract names no such register; GET /v1/registers lists yours.",
        )
    if register.kind != "consumer":
        raise _refusal("register_not_for_purpose", "Only persons of consumer registers have ages.")
    policy = policies.read(records)
    if not policy.enabled or not policy.age_prediction:
        raise _refusal("register_switched_off", "Ages are not predicted on this register now.")
    return account, services.ages.model(register.country)


def _refusal(code: str, detail: str) -> RequestInvalid:
    fault = Fault(field="register", code=code, detail=detail)
    return RequestInvalid("Ages are predicted on a register of yours only.", faults=[fault])


def _model_message(model: AgeModel) -> ModelMessage:
    origin = model.table.origin
    return ModelMessage(
        version=origin.version, country=origin.country, reference_year=origin.reference_year
    )
