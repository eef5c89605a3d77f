"""The steps of a job on a whole register as a Lambda function: ids and numbers in and out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from functions.search.register_job import job_of
from functions.search.register_part import Tally, tell
from leadcloud import step
from leadcloud.errors import LeadCloudError
from leadcloud.exchange import Exchange, ExchangeRefused, part_name, parts_of
from leadcloud.wiring import Services, services

MOST_PARTS = 2_000
"""The list of them is the input of a state, of which Step Functions takes 256 KB."""

JOB, RESULT = "job.json", "out/result.json"


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Carry out one step."""
    return carry_out(services(), event)


def carry_out(services: Services, event: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one step.

    Raises:
        StepFailed: With the type of what went wrong.
    """
    name, reference = event["step"], event["job_id"]
    return step.carry_out(name, lambda: _STEPS[name](services, event), reference=reference)


def begin(services: Services, event: Mapping[str, Any]) -> dict[str, Any]:
    """Check the job and return its parts; tell the customer where it is refused."""
    ids = {"account_id": event["account_id"], "job_id": event["job_id"]}
    exchange = _exchange(services, event)
    try:
        job_of(exchange.read(JOB), ids["account_id"], services)
        numbers = parts_of(exchange, most=MOST_PARTS)
    except LeadCloudError as error:
        _tell(exchange, "refused", code=error.code, faults=[*map(asdict, error.faults)])
        raise
    except ExchangeRefused:
        _tell(exchange, "refused", code="files_unusable", faults=[])
        raise
    _tell(exchange, "working", parts=len(numbers))
    return {**ids, "parts": [{**ids, "part": number} for number in numbers]}


def part(services: Services, event: Mapping[str, Any]) -> dict[str, Any]:
    """Work on one part. Once more comes to the same."""
    exchange, number = _exchange(services, event), int(event["part"])
    job = job_of(exchange.read(JOB), event["account_id"], services)
    output, tally = tell(exchange.read(part_name(number, side="in")), job)
    exchange.write(part_name(number, side="out"), output)
    return {"part": number, **asdict(tally)}


def finish(services: Services, event: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the customer that all parts are done, and how many rows they had."""
    tallies = event["parts"]
    sums = {name: sum(each[name] for each in tallies) for name in Tally.__dataclass_fields__}
    _tell(_exchange(services, event), "done", parts=len(tallies), **sums)
    return {"parts": len(tallies), **sums}


_STEPS = {"begin": begin, "part": part, "finish": finish}


def _exchange(services: Services, event: Mapping[str, Any]) -> Exchange:
    return services.exchange(event["account_id"], event["job_id"])


def _tell(exchange: Exchange, state: str, **more: Any) -> None:
    """Let the customer know, in one file, so that nothing of an earlier try is left over."""
    exchange.write(RESULT, json.dumps({"state": state, **more}, indent=2).encode() + b"\n")
