"""What the layers hold. A folder is built when it is first asked for, once per content."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from infra import packages
from infra.node import REPOSITORY, run
from infra.packages import Target

BUILT = REPOSITORY / "layers" / "deps" / "build"
_COMPILER = Path(__file__).with_name("bytecode.mjs")
_RECIPE = (Path(__file__), Path(packages.__file__), _COMPILER, REPOSITORY / "package-lock.json")
"""What decides over a layer's content, besides what goes into it."""

_CORE = REPOSITORY / "layers" / "core"


def package_folder(name: str, target: Target, under: Path = BUILT) -> Path:
    """Return the folder with a layer's third-party packages."""
    return _built(
        under / name,
        target,
        content=packages.requirements(name).encode(),
        fill=lambda folder: packages.install(name, target, folder),
    )


def core_folder(target: Target, under: Path = BUILT) -> Path:
    """Return the folder with the code that functions share."""
    sources = sorted(path for path in _CORE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    content = b"".join(bytes(path.relative_to(_CORE)) + path.read_bytes() for path in sources)
    ignored = shutil.ignore_patterns("__pycache__")
    return _built(
        under / "core",
        target,
        content=content,
        fill=lambda folder: shutil.copytree(_CORE, folder, ignore=ignored, dirs_exist_ok=True),
    )


def _built(place: Path, target: Target, *, content: bytes, fill: Callable[[Path], object]) -> Path:
    digest = hashlib.sha256(repr(target).encode() + content)
    for part in _RECIPE:
        digest.update(part.read_bytes())
    folder = place.with_name(f"{place.name}-{digest.hexdigest()[:16]}")
    if not folder.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a build that was broken off must not count as built.
        with tempfile.TemporaryDirectory(dir=place.parent) as unfinished:
            layer = Path(unfinished) / place.name
            layer.mkdir()
            fill(layer)
            if target.bytecode:
                _compile(layer)
            layer.rename(folder)
    return folder


def _compile(layer: Path) -> None:
    """Put bytecode in the place of the sources: with both, a search would not fit its bounds."""
    run(_COMPILER, str(layer))
    for source in layer.rglob("*.py"):
        source.unlink()
