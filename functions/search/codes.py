"""The code lists as they go over the wire."""

import hashlib
from functools import cache

from functions.search.messages import CodeListMessage, CodeMessage, LabelsMessage
from leadcloud.codes.code_list import LIST_IDS, Code, code_list
from leadcloud.codes.industry import LISTS, counterparts
from leadcloud.errors import NotFound


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
