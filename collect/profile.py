"""Source profiles: where a source is, what its columns mean, and which of them may be read at all.

A profile is data (profiles/*.toml). Columns that it does not name are dropped before anything is
kept, so that a source that starts to publish owners cannot bring them in.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "profiles"


class SourceRefused(Exception):
    """This source is not to be used; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """A layer of a WFS."""

    type_name: str
    page_size: int
    municipality_filter: str | None = None
    """CQL with {municipality} in it; None where the source is one municipality."""
    sort_by: str
    """Pages are stable only in an order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """One source."""

    id: str
    name: str
    attribution: str
    licence: str
    licence_url: str
    url: str | None = None
    """WFS endpoint."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters of every request, such as an application id."""
    buildings: Layer | None = None
    addresses: Layer | None = None
    fields: Mapping[str, Sequence[str]]
    """Our name of a fact to the source's columns, the first that holds something counts."""
    address_fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Our name of a fact to the source's codes and our words; "" is a known code for nothing."""
    use_by_1994: Mapping[str, str] = field(default_factory=dict)
    """Beginning of a three-digit code of the 1994 classification to a use."""
    use_by_2018: Mapping[str, str] = field(default_factory=dict)
    """Beginning of a four-digit code of the 2018 classification to a use."""
    zero_is_unknown: bool = True
    municipality: str | None = None
    """Where the source is one municipality's."""
    demolished: Sequence[str] = ()
    """Codes of `usage_status` under which the building is gone."""
    synthetic: bool = False


def profile(name: str) -> Profile:
    """Return a source's profile.

    Raises:
        SourceRefused: There is none of that name, or its licence forbids what we do.
    """
    path = _FOLDER / f"{name}.toml"
    if name not in profile_names() or not path.is_file():
        raise SourceRefused(f"There is no such source; there are {', '.join(profile_names())}.")
    members = _members(path)
    if "refused" in members:
        raise SourceRefused(members["refused"])
    return _profile(name, members)


def profile_names() -> list[str]:
    """Return the names of all profiles, the refused ones too."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def _members(path: Path) -> dict[str, Any]:
    members = tomllib.loads(path.read_text(encoding="utf-8"))
    model = members.pop("columns_of", None)
    if model is None:
        return members
    columns = tomllib.loads((_FOLDER / f"{model}.toml").read_text(encoding="utf-8"))
    return {
        **members,
        "fields": {**columns["fields"], **members["fields"]},
        "codes": columns["codes"],
        "demolished": columns["demolished"],
    }


def _profile(name: str, members: dict[str, Any]) -> Profile:
    for layer in ("buildings", "addresses"):
        if layer in members:
            members[layer] = Layer(**members[layer])
    return Profile(id=name, **members)


def allowed(profile: Profile) -> frozenset[str]:
    """Return the source's columns that may be read."""
    named = (*profile.fields.values(), *profile.address_fields.values())
    return frozenset(column for columns in named for column in columns)
