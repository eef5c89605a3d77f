"""The third-party packages of the layers, as uv.lock pins them, installed for the target."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.node import REPOSITORY


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the layers are built for."""

    python: str
    platform: str
    """As uv names it."""
    bytecode: bool
    """Whether the layers carry compiled modules; a Lambda cannot write them for itself."""


# Source: AWS, "Lambda runtimes": python3.13 runs on Amazon Linux 2023, which has glibc 2.34.
LAMBDA = Target(python="3.13", platform="aarch64-manylinux_2_28", bytecode=True)


PACKAGES = {
    "base": (
        "aws-lambda-powertools",
        "boto3",
        "cryptography",
        "httpx",
        "pydantic",
        "python-dateutil",
        "typing-extensions",
    ),
    "buildings": ("cql2", "xstatic-leaflet"),
    "forms": ("jinja2",),
    "registers": ("phonenumberslite", "psycopg", "sqlalchemy"),
}
"""What each layer is there for. Together they are pyproject.toml's dependencies; whatever these
need comes with them. Apart, because all of them together are too large for one function."""

GROUPS = {"collecting": "collect"}
"""Layers that are a dependency group of pyproject.toml, which one function needs besides."""

AWS_SERVICES = frozenset(
    {
        "dynamodb",
        "kms",
        "meteringmarketplace",
        "pinpoint-sms-voice-v2",
        "s3",
        "secretsmanager",
        "sesv2",
        "stepfunctions",
        "sts",
    }
)
"""Whose interfaces boto3 keeps. Our own boto3 is the one the tests ran with, where the runtime's
changes under us; without the other 400 services it is small."""

# Neither run nor read in a Lambda. Files that name others would not agree with what is left.
_DROPPED = (
    ".lock",
    "bin",
    "*.dist-info/RECORD",
    "**/*.pyi",
    "**/*.pyx",
    "**/*.pxd",
    "**/*.h",
    "**/*.a",
    "**/__pycache__",  # of other versions, where a wheel brings any
    "**/tests",
    "boto3/examples",
    # cryptography needs of cffi what lies beside this folder.
    "cffi",
    "pycparser",
    # Ten megabytes of debugging symbols; SQLAlchemy has each in Python, too.
    "sqlalchemy/**/*.so",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle",
    "sqlalchemy/testing",
)


def requirements(layer: str) -> str:
    """Return the packages of a layer with versions and hashes, as a requirements file."""
    options = ("--frozen", "--quiet", "--no-emit-project", "--no-header", "--no-annotate")
    if layer in GROUPS:
        return _uv("export", *options, f"--only-group={GROUPS[layer]}")
    foreign = [
        f"--prune={package}"
        for other, packages in PACKAGES.items()
        if other != layer
        for package in packages
    ]
    return _uv("export", *options, *foreign)


def install(layer: str, target: Target, folder: Path) -> None:
    """Install a layer's packages into a folder, in the shape that Lambda puts on sys.path."""
    python = folder / "python"
    listed = folder / "requirements.txt"
    listed.write_text(requirements(layer), encoding="utf-8")
    _uv(
        "pip",
        "install",
        "--quiet",
        "--no-deps",  # all are listed; what another layer brings is not
        "--require-hashes",
        "--only-binary=:all:",
        "--no-compile-bytecode",
        f"--python-version={target.python}",
        f"--python-platform={target.platform}",
        f"--target={python}",
        f"--requirement={listed}",
    )
    _trim(python)


def _trim(python: Path) -> None:
    dropped = [path for pattern in _DROPPED for path in python.glob(pattern)]
    dropped += [
        service
        for service in python.glob("b*/data/*/")
        if service.is_dir() and service.name not in AWS_SERVICES
    ]
    for path in dropped:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _uv(*arguments: str) -> str:
    completed = subprocess.run(  # noqa: S603 nothing of a caller's
        [sys.executable, "-m", "uv", *arguments],
        cwd=REPOSITORY,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return completed.stdout
