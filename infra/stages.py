"""The deployments there are, and what differs between them."""

from dataclasses import dataclass

from aws_cdk import aws_s3 as s3
from aws_cdk.aws_logs import RetentionDays

from infra.packages import LAMBDA, Target

STAGE_TAG = "stage"
"""By which cost is told apart; everything that is deployed has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """A customer's own bucket, for jobs on the whole of its register."""

    account_id: str
    """The customer's account with us."""
    bucket: str
    owner: str
    """The AWS account that owns the bucket."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One deployment of the whole service."""

    name: str
    requests_per_second: int
    """Sustained, over all callers: the outer brake. What a caller may do is the ledger's matter."""
    burst: int
    log_retention: RetentionDays
    domain: str | None
    """The API's own, whose certificate waits for a record in its DNS; without one, callers use the
    name that AWS gives."""
    mail_domain: str
    """What mails are sent from; SES verifies it by the records that the data stack's identity asks
    for."""
    operators: str
    """Mail address of those who are told when something is wrong."""
    monthly_budget: int
    """Dollars."""
    anchors: s3.ObjectLockMode
    """How the audit trail's anchors are locked: in compliance mode nobody can lift the lock."""
    protected: bool
    """Whether the service's own stack, too, is kept from being deleted."""
    collection: str = "ryhti:092"
    """What the collector collects: `SOURCE,SOURCE:MUNICIPALITY`, the most trusted source first."""
    gradual: bool = False
    """Whether callers get a new version bit by bit, and the former again if an alarm goes off."""
    exchanges: tuple[Exchange, ...] = ()
    target: Target = LAMBDA

    @property
    def usage_keys(self) -> str:
        """How the gateway's keys begin by which it counts callers; no secret, they open nothing."""
        return f"LeadCloud{self.name}Callers"


DEV = Stage(
    name="Dev",
    requests_per_second=40,
    burst=80,
    log_retention=RetentionDays.ONE_WEEK,
    domain=None,
    mail_domain="dev.leadcloud.example",
    operators="operators@dev.leadcloud.example",
    monthly_budget=50,
    anchors=s3.ObjectLockMode.GOVERNANCE,
    protected=False,
    exchanges=(
        Exchange(account_id="example", bucket="register.customer.example", owner="111122223333"),
    ),
)
PROD = Stage(
    name="Prod",
    requests_per_second=500,
    burst=1000,
    log_retention=RetentionDays.THREE_MONTHS,
    domain="api.leadcloud.example",
    mail_domain="leadcloud.example",
    operators="operators@leadcloud.example",
    monthly_budget=500,
    anchors=s3.ObjectLockMode.COMPLIANCE,
    protected=True,
    gradual=True,
)
