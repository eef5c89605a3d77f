"""The rule packs that every synthesis must pass, and how a finding is acknowledged."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks
from constructs import IConstruct

INLINE = (
    "The role is one resource's alone, and its policy is written for it and goes with it. A managed "
    "policy could be given to others."
)
LOG_UNDER_AWS_KEY = (
    "CloudWatch encrypts it with a key of AWS's. It holds numbers and codes of our own making "
    "(leadcloud/events.py), which need no second key."
)


def add_packs(app: App) -> None:
    """Make synthesising raise on every finding that is not acknowledged."""
    Validations.of(app).add_plugins(
        AwsSolutionsChecks(app), NIST80053R5Checks(app), ServerlessChecks(app)
    )


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Let findings stand at a construct and what is below it, each for its reason."""
    for rule, reason in reasons.items():
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
