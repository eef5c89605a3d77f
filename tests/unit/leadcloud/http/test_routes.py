"""The route table: each path leads to one place."""

from itertools import combinations

import pytest

from leadcloud.http.routes import ROUTES, routes_at


def _may_be_one(part: str, other: str) -> bool:
    return part == other or "{" in part + other


def test_no_two_paths_with_parameters_overlap() -> None:
    """What a path leads to does not depend on the order of the table."""
    paths = sorted({route.path for route in ROUTES if "{" in route.path})

    assert [
        pair
        for pair in combinations(paths, 2)
        if pair[0].count("/") == pair[1].count("/")
        and all(map(_may_be_one, pair[0].split("/"), pair[1].split("/")))
    ] == []


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/v1/buildings/collections/buildings/items/103191549H", {"building": "103191549H"}),
        ("/v1/buildings/collections/buildings/items", {}),
        ("/v1/buildings/", {}),
    ],
)
def test_a_path_leads_to_its_routes(path: str, parameters: dict[str, str]) -> None:
    """With what stands for its parameters; to read, a slash at the end is nothing."""
    route, found = routes_at(path)["GET"]

    assert route.path.split("{")[0].rstrip("/") in path
    assert found == parameters


@pytest.mark.parametrize(
    "path",
    ["/v1/buildings/nothing", "/v1/buildings//", "/v1/search/", "/v1/codes/a/b", "/v1/codes/", ""],
)
def test_other_paths_lead_nowhere(path: str) -> None:
    """A slash at the end counts where something is sent or is the second, and a parameter has none."""
    assert routes_at(path) == {}
