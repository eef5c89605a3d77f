"""The shipped code lists are the official ones, whole and consistent."""

import json

import pytest

from leadcloud.codes.code_list import LIST_IDS, code_list
from tests.shared_data import shared

LANGUAGES = ("fi", "sv", "en")
TOL = ("tol_2008", "tol_2025")


@pytest.mark.parametrize("list_id", LIST_IDS)
def test_a_list_says_what_it_is(list_id: str) -> None:
    """Each list has a version, a source, a licence and a date, and codes with English labels."""
    found = code_list(list_id)

    assert all((found.version, found.source, found.licence, found.date, found.codes))
    assert all(code.en for code in found.codes.values())


@pytest.mark.parametrize("list_id", LIST_IDS)
def test_a_code_belongs_to_one_that_exists(list_id: str) -> None:
    """Parents are in the list itself, municipalities' in the list of regions."""
    found = code_list(list_id)
    parents = code_list("region") if list_id == "municipality" else found

    assert all(code.parent in {None, *parents.codes} for code in found.codes.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("list_id", "official"),
    [("municipality", "kunta"), ("region", "maakunta"), ("tol_2008", "toimiala")],
)
def test_the_labels_are_statistics_finlands(list_id: str, official: str, language: str) -> None:
    """Codes and labels agree with the classification as the official service gave it."""
    file = shared(f"data/real/codes/statfi_{official}_{language}.json")
    codes = {item["code"]: item["name"] for item in json.loads(file.read_text(encoding="utf-8"))}
    for no_code in ("SSSSS", "X", "00"):  # all industries, and industry unknown
        codes.pop(no_code, None)

    ours = {code.code: getattr(code, language) for code in code_list(list_id).codes.values()}

    assert {code: label for code, label in ours.items() if len(code) < 3 or code in codes} == codes


def test_the_classifications_are_whole() -> None:
    """TOL has as many divisions, groups and classes as the NACE it follows, and its own subclasses.

    Statistics Finland counts 805 of TOL 2008, with that of an unknown industry.
    """
    sizes = {
        list_id: [
            sum(len(code) == length and code.isdigit() for code in code_list(list_id).codes)
            for length in (2, 3, 4, 5)
        ]
        for list_id in TOL
    }

    assert sizes == {"tol_2008": [88, 272, 615, 804], "tol_2025": [87, 287, 651, 777]}


@pytest.mark.parametrize("list_id", TOL)
def test_a_class_is_divided_or_stands_for_itself(list_id: str) -> None:
    """Subclasses end in 1 to 9; where Finland divides nothing, the only one ends in 0."""
    known = code_list(list_id)
    for class_code in (code for code in known.codes if len(code) == 4):
        digits = [code.removeprefix(class_code) for code in known.children(class_code)]

        assert digits == ["0"] or (len(digits) > 1 and set(digits) <= set("123456789"))
        if digits == ["0"]:
            assert known.codes[f"{class_code}0"].labels == known.codes[class_code].labels


def test_the_codes_of_real_companies_are_known() -> None:
    """As the business register gives them, with the version that it says they are of."""
    file = shared("data/real/prh/companies_businessId_0112038-9.json")
    lines = [company["mainBusinessLine"] for company in json.loads(file.read_bytes())["companies"]]

    assert [(line["typeCodeSet"], line["type"] in code_list("tol_2025")) for line in lines] == [
        ("TOIMI4", True)
    ]


def test_a_region_is_its_municipalities() -> None:
    """Every region has some, and every municipality is in one."""
    municipalities, regions = code_list("municipality"), code_list("region")
    found = [code for region in regions.codes for code in municipalities.children(region)]

    assert sorted(found) == sorted(municipalities.codes)
    assert "092" in municipalities.children("01")


def test_a_retired_code_leads_to_what_it_became() -> None:
    """Successors are valid, and a retired code is not."""
    municipalities = code_list("municipality")

    assert municipalities.retired["004"] == ("233",)  # Alahärmä became part of Kauhava
    for retired, successors in municipalities.retired.items():
        assert retired not in municipalities
        assert set(successors) <= set(municipalities.codes)


def test_a_wrong_code_leads_to_the_most_alike() -> None:
    """Somebody who dropped a zero or a letter is shown the code that was meant."""
    assert "092" in code_list("municipality").nearest("92")
    assert "managing_director" in code_list("decision_maker_role").nearest("managingdirector")
    assert {len(code) for code in code_list("tol_2025").nearest("0000")} == {4}
