"""What persons read: Finnish, Swedish and English, kept beside the templates."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from functions.dsar_router.filing import Language

_FOLDER = Path(__file__).parent / "templates"


@cache
def texts(language: Language) -> Mapping[str, Any]:
    """Return the texts of a language, by section and name."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
