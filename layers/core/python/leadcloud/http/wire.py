"""What goes over the wire: strict models, and their complaints in the API's own words."""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from leadcloud.errors import Fault, ParameterInvalid, ParameterUnknown, RequestInvalid


class Wire(BaseModel):
    """A JSON object of the API. Unknown members are refused, nothing is coerced."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
    )

    words: ClassVar[frozenset[str]] = frozenset()
    """Names that callers give to members of its maps, and that faults may repeat."""


class Parameters(BaseModel):
    """The query parameters of an operation: texts on the wire, hence parsed leniently."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False
    )


M = TypeVar("M", bound=BaseModel)

_SENTENCES = {
    "missing": "This is required.",
    "extra_forbidden": "There is a name in here that is not known.",
    "string_type": "This must be a text.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "list_type": "This must be a list.",
    "tuple_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "string_pattern_mismatch": "This text does not have the form that is needed.",
    "string_too_short": "This text is too short.",
    "string_too_long": "This text is too long.",
    "too_short": "There are too few of these.",
    "too_long": "There are too many of these.",
    "literal_error": "This is none of the values that are known here.",
    "greater_than_equal": "This is too small.",
    "less_than_equal": "This is too large.",
    "personal_identity_code": "Leave out the personal identity code; nobody here needs it.",
    "card_number": "Leave out the card number; nobody here needs it.",
    "email_form": "This is no e-mail address.",
    "day_form": "There is no such day; write it like 2026-11-30.",
    "phone_form": "This is no telephone number; write it with its country code.",
    "moment_form": "There is no such moment; write it like 2026-12-31T00:00:00Z.",
    "lead_reference_form": "This code is mistyped; a code reads like ABCDE-FGHJK-M.",
}


def parse(model: type[M], value: Any) -> M:
    """Return the value as the model.

    Raises:
        RequestInvalid: With every fault at once.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = faults_of(error, model)
        raise RequestInvalid("The request has faults.", faults=faults) from None


@cache
def words_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the names in a model that are ours; any other, a caller has invented."""
    names = frozenset(_property_names(model.model_json_schema()))
    return names | model.words if issubclass(model, Wire) else names


def _property_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from _property_names(each)


def parse_parameters(model: type[M], query: Any) -> M:
    """Return the query parameters as the model.

    Raises:
        ParameterUnknown: One of them is not known.
        ParameterInvalid: One that is needed is missing.
        RequestInvalid: One of them has an unusable value.
    """
    if set(query).difference(_member_names(model)):
        raise ParameterUnknown
    missing = [name for name in _needed_names(model) if name not in query]
    if missing:
        raise ParameterInvalid(
            "A query parameter is missing.",
            faults=[
                Fault(field=name, code="missing", detail=_SENTENCES["missing"]) for name in missing
            ],
        )
    return parse(model, query)


@cache
def _needed_names(model: type[BaseModel]) -> tuple[str, ...]:
    fields = model.model_fields.items()
    return tuple(field.alias or name for name, field in fields if field.is_required())


@cache
def _member_names(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Translate pydantic's complaints about a model, leaving out all that quotes the input.

    Of where a fault is, numbers and the model's words are told: not the names of types, nor what a
    caller has called something.
    """
    words = words_of(model)
    return [
        Fault(
            field=".".join(_location(item["type"], item["loc"], words)),
            code=item["type"],
            detail=_sentence(item["type"], item["loc"], model),
        )
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def _sentence(code: str, location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    if code == "extra_forbidden" and len(location) == 1:
        return f"There is a member that is not known. Known are {', '.join(_member_names(model))}."
    return _SENTENCES.get(code, "This value cannot be used.")


def _location(code: str, location: tuple[int | str, ...], words: frozenset[str]) -> Iterator[str]:
    """Return where a fault is; a name that is not known at all is left out, whatever it is."""
    told = location[:-1] if code == "extra_forbidden" else location
    return (str(part) for part in told if isinstance(part, int) or part in words)
