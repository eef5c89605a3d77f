"""Jobs on the whole of a customer's own register: a stack of its own, for those who have them.

Rows go from a customer's bucket through a function's memory back into that bucket. The workflow
knows the numbers of the parts and touches no bucket: Step Functions reads none of another AWS
account anyway (docs/adr/0018).
"""

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.data_stack import DataStack
from infra.layers import Layers
from infra.log_metrics import LogMetrics
from infra.nag import acknowledge
from infra.needs import WHOLE_REGISTER, WHOLE_REGISTER_NEEDS
from infra.node import REPOSITORY
from infra.places import Places
from infra.python_function import PythonFunction
from infra.rights import Rights
from infra.saved_queries import ERRORS, SavedQueries
from infra.stages import Exchange, Stage
from infra.workflow import Workflow
from infra.workflow_names import JOBS, workflow_name
from leadcloud.exchange import ROOT

_DEFINITION = REPOSITORY / "functions" / "search" / "whole_register.asl.json"

_RUNS = "They are executions of its own, whose names AWS makes up."
_FILES = "A part is named after its job and number, so that all that are named so are meant."


class WholeRegisterStack(Stack):
    """The function that works on parts, and the workflow that hands them out."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=stage.protected)
        self._stage = stage
        self._data = data
        steps = self._function()
        Rights(self, stage=stage, data=data).give(steps, WHOLE_REGISTER_NEEDS)
        for exchange in stage.exchanges:
            self._allow_exchange(steps, exchange)
        self._workflow(steps.function)
        self._watch(steps)

    def _function(self) -> PythonFunction:
        needs = WHOLE_REGISTER_NEEDS
        places = (f"{each.account_id}=s3:{each.bucket}" for each in self._stage.exchanges)
        return PythonFunction(
            self,
            "Steps",
            name=WHOLE_REGISTER,
            layers=Layers(self, "Layers", target=self._stage.target).of(WHOLE_REGISTER),
            environment={
                **Places(self, stage=self._stage, data=self._data).of(needs),
                "LEADCLOUD_EXCHANGES": " ".join(places),
            },
            memory=needs.memory,
            timeout=needs.timeout,
            log_retention=self._stage.log_retention,
        )

    def _watch(self, steps: PythonFunction) -> None:
        """Count what the service's alarm counts, under its name, and find it as easily."""
        name = f"LeadCloud{self._stage.name}"
        log_groups = {WHOLE_REGISTER: steps.log}
        LogMetrics(self, "LogMetrics", namespace=name, log_groups=log_groups)
        SavedQueries(
            self,
            "SavedQueries",
            folder=f"{name}/Whole registers",
            log_groups=log_groups,
            titles=(ERRORS,),
        )

    def _allow_exchange(self, steps: PythonFunction, exchange: Exchange) -> None:
        """Let it read what one customer lays down, and write beside that.

        The owner is named: of a bucket that was given up, anybody can become the next one.
        """
        bucket = f"arn:{Aws.PARTITION}:s3:::{exchange.bucket}"
        owned = {"StringEquals": {"aws:ResourceAccount": exchange.owner}}
        steps.allow(["s3:ListBucket"], bucket, only_if=owned)
        for action, files in (
            ("s3:GetObject", f"{ROOT}*/in/*"),
            ("s3:GetObject", f"{ROOT}*/job.json"),
            ("s3:PutObject", f"{ROOT}*/out/*"),
        ):
            steps.allow([action], f"{bucket}/{files}", only_if=owned)
            named = f"arn:<AWS::Partition>:s3:::{exchange.bucket}/{files}"
            acknowledge(steps, {f"AwsSolutions-IAM5[Resource::{named}]": _FILES})

    def _workflow(self, steps: lambda_.Function) -> None:
        name = workflow_name(self._stage, JOBS)
        workflow = Workflow(
            self,
            "Jobs",
            stage=self._stage,
            name=name,
            definition=_DEFINITION,
            steps=steps,
            key=self._data.key,
        )
        # Source: AWS Step Functions, "IAM policies for using Distributed Map states": who asks after
        # a run names the workflow alone, who redrives one the map, too. Both names end as AWS likes.
        for actions, resource in (
            (["states:StartExecution"], f"stateMachine:{name}"),
            (["states:DescribeExecution", "states:StopExecution"], f"execution:{name}:*"),
            (["states:RedriveExecution"], f"execution:{name}/*"),
        ):
            arn = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"
            statement = iam.PolicyStatement(actions=actions, resources=[arn])
            workflow.machine.add_to_role_policy(statement)
            if resource.endswith("*"):
                named = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:{resource}"
                acknowledge(workflow, {f"AwsSolutions-IAM5[Resource::{named}]": _RUNS})
