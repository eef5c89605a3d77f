"""When somebody is to be woken up."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_cloudwatch as cloudwatch


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When a metric is not as it should be."""

    name: str
    runbook: str
    """File in docs/runbooks/ that has a section called as the rule."""
    says: str
    metric: cloudwatch.IMetric
    bound: float
    when: Literal["above", "below"] = "above"
    periods: int = 1
    """In a row."""
    silence_is_bad: bool = False
    """No data is as bad as bad data: what should always be there is not."""
