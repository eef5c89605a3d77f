"""Which functions there are, and what each may do and carries."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadcloud.http.routes import ROUTES


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a function may do and carries, besides what every function does."""

    table: Sequence[str] = ()
    """Actions on the table."""
    secret: bool = False
    layers: Sequence[str] = ()
    memory: int = 512
    """MiB."""
    timeout: int = 10
    """Seconds."""


NEEDS = {
    "authorizer": Needs(table=("dynamodb:GetItem",), secret=True, timeout=5),
    "buildings": Needs(layers=("buildings",)),
    "dsar_router": Needs(
        table=(
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:Query",
        ),
        secret=True,
        layers=("forms",),
    ),
    "predict_age": Needs(
        table=(
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
        ),
        secret=True,
    ),
    "search": Needs(
        table=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
        secret=True,
        layers=("registers",),
        memory=1024,
        timeout=29,  # API Gateway waits no longer
    ),
}

FUNCTIONS = tuple(sorted({"authorizer", *(route.function for route in ROUTES)}))


def layers_of(function: str) -> tuple[str, ...]:
    """Return the names of a function's layers."""
    return ("base", *NEEDS.get(function, Needs()).layers, "core", "data")
