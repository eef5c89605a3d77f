"""Where the facts of an answer are from, and under which licences."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from pydantic_core import to_json

from functions.buildings.link import Json, link, link_header
from leadcloud.buildings.release import Release
from leadcloud.buildings.store import BuildingStore

_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def licence_links(release: Release) -> list[Json]:
    """Return links to the licences of the release's sources, each with whom it wants named."""
    named: dict[tuple[str, str], list[str]] = {}
    for each in release.sources:
        named.setdefault((each.licence, each.licence_url), []).append(each.attribution)
    return [
        link(_uri(url), "license", "text/html", title=f"{name}: {'; '.join(owners)}")
        for (name, url), owners in named.items()
    ]


def _uri(text: str) -> str:
    """Return a source's URL with what no URI has (RFC 3986) encoded: it stands in a header."""
    return quote(_NO_ESCAPE.sub("%25", text), safe=":/?#[]@!$&'()*+,;=%")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribution:
    """What every answer out of a release says of it: written once, as thousands say the same."""

    text: str
    """The attribution, as JSON."""
    licences: str
    """Links to the licences, as members of a JSON array."""
    header: str
    """The same links as a Link header."""

    def members(self, links: Sequence[Json]) -> str:
        """Return the JSON members `attribution` and `links` of an answer that has links besides."""
        own = to_json(links).decode().removesuffix("]")
        return f'"attribution":{self.text},"links":{own},{self.licences}]'

    def link_header(self, links: Sequence[Json]) -> str:
        """Return the Link header of an answer that has links besides."""
        return f"{link_header(links)}, {self.header}"


@lru_cache(maxsize=1)
def attribution_of(store: BuildingStore) -> Attribution:
    """Return the attribution of a release; that of the last one is remembered."""
    licences = licence_links(store.release)
    return Attribution(
        text=json.dumps(store.release.attribution, ensure_ascii=False),
        licences=to_json(licences).decode()[1:-1],
        header=link_header(licences),
    )
