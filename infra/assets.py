"""Assets that hold some of the repository's files, each where it lies in the repository."""

from pathlib import PurePosixPath

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

from infra.node import REPOSITORY


def only(*kept: str) -> lambda_.Code:
    """Return an asset with these files and folders of the repository."""
    exclude = ["*"]
    for path in kept:
        # What lies below an excluded folder cannot be kept: each parent must be, too.
        exclude += [f"!/{parent}" for parent in PurePosixPath(path).parents if parent.name]
        exclude += [f"!/{path}", f"!/{path}/**"]
    exclude += ["__pycache__"]
    # As git reads them: CDK's own reading lets every file through whose name begins with a dot.
    return lambda_.Code.from_asset(str(REPOSITORY), exclude=exclude, ignore_mode=IgnoreMode.GIT)
