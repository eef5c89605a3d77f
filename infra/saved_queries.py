"""Queries that an operator begins with, kept beside the logs that they read."""

from collections.abc import Collection, Mapping

from aws_cdk import aws_logs as logs
from constructs import Construct

ERRORS = "Unexpected errors by place"
_QUERIES = {
    ERRORS: """
        filter message = "UNEXPECTED_ERROR" or message = "STEP_FAILED"
        | stats count(*) as times, max(@timestamp) as last by error, place, step
        | sort times desc
    """,
    "Refused and failed requests by code": """
        filter message = "REQUEST_ANSWERED" and status >= 400
        | stats count(*) as times by operation, status, code
        | sort times desc
    """,
    "Operations by time": """
        filter message = "REQUEST_ANSWERED"
        | stats count(*) as times, pct(ms, 50) as half, pct(ms, 95) as most, max(ms) as slowest
            by operation
        | sort most desc
    """,
    "Sources by state and time": """
        filter message = "SOURCE_ANSWERED"
        | stats count(*) as times, pct(ms, 95) as most, sum(read) as records,
            sum(returned) as contacts
            by register, state, code
        | sort times desc
    """,
    "One request from end to end": """
        filter request_id = "put the request's id here"
        | sort @timestamp asc
    """,
    "Cold starts": """
        filter @type = "REPORT" and ispresent(@initDuration)
        | stats count(*) as times, pct(@initDuration, 50) as half, max(@initDuration) as slowest
            by @log
    """,
}
"""In CloudWatch Logs Insights' language. Fields are those of leadcloud/events.py."""


class SavedQueries(Construct):
    """The queries of one deployment."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: str,
        log_groups: Mapping[str, logs.ILogGroup],
        titles: Collection[str] = tuple(_QUERIES),
    ) -> None:
        super().__init__(scope, construct_id)
        for title in titles:
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in title.split()),
                name=f"{folder}/{title}",
                query_string="\n".join(
                    line.strip() for line in _QUERIES[title].strip().splitlines()
                ),
                log_group_names=[group.log_group_name for group in log_groups.values()],
            )
