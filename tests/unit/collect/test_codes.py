"""The code lists are brought up to date from the official service, whole or not at all."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from collect.codes import LISTS_FOLDER, CodeService, CodesRefused, refresh
from leadcloud.codes.code_list import read_code_list

TODAY = date(2027, 1, 4)
Answers = dict[str, Any]


def item(code: str, level: int, parent: str | None, name: str, language: str) -> dict[str, Any]:
    """Return a code as the service gives it (meta=max), shortened."""
    return {
        "classification": {"localId": "recorded"},
        "localId": f"recorded/{code}",
        "level": float(level),
        "code": code,
        "order": 10,
        "parentItemLocalId": None,
        "parentCode": parent,
        "classificationItemNames": [{"langName": "x", "lang": language, "name": name}],
        "explanatoryNotes": [{"generalNote": [" "]}],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The lists that are shipped, in a folder of their own."""
    return Path(shutil.copytree(LISTS_FOLDER, tmp_path / "lists"))


@pytest.fixture(scope="module")
def said_now() -> str:
    """The lists as they are, in the service's form, as JSON."""
    said: Answers = {}
    ids = {
        "region": "maakunta_1_20250101",
        "municipality": "kunta_1_20250101",
        "tol_2008": "toimiala_1_20080101",
        "tol_2025": "toimiala_1_20250101",
    }
    for list_id, classification in ids.items():
        codes = read_code_list(LISTS_FOLDER / f"{list_id}.json").codes.values()
        for language in ("fi", "sv", "en"):
            path = f"/classifications/{classification}/classificationItems?{language}"
            said[path] = [item("SSSSS", 0, None, "Total", language)] + [
                item(
                    code.code,
                    1 if code.parent is None or list_id == "municipality" else 2,
                    None if list_id == "municipality" else code.parent,
                    getattr(code, language) or code.code,
                    language,
                )
                for code in codes
            ]
    unknown = [("X", None), ("00", "X"), ("000", "00"), ("0000", "000"), ("00000", "0000")]
    for language in ("fi", "sv", "en"):
        said[f"/classifications/toimiala_1_20080101/classificationItems?{language}"] += [
            item(code, level, parent, "Industry unknown", language)
            for level, (code, parent) in enumerate(unknown, start=1)
        ]
    municipalities = read_code_list(LISTS_FOLDER / "municipality.json").codes.values()
    said["/correspondenceTables/kunta_1_20250101%23maakunta_1_20250101/maps?en"] = [
        {"sourceItem": {"code": code.code}, "targetItem": {"code": code.parent}}
        for code in municipalities
    ]
    classes = json.loads((LISTS_FOLDER / "tol_2008_to_2025.json").read_text(encoding="utf-8"))[
        "classes"
    ]
    said["/correspondenceTables/toimiala_1_20080101%23toimiala_1_20250101/maps?en"] = [
        {"sourceItem": {"code": f"{old}0"}, "targetItem": {"code": f"{new}0"}}
        for old, all_new in classes.items()
        for new in all_new
    ]
    return json.dumps(said)


@pytest.fixture
def answers(said_now: str) -> Answers:
    """What the service says, to be changed by a test."""
    said: Answers = json.loads(said_now)
    return said


@pytest.fixture
def run(folder: Path, answers: Answers) -> Callable[[], list[str]]:
    """Refresh from a service that says these answers."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v2")
        found = answers.get(f"{path}?{request.url.params['lang']}")
        return httpx.Response(200, json=found) if found is not None else httpx.Response(503)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    service = CodeService(client, "http://service.invalid/v2")
    return lambda: refresh(service, folder, TODAY)


def contents(folder: Path) -> dict[str, str]:
    """Return all files of a folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_new_municipality_appears_in_its_region(
    run: Callable[[], list[str]], answers: Answers, folder: Path
) -> None:
    """It comes with its labels, and nothing else changes."""
    for language, name in (("fi", "Uusikunta"), ("sv", "Nykommun"), ("en", "Uusikunta")):
        answers[f"/classifications/kunta_1_20250101/classificationItems?{language}"].append(
            item("999", 1, None, name, language)
        )
    answers["/correspondenceTables/kunta_1_20250101%23maakunta_1_20250101/maps?en"].append(
        {"sourceItem": {"code": "999"}, "targetItem": {"code": "06"}}
    )

    told = run()

    found = read_code_list(folder / "municipality.json")
    assert (found.codes["999"].parent, found.codes["999"].sv) == ("06", "Nykommun")
    assert "municipality: 309 codes, 308 before" in told
    assert found.retired == read_code_list(LISTS_FOLDER / "municipality.json").retired


def test_industries_are_kept_to_the_fifth_digit(run: Callable[[], list[str]], folder: Path) -> None:
    """Every level is kept, without the unknown industry, which nobody searches for."""
    run()

    for list_id in ("tol_2008", "tol_2025"):
        before = read_code_list(LISTS_FOLDER / f"{list_id}.json").codes
        assert read_code_list(folder / f"{list_id}.json").codes.keys() == before.keys()


def test_a_refreshed_list_names_the_service_as_its_source(
    run: Callable[[], list[str]], folder: Path
) -> None:
    """What it was put together from before holds no longer."""
    run()

    assert read_code_list(folder / "tol_2008.json").source == (
        "Statistics Finland, classification service (data.stat.fi/api/classifications/v2): "
        "toimiala_1_20080101"
    )


def test_the_same_answer_again_changes_nothing(run: Callable[[], list[str]], folder: Path) -> None:
    """A refresh can be run at any time."""
    run()
    first = contents(folder)

    run()

    assert contents(folder) == first


@pytest.mark.parametrize("path", range(14))
def test_one_missing_answer_changes_no_list(
    run: Callable[[], list[str]], answers: Answers, folder: Path, path: int
) -> None:
    """Lists that do not belong together would be worse than old ones."""
    before = contents(folder)
    del answers[sorted(answers)[path]]

    with pytest.raises(CodesRefused):
        run()

    assert contents(folder) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda items: items[: len(items) // 2],
        lambda items: [{"code": 1}],
        lambda items: {"error": "busy"},
        lambda items: [],
    ],
    ids=["half", "other form", "no list", "empty"],
)
def test_an_implausible_list_is_refused(
    run: Callable[[], list[str]],
    answers: Answers,
    folder: Path,
    change: Callable[[Any], Any],
) -> None:
    """Half a classification would make valid codes unknown."""
    before = contents(folder)
    path = "/classifications/toimiala_1_20080101/classificationItems?fi"
    answers[path] = change(answers[path])

    with pytest.raises(CodesRefused):
        run()

    assert contents(folder) == before
