"""Look-ups that people expect: address, completion, statistics, the nearest; and hostile ones."""

import time
import tracemalloc
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.plugins.buildings import ITEMS, SYNTHETIC, LookUp, OpenLookUp, building_id, row


def _ids(page: Any) -> list[str]:
    return [each["id"] for each in page["features"]]


def test_a_building_is_found_by_address_in_both_languages(open_look_up: OpenLookUp) -> None:
    """Finnish or Swedish, with or without postal code; an entrance's letter does not hide it."""
    look_up = open_look_up(
        [row(1), row(2), row(3, postal_code="01400"), row(4, number_part_of_address_number="7-9")]
    )

    assert _ids(look_up.items(address="Koivutie 2")) == [building_id(2)]
    assert _ids(look_up.items(address="BJÖRKVÄGEN 2 C 14, 01300 Vanda")) == [building_id(2)]
    assert _ids(look_up.items(address="koivutie 3, 01300")) == []
    assert _ids(look_up.items(address="koivutie 9")) == [building_id(4)]
    assert len(_ids(look_up.items(address="Koivutie"))) == 4


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (ITEMS, {"filter": "CASEI(street) LIKE '%q%z%'"}),
        ("/v1/buildings/statistics", {"polygon": "POLYGON((19 59, 32 71, 19 71, 32 59, 19 59))"}),
    ],
)
def test_a_question_that_takes_too_long_is_refused(
    look_up: LookUp, monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str]
) -> None:
    """Whoever asks for too much is told to ask for less: it is not we who failed."""
    monkeypatch.setattr("functions.buildings.feature_page.PAGE_SECONDS", 0)
    monkeypatch.setattr("functions.buildings.handler.PAGE_SECONDS", 0)

    reply = look_up.get(path, **query)

    assert (reply.status, reply.json["code"]) == (422, "question_too_large")
    assert reply.json["retryable"] is False


def test_a_mistyped_identifier_is_told_apart(look_up: LookUp) -> None:
    """An identifier that is nobody's is 404 either way; a wrong check character is worth a word."""
    (feature,) = look_up.items(limit=1)["features"]
    digits = feature["id"][:9]
    wrong = next(mark for mark in "0123456789" if mark != feature["id"][9])

    mistyped = look_up.get(f"{ITEMS}/{digits}{wrong}")
    free = look_up.get(f"{ITEMS}/{building_id(9_999_999)}")

    assert (mistyped.status, free.status) == (404, 404)
    assert "check character" in mistyped.json["detail"]
    assert "check character" not in free.json["detail"]


def test_completion_forgives_one_typo(open_look_up: OpenLookUp) -> None:
    """Each of these leads to Koivutie, and the name comes back as the source writes it."""
    look_up = open_look_up([row(1), row(2, address_name_fin="Hämeentie", address_name_swe=None)])

    def streets(typed: str) -> list[str]:
        reply = look_up.get("/v1/buildings/suggest", q=typed)
        assert reply.status == 200
        return [each["street"] for each in reply.json["suggestions"]]

    for typed in ("koi", "Koivutie", "koivutei", "kovutie", "koivvutie", "kpivutie", "koivutie 1"):
        assert streets(typed) == ["Koivutie"], typed
    assert streets("bjorkv") == ["Björkvägen"]
    assert streets("hameent") == ["Hämeentie"]
    assert streets("kpxvutie") == []
    assert streets("koivutie 99") == []


OVERLAPPING = (
    "MULTIPOLYGON(((25 60.27,25.04 60.27,25.04 60.3,25 60.3,25 60.27)),"
    "((25.03 60.27,25.06 60.27,25.06 60.3,25.03 60.3,25.03 60.27)))"
)
"""Two halves of a box, and a strip that both have."""


def test_statistics_are_the_buildings_counted(look_up: LookUp) -> None:
    """Counts by decade and use are those of the features, for every kind of area."""
    box = "25.0,60.27,25.06,60.3"
    polygon = "POLYGON((25 60.27,25.06 60.27,25.06 60.3,25 60.3,25 60.27))"
    features = look_up.items(bbox=box, limit=5_000)["features"]

    def ask(**query: str) -> Any:
        return look_up.get("/v1/buildings/statistics", **query).json

    found = ask(bbox=box)
    assert found["buildings"] == len(features)
    seventies = [
        each for each in features if (each["properties"]["completed_year"] or 0) // 10 == 197
    ]
    (decade,) = [each for each in found["decades"] if each["decade"] == 1970]
    assert decade["buildings"] == len(seventies)
    assert decade["uses"]["sauna"] == sum(
        each["properties"]["use"] == "sauna" for each in seventies
    )
    assert ask(polygon=polygon) == found
    assert ask(polygon=OVERLAPPING) == found
    assert ask(municipality="092")["buildings"] == SYNTHETIC
    assert ask(bbox="-180,-90,180,90")["buildings"] == SYNTHETIC
    code = features[0]["properties"]["postal_code"]
    assert ask(postal_code=code)["buildings"] == look_up.items(postal_code=code)["numberMatched"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"bbox": "1,2,3,4", "postal_code": "01300"},
        {"polygon": "x"},
        {"polygon": "POLYGON((1 1,2 2))"},
        {"polygon": "POLYGON((25 60,26 60,26 61,25 60)) OR TRUE"},
        {"postal_code": "1300"},
        {"municipality": "92"},
        {"municipality": "Vantaa"},
        {"municipality": "004"},
    ],
)
def test_statistics_are_of_one_area(look_up: LookUp, query: dict[str, str]) -> None:
    """None, two, or something that is no area is 400, and the parameter is named."""
    reply = look_up.get("/v1/buildings/statistics", **query)

    assert reply.status == 400
    assert [each["field"] for each in reply.json["errors"]] == [*query, "bbox"][:1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("postal_code", "1690"),
        ("postal_code", "016900"),
        ("postal_code", "abcde"),
        ("postal_code", ""),
        ("postal_code", "\u0661" * 5),
        ("municipality", "91"),
        ("municipality", "Vantaa"),
        ("municipality", "004"),
        ("municipality", "000"),
    ],
)
def test_a_code_of_no_place_is_refused_wherever_it_is_asked_for(
    look_up: LookUp, name: str, text: str
) -> None:
    """No buildings would be no answer; a filter, by the standard, compares with any literal."""
    listed = look_up.get(ITEMS, **{name: text})
    counted = look_up.get("/v1/buildings/statistics", **{name: text})

    assert (listed.status, counted.status) == (400, 400)
    assert listed.json["errors"] == counted.json["errors"]
    assert look_up.items(filter=f"{name} = '{text}'")["numberMatched"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/collections",
        "/collections/buildings/queryables",
        "/collections/buildings/items?limit=1",
        "/collections/buildings/items?f=csv",
        "/collections/buildings/items/{id}",
        "/statistics?municipality=092",
        "/suggest?q=koivu",
    ],
)
def test_every_answer_names_its_licence(look_up: LookUp, path: str) -> None:
    """In the Link header, as a table has no other place for it."""
    identifier = look_up.items(limit=1)["features"][0]["id"]

    reply = look_up.get("/v1/buildings" + path.format(id=identifier))

    assert reply.status == 200
    assert reply.headers["Link"].count('rel="license"') == 1


def test_a_town_tells_where_a_street_is(open_look_up: OpenLookUp) -> None:
    """In either language, typed half or whole; what is no town of ours is left aside."""
    look_up = open_look_up([row(1), row(2, municipality_number="049", postal_code="02100")])

    def codes(typed: str) -> list[str]:
        found = look_up.get("/v1/buildings/suggest", q=typed).json["suggestions"]
        return sorted(each["municipality"] for each in found)

    assert codes("Koivutie, Vantaa") == ["092"]
    assert codes("Koivutie 1, va") == ["092"]
    assert codes("Björkvägen 2, Esbo") == ["049"]
    assert codes("koivutie vanda") == ["092"]
    assert codes("koivutie, Tikkurila") == ["049", "092"]
    assert codes("koivutie,") == ["049", "092"]
    assert codes("koivutie 1, Espoo") == []
    assert _ids(look_up.items(address="Koivutie, Espoo")) == [building_id(2)]
    assert _ids(look_up.items(address="Koivutie 1, Vanda")) == [building_id(1)]
    assert _ids(look_up.items(address="Koivutie 1, Esbo")) == []


@pytest.mark.parametrize("query", [{}, {"limit": 5}, {"q": ""}, {"q": "k" * 101}])
def test_completion_needs_something_typed(look_up: LookUp, query: dict[str, Any]) -> None:
    """Nothing and too much are 400, as with every parameter of the look-up, and `q` is named."""
    reply = look_up.get("/v1/buildings/suggest", **query)

    assert (reply.status, reply.json["code"]) == (400, "parameter_invalid")
    assert [each["field"] for each in reply.json["errors"]] == ["q"]


@pytest.mark.parametrize(
    "typed", ["Koivutie 7-9", "Koivutie 7 A 12", "koivutie 7b", "Koivutie 7 as 3"]
)
def test_completion_leaves_stairs_and_flats_aside(open_look_up: OpenLookUp, typed: str) -> None:
    """The house is what is looked for."""
    look_up = open_look_up([row(1, number_part_of_address_number="7-9"), row(2)])

    (found,) = look_up.get("/v1/buildings/suggest", q=typed).json["suggestions"]

    assert (found["street"], found["house_number"]) == ("Koivutie", "7")


def test_the_nearest_are_answered_in_order(look_up: LookUp) -> None:
    """Nearest k, also from far away; with a radius, only those within."""
    near = look_up.items(near="25.04,60.29", limit=5)
    within = look_up.items(near="25.04,60.29", limit=1_000, radius=500)
    far = look_up.items(near="25.5,60.29", limit=5)

    assert _ids(within)[:5] == _ids(near)
    assert within["numberMatched"] == len(within["features"])
    assert len(far["features"]) == 5


def test_a_radius_is_counted_and_filtered(look_up: LookUp) -> None:
    """All within a radius are counted, also beyond the limit, and every filter holds in it."""
    around: dict[str, Any] = {"near": "25.04,60.29", "radius": 500}
    everything = look_up.items(**around, limit=5_000)
    few = look_up.items(**around, limit=3)
    east = "S_INTERSECTS(geometry, BBOX(25.04,60,26,61))"
    eastern = look_up.items(**around, limit=5_000, filter=east)
    expected = [
        each["id"] for each in everything["features"] if each["geometry"]["coordinates"][0] >= 25.04
    ]

    assert few["numberMatched"] == len(everything["features"]) > 3
    assert _ids(eastern) == expected
    assert 0 < len(expected) < len(everything["features"])
    assert look_up.items(**around, limit=1, filter=east)["numberMatched"] == len(expected)
    assert "numberMatched" not in look_up.items(near="25.04,60.29", limit=3)
    assert look_up.get(ITEMS, near="25.04,60.29", address="Koivutie 5").status == 400


def test_answers_name_the_documented_words_only(look_up: LookUp) -> None:
    """A filter by a word that does not exist is told the words that do."""
    reply = look_up.get(ITEMS, use="castle")

    assert "small_house" in reply.json["errors"][0]["detail"]
    assert "castle" not in reply.text


def test_a_cursor_goes_on_with_its_own_question_only(look_up: LookUp) -> None:
    """What a cursor counted is true of its question; how the page is shown may change."""
    first = look_up.items(use="small_house", limit=5)
    (following,) = (link["href"] for link in first["links"] if link["rel"] == "next")
    (cursor,) = parse_qs(urlsplit(following).query)["cursor"]

    longer = look_up.items(use="small_house", limit=50, cursor=cursor)
    other = look_up.get(ITEMS, use="sauna", limit=5, cursor=cursor)

    assert longer["numberMatched"] == first["numberMatched"]
    assert not set(_ids(longer)) & set(_ids(first))
    assert other.status == 400
    assert "another question" in other.json["errors"][0]["detail"]


def test_a_cursor_of_another_release_is_refused(look_up: LookUp, open_look_up: OpenLookUp) -> None:
    """Going on in a new release could lose or repeat buildings, so the caller starts again."""
    following = next(each for each in look_up.items(limit=1)["links"] if each["rel"] == "next")

    reply = open_look_up([row(1)]).get(following["href"])

    assert reply.status == 400
    assert reply.json["errors"][0]["field"] == "cursor"


RING = ",".join(f"{25 + i / 1e6} {60 + (i % 2) / 10}" for i in range(1_000_000))
HOSTILE: dict[str, tuple[str, dict[str, Any]]] = {
    "polygon of a million points": (ITEMS, {"filter": f"S_INTERSECTS(geometry,POLYGON(({RING},25 60)))"}),
    "bow tie": (ITEMS, {"filter": "S_INTERSECTS(geometry,POLYGON((25 60.2,25.1 60.3,25.1 60.2,25 60.3,25 60.2)))"}),
    "polygon over the antimeridian": (ITEMS, {"filter": "S_INTERSECTS(geometry,POLYGON((170 60,190 60,190 70,170 70,170 60)))"}),
    "polygon around the world": (ITEMS, {"filter": "S_INTERSECTS(geometry,POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90)))", "limit": 5_000}),
    "the whole world": (ITEMS, {"bbox": "-180,-90,180,90", "limit": 10**8}),
    "the whole grid": (ITEMS, {"bbox": "-1e15,-1e15,1e15,1e15", "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/3067"}),
    "filter nested by NOT": (ITEMS, {"filter": "NOT " * 1_000 + "TRUE"}),
    "filter nested by parentheses": (ITEMS, {"filter": "(" * 4_000 + "TRUE" + ")" * 4_000}),
    "filter nested in JSON": (ITEMS, {"filter": '{"op":"not","args":[' * 1_000 + "true" + "]}" * 1_000, "filter-lang": "cql2-json"}),
    "ten thousand conditions": (ITEMS, {"filter": " OR ".join(["storeys=1"] * 600)}),
    "draft without end": (ITEMS, {"filter": "a ILIKE '" * 900, "filter-lang": "cql-text"}),
    "one long word": (ITEMS, {"filter": "a" * 8_000, "filter-lang": "cql-text"}),
    "wildcards": (ITEMS, {"filter": f"street LIKE '{'%a' * 500}'"}),
    "ten kilobytes of street": ("/v1/buildings/suggest", {"q": "k" * 10_000}),
    "a hundred letters": ("/v1/buildings/suggest", {"q": "ko" * 50}),
    "nothing but marks": ("/v1/buildings/suggest", {"q": "%_'\";--"}),
    "sql in a filter": (ITEMS, {"filter": "use = 'x'') OR 1=1 --'"}),
    "sql in a parameter": (ITEMS, {"street": "x' OR '1'='1"}),
    "an unknown property": (ITEMS, {"filter": "rid = 1"}),
    "arithmetic": (ITEMS, {"filter": "storeys * 9999999999 > 1 ^ 9"}),
    "offset beyond the end": (ITEMS, {"offset": 999_999_999}),
    "numbers without end": (ITEMS, {"bbox": ",".join(["9" * 5_000] * 4)}),
    "empty JSON filter": (ITEMS, {"filter": "{}", "filter-lang": "cql2-json"}),
    "JSON of another shape": (ITEMS, {"filter": '{"op":"and","args":{"a":1}}', "filter-lang": "cql2-json"}),
    "geometry without coordinates": (ITEMS, {"filter": '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon"}]}', "filter-lang": "cql2-json"}),
    "point without numbers": (ITEMS, {"filter": '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[]}]}', "filter-lang": "cql2-json"}),
    "polygon nested deep": (
        "/v1/buildings/statistics",
        {"polygon": "POLYGON" + "(" * 4_000 + ")" * 4_000},
    ),
    "polygon and more": (
        "/v1/buildings/statistics",
        {"polygon": "POLYGON((1 1,2 2,3 1,1 1))) OR (TRUE"},
    ),
    "ring of numbers": (
        ITEMS,
        {
            "filter": '{"op":"s_intersects","args":[{"property":"geometry"},'
            '{"type":"Polygon","coordinates":[1,2]}]}',
            "filter-lang": "cql2-json",
        },
    ),
    "box of three": (
        ITEMS,
        {
            "filter": '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2,3]}]}',
            "filter-lang": "cql2-json",
        },
    ),
    "NUL": (ITEMS, {"street": "\x00"}),
    "half a character": (ITEMS, {"street": "\ud800"}),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_questions_get_an_answer_of_our_own(look_up: LookUp, case: str) -> None:
    """A 4xx or an answer, in seconds, in little memory; never a 5xx."""
    path, query = HOSTILE[case]
    tracemalloc.start()
    started = time.monotonic()

    reply = look_up.get(path, **query)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reply.status in {200, 400}, reply.text
    assert time.monotonic() - started < 10
    assert peak < 60_000_000


@pytest.mark.parametrize(
    ("draft", "meant"),
    [
        ("(street ILIKE 'KOIV%') OR (use = 'sauna')", "street LIKE 'Koiv%' OR use = 'sauna'"),
        ("street <> 'a ILIKE ''b'' '", "street <> 'a'"),
        ("updated > '2025-03-05T'", "updated > DATE('2025-03-05')"),
        ("updated <= '2025/03/05'", "updated <= DATE('2025-03-05')"),
        ("id_valid = 1", "id_valid = TRUE"),
        ("id_valid <> 1", "id_valid <> TRUE"),
    ],
)
def test_a_filter_in_words_of_the_draft_means_the_same(
    look_up: LookUp, draft: str, meant: str
) -> None:
    """What GDAL writes that the standard does not know is read; what stands in quotes stays."""
    expected = look_up.items(filter=meant)["numberMatched"]

    found = look_up.items(filter=draft, **{"filter-lang": "cql-text"})

    assert found["numberMatched"] == expected
    assert look_up.get(ITEMS, filter="street ILIKE 'k%'").status == 400


def test_completion_counts_the_buildings_of_a_street(open_look_up: OpenLookUp) -> None:
    """The street with most buildings comes first, each building counted once."""
    look_up = open_look_up(
        [
            *(row(number) for number in range(1, 4)),
            row(4, postal_code="01400"),
            row(5, number_part_of_address_number="7-9", postal_code="01400"),
            row(6, address_name_fin="Koivutie", address_name_swe=None, postal_code="01500"),
        ]
    )

    suggestions = look_up.get("/v1/buildings/suggest", q="Koivut").json["suggestions"]

    assert [(each["postal_code"], each["buildings"]) for each in suggestions] == [
        ("01300", 3),
        ("01400", 2),
        ("01500", 1),
    ]
