"""Answers the provider's searches: filters, pages and totals over records held in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.directory_provider.companies import draw_companies
from local.directory_provider.consumers import draw_consumers

Record = dict[str, Any]
Parameters = Mapping[str, Sequence[str]]

MAX_LIMIT = 1_000
COMPANIES_PER_PAGE = 50


class SearchRefused(Exception):
    """The provider does not know a parameter, or cannot read its value."""


_CONSUMER_FILTERS: dict[str, Callable[[Record], str]] = {
    "postalCode": lambda record: record["address"]["postalCode"],
    "municipalityCode": lambda record: record["address"]["municipalityCode"],
    "gender": lambda record: record["gender"],
    "language": lambda record: record["language"],
    "phoneType": lambda record: record["phoneType"],
}
_COMPANY_FILTERS: dict[str, Callable[[Record], str]] = {
    "industryCode": lambda record: record["industry"]["code"],
    "legalForm": lambda record: record["legalForm"],
    "postalCode": lambda record: record["address"]["postalCode"],
    "municipalityCode": lambda record: record["address"]["municipalityCode"],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """Both registers of the provider."""

    consumers: Sequence[Record]
    companies: Sequence[Record]

    @classmethod
    def drawn(cls, seed: int) -> "Directory":
        """Draw both registers; the same seed gives the same people."""
        return cls(consumers=draw_consumers(seed), companies=draw_companies(seed))

    def search_contacts(self, parameters: Parameters, *, lying: bool = False) -> Record:
        """Answer `GET /v2/contacts/search`.

        Raises:
            SearchRefused: A parameter is unknown or unreadable.
        """
        filters, window = _split(parameters, _CONSUMER_FILTERS, {"offset": 0, "limit": 100})
        if not 1 <= window["limit"] <= MAX_LIMIT:
            raise SearchRefused
        found = self.consumers if lying else _filtered(self.consumers, filters)
        start = window["offset"]
        return {
            "synthetic": True,
            "query": {"totalResults": len(found) * (3 if lying else 1), "offset": start},
            "contacts": found[start : start + window["limit"]],
        }

    def search_decision_makers(self, parameters: Parameters, *, lying: bool = False) -> Record:
        """Answer `GET /v2/decision-makers/search`.

        Raises:
            SearchRefused: A parameter is unknown or unreadable.
        """
        filters, window = _split(parameters, _COMPANY_FILTERS, {"page": 1})
        if window["page"] < 1:
            raise SearchRefused
        found = self.companies if lying else _filtered(self.companies, filters)
        start = (window["page"] - 1) * COMPANIES_PER_PAGE
        return {
            "synthetic": True,
            "meta": {"total": len(found) * (3 if lying else 1), "page": window["page"]},
            "companies": found[start : start + COMPANIES_PER_PAGE],
        }


Test = Callable[[Record], bool]


def _split(
    parameters: Parameters,
    filters: Mapping[str, Callable[[Record], str]],
    window: Mapping[str, int],
) -> tuple[list[Test], dict[str, int]]:
    tests: list[Test] = []
    read = dict(window)
    for name, given in parameters.items():
        if name in window:
            read[name] = _whole_number(given)
        else:
            values = tuple(value for part in given for value in part.split(","))
            tests.append(_test(name, values, filters))
    return tests, read


def _whole_number(given: Sequence[str]) -> int:
    if len(given) != 1 or not given[0].isdecimal():
        raise SearchRefused
    return int(given[0])


def _test(
    name: str, values: tuple[str, ...], filters: Mapping[str, Callable[[Record], str]]
) -> Test:
    if name in filters:
        return lambda record: filters[name](record) in values
    if (field := name.removesuffix("Prefix")) != name and field in filters:
        return lambda record: filters[field](record).startswith(values)
    if (field := name.removesuffix("Not")) != name and field in filters:
        return lambda record: filters[field](record) not in values
    raise SearchRefused


def _filtered(records: Sequence[Record], tests: Sequence[Test]) -> Sequence[Record]:
    for test in tests:
        records = [record for record in records if test(record)]
    return records
