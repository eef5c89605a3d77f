"""The Norwegian business register against a mock of its interface: a second country, and its traps."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import leadcloud.registers
from functions.search.plan import SourcePlan, plan
from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.condition import Condition, Operator
from leadcloud.registers.contact import BusinessContact
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.interface import PageRequest, RegisterReachEnded
from leadcloud.registers.manifest import load_manifest
from leadcloud.registers.outbound import Outbound
from leadcloud.registers.policy import RegisterPolicy
from leadcloud.secrets import Secrets

pytestmark = pytest.mark.loopback

MANIFEST = Path(leadcloud.registers.__file__).parent / "manifests" / "enhetsregisteret.toml"
UNIT = {
    "organisasjonsnummer": "999999990",
    "navn": "SYNTETISK EKSEMPEL AS",
    "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap"},
    "telefon": "22 00 00 00",
    "forretningsadresse": {
        "adresse": ["Eksempelgata 1"],
        "postnummer": "0150",
        "poststed": "OSLO",
        "kommunenummer": "0301",
    },
    "naeringskode1": {"kode": "62.100", "beskrivelse": "Programmeringstjenester"},
    "harRegistrertAntallAnsatte": True,
    "antallAnsatte": 12,
    "stiftelsesdato": "2015-03-01",
    "konkurs": False,
    "underAvvikling": False,
}


class Mock:
    """Answers as the register does: HAL, pages from 0, nothing at all where nothing is found."""

    def __init__(self, units: list[dict[str, Any]]) -> None:
        self.asked: list[dict[str, list[str]]] = []
        mock = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                mock.asked.append(query)
                size, page = int(query["size"][0]), int(query["page"][0])
                found = units[size * page : size * (page + 1)]
                answer: dict[str, Any] = {
                    "page": {"size": size, "totalElements": len(units), "number": page}
                }
                if found:
                    answer["_embedded"] = {"enheter": found}
                body = json.dumps(answer).encode()
                self.send_response(200 if size * (page + 1) <= 10_000 else 400)
                self.send_header("Content-Type", "application/vnd.brreg.enhetsregisteret+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.outbound = Outbound()
        base_url = f"http://127.0.0.1:{self.server.server_port}"
        manifest = load_manifest(MANIFEST, base_url=base_url)
        self.register = DirectoryApi(manifest, self.outbound, Secrets({}))

    def plan(self, field: str, operator: Operator, *values: str) -> SourcePlan:
        """Plan a search by one criterion."""
        condition = Condition(field=field, operator=operator, values=values)
        return plan(
            self.register, [condition], purpose="telemarketing_b2b", policy=RegisterPolicy()
        )

    def search(self, source: SourcePlan) -> list[BusinessContact]:
        """Return all contacts that a search of this plan gives."""
        contacts: list[BusinessContact] = []
        position = None
        while True:
            page = self.register.fetch(
                PageRequest(
                    criteria=source.pushed,
                    size=100,
                    position=position,
                    deadline=Deadline.after(20, SystemClock()),
                    request_id="r",
                )
            )
            contacts += [c for c in page.contacts if isinstance(c, BusinessContact)]
            position = page.next_position
            if position is None:
                return [contact for contact in contacts if source.admits(contact)]

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.outbound.close()


@pytest.fixture
def units() -> list[dict[str, Any]]:
    """Return the units of the register; a test changes them."""
    return [UNIT]


@pytest.fixture
def mock(units: list[dict[str, Any]]) -> Iterator[Mock]:
    """Run the register."""
    running = Mock(units)
    yield running
    running.close()


def test_a_unit_becomes_a_company(mock: Mock) -> None:
    """With its number in E.164, its code as NACE, its form by the Finnish kind."""
    (contact,) = mock.search(mock.plan("status", "in", "active"))

    assert contact.business_id == "999999990"
    assert contact.phone == "+4722000000"
    assert (contact.industry_code, contact.industry_classification) == ("6210", "NACE2.1")
    assert (contact.legal_form, contact.staff_class) == ("OY", "10-19")


def test_nothing_found_is_an_empty_page(mock: Mock, units: list[dict[str, Any]]) -> None:
    """HAL leaves `_embedded` out then, which is no fault of the answer."""
    units.clear()

    assert mock.search(mock.plan("status", "in", "active")) == []


def test_a_retired_code_is_asked_for_by_what_it_became(mock: Mock) -> None:
    """The register finds nothing for 96.02 and says nothing of it: it is 96.21 and 96.22 now."""
    source = mock.plan("industry", "in", "9602")
    mock.search(source)

    assert mock.asked[0]["naeringskode"] == ["96.21,96.22"]


def test_another_countrys_fifth_digit_is_not_asked_for(mock: Mock) -> None:
    """47.711 is a Finnish part of 47.71; a Norwegian one would be another."""
    assert mock.plan("industry", "in", "47711").skipped == "criterion_unsupported"


def test_a_class_that_is_not_divided_is_asked_for(mock: Mock) -> None:
    """The Finnish 62100 is all of 62.10, which Norway has too."""
    mock.search(mock.plan("industry", "in", "62100"))

    assert mock.asked[0]["naeringskode"] == ["62.10"]


def test_a_second_line_of_business_does_not_count(mock: Mock, units: list[dict[str, Any]]) -> None:
    """The register finds by any of three codes; the contact shows the first, which must fit."""
    other = UNIT | {"naeringskode1": {"kode": "47.250"}, "naeringskode2": {"kode": "62.100"}}
    units.append(other)

    assert len(mock.search(mock.plan("industry", "in", "6210"))) == 1


def test_a_headcount_that_is_not_shown_is_believed(mock: Mock, units: list[dict[str, Any]]) -> None:
    """Below five it can be asked for and is not shown: filtering here would lose the small ones."""
    small = {name: value for name, value in UNIT.items() if name != "antallAnsatte"}
    units[:] = [small]

    (contact,) = mock.search(mock.plan("staff_class", "in", "0-4"))

    assert contact.staff_class is None
    assert mock.asked[0]["tilAntallAnsatte"] == ["4"]
    assert "fraAntallAnsatte" not in mock.asked[0]


def test_an_unreported_headcount_is_not_nought(mock: Mock, units: list[dict[str, Any]]) -> None:
    """The register writes 0 where nothing was ever reported."""
    units[:] = [UNIT | {"antallAnsatte": 0, "harRegistrertAntallAnsatte": False}]

    (contact,) = mock.search(mock.plan("status", "in", "active"))

    assert contact.staff_class is None


def test_several_headcounts_cannot_be_asked_for(mock: Mock) -> None:
    """It takes one range, and what it does not show cannot be checked: the source is skipped."""
    assert mock.plan("staff_class", "in", "0-4", "50-99").skipped == "criterion_unsupported"


def test_the_largest_class_has_no_end(mock: Mock) -> None:
    """The class of 250 or more is asked for without an upper end."""
    mock.search(mock.plan("staff_class", "in", "250+"))

    assert mock.asked[0]["fraAntallAnsatte"] == ["250"]
    assert "tilAntallAnsatte" not in mock.asked[0]


def test_a_range_of_dates_has_open_ends(mock: Mock) -> None:
    """An end that was not given is not asked for."""
    mock.search(mock.plan("founded", "range", "2015-01-01", "9999-12-31"))

    assert mock.asked[0]["fraStiftelsesdato"] == ["2015-01-01"]
    assert "tilStiftelsesdato" not in mock.asked[0]


def test_no_page_beyond_the_reach_is_asked_for(mock: Mock, units: list[dict[str, Any]]) -> None:
    """Page times size may not exceed 10,000; the register refuses, so we stop and say so."""
    units[:] = [UNIT | {"organisasjonsnummer": f"{n:09}"} for n in range(10_050)]

    with pytest.raises(RegisterReachEnded):
        mock.search(mock.plan("status", "in", "active"))
    assert len(mock.asked) == 100


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"konkurs": True}, "bankruptcy"),
        ({"underAvvikling": True}, "liquidation"),
        ({"underTvangsavviklingEllerTvangsopplosning": True}, "liquidation"),
    ],
)
def test_a_company_in_trouble_says_so(
    mock: Mock, units: list[dict[str, Any]], change: dict[str, bool], status: str
) -> None:
    """So that nobody sells to a bankrupt by mistake."""
    units[:] = [UNIT | change]

    assert mock.search(mock.plan("status", "in", "active")) == []
    (contact,) = mock.search(mock.plan("status", "in", status))
    assert contact.status == status
