"""The functions, the workflow and the API: what can be deployed anew at any time."""

import re
from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.alarms import Alarms
from infra.dashboard import Dashboard
from infra.data_stack import DataStack
from infra.dead_letters import DeadLetters
from infra.gradual import LiveVersions
from infra.layers import Layers
from infra.log_metrics import LogMetrics
from infra.needs import FUNCTIONS, NEEDS, STEPS, Needs
from infra.node import REPOSITORY
from infra.objectives import Searches
from infra.places import Places
from infra.python_function import PythonFunction
from infra.rest_api import RestApi
from infra.rights import Rights
from infra.saved_queries import SavedQueries
from infra.schedules import CALLED_BY_THE_CLOCK, Schedules
from infra.stages import Stage
from infra.watched import Watched
from infra.workflow import Workflow
from infra.workflow_names import SUBJECT_REQUESTS, workflow_arns, workflow_name
from leadcloud.http.routes import ROUTES

_DEFINITION = REPOSITORY / "functions" / "dsar_router" / "workflow.asl.json"

_CALLED = sorted({"authorizer", *(route.function for route in ROUTES)})
"""Functions that the gateway calls."""

_STOPPING = ("CallsFailing", "CanarySilent", "UnexpectedErrors")
"""Alarms that stop a deployment which goes bit by bit."""


class ServiceStack(Stack):
    """One deployment of the functions, in front of its data."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=stage.protected)
        self._stage = stage
        self._data = data
        self._layers = Layers(self, "Layers", target=stage.target)
        self._places = Places(self, stage=stage, data=data)
        self._rights = Rights(self, stage=stage, data=data)
        self._live: LiveVersions | None = None
        letters = DeadLetters(self, "DeadLetters", workflows=workflow_arns(self, stage))
        self._dead_letters = letters.queue
        functions = {name: self._function(name, NEEDS.get(name, Needs())) for name in FUNCTIONS}
        api = RestApi(
            self,
            "Rest",
            stage=stage,
            functions=self._called(functions),
        )
        functions["authorizer"].function.add_environment("LEADCLOUD_USAGE_KEYS", stage.usage_keys)
        for name, function in functions.items():
            needs = NEEDS.get(name, Needs())
            if needs.mail or needs.canary:
                # By its id, as the deployed stage needs the functions before it is there.
                function.function.add_environment("LEADCLOUD_BASE_URL", api.base_url)
        requests = Workflow(
            self,
            "SubjectRequests",
            stage=stage,
            name=workflow_name(stage, SUBJECT_REQUESTS),
            definition=_DEFINITION,
            steps=functions[STEPS].function,
            key=data.key,
        )
        schedules = Schedules(
            self,
            "Schedules",
            functions={name: function.function for name, function in functions.items()},
            dead_letters=self._dead_letters,
        )
        rules = {**schedules.rules, "FailedExecutions": letters.rule}
        self._watch(functions, api, workflow=requests.machine, rules=rules)
        CfnOutput(self, "BaseUrl", value=api.base_url)
        CfnOutput(self, "DeadLettersUrl", value=self._dead_letters.queue_url)
        if api.api.domain_name:
            target = api.api.domain_name.domain_name_alias_domain_name
            CfnOutput(self, "DomainTarget", value=target, description="What the domain points to")

    def _called(self, functions: Mapping[str, PythonFunction]) -> Mapping[str, lambda_.IFunction]:
        """Return what the gateway calls."""
        called = {name: functions[name].function for name in _CALLED}
        if not self._stage.gradual:
            return called
        self._live = LiveVersions(self, "Live", functions=called)
        return self._live.aliases

    def _watch(
        self,
        functions: Mapping[str, PythonFunction],
        api: RestApi,
        *,
        workflow: sfn.StateMachine,
        rules: Mapping[str, events.Rule],
    ) -> None:
        name = f"LeadCloud{self._stage.name}"
        log_groups = {each: function.log for each, function in functions.items()}
        watched = Watched(
            functions={each: function.function for each, function in functions.items()},
            called=_CALLED,
            searches=Searches(api_name=name, stage_name=api.api.deployment_stage.stage_name),
            counted=LogMetrics(self, "LogMetrics", namespace=name, log_groups=log_groups),
            workflow=workflow,
            rules=rules,
            table=self._data.table,
            dead_letters=self._dead_letters,
            firewall=name,
            region=self.region,
        )
        alarms = Alarms(self, "Alarms", stage=self._stage, watched=watched, key=self._data.key)
        Dashboard(self, "Dashboard", stage=self._stage, watched=watched, alarms=alarms)
        if self._live:
            self._live.go_gradually([alarms.by_rule[name] for name in _STOPPING])
        SavedQueries(self, "SavedQueries", folder=name, log_groups=log_groups)

    def _function(self, name: str, needs: Needs) -> PythonFunction:
        function = PythonFunction(
            self,
            "".join(part.capitalize() for part in re.split(r"[_.]", name)),
            name=name,
            beside=("collect",) if needs.releases else (),
            layers=self._layers.of(name),
            environment=self._places.of(needs),
            memory=needs.memory,
            timeout=needs.timeout,
            log_retention=self._stage.log_retention,
            dead_letters=self._dead_letters if name in CALLED_BY_THE_CLOCK else None,
        )
        self._rights.give(function, needs)
        return function
