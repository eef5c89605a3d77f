"""A register is checked against its manifest; the page on adding one is followed word for word."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.check_register.__main__ import main
from local.directory_provider import DirectoryProvider

pytestmark = pytest.mark.loopback

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/adding-a-register.md").read_text(encoding="utf-8")
MANIFESTS = ROOT / "layers/core/python/leadcloud/registers/manifests"
PERSONS = 120

Records = list[dict[str, Any]]


def block(language: str) -> str:
    """Return the page's first example in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def people() -> Records:
    """Return persons such as the page shows, enough of them for three pages."""
    shown = json.loads(block("json"))["people"]
    return [
        {**shown[number % 3], "family": f"Synteettinen{number}", "tel": f"0457 000 {number:04}"}
        for number in range(PERSONS)
    ]


class Mock:
    """The register that the page describes."""

    def __init__(self) -> None:
        self.people = people()
        self.asked: list[dict[str, list[str]]] = []
        self.several = True
        """It takes more than one value of a parameter."""
        mock = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                mock.asked.append(query)
                body = json.dumps(mock.answer(query)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, query: dict[str, list[str]]) -> dict[str, Any]:
        found = self.people
        for parameter, matches in FILTERS.items():
            values = [each for written in query.get(parameter, []) for each in written.split(",")]
            if values:
                asked = values if self.several else values[:1]
                found = [each for each in found if matches(each["home"], asked)]
        start, count = int(query["from"][0]), int(query["count"][0])
        return {"meta": {"hits": len(found)}, "people": found[start : start + count]}

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()


Matches = Callable[[dict[str, str], list[str]], bool]
FILTERS: dict[str, Matches] = {
    "zip": lambda home, asked: home["zip"] in asked,
    "zipBegins": lambda home, asked: home["zip"].startswith(tuple(asked)),
    "kunta": lambda home, asked: home["kunta"] in asked,
}


@pytest.fixture
def mock() -> Iterator[Mock]:
    """The page's register on a port of this machine."""
    running = Mock()
    yield running
    running.close()


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """The page's manifest in a file."""
    path = tmp_path / "example_people.toml"
    path.write_text(block("toml"), encoding="utf-8")
    return path


Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run the command and return its exit code and what it printed."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["check_register", *map(str, arguments)])
        code: Any = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr().out
        return (code, told) if isinstance(code, int) else (1, f"{told}\n{code}")

    return run


def mended(told: str) -> list[str]:
    """Return the lines that tell what is wrong."""
    return [line.strip() for line in told.splitlines() if line.startswith("  MEND")]


def test_the_page_is_followed_to_its_end(check: Check, manifest: Path, mock: Mock) -> None:
    """Its manifest fits its register, and what a search can use is listed with who filters."""
    code, told = check(manifest, "--base-url", mock.base_url, "--accept-charges")

    assert (code, mended(told)) == (0, [])
    assert re.search(r"postal_code +in, not_in, prefix +filtered by the register\n", told)
    assert re.search(r"language +in, not_in +filtered by us\n", told)
    assert "10 records of 120 in all, 10 usable as contacts" in told
    assert "criteria.postal_code.several: two values find 80, one by one 40 and 40" in told


def test_no_contact_is_shown(check: Check, manifest: Path, mock: Mock) -> None:
    """What is printed are counts and places in the manifest."""
    mock.people[0] = {**mock.people[0], "home": {**mock.people[0]["home"], "zip": "98765"}}

    _, told = check(manifest, "--base-url", mock.base_url, "--accept-charges")

    for value in ("Testi", "Synteettinen", "457000", "Esimerkkikatu", "98765"):
        assert value not in told


def test_it_calls_no_more_often_than_it_says(check: Check, manifest: Path, mock: Mock) -> None:
    """Who pays per call knows before what the check may cost."""
    _, told = check(manifest, "--base-url", mock.base_url, "--accept-charges")

    most = re.search(r"at most (\d+) times", told)
    assert most
    assert 0 < len(mock.asked) <= int(most[1])


def test_a_register_that_charges_is_not_asked_unawares(
    check: Check, manifest: Path, mock: Mock
) -> None:
    """A check that costs money needs a word from whoever pays."""
    code, told = check(manifest, "--base-url", mock.base_url)

    assert code == 1
    assert "--accept-charges" in told
    assert mock.asked == []


def test_offline_asks_nobody(check: Check, manifest: Path, mock: Mock) -> None:
    """The manifest alone says what a search can use."""
    code, told = check(manifest, "--base-url", mock.base_url, "--offline")

    assert code == 0
    assert "region" in told
    assert mock.asked == []


WRONG_MANIFESTS = {
    "misspelled place": (
        'language = "lang"',
        'language = "language"',
        "extract.fields.language: 0 of 10 records have it",
    ),
    "misspelled place that is needed": (
        'phone = "tel"',
        'phone = "phone"',
        "extract.fields.phone: 0 of 10 records have it",
    ),
    "no records there": (
        'records = "people"',
        'records = "persons"',
        "request: its answer is not the JSON that extract and paging describe",
    ),
    "parameter that is ignored": (
        'in = "zip",',
        'in = "postcode",',
        "criteria.postal_code.in: 4 of 10 contacts that show it meet it: that is a superset, not exact",
    ),
    "path that is not there": (
        'base_url = "https://people.example/v1"',
        'base_url = "http://127.0.0.1:1"',
        "request: it could not be reached, or says that it failed",
    ),
}


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG_MANIFESTS.values(), ids=WRONG_MANIFESTS)
def test_what_is_wrong_is_told_by_its_place(
    check: Check, manifest: Path, mock: Mock, right: str, wrong: str, told: str
) -> None:
    """A manifest that does not fit its register says where, and ends with 1."""
    text = block("toml").replace("https://people.example/v1", mock.base_url)
    right = right.replace("https://people.example/v1", mock.base_url)
    assert right in text
    manifest.write_text(text.replace(right, wrong), encoding="utf-8")

    code, printed = check(manifest, "--accept-charges")

    assert code == 1
    assert f"MEND {told}" in mended(printed)


def test_a_page_that_repeats_the_first_is_seen(check: Check, manifest: Path, mock: Mock) -> None:
    """A register that does not page would be read, and paid for, again and again."""
    text = manifest.read_text(encoding="utf-8").replace('parameter = "from"', 'parameter = "skip"')
    manifest.write_text(text, encoding="utf-8")
    mock.answer = lambda query, answer=mock.answer: answer(query | {"from": ["0"]})  # type: ignore[method-assign,misc]

    _, told = check(manifest, "--base-url", mock.base_url, "--accept-charges")

    assert "MEND paging: the second page has 10 records, 10 of them seen before" in mended(told)


def test_a_register_that_takes_one_value_only_is_seen(
    check: Check, manifest: Path, mock: Mock
) -> None:
    """Half of what was asked for is missing then, and nothing else shows it."""
    mock.several = False

    _, told = check(manifest, "--base-url", mock.base_url, "--accept-charges")

    assert "MEND criteria.postal_code.several: two values find 40, one by one 40 and 40" in mended(
        told
    )


def test_a_code_without_a_meaning_is_counted(check: Check, manifest: Path, mock: Mock) -> None:
    """The code itself is not printed: a misplaced field would print names."""
    mock.people[2]["lang"] = "NOR"

    _, told = check(manifest, "--base-url", mock.base_url, "--accept-charges")

    assert "1 have a code that extract.codes.language does not know" in told


def test_a_value_may_be_given_for_what_no_contact_shows(
    check: Check, manifest: Path, mock: Mock
) -> None:
    """It limits the first page, too, for a register that cannot be asked for everything."""
    text = manifest.read_text(encoding="utf-8").replace('postal_code = "home.zip"\n', "")
    manifest.write_text(text, encoding="utf-8")

    _, bare = check(manifest, "--base-url", mock.base_url, "--accept-charges")
    _, given = check(
        manifest, "--base-url", mock.base_url, "--accept-charges", "--value", "postal_code=01300"
    )

    assert "criteria.postal_code: no contact shows a value" in bare
    assert "request: 10 records of 40 in all" in given
    assert "criteria.postal_code.in" in given


def test_wrong_fields_are_all_named(check: Check, manifest: Path) -> None:
    """Nobody is asked with a manifest that is none."""
    manifest.write_text(block("toml").replace('kind = "consumer"', 'kind = "person"'), "utf-8")

    code, told = check(manifest)

    assert code == 1
    assert "kind: " in told


@pytest.mark.parametrize("what", ["missing.toml", "."])
def test_a_manifest_that_cannot_be_read_is_a_sentence(
    check: Check, tmp_path: Path, what: str
) -> None:
    """A mistyped path is told in a sentence, not by a traceback."""
    code, told = check(tmp_path / what)

    assert code == 1
    assert "cannot be read" in told


@pytest.mark.parametrize("name", ["demo_directory_consumers", "demo_directory_decision_makers"])
def test_the_demo_registers_are_what_their_manifests_say(
    check: Check, provider: DirectoryProvider, tmp_path: Path, name: str
) -> None:
    """Token, numbered pages and decision makers included."""
    secrets = {
        "demo_directory_client_id": provider.client_id,
        "demo_directory_client_secret": provider.client_secret,
    }
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps(secrets), encoding="utf-8")

    code, told = check(
        MANIFESTS / f"{name}.toml",
        "--base-url",
        provider.base_url,
        "--secrets",
        file,
        "--accept-charges",
    )

    assert (code, mended(told)) == (0, [])


def test_a_missing_secret_is_named(check: Check, tmp_path: Path) -> None:
    """The name of it, and the file that does not have it."""
    code, told = check(
        MANIFESTS / "demo_directory_consumers.toml",
        "--secrets",
        tmp_path / "none.json",
        "--accept-charges",
    )

    assert code == 1
    assert "demo_directory_client_id" in told
