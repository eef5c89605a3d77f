"""Industry codes: TOL 2008 and TOL 2025, and what a code of one says about codes of the other.

A value is `62010`, `62` or, with its version, `TOL2008:62010`, `TOL2025:K`. What means another
industry in each version needs it: K is finance in one and telecommunications in the other, 4781 is
food from market stalls or cars. Another code that both versions have is taken as it stands in each
register; one that only one version has is of that one.

TOL is NACE to the fourth digit; the fifth is Finnish. A class that Finland does not divide has one
subclass, which is the class under a longer code: what is known of the one holds for the other.

The versions correspond by classes, and a class may have shared out its activities, so a code is
known to lie in another version's code only where all of its counterparts do: this is what a
condition asks for, and what `not_in` excludes is everything that may lie in it.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from leadcloud.codes.code_list import CodeList, code_list

Version = Literal["TOL2008", "TOL2025"]
VERSIONS: tuple[Version, ...] = get_args(Version)

CLASS_DIGITS = 4
NATIONAL_DIGITS = 5

_FORM = re.compile(r"(?:(TOL2008|TOL2025):)?([A-V]|[0-9]{2,5})")
LISTS: dict[Version, str] = {"TOL2008": "tol_2008", "TOL2025": "tol_2025"}
_OTHER: dict[Version, Version] = {"TOL2008": "TOL2025", "TOL2025": "TOL2008"}
_CORRESPONDENCE = Path(__file__).parent / "lists" / "tol_2008_to_2025.json"


_VERSION_OF: dict[str, Version] = {
    "TOL2008": "TOL2008",
    "NACE2": "TOL2008",
    "TOL2025": "TOL2025",
    "NACE2.1": "TOL2025",
}


def version_of(classification: str | None) -> Version | None:
    """Return the version of TOL that a classification is, as far as it goes."""
    return _VERSION_OF.get(classification or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class IndustryCode:
    """A code and, where it has one, the version that it is of."""

    code: str
    version: Version | None

    @classmethod
    def read(cls, value: str) -> "IndustryCode | None":
        """Return the code in a criterion's value, or None where the value has another form."""
        match = _FORM.fullmatch(value)
        if match is None:
            return None
        named = next((version for version in VERSIONS if version == match[1]), None)
        code = match[2]
        having = [version for version in VERSIONS if _exists(code, version)]
        only = having[0] if len(having) == 1 else None
        return cls(code=code, version=named or only)

    def __str__(self) -> str:
        """Return the code as a criterion's value."""
        return f"{self.version}:{self.code}" if self.version else self.code

    @property
    def readings(self) -> tuple["IndustryCode", ...]:
        """The code with each version that it can be of."""
        return tuple(
            IndustryCode(code=self.code, version=version)
            for version in self._versions
            if _exists(self.code, version)
        )

    @property
    def names(self) -> tuple[str | None, ...]:
        """What it is called in English, in each version that it can be of."""
        return tuple(code_list(LISTS[version]).codes[self.code].en for version in self._versions)

    @property
    def needs_version(self) -> bool:
        """Tell whether the versions mean different industries by it, as by every section's letter."""
        if self.version is not None or len(self.readings) < len(VERSIONS):
            return False
        class_code = self.code[:CLASS_DIGITS]
        became = touching(IndustryCode(code=class_code, version="TOL2008"), "TOL2025")
        return not any(new.startswith(class_code) or class_code.startswith(new) for new in became)

    @property
    def exists(self) -> bool:
        """Tell whether the version, or one of them, has the code."""
        return bool(self.readings)

    def nearest(self) -> tuple[str, ...]:
        """Return valid codes that may have been meant, each with its version.

        What its class is divided into, where the fifth digit is wrong; else what a code of the other
        version became; else the code with the nought that a spreadsheet took from it, and what the
        longest beginning that exists is divided into.
        """
        beginnings = (self.code[:length] for length in range(CLASS_DIGITS, 1, -1))
        divided, *wider = (self._below(beginning) for beginning in beginnings)
        if found := divided or self._became():
            return found
        return self._filled() + (next(filter(None, wider), ()) or self._alike())

    def _below(self, beginning: str) -> tuple[str, ...]:
        return tuple(
            f"{version}:{code}"
            for version in self._versions
            for code in code_list(LISTS[version]).children(beginning)
        )

    def _filled(self) -> tuple[str, ...]:
        filled = f"0{self.code}"
        return tuple(
            f"{version}:{filled}" for version in self._versions if _exists(filled, version)
        )

    def _became(self) -> tuple[str, ...]:
        code = self.code[:CLASS_DIGITS]
        if self.version is None or not _exists(code, _OTHER[self.version]):
            return ()
        old = IndustryCode(code=code, version=_OTHER[self.version])
        return tuple(f"{self.version}:{new}" for new in touching(old, self.version))

    def _alike(self) -> tuple[str, ...]:
        version = self.version or VERSIONS[-1]
        alike = code_list(LISTS[version]).nearest(self.code[:CLASS_DIGITS])
        return tuple(f"{version}:{code}" for code in alike)

    @property
    def _versions(self) -> tuple[Version, ...]:
        return VERSIONS if self.version is None else (self.version,)


def meant_by(value: str) -> tuple[str, ...]:
    """Return the codes that a value of another form may stand for: 62.01, tol2025:k, or a name."""
    code = IndustryCode.read(re.sub(r"[ .]", "", value).upper())
    if code is not None:
        return tuple(map(str, code.readings))
    return tuple(
        f"{version}:{named}"
        for version in VERSIONS
        for named in code_list(LISTS[version]).labelled(value)
    )


def _exists(code: str, version: Version) -> bool:
    return code in code_list(LISTS[version])


@cache
def counterparts(code: str, version: Version) -> tuple[str, ...]:
    """Return the classes of the other version that share activities with a class of this one.

    Or with its only subclass. Of other codes nothing is known.
    """
    class_code = _digits(code, version)[0] if len(code) == NATIONAL_DIGITS else code
    return _correspondence()[version].get(class_code, ())


@cache
def _correspondence() -> dict[Version, dict[str, tuple[str, ...]]]:
    forward: dict[str, list[str]]
    forward = json.loads(_CORRESPONDENCE.read_text(encoding="utf-8"))["classes"]
    backward: dict[str, list[str]] = {}
    for old, new_ones in forward.items():
        for new in new_ones:
            backward.setdefault(new, []).append(old)
    return {
        "TOL2008": {old: tuple(new_ones) for old, new_ones in forward.items()},
        "TOL2025": {new: tuple(old_ones) for new, old_ones in backward.items()},
    }


def within(asked: IndustryCode, version: Version) -> tuple[str, ...]:
    """Return the digits with which codes of a version begin that surely lie in the asked code."""
    return _begins(asked, version, all)


def touching(asked: IndustryCode, version: Version) -> tuple[str, ...]:
    """Return the digits with which codes of a version begin that may lie in the asked code."""
    return _begins(asked, version, any)


@cache
def _begins(
    asked: IndustryCode, version: Version, enough: Callable[[Iterable[bool]], bool]
) -> tuple[str, ...]:
    if asked.version in (None, version):
        return _digits(asked.code, version)
    asked_digits = _digits(asked.code, _OTHER[version])
    if enough is all and len(asked_digits[0]) == NATIONAL_DIGITS:
        return ()
    asked_digits = tuple(digits[:CLASS_DIGITS] for digits in asked_digits)
    classes = {
        code
        for code in code_list(LISTS[version]).codes
        if len(code) == CLASS_DIGITS
        and (others := counterparts(code, version))
        and enough(other.startswith(asked_digits) for other in others)
    }
    return _shortest(classes, code_list(LISTS[version]))


def _digits(code: str, version: Version) -> tuple[str, ...]:
    """Return a code as digits: a section as its divisions, an only subclass as its class."""
    known = code_list(LISTS[version])
    if code.isalpha():
        return known.children(code)
    class_code = code[:CLASS_DIGITS]
    return (class_code,) if known.children(class_code) == (code,) else (code,)


def _shortest(classes: set[str], known: CodeList) -> tuple[str, ...]:
    """Return the fewest beginnings that stand for exactly these classes."""
    codes = classes
    for length in (CLASS_DIGITS - 1, CLASS_DIGITS - 2):
        whole = {
            parent
            for parent in {code[:length] for code in codes}
            if codes.issuperset(known.children(parent))
        }
        codes = {code for code in codes if code[:length] not in whole} | whole
    return tuple(sorted(codes))
