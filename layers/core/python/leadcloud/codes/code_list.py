"""A code list: a table of facts with its version, source and date, and labels in three languages."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path

LIST_IDS = (
    "decision_maker_role",
    "gender",
    "language",
    "legal_form",
    "municipality",
    "phone_type",
    "region",
    "staff_class",
    "status",
    "tol_2008",
    "tol_2025",
    "turnover_class",
)

_FOLDER = Path(__file__).parent / "lists"
_NEAREST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One code of a list."""

    code: str
    parent: str | None
    """The code that it belongs to: a municipality's region, a class's group."""
    fi: str | None
    sv: str | None
    en: str | None

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The names of the code in Finnish, Swedish and English."""
        return self.fi, self.sv, self.en


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """The codes that are valid today."""

    id: str
    version: str
    source: str
    licence: str
    date: str
    """ISO date from which this version holds."""
    codes: Mapping[str, Code]
    retired: Mapping[str, tuple[str, ...]]
    """Codes that were valid once, and what they became."""

    def __contains__(self, code: object) -> bool:
        """Tell whether the code is valid."""
        return code in self.codes

    def children(self, parent: str) -> tuple[str, ...]:
        """Return the codes that belong directly to another."""
        return self._children.get(parent, ())

    def labelled(self, label: str) -> tuple[str, ...]:
        """Return the codes of this name, in whichever language."""
        name = label.casefold()
        return tuple(
            code.code
            for code in self.codes.values()
            if name in {each.casefold() for each in code.labels if each}
        )

    def nearest(self, wrong: str) -> tuple[str, ...]:
        """Return the valid codes that may have been meant.

        What a retired code became; else the code without its slip (a zero dropped, the case, the
        label in place of the code); else the most alike.
        """
        if wrong in self.retired:
            return self.retired[wrong]
        filled = {wrong.zfill(width) for width in map(len, self.codes)}
        meant = {*filled, wrong.upper(), wrong.lower()} & self.codes.keys()
        found = sorted(meant) or self.labelled(wrong)
        as_long = [code for code in self.codes if len(code) == len(wrong)]
        alike = as_long if wrong.isdigit() and as_long else self.codes
        return tuple(found or get_close_matches(wrong, alike, n=_NEAREST, cutoff=0.0))

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, tuple[str, ...]] = {}
        for code in self.codes.values():
            if code.parent is not None:
                children[code.parent] = (*children.get(code.parent, ()), code.code)
        return children


def no_such_code(nearest: Iterable[str]) -> str:
    """Return what to say of a code that is in no list: which it may have been."""
    return f"No such code is valid. The nearest: {', '.join(nearest)}."


@cache
def code_list(list_id: str) -> CodeList:
    """Return a list that the service ships; `list_id` is one of LIST_IDS."""
    return read_code_list(_FOLDER / f"{list_id}.json")


def read_code_list(path: Path) -> CodeList:
    """Read a list from its file."""
    written = json.loads(path.read_text(encoding="utf-8"))
    return CodeList(
        id=path.stem,
        version=written["version"],
        source=written["source"],
        licence=written["licence"],
        date=written["date"],
        codes={
            code: Code(code=code, parent=parent, fi=fi, sv=sv, en=en)
            for code, parent, fi, sv, en in written["codes"]
        },
        retired={code: tuple(became) for code, became in written.get("retired", {}).items()},
    )
