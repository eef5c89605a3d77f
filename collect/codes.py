"""Code lists from Statistics Finland's classification service, into the files that the service ships.

A list is replaced only as a whole and only if it is plausible: a service that answers half a
classification must not make valid codes unknown. Labels keep to three languages.

Source: https://stat.fi/en/luokitukset/info, interface data.stat.fi/api/classifications/v2, CC BY 4.0.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

import leadcloud.codes

_ADDRESS: Final = "data.stat.fi/api/classifications/v2"
SERVICE: Final = f"https://{_ADDRESS}"
LISTS_FOLDER: Final = Path(leadcloud.codes.__file__).parent / "lists"

_LANGUAGES: Final = ("fi", "sv", "en")
_CLASS_DIGITS: Final = 4
_LEAST_SHARE: Final = 0.9
"""Of the codes there were; fewer are a mishap rather than a reform."""


class CodesRefused(Exception):
    """The service did not give a list that can be used; the message names the classification."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """A list of ours and the classification that it comes from."""

    list_id: str
    id: str
    parents: str | None = None
    """Classification of the codes' parents, where that is another one."""


CLASSIFICATIONS: Final = (
    Classification(list_id="region", id="maakunta_1_20250101"),
    Classification(list_id="municipality", id="kunta_1_20250101", parents="maakunta_1_20250101"),
    Classification(list_id="tol_2008", id="toimiala_1_20080101"),
    Classification(list_id="tol_2025", id="toimiala_1_20250101"),
)
TOL: Final = ("toimiala_1_20080101", "toimiala_1_20250101")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Name(_Part):
    lang: str
    name: str


class _Item(_Part):
    code: str
    level: float
    parentCode: str | None = None  # noqa: N815 the service's name
    classificationItemNames: list[_Name]  # noqa: N815 the service's name


class _Code(_Part):
    code: str


class _Map(_Part):
    sourceItem: _Code  # noqa: N815 the service's name
    targetItem: _Code  # noqa: N815 the service's name


class CodeService:
    """The classification service."""

    def __init__(self, client: httpx.Client, base_url: str = SERVICE) -> None:
        self._client = client
        self._base_url = base_url

    def items(self, classification: str, language: str) -> list[_Item]:
        """Return the codes of a classification, labelled in one language.

        Raises:
            CodesRefused: The service did not give them.
        """
        path = f"classifications/{classification}/classificationItems"
        query = f"content=data&meta=max&lang={language}"
        return [_Item.model_validate(each) for each in self._list(classification, path, query)]

    def key(self, source: str, target: str) -> list[tuple[str, str]]:
        """Return which codes of one classification correspond to which of another.

        Raises:
            CodesRefused: The service did not give them.
        """
        path = f"correspondenceTables/{source}%23{target}/maps"
        found = self._list(source, path, "content=data&meta=min&lang=en")
        maps = (_Map.model_validate(each) for each in found)
        return [(each.sourceItem.code, each.targetItem.code) for each in maps]

    def _list(self, classification: str, path: str, query: str) -> list[Any]:
        try:
            answer = self._client.get(f"{self._base_url}/{path}?{query}")
            found = answer.json() if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError):
            found = None
        if not isinstance(found, list) or not found:
            raise CodesRefused(f"The service did not give {classification}.")
        return found


def refresh(service: CodeService, folder: Path, today: date) -> list[str]:
    """Replace the lists in a folder by what the service gives now; return what changed, in words.

    Raises:
        CodesRefused: A list is missing or implausible; then no file was touched.
    """
    try:
        written = [_list_file(service, each, folder) for each in CLASSIFICATIONS]
        written.append(_correspondence_file(service, folder, today))
    except ValidationError:
        raise CodesRefused("The service answered in another form than it describes.") from None
    for path, text, _ in written:
        path.write_text(text, encoding="utf-8")
    return [told for _, _, told in written]


_File = tuple[Path, str, str]
"""Where it goes, what stands in it, and what is said of it."""


def _list_file(service: CodeService, wanted: Classification, folder: Path) -> _File:
    path = folder / f"{wanted.list_id}.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    by_language = [
        {item.code: item for item in service.items(wanted.id, language)} for language in _LANGUAGES
    ]
    parents = dict(service.key(wanted.id, wanted.parents)) if wanted.parents else {}
    codes = [
        [
            item.code,
            parents.get(item.code, _parent(item)),
            *(_label(items.get(item.code)) for items in by_language),
        ]
        for item in by_language[0].values()
        if _belongs(item)
    ]
    _check(wanted, codes, before=len(before["codes"]))
    told = f"{wanted.list_id}: {len(codes)} codes, {len(before['codes'])} before"
    ids = f"{wanted.id} with its key to {wanted.parents}" if wanted.parents else wanted.id
    source = f"Statistics Finland, classification service ({_ADDRESS}): {ids}"
    document = {**before, "version": wanted.id, "source": source, "codes": codes}
    return path, _written(document), told


def _belongs(item: _Item) -> bool:
    """Leave out totals and the unknown: section X, and a code of noughts on each level below."""
    return item.level > 0 and item.code != "X" and item.code.strip("0") != ""


def _parent(item: _Item) -> str | None:
    return item.parentCode if item.level > 1 else None


def _label(item: _Item | None) -> str | None:
    return item.classificationItemNames[0].name if item and item.classificationItemNames else None


def _check(wanted: Classification, codes: Sequence[list[str | None]], *, before: int) -> None:
    """Refuse a list that has shrunk, or in which a code belongs to nothing."""
    known = {code[0] for code in codes}
    orphans = [code for code in codes if wanted.parents is None and code[1] not in {None, *known}]
    homeless = [code for code in codes if wanted.parents and code[1] is None]
    if len(codes) < before * _LEAST_SHARE or orphans or homeless:
        raise CodesRefused(f"The service gave {wanted.id} with holes.")


def _correspondence_file(service: CodeService, folder: Path, today: date) -> _File:
    path = folder / "tol_2008_to_2025.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    classes: dict[str, set[str]] = {}
    for old, new in service.key(*TOL):
        if len(old) >= _CLASS_DIGITS and len(new) >= _CLASS_DIGITS:
            classes.setdefault(old[:_CLASS_DIGITS], set()).add(new[:_CLASS_DIGITS])
    if len(classes) < len(before["classes"]) * _LEAST_SHARE:
        raise CodesRefused(f"The service gave the key of {TOL[0]} with holes.")
    document = {
        "source": f"Statistics Finland, key between {TOL[0]} and {TOL[1]}, by class",
        "date": today.isoformat(),
        "classes": {old: sorted(classes[old]) for old in sorted(classes)},
    }
    return path, _written(document), f"tol_2008_to_2025: {len(classes)} classes"


def _written(document: dict[str, Any]) -> str:
    """Write a document with one code a line, so that a change shows as one."""
    return "{\n" + ",\n".join(_members(document)) + "\n}\n"


def _members(document: dict[str, Any]) -> Iterator[str]:
    for name, value in document.items():
        head = f"  {json.dumps(name)}: "
        if isinstance(value, dict):
            lines = (f"    {json.dumps(key)}: {json.dumps(each)}" for key, each in value.items())
            yield f"{head}{{\n{_joined(lines)}\n  }}"
        elif isinstance(value, list):
            lines = (f"    {json.dumps(each, ensure_ascii=False)}" for each in value)
            yield f"{head}[\n{_joined(lines)}\n  ]"
        else:
            yield head + json.dumps(value, ensure_ascii=False)


def _joined(lines: Iterable[str]) -> str:
    return ",\n".join(lines)
