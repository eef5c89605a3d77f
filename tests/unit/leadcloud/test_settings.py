"""The settings, where the place of the code matters."""

from pathlib import Path
from typing import Any

from leadcloud import settings


def test_in_a_lambda_no_repository_is_looked_for() -> None:
    """A layer lies so near the root that there is no repository above it; that harms nothing."""
    source = Path(settings.__file__).read_text(encoding="utf-8")
    deployed: dict[str, Any] = {
        "__name__": settings.__name__,
        "__file__": "/opt/python/leadcloud/settings.py",
    }
    exec(compile(source, "settings.py", "exec"), deployed)  # noqa: S102 our own file, moved
    found = deployed["Settings"].from_environment(
        {
            "LEADCLOUD_STORE": "dynamodb:table",
            "LEADCLOUD_SECRETS": "secretsmanager:secret",
            "LEADCLOUD_DOCUMENTS": "/opt/docs",
            "LEADCLOUD_DATA": "/opt/layers/data",
        }
    )
    assert (found.documents, found.data) == (Path("/opt/docs"), Path("/opt/layers/data"))
