"""A polite client of a WFS: few requests at a time, patient when told to wait, counting its rows.

Servers that do not know a parameter ignore it and answer with everything, so the number of rows is
asked for first and compared at the end.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
from defusedxml import DefusedXmlException, ElementTree

from collect.profile import Layer, Profile

PARALLEL = 2
"""Requests at once; more and Ryhti's server begins to refuse."""
_TRIES = 6
_PAUSE = 15.0
"""Seconds to wait after a refusal, times the number of refusals so far, and no longer than the next."""
_LONGEST_PAUSE = 300.0
_WAIT = frozenset({429, 500, 502, 503, 504})
_TIMEOUT = httpx.Timeout(120.0, connect=20.0)
_USER_AGENT = "leadcloud-collect/1.0"

Sleep = Callable[[float], None]
Say = Callable[[str], None]
"""Takes a sentence for who waits, too."""


class SourceFailed(Exception):
    """The server did not give what it promises; the message quotes nothing of its answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of a layer."""

    start: int
    features: list[Any]


class Wfs:
    """Reads layers of one source."""

    def __init__(
        self,
        profile: Profile,
        client: httpx.Client,
        sleep: Sleep = time.sleep,
        *,
        say: Say = lambda _: None,
    ) -> None:
        """Prepare for a source's server, and say it when that is waited for."""
        if profile.url is None:
            raise SourceFailed("This source has no server.")
        self._id = profile.id
        self._url = profile.url
        self._query = dict(profile.query)
        self._client = client
        self._sleep = sleep
        self._say = say

    def count(self, layer: Layer, municipality: str | None) -> int:
        """Return how many rows the server says there are.

        Raises:
            SourceFailed: It does not answer, or says no number.
        """
        answer = self._get({**self._request(layer, municipality), "resultType": "hits"})
        try:
            root = ElementTree.fromstring(answer.content, forbid_dtd=True)
            return int(root.get("numberMatched") or root.get("numberOfFeatures") or "")
        except (ElementTree.ParseError, DefusedXmlException, ValueError):
            raise SourceFailed("The server did not say how many rows there are.") from None

    def pages(self, layer: Layer, municipality: str | None, *, starts: list[int]) -> Iterator[Page]:
        """Yield the pages that begin at these rows, in order, with few requests under way."""

        def fetch(start: int) -> Page:
            parameters = {
                **self._request(layer, municipality),
                "outputFormat": "application/json",
                "sortBy": layer.sort_by,
                "startIndex": str(start),
                "count": str(layer.page_size),
            }
            return Page(start=start, features=self._features(parameters))

        with ThreadPoolExecutor(PARALLEL) as threads:
            for first in range(0, len(starts), PARALLEL):
                yield from threads.map(fetch, starts[first : first + PARALLEL])

    def _request(self, layer: Layer, municipality: str | None) -> dict[str, str]:
        request = {
            **self._query,
            "service": "WFS",
            "version": "2.0.0",
            "request": "GetFeature",
            "typeNames": layer.type_name,
        }
        if layer.municipality_filter and municipality:
            request["CQL_FILTER"] = layer.municipality_filter.format(municipality=municipality)
        return request

    def _features(self, parameters: Mapping[str, str]) -> list[Any]:
        answer = self._get(parameters)
        try:
            features = answer.json()["features"]
        except (ValueError, KeyError, TypeError, RecursionError):
            # GeoServer answers in XML where it cannot do what was asked, with status 200.
            raise SourceFailed("The server answered something else than features.") from None
        if not isinstance(features, list):
            raise SourceFailed("The server answered something else than features.")
        return features

    def _get(self, parameters: Mapping[str, str]) -> httpx.Response:
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._client.get(self._url, params=dict(parameters))
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in _WAIT:
                if answer.status_code != httpx.codes.OK:
                    raise SourceFailed(f"The server answered {answer.status_code}.")
                return answer
            if attempt < _TRIES:
                pause = _pause(answer, attempt)
                self._say(
                    f"{self._id}: {_trouble(answer)} (try {attempt} of {_TRIES}); "
                    f"again in {pause:.0f} seconds."
                )
                self._sleep(pause)
        raise SourceFailed(f"The server did not answer in {_TRIES} tries; run this again later.")


def _trouble(answer: httpx.Response | None) -> str:
    if answer is None:
        return "the server cannot be reached"
    return f"the server asks for patience with {answer.status_code}"


def _pause(answer: httpx.Response | None, attempt: int) -> float:
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    wanted = float(asked) if asked.isdigit() else _PAUSE * attempt
    return min(wanted, _LONGEST_PAUSE)


def polite_client(before_each: Callable[[], None] = lambda: None) -> httpx.Client:
    """Return a client that says who it is and never waits for ever.

    Args:
        before_each: Called before each request; what it raises is raised in its place.
    """
    return httpx.Client(
        headers={"User-Agent": _USER_AGENT},
        timeout=_TIMEOUT,
        event_hooks={"request": [lambda _: before_each()]},
    )
