"""What API Gateway answers by itself, in the form that the functions answer in."""

from aws_cdk import aws_apigateway as apigateway

from leadcloud.errors import (
    BodyTooLarge,
    InternalError,
    LeadCloudError,
    MediaTypeUnsupported,
    NotFound,
    RequestBlocked,
    RequestInvalid,
    ScopeMissing,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from leadcloud.http.api import problem_answer, proxy_answer

# What is not here is one of the two defaults. Source: AWS, "Gateway response types".
_ERRORS: dict[str, LeadCloudError] = {
    "ACCESS_DENIED": ScopeMissing(),
    "AUTHORIZER_FAILURE": Unavailable(),
    "DEFAULT_4XX": RequestInvalid(),
    "DEFAULT_5XX": InternalError(),
    "INTEGRATION_FAILURE": Unavailable(),
    "INTEGRATION_TIMEOUT": Unavailable(),
    "INVALID_API_KEY": InternalError(),  # of the usage plan; the authorizer names it, no caller
    "MISSING_AUTHENTICATION_TOKEN": NotFound(),
    "QUOTA_EXCEEDED": TooManyRequests(retry_after=1),
    "REQUEST_TOO_LARGE": BodyTooLarge(),
    "RESOURCE_NOT_FOUND": NotFound(),
    "THROTTLED": TooManyRequests(retry_after=1),
    "UNAUTHORIZED": Unauthenticated(headers={"WWW-Authenticate": 'ApiKey header="X-API-Key"'}),
    "UNSUPPORTED_MEDIA_TYPE": MediaTypeUnsupported(),
    "WAF_FILTERED": RequestBlocked(),
}


def add_gateway_responses(api: apigateway.RestApi) -> None:
    """Make API Gateway's own answers problem documents."""
    for response_type, error in _ERRORS.items():
        answer = proxy_answer(problem_answer(error, "$context.requestId"), "")
        headers = {
            name: f"'{value}'"
            for name, value in answer["headers"].items()
            if "'" not in value  # in a static value there is no way to write one
        }
        api.add_gateway_response(
            response_type,
            type=apigateway.ResponseType.of(response_type),
            status_code=str(error.status),
            response_headers={**headers, "X-Request-Id": "context.requestId"},
            templates={"application/json": answer["body"]},
        )
