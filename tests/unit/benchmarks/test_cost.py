"""What a search is said to cost: prices with their sources, multiplied and added up."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import benchmarks
from benchmarks._aws_prices import Prices
from benchmarks._paid_search import PaidSearch
from benchmarks.cost import Deployed, per_search

DEPLOYED = Deployed(
    search_memory=1024,
    authorizer_memory=512,
    architecture="arm64",
    firewall_rules=4,
    access_line=160,
    workflows=0,
    packs_from=1_400,
)
SEARCH = PaidSearch(
    writes=10,
    reads=8,
    requests=12,
    transactions=2,
    answer_bytes=50_000,
    packed_bytes=5_000,
    log_bytes=0,
)


def test_every_price_has_a_source_and_a_day() -> None:
    """A number that nobody can look up again is no price."""
    text = Path(benchmarks.__file__).with_name("aws_prices.toml").read_text(encoding="utf-8")
    for price in tomllib.loads(text).values():
        assert price.keys() == {"price", "for", "source", "read"}
        assert price["source"]
        assert price["read"] <= date(2026, 11, 25)


def test_a_search_costs_what_its_parts_cost() -> None:
    """By hand: a GB for 0.3 s, ten writes, eight reads, a kilobyte of log, five of packed answer."""
    lines = per_search(DEPLOYED, SEARCH, Prices.read())
    millions = {name: 1_000_000 * each for name, each in lines.items()}

    assert millions["search, 1024 MiB for 300 ms"] == pytest.approx(0.2 + 0.3 * 13.3334)
    assert millions["table, writes"] == pytest.approx(6.25)
    assert millions["table, reads"] == pytest.approx(1.0)
    assert millions["logs"] == pytest.approx(0.5)
    assert millions["answers, to callers that take gzip"] == pytest.approx(0.45)
    assert millions["steps of Standard workflows"] == 0


def test_an_answer_that_is_not_packed_costs_its_length() -> None:
    """What the gateway does not pack costs as many bytes as it is long."""
    for packs_from in (None, 50_001):
        lines = per_search(replace(DEPLOYED, packs_from=packs_from), SEARCH, Prices.read())
        assert 1_000_000 * lines["answers"] == pytest.approx(4.5)


def test_steps_of_a_standard_workflow_would_show() -> None:
    """One step per search alone costs as much as the whole may."""
    lines = per_search(replace(DEPLOYED, workflows=1), SEARCH, Prices.read())

    assert 1_000_000 * lines["steps of Standard workflows"] == pytest.approx(25)
