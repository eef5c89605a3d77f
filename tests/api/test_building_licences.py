"""A source is named as it wants to be, whatever letters that takes."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from collect.collection import Feed
from collect.profile import profile
from tests.plugins.buildings import ITEMS, LookUp, building_id, collect, row

ROOT = "/v1/buildings"
ANSWERS = (
    ROOT,
    f"{ROOT}/api",
    f"{ROOT}/conformance",
    f"{ROOT}/collections",
    f"{ROOT}/collections/buildings",
    f"{ROOT}/collections/buildings/queryables",
    ITEMS,
    f"{ITEMS}?limit=1",
    f"{ITEMS}?f=csv",
    f"{ITEMS}/{building_id(1)}",
    f"{ROOT}/suggest?q=Koivutie",
    f"{ROOT}/statistics?municipality=092",
)
_LINK = re.compile(
    r"""<(?P<href>(?:[!#$&-;=?-\[\]_a-z~]|%[0-9A-Fa-f]{2})+)> # a URI has no others (RFC 3986)
    ;[ ]rel="(?P<rel>[^"\\\s]+)"
    ;[ ]type="[^"\\]+"
    ;[ ]title\*=UTF-8''(?P<title>[A-Za-z0-9%._~-]*) # RFC 8187
    (?:,[ ]|$)""",
    re.VERBOSE,
)


def _links(header: str) -> list[re.Match[str]]:
    """Return the links of a header, of which nothing may be left over."""
    found = [*_LINK.finditer(header)]
    assert "".join(link[0] for link in found) == header
    return found


@pytest.mark.parametrize(
    "text",
    [
        'Kunta "Vantaa", <b>tiedot</b>; rel="next"',
        "first line\r\nSet-Cookie: a=b\n\ttabbed",
        "back\\slash, 100 % & 'quoted' {braces} [brackets]",
        "Väestö \N{EM DASH} 建物 \N{RIGHT-TO-LEFT OVERRIDE}\x01\x7f\u2028",
        "",
    ],
)
def test_an_answer_is_well_formed_whatever_its_licence_is_called(tmp_path: Path, text: str) -> None:
    """Quotes, brackets, line ends: in the Link header (RFC 8288) and in JSON alike."""
    hostile = replace(
        profile("synthetic"),
        attribution=text,
        licence=text,
        licence_url=f"https://licence.example/by/4.0?a=%C3%A4&b={text}#c",
    )
    target = tmp_path / "buildings.sqlite"
    collect(target, Feed(profile=hostile, origin=[row(1), row(2)]))
    look_up = LookUp(target)

    for path in ANSWERS:
        reply = look_up.get(path)
        assert reply.status == 200, path
        (licence,) = [each for each in _links(reply.headers["Link"]) if each["rel"] == "license"]
        assert unquote(licence["title"]) == f"{text}: {text}"
        assert urlsplit(licence["href"]).netloc == "licence.example"
        assert "?a=%C3%A4&b=" in licence["href"]
        if "csv" not in path and "attribution" in reply.json:
            assert reply.json["attribution"] == text
        if "csv" not in path and "links" in reply.json:
            shown = {each["href"] for each in reply.json["links"] if each["rel"] == "license"}
            assert shown <= {licence["href"]}
