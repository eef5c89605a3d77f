"""Pages as HTML: rendered from the templates, in a person's language, with nothing from elsewhere."""

from base64 import b64encode
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.dsar_router.filing import LANGUAGES, Language
from functions.dsar_router.texts import texts
from leadcloud.errors import LeadCloudError, NotFound
from leadcloud.http.api import Answer

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates"

_HTML = "text/html; charset=utf-8"


def html_answer(
    name: str, language: Language, *, status: int = 200, script: str = "", **values: Any
) -> Answer:
    """Return a page.

    Args:
        name: Of its template.
        language: Of its texts.
        status: Of the answer.
        script: The one script that the page may run.
        values: What the template shows; escaped where it is shown.
    """
    style = _source("style.css")
    page = (
        _templates()
        .get_template(f"{name}.html")
        .render(
            text=texts(language),
            language=language,
            languages=LANGUAGES,
            style=style,
            script=script,
            **values,
        )
    )
    return Answer(
        body=page,
        status=status,
        headers={"Content-Security-Policy": _policy(style, script)},
        media_type=_HTML,
    )


def trouble_page(error: LeadCloudError) -> Answer:
    """Tell a person of an error, in every language, as who reads it is not known."""
    kind = "not_found" if isinstance(error, NotFound) else "other"
    everything = {language: texts(language) for language in LANGUAGES}
    page = html_answer("trouble", "fi", status=error.status, kind=kind, all=everything, contact="")
    waiting = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    return replace(page, headers={**page.headers, **error.headers, **waiting})


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined
    )
    templates.filters |= {"day": _day, "capitalize_first": _capitalize_first}
    return templates


def _day(date_as_text: str) -> str:
    """Write a date as people here do, 5.4.2026."""
    return f"{date.fromisoformat(date_as_text):%-d.%-m.%Y}"


def _capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _source(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
        + (f"; script-src '{_hash(script)}'; connect-src 'self'" if script else "")
    )


def _hash(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode('ascii')}"
