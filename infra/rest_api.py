"""The REST API, made from the route table and from nothing else."""

import json
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.firewall import Firewall
from infra.gateway_responses import add_gateway_responses
from infra.nag import LOG_UNDER_AWS_KEY, acknowledge
from infra.stages import Stage
from leadcloud.accounts.tier import TIERS, usage_key
from leadcloud.http.route import Route
from leadcloud.http.routes import ROUTES

KEY_HEADER = "X-API-Key"

_TLS = apigateway.SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09
"""Of those that regional endpoints may have. Source: AWS, "Security policies for REST APIs"."""
_REGIONAL = apigateway.EndpointType.REGIONAL
"""What persons write does not travel over AWS's edge outside of the region."""

_PACKED_FROM = 1_400
"""Bytes. What fits into one packet gains nothing; a page of a hundred contacts shrinks to an eighth.

Only callers that ask for gzip get it. To learn a secret from the length of what is packed, somebody
must have text of his own put beside it, again and again, with the rights of whose secret it is
(BREACH). Here rights come with a header or a secret link and never by themselves, as a cookie does:
nobody can have a request made in another's name. A console with cookies must look at this again."""

_TIER_SHARE = 0.8 / len(TIERS)
"""Of what the stage bears, for all callers of a tier; the rest is there for public pages and forms."""

_AUTHORIZATION_SECONDS = 300
"""A key's authorization is remembered so long, and an account's tier. A key that is revoked is stopped
by the functions' brake, within seconds."""

# Nothing of a caller: the path is the route's pattern, and there is no query, body or address.
_ACCESS_LOG = {
    "request_id": "$context.requestId",
    "requested_at": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "response_type": "$context.error.responseType",
    "response_bytes": "$context.responseLength",
    "ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "authorizer_ms": "$context.authorizer.integrationLatency",
}

_NO_EXECUTION_LOG = (
    "The execution log would hold parameters and keys of requests. The access log and the functions' "
    "own events tell what is needed."
)
_NO_TRACES = (
    "The gateway's part of a trace has the caller's address and the whole URL: the links of data "
    "subjects with their keys, and what is typed into a look-up. The functions' parts have neither."
)
"""Source: AWS, "AWS X-Ray traces for Amazon API Gateway APIs"."""
_API_ACKNOWLEDGED = {
    "Serverless-APIGWXrayEnabled": _NO_TRACES,
    "AwsSolutions-APIG2": "Each function's guard checks every request, and names all its faults; "
    "API Gateway would name one, in a form of its own.",
    "AwsSolutions-APIG6": _NO_EXECUTION_LOG,
    "NIST.800.53.R5-APIGWExecutionLoggingEnabled": _NO_EXECUTION_LOG,
    "NIST.800.53.R5-APIGWCacheEnabledAndEncrypted": "A cache would hold contacts, which are nowhere "
    "to be kept. There is none.",
    "NIST.800.53.R5-APIGWSSLEnabled": "Behind the gateway are functions, which AWS calls by their "
    "roles; no server of ours could ask for a certificate.",
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted": LOG_UNDER_AWS_KEY,
    "AwsSolutions-COG4": "Callers are programs with keys, not users; our own authorizer knows them.",
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
    "AmazonAPIGatewayPushToCloudWatchLogs]": "The policy that API Gateway checks for before it "
    "writes any log.",
}
_PUBLIC = {"AwsSolutions-APIG4": "Public, or answered by the guard with 404 or 405."}


class RestApi(Construct):
    """API Gateway in front of the functions."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        functions: Mapping[str, lambda_.IFunction],
    ) -> None:
        """Define the API.

        Args:
            scope: Where it belongs.
            construct_id: Its name there.
            stage: The deployment.
            functions: Those of the route table by name, and the authorizer.
        """
        super().__init__(scope, construct_id)
        self.api = self._api(stage)
        self.base_url = self._base_url(stage)
        self._integrations = {
            name: apigateway.LambdaIntegration(
                function, allow_test_invoke=False, scope_permission_to_method=False
            )
            for name, function in functions.items()
        }
        self._authorizer = apigateway.RequestAuthorizer(
            self,
            "Authorizer",
            handler=functions["authorizer"],
            identity_sources=[apigateway.IdentitySource.header(KEY_HEADER)],
            results_cache_ttl=Duration.seconds(_AUTHORIZATION_SECONDS),
        )
        for path in dict.fromkeys(route.path for route in ROUTES):
            self._add_path(path, [route for route in ROUTES if route.path == path])
        Firewall(self, "Firewall", stage=self.api.deployment_stage, name=f"LeadCloud{stage.name}")
        # Paths that are none: the same problem document as everywhere.
        self._add_public(self.api.root.add_resource("{proxy+}"), "ANY", "pages")
        add_gateway_responses(self.api)
        self._brake_callers(stage)
        acknowledge(self, _API_ACKNOWLEDGED)

    def _api(self, stage: Stage) -> apigateway.RestApi:
        log = logs.LogGroup(
            self,
            "AccessLog",
            retention=stage.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"LeadCloud{stage.name}",
            endpoint_types=[_REGIONAL],
            domain_name=self._domain(stage),
            # The other name would be a way around whatever the domain is bound to.
            disable_execute_api_endpoint=stage.domain is not None,
            # Bodies reach the guard as they were sent; as text, broken UTF-8 would be mended.
            binary_media_types=["*/*"],
            min_compression_size=Size.bytes(_PACKED_FROM),
            api_key_source_type=apigateway.ApiKeySourceType.AUTHORIZER,
            cloud_watch_role=True,
            deploy_options=apigateway.StageOptions(
                stage_name=stage.name.lower(),
                access_log_destination=apigateway.LogGroupLogDestination(log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.OFF,
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=False,
                throttling_rate_limit=stage.requests_per_second,
                throttling_burst_limit=stage.burst,
            ),
        )
        resource = api.node.default_child
        assert isinstance(resource, apigateway.CfnRestApi)  # noqa: S101 the CDK makes no other
        resource.security_policy = f"SecurityPolicy_{_TLS.value}"
        resource.endpoint_access_mode = "STRICT"
        return api

    def _brake_callers(self, stage: Stage) -> None:
        """Leave each tier, and data subjects, a part of what the stage bears, whatever others do.

        The keys of a tier share one of the gateway's, which the authorizer names: the gateway has too
        few for ours, and how often each may ask is the functions' matter (docs/adr/0011).
        """
        for tier in TIERS:
            plan = self.api.add_usage_plan(
                f"Callers{tier.capitalize()}",
                name=f"LeadCloud{stage.name}Callers{tier.capitalize()}",
                api_stages=[
                    apigateway.UsagePlanPerApiStage(api=self.api, stage=self.api.deployment_stage)
                ],
                throttle=apigateway.ThrottleSettings(
                    rate_limit=stage.requests_per_second * _TIER_SHARE,
                    burst_limit=round(stage.burst * _TIER_SHARE),
                ),
            )
            key = self.api.add_api_key(
                f"CallersKey{tier.capitalize()}", value=usage_key(stage.usage_keys, tier)
            )
            plan.add_api_key(key)

    def _domain(self, stage: Stage) -> apigateway.DomainNameOptions | None:
        if stage.domain is None:
            return None
        certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=stage.domain,
            validation=acm.CertificateValidation.from_dns(),
        )
        return apigateway.DomainNameOptions(
            domain_name=stage.domain,
            certificate=certificate,
            security_policy=_TLS,
            endpoint_type=_REGIONAL,
            endpoint_access_mode=apigateway.EndpointAccessMode.STRICT,
        )

    def _base_url(self, stage: Stage) -> str:
        if stage.domain is not None:
            return f"https://{stage.domain}"
        stack = Stack.of(self)
        host = f"{self.api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"
        return f"https://{host}/{stage.name.lower()}"

    def _add_path(self, path: str, routes: list[Route]) -> None:
        resource = self.api.root.resource_for_path(path)
        for route in routes:
            for method in _methods(route):
                if route.scope:
                    integration = self._integrations[route.function]
                    resource.add_method(
                        method, integration, authorizer=self._authorizer, api_key_required=True
                    )
                else:
                    self._add_public(resource, method, route.function)
        # The guard of any function answers the other methods, and names those that there are.
        self._add_public(resource, "ANY", routes[0].function)

    def _add_public(self, resource: apigateway.IResource, method: str, function: str) -> None:
        acknowledge(resource.add_method(method, self._integrations[function]), _PUBLIC)


def _methods(route: Route) -> tuple[str, ...]:
    """Return the methods of a route: HEAD is answered, and authorized, as GET is."""
    return ("GET", "HEAD") if route.method == "GET" else (route.method,)
