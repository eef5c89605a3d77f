"""Deployments that go bit by bit, and back by themselves.

Callers call an alias. A deployment gives a tenth of them the new version, and the rest ten minutes
later; if an alarm goes off until then, CodeDeploy gives all of them the former version again, and
CloudFormation rolls the whole deployment back. What the clock and the workflow call is new at once:
a step may run twice, so a failed one is simply run again.
"""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.nag import INLINE, acknowledge

_LIVE = "live"
"""The alias that callers call."""
_PACE = codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_10_MINUTES


class LiveVersions(Construct):
    """The version of each function that callers get."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Mapping[str, lambda_.Function]
    ) -> None:
        super().__init__(scope, construct_id)
        self.aliases = {
            name: lambda_.Alias(
                self, _named(name), alias_name=_LIVE, version=function.current_version
            )
            for name, function in functions.items()
        }
        self._functions = functions

    def go_gradually(self, stop_at: Sequence[cloudwatch.IAlarm]) -> None:
        """Deploy bit by bit, and back if one of these alarms goes off."""
        application = codedeploy.LambdaApplication(self, "Application")
        role = self._role(stop_at)
        for name, alias in self.aliases.items():
            codedeploy.LambdaDeploymentGroup(
                self,
                f"{_named(name)}Deployment",
                application=application,
                alias=alias,
                deployment_config=_PACE,
                role=role,
                alarms=list(stop_at),
                auto_rollback=codedeploy.AutoRollbackConfig(
                    failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
                ),
            )

    def _role(self, alarms: Sequence[cloudwatch.IAlarm]) -> iam.IRole:
        """Return the role that moves aliases; AWS's own policy would be for those of everything.

        Source: AWS, "AWSCodeDeployRoleForLambdaLimited", less what it has for files in S3.
        """
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"))
        functions = [function.function_arn for function in self._functions.values()]
        watched = [alarm.alarm_arn for alarm in alarms]
        for actions, resources in (
            (["lambda:GetAlias", "lambda:UpdateAlias"], functions),
            (
                ["lambda:GetProvisionedConcurrencyConfig"],
                [f"{function}:{_LIVE}" for function in functions],
            ),
            (["cloudwatch:DescribeAlarms"], watched),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources))
        acknowledge(role, {"NIST.800.53.R5-IAMNoInlinePolicy": INLINE})
        return role.without_policy_updates()


def _named(function: str) -> str:
    return "".join(part.capitalize() for part in function.split("_"))
