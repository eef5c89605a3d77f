"""The firewall in front of the API: it refuses attacks and floods (docs/adr/0012).

What a caller says in a query or a body is not its matter, but for the payloads of known exploits:
a subject request may quote a script, a filter may be long and look like SQL. The functions' guard
reads those, and answers every one of them.
"""

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.nag import acknowledge
from leadcloud.errors import TooManyRequests
from leadcloud.http.api import problem_answer, proxy_answer

Acl = wafv2.CfnWebACL

PUBLIC_FORM = r"^(/[^/]+)?(/v1)?/subject-requests?(/|$)"
"""Paths, below a stage or not, to which anybody may send something that is then kept."""

_FILINGS = 100
"""From one address in five minutes. A filing over the form takes two: one to check, one to send."""
_WINDOW = 300
"""Seconds, of AWS WAF's rate rules."""

# Source: AWS, "Baseline rule groups". The other rules are about paths, headers and cookies.
_ABOUT_CONTENT = (
    *(
        f"{about}_{part}"
        for about in ("CrossSiteScripting", "EC2MetaDataSSRF", "GenericLFI", "GenericRFI")
        for part in ("BODY", "QUERYARGUMENTS")
    ),
    "RestrictedExtensions_QUERYARGUMENTS",
    "SizeRestrictions_BODY",
    "SizeRestrictions_QUERYSTRING",
)
_SHY_PROGRAMS = ("NoUserAgent_HEADER",)
"""Callers are programs, and a program need not say its name."""

_AS_IT_IS = [Acl.TextTransformationProperty(priority=0, type="NONE")]

_ACKNOWLEDGED = {
    "NIST.800.53.R5-WAFv2LoggingEnabled": "Its log and its samples hold the addresses of persons "
    "and what they asked for. Its metrics, one for each rule, hold numbers only."
}


class Firewall(Construct):
    """The rules, and the stage that they are for."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: apigateway.Stage, name: str
    ) -> None:
        """Define them.

        Args:
            scope: Where they belong.
            construct_id: Their name there.
            stage: Of the API.
            name: What their metrics are called after.
        """
        super().__init__(scope, construct_id)
        rules = [
            _filings(name),
            _managed("AmazonIpReputationList", name),
            _managed("KnownBadInputsRuleSet", name),
            _managed("CommonRuleSet", name, counted=_ABOUT_CONTENT + _SHY_PROGRAMS),
        ]
        self.acl = Acl(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=Acl.DefaultActionProperty(allow=Acl.AllowActionProperty()),
            custom_response_bodies={
                "TooMany": Acl.CustomResponseBodyProperty(
                    content_type="APPLICATION_JSON", content=_too_many()
                )
            },
            rules=[Acl.RuleProperty(priority=turn, **rule) for turn, rule in enumerate(rules)],
            visibility_config=_metric(name),
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn
        )
        acknowledge(self, _ACKNOWLEDGED)


def _filings(name: str) -> dict[str, Any]:
    """Return the rule that slows down who files without end."""
    posted = Acl.ByteMatchStatementProperty(
        field_to_match=Acl.FieldToMatchProperty(method={}),
        positional_constraint="EXACTLY",
        search_string="POST",
        text_transformations=_AS_IT_IS,
    )
    to_the_form = Acl.RegexMatchStatementProperty(
        field_to_match=Acl.FieldToMatchProperty(uri_path={}),
        regex_string=PUBLIC_FORM,
        text_transformations=_AS_IT_IS,
    )
    filings = Acl.AndStatementProperty(
        statements=[
            Acl.StatementProperty(byte_match_statement=posted),
            Acl.StatementProperty(regex_match_statement=to_the_form),
        ]
    )
    rate = Acl.RateBasedStatementProperty(
        aggregate_key_type="IP",
        evaluation_window_sec=_WINDOW,
        limit=_FILINGS,
        scope_down_statement=Acl.StatementProperty(and_statement=filings),
    )
    later = Acl.CustomResponseProperty(
        response_code=TooManyRequests.status,
        custom_response_body_key="TooMany",
        response_headers=[Acl.CustomHTTPHeaderProperty(name="Retry-After", value=str(_WINDOW))],
    )
    return {
        "name": "Filings",
        "statement": Acl.StatementProperty(rate_based_statement=rate),
        "action": Acl.RuleActionProperty(block=Acl.BlockActionProperty(custom_response=later)),
        "visibility_config": _metric(f"{name}Filings"),
    }


def _managed(group: str, name: str, *, counted: Sequence[str] = ()) -> dict[str, Any]:
    """Return a rule that applies one of AWS's groups.

    Args:
        group: Its name, without the prefix that they all have.
        name: What its metric is called after.
        counted: Rules of the group that count what they find and let it pass.
    """
    count = Acl.RuleActionProperty(count={})
    statement = Acl.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=f"AWSManagedRules{group}",
        rule_action_overrides=[
            Acl.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted
        ],
    )
    return {
        "name": group,
        "statement": Acl.StatementProperty(managed_rule_group_statement=statement),
        "override_action": Acl.OverrideActionProperty(none={}),
        "visibility_config": _metric(f"{name}{group}"),
    }


def _metric(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return Acl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=name,
        # A sample is a whole request: an address, headers, a key.
        sampled_requests_enabled=False,
    )


def _too_many() -> str:
    """Return the problem document of the rate rule. The firewall knows no request's id."""
    error = TooManyRequests(
        "Too many requests came from this address. Try again in five minutes.",
        retry_after=_WINDOW,
    )
    return str(proxy_answer(problem_answer(error, ""), "")["body"])
