"""The map of the buildings: a page that draws what the API answers, and nothing from elsewhere."""

from importlib.resources import files
from pathlib import Path

from leadcloud.errors import NotFound
from leadcloud.http.api import Answer

_HERE = Path(__file__).parent / "map"
_LEAFLET = "xstatic.pkg.leaflet"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_CACHED = {"Cache-Control": "public, max-age=3600"}
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"


def map_page() -> Answer:
    """Return the page itself."""
    return Answer(
        body=(_HERE / "map.html").read_text(encoding="utf-8"),
        headers={"Content-Security-Policy": _POLICY, **_CACHED},
        media_type="text/html; charset=utf-8",
    )


def asset(name: str) -> Answer:
    """Return a part of the page.

    Raises:
        NotFound: It has no such part.
    """
    if name not in _ASSETS:
        raise NotFound("The map has no such part.")
    folder, media_type = _ASSETS[name]
    source = files(_LEAFLET) / "data" / name if folder == "leaflet" else _HERE / name
    return Answer(body=source.read_text(encoding="utf-8"), headers=_CACHED, media_type=media_type)


_ASSETS = {
    "leaflet.js": ("leaflet", _SCRIPT),
    "leaflet.css": ("leaflet", _STYLE),
    "map.js": ("map", _SCRIPT),
    "map.css": ("map", _STYLE),
}
