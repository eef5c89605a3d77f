"""Training the age tables: offline, with scikit-learn, never deployed."""

from importlib.util import find_spec

if find_spec("sklearn") is None:
    raise ModuleNotFoundError(
        "./run does without the libraries of training. This installs them:"
        " .venv/bin/uv sync --frozen --inexact --group train",
        name=__name__,
    )
