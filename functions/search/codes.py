"""The code lists as they go over the wire."""

import hashlib
from functools import cache

from pydantic import Field

from leadcloud.codes.code_list import LIST_IDS, Code, code_list
from leadcloud.codes.industry import LISTS, counterparts
from leadcloud.errors import NotFound
from leadcloud.http.wire import Wire


class LabelsMessage(Wire):
    """What a code is called; null where the source has no name in that language."""

    fi: str | None
    sv: str | None
    en: str | None


class CodeMessage(Wire):
    """One code of a list."""

    code: str
    parent: str | None = Field(description="The code it belongs to.")
    labels: LabelsMessage
    corresponds_to: tuple[str, ...] | None = Field(
        description="Of a class of TOL: those of the other version that share its activities."
    )


class CodeListMessage(Wire):
    """A list of codes as it is valid today."""

    list_: str = Field(serialization_alias="list")
    version: str
    source: str
    licence: str
    date: str = Field(description="From when this version holds.")
    codes: tuple[CodeMessage, ...]


@cache
def code_list_document(list_id: str) -> tuple[str, str]:
    """Return a list as JSON, and its entity tag.

    Raises:
        NotFound: There is no such list.
    """
    if list_id not in LIST_IDS:
        raise NotFound(f"There are the lists {', '.join(LIST_IDS)}.")
    found = code_list(list_id)
    message = CodeListMessage(
        list_=found.id,
        version=found.version,
        source=found.source,
        licence=found.licence,
        date=found.date,
        codes=tuple(_code_message(list_id, code) for code in found.codes.values()),
    )
    text = message.model_dump_json()
    return text, f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def _code_message(list_id: str, code: Code) -> CodeMessage:
    version = next((version for version, its_list in LISTS.items() if its_list == list_id), None)
    return CodeMessage(
        code=code.code,
        parent=code.parent,
        labels=LabelsMessage(fi=code.fi, sv=code.sv, en=code.en),
        corresponds_to=counterparts(code.code, version) or None if version else None,
    )
