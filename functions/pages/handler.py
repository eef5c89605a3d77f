"""The public pages. Everything is served from the deployed files; nothing comes from elsewhere."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from leadcloud.errors import NotFound
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.http.wire import Wire
from leadcloud.wiring import Services, services

api: Api[Services] = Api("pages")

_HERE = Path(__file__).parent

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_CACHED = {"Cache-Control": "public, max-age=3600"}
_HTML = "text/html; charset=utf-8"
_SWAGGER = "aws_lambda_powertools.event_handler.openapi.swagger_ui"


class Health(Wire):
    """Whether the service is alive."""

    status: str


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event; paths that no function has come here too."""
    return api.answer(event, services())


@api.operation("showIndex", Contract(media_type=_HTML))
def show_index(call: Call, _services: Services) -> Answer:
    """Say what this service is."""
    # A stage's root is also served without the slash that links relative to it would need.
    return _page("index.html", call.base_path)


@api.operation("showDocs", Contract(media_type=_HTML))
def show_docs(_call: Call, _services: Services) -> Answer:
    """Show the reference of the API."""
    return _page("docs.html")


@api.operation(
    "getDocsAsset",
    Contract(media_type="text/javascript", alternatives=("text/css",), problems=(NotFound,)),
)
def get_docs_asset(call: Call, _services: Services) -> Answer:
    """Return a script or style sheet of the reference."""
    swagger = files(_SWAGGER)
    assets = {
        "swagger-ui.js": (swagger / "swagger-ui-bundle.min.js", "text/javascript"),
        "swagger-ui.css": (swagger / "swagger-ui.min.css", "text/css"),
        "start.js": (_HERE / "start.js", "text/javascript"),
    }
    name = call.path_parameters["asset"]
    if name not in assets:
        raise NotFound
    source, media_type = assets[name]
    return Answer(
        body=source.read_text(encoding="utf-8"),
        headers=_CACHED,
        media_type=f"{media_type}; charset=utf-8",
    )


@api.operation("getOpenApi", Contract())
def get_open_api(call: Call, services: Services) -> Answer:
    """Return the API as an OpenAPI document, which says where the API is."""
    text = (services.settings.documents / "openapi.json").read_text(encoding="utf-8")
    if call.base_path:
        document = json.loads(text) | {"servers": [{"url": call.base_path}]}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Answer(body=text, headers=_CACHED)


@api.operation("getHealth", Contract(response=Health))
def get_health(_call: Call, _services: Services) -> Answer:
    """Say that the service is alive."""
    return Answer(body=Health(status="ok"))


def _page(name: str, base_path: str = "") -> Answer:
    return Answer(
        body=(_HERE / name).read_text(encoding="utf-8").replace("{base_path}", base_path),
        headers={"Content-Security-Policy": _PAGE_POLICY, **_CACHED},
        media_type=_HTML,
    )
