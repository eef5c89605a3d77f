"""A server of open data, as the collector meets it."""

from typing import Any

import httpx

from tests.plugins.buildings import row

HITS = '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="{}"/>'


class Server:
    """A WFS with so many buildings, which may be told to misbehave."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.promises = count
        self.asked: list[dict[str, str]] = []
        self.faults: list[httpx.Response | Exception] = []
        self.refuses_at: int | None = None
        """Where the page begins that is answered 400, and not noted as asked for."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        query = dict(request.url.params)
        if query.get("startIndex") == str(self.refuses_at):
            return httpx.Response(400)
        self.asked.append(query)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        address = query["typeNames"].endswith("address")
        if query.get("resultType") == "hits":
            return httpx.Response(200, text=HITS.format(0 if address else self.promises))
        start = int(query["startIndex"])
        numbers = range(start, min(start + int(query["count"]), self.count))
        return httpx.Response(200, json={"features": [_feature(number) for number in numbers]})


def _feature(number: int) -> dict[str, Any]:
    cells = row(number)
    return {"type": "Feature", "geometry": cells.pop("geometry"), "properties": cells}
