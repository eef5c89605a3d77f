"""What a person files: parsed, cleaned, and free of numbers that nobody is to send us."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.dsar_router.sensitive_number import sensitive_number_in
from leadcloud.http.wire import Wire
from leadcloud.lead_reference import read

Right = Literal[
    "access",
    "rectification",
    "erasure",
    "restriction",
    "portability",
    "objection",
    "marketing_prohibition",
]

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Relation = Literal["agent", "guardian", "deceased"]

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"[\s\u2028\u2029]+")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_SEPARATORS = re.compile(r"[\s().\u2010-\u2015-]+")


def clean_text(text: str) -> str:
    """Return a text composed (NFC), without control and direction characters, line ends kept."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", _BIDI.sub("", unified))).strip()


def _clean_line(text: str) -> str:
    """Return a text as clean_text does, on one line: nothing in it can end a mail's header."""
    return _SPACE.sub(" ", clean_text(text)).strip()


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("string_too_short", "empty")
    return text


def _without_sensitive_number(text: str) -> str:
    found = sensitive_number_in(text)
    if found:
        raise PydanticCustomError(found, "sensitive number")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise PydanticCustomError("email_form", "no address")
    return text


def _phone(text: str) -> str:
    """Return a number as E.164; one without a country is Finnish. Whether it exists is no matter."""
    digits = _PHONE_SEPARATORS.sub("", text)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+358{digits[1:]}"
    if not _PHONE.fullmatch(digits):
        raise PydanticCustomError("phone_form", "no number")
    return digits


Line = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_clean_line),
    AfterValidator(_not_empty),
    AfterValidator(_without_sensitive_number),
]
Text = Annotated[
    str,
    StringConstraints(max_length=2000),
    AfterValidator(clean_text),
    AfterValidator(_not_empty),
    AfterValidator(_without_sensitive_number),
]
Email = Annotated[Line, AfterValidator(_email)]
Phone = Annotated[Line, AfterValidator(_phone)]
Day = Annotated[date, Field(strict=False)]


_SEALED = re.compile(r"[0-9]\.[A-Za-z0-9_-]{40,600}")


def _lead_reference(text: str) -> str:
    """Return a code as we write it, or a sealed one as it is; whether it exists is not said."""
    written = text if _SEALED.fullmatch(text) else read(text)
    if written is None:
        raise PydanticCustomError("lead_reference_form", "mistyped")
    return written


LeadCode = Annotated[
    str,
    StringConstraints(max_length=640),
    AfterValidator(_clean_line),
    AfterValidator(_not_empty),
    AfterValidator(_without_sensitive_number),
    AfterValidator(_lead_reference),
]


class ReplyTo(Wire):
    """Where the controller answers: one of the two is enough."""

    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _one_is_there(self) -> Self:
        if self.email is None and self.phone is None:
            raise PydanticCustomError("missing", "no channel")
        return self


class Subject(Wire):
    """Whom the request is about."""

    name: Line | None = None
    phone: Phone | None = None
    postal_address: Line | None = None


class TelephoneCall(Wire):
    """The call that the request comes from."""

    company: Line | None = None
    number: Phone | None = None
    date: Day | None = Field(default=None, description="YYYY-MM-DD.")


class Behalf(Wire):
    """On whose side somebody else files. The controller judges the mandate; we pass it on."""

    relation: Relation
    mandate: bool = Field(default=False, description="There is a written mandate.")
    mandate_sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="Hash of the mandate's file, so that many requests can name one."
    )


class Filing(Wire):
    """A subject request as it is filed."""

    right: Right
    reply_to: ReplyTo
    subject: Subject = Subject()
    lead_reference: LeadCode | None = Field(
        default=None, description="The code that the caller told, or the sealed one of a delivery."
    )
    call: TelephoneCall | None = None
    message: Text | None = None
    on_behalf_of: Behalf | None = None
    language: Language
    send_to_all: bool = Field(
        default=False,
        description="Where nobody can say who is responsible: pass the request to every "
        "controller that takes such requests.",
    )


def letter_of(filing: Filing) -> dict[str, Any]:
    """Return what is personal in a filing, as JSON; it is kept sealed."""
    return filing.model_dump(mode="json", exclude_none=True)
