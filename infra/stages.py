"""The deployments there are, and what differs between them."""

from dataclasses import dataclass

from aws_cdk.aws_logs import RetentionDays

from infra.packages import LAMBDA, Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One deployment of the whole service."""

    name: str
    requests_per_second: int
    """Sustained, over all callers: the outer brake. What a caller may do is the ledger's matter."""
    burst: int
    log_retention: RetentionDays
    protected: bool
    """Whether the service's own stack, too, is kept from being deleted."""
    target: Target = LAMBDA


DEV = Stage(
    name="Dev",
    requests_per_second=20,
    burst=40,
    log_retention=RetentionDays.ONE_WEEK,
    protected=False,
)
PROD = Stage(
    name="Prod",
    requests_per_second=500,
    burst=1000,
    log_retention=RetentionDays.THREE_MONTHS,
    protected=True,
)
