"""OGC API Features by the standard's abstract tests, ported from its text.

Source: abstract test suites of OGC 17-069r4 (Core, GeoJSON, OpenAPI 3.0), 18-058r1 (CRS), 19-079r2
(Filtering) and 21-065r2 (CQL2).
"""

import csv
import json
import re
from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from functions.buildings.document import CONFORMANCE
from functions.buildings.queryable import QUERYABLES
from leadcloud.buildings.projection import TM35FIN, gauss_kruger
from tests.plugins.buildings import ITEMS, SYNTHETIC, LookUp
from tests.shared_data import shared

ROOT = "/v1/buildings"
COLLECTION = f"{ROOT}/collections/buildings"
BOX = "25.0,60.27,25.06,60.3"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def _schema(name: str) -> Draft202012Validator:
    """Return the validator of one of the standard's own schemas."""
    folder = shared("data/real/ogc/core/openapi/schemas")
    resources = [
        (
            f"urn:ogc:{file.name}",
            DRAFT202012.create_resource(_as_json_schema(yaml.safe_load(file.read_text()))),
        )
        for file in folder.glob("*.yaml")
    ]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator({"$ref": f"urn:ogc:{name}.yaml"}, registry=registry)


def _as_json_schema(schema: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON schema: nullable, and references by name."""
    if isinstance(schema, list):
        return [_as_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _as_json_schema(value) for name, value in schema.items() if name != "example"}
    if "type" in found and found["type"] is None:
        found["type"] = "null"  # YAML's null, where JSON schema's was meant
    if found.pop("nullable", False) and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    if "$ref" in found:
        found["$ref"] = "urn:ogc:" + found["$ref"].rpartition("/")[2]
    return found


def _rels(document: Any) -> dict[str, list[dict[str, Any]]]:
    rels: dict[str, list[dict[str, Any]]] = {}
    for each in document["links"]:
        rels.setdefault(each["rel"], []).append(each)
    return rels


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (ROOT, "landingPage"),
        (f"{ROOT}/conformance", "confClasses"),
        (f"{ROOT}/collections", "collections"),
        (COLLECTION, "collection"),
        (f"{ITEMS}?limit=50", "featureCollectionGeoJSON"),
        (f"{ITEMS}/190000003Y", "featureGeoJSON"),
    ],
)
def test_answers_follow_the_standards_schemas(look_up: LookUp, path: str, schema: str) -> None:
    """Every document validates against the OGC's own schema of it (A.2.2 to A.2.8)."""
    if path.endswith("190000003Y"):
        path = f"{ITEMS}/{look_up.items(limit=1)['features'][0]['id']}"
    reply = look_up.get(path)

    assert reply.status == 200
    assert list(_schema(schema).iter_errors(reply.json)) == []


def test_the_standards_schema_can_fail() -> None:
    """The oracle sees a broken feature."""
    broken = {"type": "Feature", "geometry": {"type": "Point", "coordinates": ["a", 1]}}

    assert list(_schema("featureGeoJSON").iter_errors(broken))


def test_landing_page_links_to_all_there_is(look_up: LookUp) -> None:
    """A.2.2: service-desc, conformance and data, and each link answers with its type."""
    rels = _rels(look_up.get(ROOT).json)

    assert {"service-desc", "service-doc", "conformance", "data", "self", "license"} <= rels.keys()
    for rel in ("service-desc", "conformance", "data", "self"):
        (each,) = rels[rel]
        reply = look_up.get(each["href"])
        assert reply.status == 200
        assert reply.headers["Content-Type"] == each["type"]


@pytest.mark.parametrize(
    "host", ["", "a b", "a/b", 'a"><b', "a,b", "åbo.example", "a" * 256, "a\nb"]
)
@pytest.mark.parametrize("path", [ROOT, ITEMS])
def test_links_lead_to_a_host_or_nowhere(look_up: LookUp, path: str, host: str) -> None:
    """What is no host's name on the wire stands in no link, and in no complaint either."""
    reply = look_up.get(path, headers={"Host": host})

    assert (reply.status, reply.json["errors"][0]["field"]) == (400, "Host")
    assert "Link" not in reply.headers
    assert not host or host not in reply.json["errors"][0]["detail"]


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "a-b.example", "a" * 255])
def test_links_lead_to_the_host_that_was_asked(look_up: LookUp, host: str) -> None:
    """However the service was reached."""
    (link,) = _rels(look_up.get(ROOT, headers={"Host": host}).json)["self"]

    assert link["href"].startswith(f"http://{host}/")


def test_the_api_definition_is_openapi_3_0_and_complete(look_up: LookUp) -> None:
    """A.5: valid OpenAPI 3.0 that lists paging, place, time and every queryable as parameters."""
    document = look_up.get(f"{ROOT}/api").json

    validate(document)
    assert document["openapi"].startswith("3.0.")
    parameters = document["paths"]["/collections/buildings/items"]["get"]["parameters"]
    names = {each["name"] for each in parameters}
    assert {"limit", "bbox", "datetime", "filter", "filter-lang", "crs", "bbox-crs"} <= names
    assert QUERYABLES.keys() <= names


def test_every_parameter_of_the_definition_is_taken(look_up: LookUp) -> None:
    """What the API definition lists, the items resource knows; what it does not list is 400."""
    document = look_up.get(f"{ROOT}/api").json
    parameters = document["paths"]["/collections/buildings/items"]["get"]["parameters"]

    for each in parameters:
        reply = look_up.get(ITEMS, **{each["name"]: "x"})
        assert reply.json.get("code") != "parameter_unknown", each["name"]
    assert look_up.get(ITEMS, unknown="x").status == 400


def test_conformance_is_declared(look_up: LookUp) -> None:
    """A.2.4: the classes that these tests hold."""
    declared = look_up.get(f"{ROOT}/conformance").json["conformsTo"]

    assert tuple(declared) == CONFORMANCE
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in declared


def test_collection_tells_extent_and_systems(look_up: LookUp) -> None:
    """A.2.6: extent with bbox and interval, items link, CRS list with CRS84 first."""
    collection = look_up.get(COLLECTION).json

    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    assert west < east
    assert south < north
    assert collection["crs"][0] == CRS84
    assert collection["storageCrs"] in collection["crs"]
    assert any(each["type"] == "application/geo+json" for each in _rels(collection)["items"])


def test_items_tell_counts_and_links(look_up: LookUp) -> None:
    """A.2.7: self and next links, numberMatched and numberReturned that are true."""
    page = look_up.items(limit=7)

    assert page["numberReturned"] == len(page["features"]) == 7
    assert page["numberMatched"] == SYNTHETIC
    assert {"self", "next", "collection", "license", "alternate"} <= _rels(page).keys()
    assert page["attribution"]
    assert all(each["properties"]["source"] == "synthetic" for each in page["features"])


def test_next_links_walk_every_building_once(look_up: LookUp) -> None:
    """A.2.7: following next gives all that match, none twice, and the last page has no next."""
    ids = look_up.all_ids(look_up.items(limit=999))

    assert len(ids) == len(set(ids)) == SYNTHETIC


def test_next_links_keep_the_question(look_up: LookUp) -> None:
    """A filter, a box and a system hold on every page."""
    page = look_up.items(limit=10, bbox=BOX, use="sauna", crs=f"{EPSG}3067")
    matched = page["numberMatched"]

    ids = look_up.all_ids(page)

    assert 10 < matched == len(ids)


def test_links_carry_any_question(look_up: LookUp) -> None:
    """What means something in a URL is escaped; what does not, as between a box's edges, is not."""
    asked = "street LIKE 'K%' OR street IN ('a&b=c', '1+1', '#%26', 'ä; ?,:/')"
    page = look_up.items(filter=asked, bbox="24,60,26,61", limit=100)
    every = look_up.items(filter=asked, limit=5_000)

    assert look_up.all_ids(page) == [each["id"] for each in every["features"]]
    second = look_up.get(_rels(page)["next"][0]["href"]).json
    for rel, each in product(("self", "next", "alternate"), (page, second)):
        href = _rels(each)[rel][0]["href"]
        assert "bbox=24,60,26,61" in href
        assert parse_qs(urlsplit(href).query)["filter"] == [asked]


def test_offset_pages_too(look_up: LookUp) -> None:
    """Clients that count instead of following links get the same buildings."""
    links = look_up.all_ids(look_up.items(limit=500, bbox=BOX))
    counted = [
        feature["id"]
        for offset in range(0, len(links), 100)
        for feature in look_up.items(limit=100, bbox=BOX, offset=offset)["features"]
    ]

    assert counted == links


@pytest.mark.parametrize(
    ("limit", "returned"), [(1, 1), (100, 100), (5_000, SYNTHETIC), (10**6, SYNTHETIC)]
)
def test_limit_is_kept_and_capped(look_up: LookUp, limit: int, returned: int) -> None:
    """A.2.7.3: never more than the limit; more than the maximum is the maximum, not an error."""
    assert look_up.items(limit=limit)["numberReturned"] == returned


def test_bbox_selects_what_lies_in_it(look_up: LookUp) -> None:
    """A.2.7.2: all in the box and no others; heights are left aside."""
    everyone = look_up.items(limit=5_000)["features"]
    west, south, east, north = map(float, BOX.split(","))
    inside = {
        each["id"]
        for each in everyone
        if west <= each["geometry"]["coordinates"][0] <= east
        and south <= each["geometry"]["coordinates"][1] <= north
    }

    flat = look_up.items(limit=5_000, bbox=BOX)
    high = look_up.items(limit=5_000, bbox=f"{west},{south},0,{east},{north},100")

    assert {each["id"] for each in flat["features"]} == inside
    assert {each["id"] for each in high["features"]} == inside


def test_a_box_may_span_the_antimeridian(look_up: LookUp) -> None:
    """West greater than east goes round the other side of the world."""
    assert look_up.items(bbox="170,50,-170,70")["numberMatched"] == 0
    assert look_up.items(bbox="24,50,-170,70")["numberMatched"] == SYNTHETIC


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("1985-07-01", (1985, 1985)),
        ("1985-07-01T00:00:00Z", (1985, 1985)),
        ("1970-01-01/1979-12-31", (1970, 1979)),
        ("../1949-12-31", (0, 1949)),
        ("/1949-12-31", (0, 1949)),
        ("2000-01-01T00:00:00Z/..", (2000, 9999)),
    ],
)
def test_datetime_selects_by_completion(
    look_up: LookUp, written: str, years: tuple[int, int]
) -> None:
    """A.2.7.4: buildings completed in the interval, and those without a date."""
    everyone = look_up.items(limit=5_000)["features"]
    expected = {
        each["id"]
        for each in everyone
        if each["properties"]["completed_year"] is None
        or years[0] <= each["properties"]["completed_year"] <= years[1]
    }

    found = look_up.items(limit=5_000, datetime=written)

    assert {each["id"] for each in found["features"]} == expected


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=abc", "limit=", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=25,61,26,60",
        "bbox=25,60,26,91", "bbox=-200,60,26,61", "bbox=1e400,0,1,1", "bbox=nan,0,1,1",
        "datetime=yesterday", "datetime=2020-13-01", "datetime=../..", "datetime=/", "datetime=",
        "datetime=2020-01-01/2019-01-01", "datetime=2020-01-01/2020-01-02/2020-01-03",
        "unknown=1", "limit=1&limit=2", "crs=EPSG:3067", "bbox=25,60,26,61&bbox-crs=x",
        "filter=nothing%20at%20all", "filter=foo=1", "filter-lang=cql", "filter=use=1", "f=xml",
        "cursor=x", "offset=-1", "offset=x", "use=castle", "completed_year=x", "near=25", "radius=10",
        "filter=updated%20%3E%20DATE('2025-13-45')", "filter=updated%20%3D%20'March'",
        "filter-lang=cql2-json&filter={%22op%22:%22%3E%22,%22args%22:[{%22property%22:%22updated%22},{%22date%22:5}]}",
        "filter-lang=cql2-json&filter={%22op%22:%22%3E%22,%22args%22:[{%22property%22:%22updated%22},{%22interval%22:[%222025-01-01%22,%22..%22]}]}",
        "near=25,60&radius=0", "near=25,60&bbox=25,60,26,61", "address=,", "address=%20",
    ],
)  # fmt: skip
def test_unusable_parameters_are_400(look_up: LookUp, query: str) -> None:
    """A.2.7.1: a parameter that is unknown or has an unusable value is answered with 400."""
    reply = look_up.get(f"{ITEMS}?{query}")

    assert reply.status == 400, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [f"{ROOT}/collections/roads", f"{ROOT}/collections/roads/items", f"{ITEMS}/1", f"{ITEMS}/x%27"],
)
def test_what_is_not_there_is_404(look_up: LookUp, path: str) -> None:
    """A.2.6, A.2.8: an unknown collection or building is 404."""
    assert look_up.get(path).status == 404


def test_a_building_is_the_same_alone_and_in_a_page(look_up: LookUp) -> None:
    """A.2.8: the feature of an id, with self and collection links."""
    (listed,) = look_up.items(limit=1)["features"]

    alone = look_up.get(f"{ITEMS}/{listed['id']}").json

    assert alone["properties"] == listed["properties"]
    assert alone["geometry"] == listed["geometry"]
    assert {"self", "collection", "license"} <= _rels(alone).keys()
    assert look_up.get(_rels(alone)["self"][0]["href"]).json == alone


@pytest.mark.parametrize(
    ("code", "forward"),
    [
        ("3067", TM35FIN.forward),
        ("3879", lambda lon, lat: gauss_kruger(25).forward(lon, lat)[::-1]),
        ("4326", lambda lon, lat: (lat, lon)),
    ],
)
def test_other_systems_answer_in_their_own_axis_order(
    look_up: LookUp, code: str, forward: Any
) -> None:
    """Part 2: the same buildings in another system, said in Content-Crs; bbox-crs likewise."""
    plain = look_up.items(limit=20, bbox=BOX)["features"]
    reply = look_up.get(ITEMS, limit=20, bbox=BOX, crs=EPSG + code)

    assert reply.headers["Content-Crs"] == f"<{EPSG}{code}>"
    for one, other in zip(plain, reply.json["features"], strict=True):
        expected = forward(*one["geometry"]["coordinates"])
        assert other["id"] == one["id"]
        assert other["geometry"]["coordinates"] == pytest.approx(expected, abs=0.02)

    west, south, east, north = map(float, BOX.split(","))
    corners = [*forward(west, south), *forward(east, north)]
    projected = look_up.items(bbox=",".join(map(str, corners)), **{"bbox-crs": EPSG + code})
    assert projected["numberMatched"] == pytest.approx(
        look_up.items(bbox=BOX)["numberMatched"], rel=0.1
    )


def test_an_answer_that_is_known_is_not_sent_again(look_up: LookUp) -> None:
    """ETag and If-None-Match: 304 without a body, until the release or the question changes."""
    first = look_up.get(ITEMS, limit=3)
    tag = first.headers["ETag"]

    again = look_up.get(ITEMS, limit=3, headers={"If-None-Match": tag})
    other = look_up.get(ITEMS, limit=4, headers={"If-None-Match": tag})

    assert (again.status, again.text) == (304, "")
    assert again.headers["ETag"] == tag
    assert again.headers["Vary"] == first.headers["Vary"]
    assert other.status == 200


def test_head_answers_like_get_without_a_body(look_up: LookUp) -> None:
    """HEAD has the status and headers of GET."""
    got, head = look_up.get(ITEMS, limit=3), look_up.get(ITEMS, method="HEAD", limit=3)

    assert (head.status, head.text) == (200, "")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Link"] == got.headers["Link"]


def test_csv_holds_what_geojson_holds(look_up: LookUp) -> None:
    """The same buildings as a table, by f=csv or Accept, with licence and next in Link."""
    features = look_up.items(limit=5)["features"]
    reply = look_up.get(ITEMS, limit=5, f="csv")
    by_accept = look_up.get(ITEMS, limit=5, headers={"Accept": "text/csv"})

    lines = reply.text.splitlines()
    assert reply.headers["Content-Type"].startswith("text/csv")
    assert [line.split(",")[2] for line in lines[1:]] == [each["id"] for each in features]
    assert by_accept.text == reply.text
    assert 'rel="license"' in reply.headers["Link"]
    assert quote("Synthetic data: these buildings are invented") in reply.headers["Link"]


def test_a_table_goes_on_as_a_table(look_up: LookUp) -> None:
    """The next link needs no header of whoever follows it."""
    links = look_up.get(ITEMS, limit=5, headers={"Accept": "text/csv"}).headers["Link"]
    (following,) = [each for each in links.split(", <") if 'rel="next"' in each]

    reply = look_up.get(following.partition(">")[0])

    assert reply.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_links_say_the_type_of_what_they_lead_to(look_up: LookUp, form: str) -> None:
    """So does the Link header, in which a table's links are only."""
    header = look_up.get(ITEMS, limit=5, f=form, bbox="24,60,26,61").headers["Link"]
    links = re.findall(r'<([^>]+)>; rel="([a-z]+)"; type="([^"]+)"', header)

    assert [rel for _, rel, _ in links] == ["self", "collection", "alternate", "next", "license"]
    for target, _, media_type in links[:-1]:
        reply = look_up.get(target)
        assert (reply.status, reply.headers["Content-Type"].split(";")[0]) == (200, media_type)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/csv", "text/csv"),
        ("text/csv;q=0.5, application/geo+json", "application/geo+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/geo+json"),
        ("application/xml", "application/geo+json"),
    ],
)
def test_the_form_is_the_one_preferred(look_up: LookUp, accept: str, form: str) -> None:
    """RFC 9110, section 12.5.1: the weights decide, and GeoJSON where they say nothing."""
    reply = look_up.get(ITEMS, limit=1, headers={"Accept": accept})

    assert reply.headers["Content-Type"].startswith(form)


@pytest.mark.parametrize("code", [4326, 3067, 3879])
def test_a_table_is_in_the_system_that_was_asked_for(look_up: LookUp, code: int) -> None:
    """CSV has the numbers of GeoJSON, under the axes' names, and true and false as words."""
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    features = look_up.items(limit=5, crs=uri)["features"]
    reply = look_up.get(ITEMS, limit=5, f="csv", crs=uri)

    rows = list(csv.DictReader(reply.text.splitlines()))
    first, second = {
        4326: ("lat", "lon"),
        3067: ("easting", "northing"),
        3879: ("northing", "easting"),
    }[code]
    assert reply.headers["Content-Crs"] == f"<{uri}>"
    assert [[float(each[first]), float(each[second])] for each in rows] == [
        each["geometry"]["coordinates"] for each in features
    ]
    assert {each["id_valid"] for each in rows} == {"true"}


FILTERS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "use = 'sauna'": lambda p: p["use"] == "sauna",
    "use <> 'sauna'": lambda p: p["use"] not in {None, "sauna"},
    "completed_year >= 1990 AND completed_year < 2000": lambda p: (
        1990 <= (p["completed_year"] or 0) < 2000
    ),
    "1990 <= completed_year": lambda p: (p["completed_year"] or 0) >= 1990,
    "completed_year IS NULL": lambda p: p["completed_year"] is None,
    "NOT (completed_year IS NULL)": lambda p: p["completed_year"] is not None,
    "storeys > 4 OR dwellings > 10": lambda p: (
        (p["storeys"] or 0) > 4 or (p["dwellings"] or 0) > 10
    ),
    "NOT storeys > 4": lambda p: p["storeys"] is not None and not p["storeys"] > 4,
    "completed_year BETWEEN 1960 AND 1969": lambda p: 1960 <= (p["completed_year"] or 0) <= 1969,
    "use IN ('sauna', 'leisure')": lambda p: p["use"] in {"sauna", "leisure"},
    "use NOT IN ('sauna', 'leisure')": lambda p: p["use"] not in {None, "sauna", "leisure"},
    "street LIKE 'Koivu%'": lambda p: (p["street"] or "").startswith("Koivu"),
    "street LIKE 'koivu%'": lambda _: False,
    "street LIKE '_oivutie'": lambda p: p["street"] == "Koivutie",
    "CASEI(street) LIKE CASEI('KOIVU%')": lambda p: (p["street"] or "").startswith("Koivu"),
    "CASEI(street) = CASEI('KOIVUTIE')": lambda p: p["street"] == "Koivutie",
    "ACCENTI(street_sv) = ACCENTI('Björkvägen')": lambda p: p["street_sv"] == "Björkvägen",
    "ACCENTI(CASEI(street_sv)) = 'bjorkvagen'": lambda p: p["street_sv"] == "Björkvägen",
    "id_valid": lambda p: p["id_valid"],
    "id_valid = FALSE": lambda p: not p["id_valid"],
    "updated >= DATE('2025-03-20')": lambda p: p["updated"] >= "2025-03-20",
    "updated >= TIMESTAMP('2025-03-20T00:00:00Z')": lambda p: p["updated"] >= "2025-03-20",
    "geometry IS NULL": lambda _: False,
    "geometry IS NOT NULL": lambda _: True,
    "TRUE": lambda _: True,
    "FALSE": lambda _: False,
    "postal_code = '01212' AND use = 'small_house'": lambda p: (
        (p["postal_code"], p["use"]) == ("01212", "small_house")
    ),
}


@pytest.mark.parametrize("text", FILTERS)
def test_cql2_filters_select_what_they_say(look_up: LookUp, text: str) -> None:
    """CQL2 basic, advanced, case- and accent-insensitive comparison against Python's own."""
    everyone = look_up.items(limit=5_000)["features"]
    expected = {each["id"] for each in everyone if FILTERS[text](each["properties"])}

    found = look_up.items(limit=5_000, filter=text)

    assert {each["id"] for each in found["features"]} == expected
    assert found["numberMatched"] == len(expected)


@pytest.mark.parametrize(
    "geometry",
    ["BBOX(25.0,60.27,25.06,60.3)", "POLYGON((25 60.27,25.06 60.27,25.06 60.3,25 60.3,25 60.27))"],
)
def test_spatial_filters_select_what_a_box_selects(look_up: LookUp, geometry: str) -> None:
    """S_INTERSECTS with a box and a polygon, alone, negated, and among other conditions."""
    inside = look_up.items(bbox=BOX)["numberMatched"]
    saunas = look_up.items(bbox=BOX, use="sauna")["numberMatched"]
    within = f"S_INTERSECTS(geometry, {geometry})"

    assert look_up.items(filter=within)["numberMatched"] == inside
    assert look_up.items(filter=f"NOT {within}")["numberMatched"] == SYNTHETIC - inside
    assert look_up.items(filter=f"{within} AND use = 'sauna'")["numberMatched"] == saunas
    assert (
        look_up.items(filter=within, bbox="25.0,60.27,25.03,60.3")["numberMatched"]
        == look_up.items(bbox="25.0,60.27,25.03,60.3")["numberMatched"]
    )


def test_every_kind_of_geometry_is_taken(look_up: LookUp) -> None:
    """Basic Spatial Functions with additional Spatial Literals: points, lines, areas, collections."""
    one, other = look_up.items(limit=2)["features"]
    (x1, y1), (x2, y2) = (each["geometry"]["coordinates"] for each in (one, other))
    middle = f"{x1 + 0.00001} {y1 + 0.00001}"
    square = f"(({x2} {y2}, {x2 + 1e-5} {y2}, {x2 + 1e-5} {y2 + 1e-5}, {x2} {y2}))"
    both = {one["id"], other["id"]}
    expected = {
        f"POINT({x1} {y1})": {one["id"]},
        f"MULTIPOINT(({x1} {y1}), ({x2} {y2}))": both,
        f"LINESTRING({x1 - 0.1} {y1}, {x1 + 0.1} {y1})": {one["id"]},
        f"MULTILINESTRING(({x1} {y1}, {middle}), ({x2} {y2}, {middle}))": both,
        f"POLYGON{square}": {other["id"]},
        f"MULTIPOLYGON({square})": {other["id"]},
        f"GEOMETRYCOLLECTION(POINT({x1} {y1}), POLYGON{square})": both,
        f"BBOX({x1},{y1},{x1},{y1})": {one["id"]},
        "LINESTRING(24 59, 24 60)": set(),
    }
    for literal, ids in expected.items():
        page = look_up.items(limit=5_000, filter=f"S_INTERSECTS(geometry, {literal})")
        found = {each["id"] for each in page["features"]}
        assert ids <= found, literal
        assert len(found) <= len(ids) + 3, literal


@pytest.mark.parametrize("code", [3067, 3879])
def test_a_building_stands_where_its_projected_position_says(look_up: LookUp, code: int) -> None:
    """The position that an answer gives, given back as a point or the end of a line, finds it."""
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    for feature in look_up.items(limit=20, crs=uri)["features"]:
        x, y = feature["geometry"]["coordinates"]
        for literal in (f"POINT({x} {y})", f"LINESTRING({x} {y}, {x + 5000} {y + 3000})"):
            text = f"S_INTERSECTS(geometry, {literal})"
            page = look_up.items(**{"filter": text, "filter-crs": uri})
            assert feature["id"] in {each["id"] for each in page["features"]}, literal


def test_a_polygon_holds_its_edge(look_up: LookUp) -> None:
    """What stands on a corner, a side or the edge of a hole intersects the polygon."""
    (feature,) = look_up.items(limit=1)["features"]
    x, y = feature["geometry"]["coordinates"]
    d = 0.01
    rings = {
        "corner": f"({x} {y}, {x + d} {y}, {x + d} {y + d}, {x} {y + d}, {x} {y})",
        "top corner": f"({x} {y}, {x - d} {y - d}, {x + d} {y - d}, {x} {y})",
        "side": f"({x} {y - d}, {x + d} {y - d}, {x + d} {y + d}, {x} {y + d}, {x} {y - d})",
        "top": f"({x - d} {y}, {x + d} {y}, {x + d} {y - d}, {x - d} {y - d}, {x - d} {y})",
    }
    around = (
        f"({x - 1} {y - 1}, {x + 1} {y - 1}, {x + 1} {y + 1}, {x - 1} {y + 1}, {x - 1} {y - 1})"
    )
    for where, ring in rings.items():
        for polygon in (f"POLYGON({ring})", f"POLYGON({around}, {ring})"):
            page = look_up.items(limit=5_000, filter=f"S_INTERSECTS(geometry, {polygon})")
            assert feature["id"] in {each["id"] for each in page["features"]}, (where, polygon)


def test_filter_crs_is_kept(look_up: LookUp) -> None:
    """A filter's coordinates are read in the system that is named for them."""
    corners = [
        TM35FIN.forward(lon, lat) for lon, lat in ((25, 60.27), (25.06, 60.27), (25.06, 60.3))
    ]
    ring = ", ".join(f"{x} {y}" for x, y in [*corners, corners[0]])
    text = f"S_INTERSECTS(geometry, POLYGON(({ring})))"

    found = look_up.items(filter=text, **{"filter-crs": f"{EPSG}3067"})

    assert 0 < found["numberMatched"] < look_up.items(bbox=BOX)["numberMatched"]
    assert look_up.get(ITEMS, filter=text).status == 400


def test_json_filters_are_the_same_as_text(look_up: LookUp) -> None:
    """CQL2 in JSON means what it means as text."""
    condition = {"op": "=", "args": [{"property": "use"}, "sauna"]}

    found = look_up.items(filter=json.dumps(condition), **{"filter-lang": "cql2-json"})

    assert found["numberMatched"] == look_up.items(use="sauna")["numberMatched"]


def test_queryables_are_a_schema_of_the_properties(look_up: LookUp) -> None:
    """Part 3: each property that a feature has can be filtered by, and has a type."""
    queryables = look_up.get(f"{COLLECTION}/queryables").json
    (feature,) = look_up.items(limit=1)["features"]

    Draft202012Validator.check_schema(queryables)
    assert queryables["properties"].keys() - {"geometry", "id"} == feature["properties"].keys()
