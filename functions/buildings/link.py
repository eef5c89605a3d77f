"""Links, as OGC API puts them into documents and into the Link header."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]


def link(href: str, rel: str, media_type: str, *, title: str) -> Json:
    """Return a link."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def link_header(links: Sequence[Json]) -> str:
    """Return links as a header (RFC 8288); names of owners have letters beyond ASCII."""
    return ", ".join(
        f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"'
        f"; title*=UTF-8''{_quoted(each['title'])}"
        for each in links
    )


@lru_cache
def _quoted(title: str) -> str:
    # There are few titles, and each answer has five.
    return quote(title, safe="")
