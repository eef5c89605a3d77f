"""Which functions there are, and what each may do and carries."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadcloud.accounts.brake import PARTITIONS
from leadcloud.http.routes import ROUTES


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a function may do and carries, besides what every function does."""

    table: Sequence[str] = ()
    """Actions on the table."""
    partitions: str | None = None
    """What the partitions of the table begin with that it may act on; None for all."""
    secret: bool = False
    """Whether it reads the service's own secrets."""
    register_secret: bool = False
    """Whether it reads what registers let us in with."""
    canary: bool = False
    """Whether it asks the API from outside, with a key of its own."""
    payload_key: Sequence[str] = ()
    """Actions with the key that wraps the keys of what persons wrote."""
    workflow: bool = False
    """Whether it starts executions of the workflow and answers those that wait."""
    mail: bool = False
    anchors: bool = False
    releases: bool = False
    """Whether it makes releases of the building database; its asset carries collect/ then."""
    metering: bool = False
    """Whether it reports usage to AWS Marketplace."""
    layers: Sequence[str] = ()
    memory: int = 512
    """MiB."""
    timeout: int = 15
    """Seconds. API Gateway waits for 29; a call of AWS that fails takes up to twelve."""


_READ_AND_WRITE = (
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
)
_READ_AT_ONCE = "dynamodb:BatchGetItem"

CANARY = "canary"
COLLECTOR = "collector"
METERING = "accounts.metering"
STEPS = "dsar_router.steps"
SWEEPER = "accounts.sweeper"

NEEDS = {
    "accounts": Needs(
        table=_READ_AND_WRITE,
        secret=True,
        payload_key=("kms:Decrypt", "kms:GenerateDataKey"),
    ),
    METERING: Needs(
        table=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
        metering=True,
        timeout=300,
    ),
    SWEEPER: Needs(table=(*_READ_AND_WRITE, "dynamodb:UpdateItem"), secret=True, timeout=60),
    "authorizer": Needs(table=("dynamodb:GetItem", "dynamodb:PutItem"), secret=True),
    # To count how often a key asks; of what else is in the table it sees nothing.
    "buildings": Needs(
        table=("dynamodb:GetItem", "dynamodb:PutItem"),
        partitions=PARTITIONS,
        layers=("buildings", "release"),
    ),
    CANARY: Needs(canary=True, timeout=29),
    COLLECTOR: Needs(
        releases=True,
        layers=("collecting",),
        memory=2048,
        timeout=900,  # the longest there is; what is not done by then, the next call goes on with
    ),
    "dsar_router": Needs(
        table=_READ_AND_WRITE,
        secret=True,
        payload_key=("kms:Decrypt", "kms:GenerateDataKey"),
        workflow=True,
        mail=True,
        layers=("forms",),
        memory=1024,
        timeout=20,
    ),
    STEPS: Needs(
        table=_READ_AND_WRITE,
        secret=True,
        payload_key=("kms:Decrypt",),
        workflow=True,
        mail=True,
        anchors=True,
        layers=("forms",),
        timeout=60,  # as the workflow's tasks
    ),
    # What a register is stands in its record; what lets us in to it, this need not know.
    "predict_age": Needs(table=(_READ_AT_ONCE, *_READ_AND_WRITE), secret=True),
    "search": Needs(
        table=(_READ_AT_ONCE, *_READ_AND_WRITE, "dynamodb:UpdateItem"),
        secret=True,
        register_secret=True,
        layers=("registers", "release"),  # criteria about the buildings that contacts live in
        memory=1024,
        timeout=29,
    ),
}
"""By folder of functions/, and by module where that is not its handler."""

FUNCTIONS = tuple(
    sorted(
        {
            "authorizer",
            CANARY,
            COLLECTOR,
            METERING,
            STEPS,
            SWEEPER,
            *(route.function for route in ROUTES),
        }
    )
)


WHOLE_REGISTER = "search.whole_register"
WHOLE_REGISTER_NEEDS = Needs(
    table=(_READ_AT_ONCE,),
    secret=True,
    layers=("registers", "release"),
    memory=1024,
    timeout=300,  # as the workflow's task; a part takes a few seconds
)
"""Of the function that has a stack of its own, where there are customers who need it."""


def layers_of(function: str) -> tuple[str, ...]:
    """Return the names of a function's layers."""
    return ("base", *_needs_of(function).layers, "core", "data")


def _needs_of(function: str) -> Needs:
    return WHOLE_REGISTER_NEEDS if function == WHOLE_REGISTER else NEEDS.get(function, Needs())
