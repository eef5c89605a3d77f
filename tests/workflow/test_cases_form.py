"""Acceptance case 8 and the web form: no JavaScript, no cookie, nothing typed is lost."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from functions.dsar_router.form import FIELDS
from leadcloud.controllers import Language
from leadcloud.store.interface import StoreUnavailable
from leadcloud.store.sqlite import SqliteStore
from tests.house import BUYER, OTHER, SOURCE, House, entry_of

TYPED = {
    "right": "objection",
    "email": "person@synthetic.example",
    "subject_phone": "040 123 4567",
    "message": "Rivi yksi",
}


def opened(house: House, language: str = "en") -> dict[str, str]:
    """Open the form and return its hidden fields, some seconds later."""
    status, page = house.call("GET", "/subject-request", query={"lang": language})
    assert status == 200
    house.clock.move(10)
    return hidden(page)


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def filed_at(location: str) -> tuple[str, str]:
    """Return the reference and the key in an address."""
    found = re.fullmatch(r"/subject-request/(SR-[0-9A-Z-]+)\?key=([0-9a-f]{32})", location)
    assert found
    return found[1], found[2]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_case_08_the_form_is_filled_checked_and_sent(house: House, language: str) -> None:
    """Case 8: three plain pages in each language, and a redirect to the request's own page."""
    form = opened(house, language) | TYPED | {"lead_reference": house.deliver()}
    status, check = house.form("/subject-request", form | {"step": "check"})
    assert status == 200
    assert "person@synthetic.example" in check
    status, location = house.form("/subject-request", hidden(check) | {"step": "send"})
    assert status == 303
    reference, key = filed_at(location)
    house.settle()
    _, page = house.call("GET", f"/subject-request/{reference}", query={"key": key})
    assert f'lang="{language}"' in page
    assert reference in page
    assert house.states(reference) == {SOURCE: "forwarded", BUYER: "forwarded"}


def test_case_08_sending_twice_is_one_request(house: House) -> None:
    """Case 8: a double click, and going back to send again, lead to the same page."""
    form = opened(house) | TYPED | {"step": "send", "lead_reference": house.deliver()}
    locations = {house.form("/subject-request", form)[1] for _ in range(3)}
    assert len(locations) == 1
    house.settle()
    assert len(house.interfaces.to(SOURCE)) == 1


def test_faults_are_shown_with_all_that_was_typed(house: House) -> None:
    """An error page says what is wrong beside each field, and keeps every word."""
    form = opened(house) | TYPED | {"email": "no address", "lead_reference": "ABCDE-FGHJK-A"}
    form.pop("right")
    status, page = house.form("/subject-request", form | {"step": "check"})
    assert status == 422
    assert "<title>Error:" in page
    for anchor in ("#email", "#lead_reference", "#right-objection"):
        assert f'href="{anchor}"' in page
    for typed in ("no address", "ABCDE-FGHJK-A", "Rivi yksi"):
        assert typed in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ("Valitse, mitä haluat", "Anna sähköpostiosoite tai puhelinnumero")),
        ("sv", ("Välj vad du vill", "Ge en e-postadress eller ett telefonnummer")),
        ("en", ("Choose what you want", "Give an e-mail address or a telephone number")),
    ],
)
def test_what_is_missing_is_asked_for(house: House, language: str, words: tuple[str, ...]) -> None:
    """An empty form is answered with what to do, in the same words above and beside the field."""
    status, page = house.form("/subject-request", opened(house, language) | {"step": "check"})
    assert status == 422
    assert [page.count(each) for each in words] == [2, 2]


def test_a_form_that_was_sent_may_be_changed_and_sent_again(house: House) -> None:
    """Who goes back and changes an answer is told that the first one stands, and loses nothing."""
    form = opened(house) | TYPED | {"step": "send"}
    reference, _ = filed_at(house.form("/subject-request", form)[1])
    status, page = house.form("/subject-request", form | {"message": "Rivi kaksi"})
    assert status == 422
    assert "that request stands" in page
    assert "Rivi kaksi" in page
    house.clock.move(10)
    again = hidden(page) | TYPED | {"message": "Rivi kaksi", "step": "send"}
    second, _ = filed_at(house.form("/subject-request", again)[1])
    assert second != reference


def test_too_many_from_a_network_lose_nothing(house: House) -> None:
    """Whose network has filed too much reads so on the form, with all that was typed."""
    house.services.settings = replace(house.services.settings, filings_an_hour=1)
    for email in ("a@synthetic.example", "b@synthetic.example"):
        form = opened(house, "fi") | TYPED | {"email": email, "step": "send"}
        answer = house.raw(
            "POST",
            "/subject-request",
            urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    assert answer["statusCode"] == 429
    assert 0 < int(answer["headers"]["Retry-After"]) <= 3600
    assert "Rivi yksi" in answer["body"]
    assert "tunnin kuluttua" in answer["body"]


def test_a_person_is_told_of_trouble_on_a_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong link and a store that is away are pages in three languages, not documents."""
    filed = house.file(right="access")
    for query, status in (({"key": "0" * 32}, 404), ({"key": filed["view_key"]}, 503)):
        answer = house.raw("GET", f"/subject-request/{filed['reference']}", query=query)
        assert answer["statusCode"] == status
        assert answer["headers"]["Content-Type"].startswith("text/html")
        for language in ("fi", "sv", "en"):
            assert f'lang="{language}"' in answer["body"]
        monkeypatch.setattr(SqliteStore, "get", away)


def away(*_: object) -> None:
    """Be a store that does not answer."""
    raise StoreUnavailable


def test_another_language_keeps_what_was_typed(house: House) -> None:
    """Changing the language shows the form anew with every field as it was."""
    typed = dict.fromkeys(FIELDS, "x") | TYPED | {"relation": "agent"}
    form = opened(house, "fi") | typed
    status, page = house.form("/subject-request", form | {"step": "sv"})
    assert status == 200
    assert 'lang="sv"' in page
    for value in ("person@synthetic.example", "040 123 4567", "Rivi yksi"):
        assert value in page


@pytest.mark.parametrize("sign", ["honeypot", "too fast"])
def test_a_suspected_program_lands_in_quarantine(house: House, sign: str) -> None:
    """The page is the same, nothing goes out, and an operator can release it."""
    form = opened(house) | TYPED | {"step": "send", "lead_reference": house.deliver()}
    if sign == "honeypot":
        form["website"] = "https://spam.example"
    else:
        house.clock.move(-9)
    status, location = house.form("/subject-request", form)
    reference, key = filed_at(location)
    house.travel(days=3)
    assert status == 303
    _, page = house.call("GET", f"/subject-request/{reference}", query={"key": key, "lang": "en"})
    assert "We have received your request" in page
    assert house.interfaces.posted == []
    assert [each["reference"] for each in house.operators_list("quarantined")] == [reference]
    assert house.decide(reference, action="release")[0] == 200
    house.settle()
    assert house.states(reference) == {SOURCE: "forwarded", BUYER: "forwarded"}
    assert str(house.request(reference).due_on) == "2026-04-05"


@pytest.mark.parametrize("token", ["", "1.2.3", "x"])
def test_a_form_without_a_token_of_ours_is_shown_again(house: House, token: str) -> None:
    """A missing or forged token files nothing and loses nothing."""
    form = TYPED | {"step": "send", "language": "en", "token": token}
    status, page = house.form("/subject-request", form)
    assert status == 422
    assert "Rivi yksi" in page
    assert list(house.desk.dossier.listed("open")) == []


def test_a_form_left_open_for_a_day_is_shown_again(house: House) -> None:
    """After 24 hours the form is to be checked and sent again."""
    form = opened(house) | TYPED
    house.clock.move(timedelta(hours=25).total_seconds())
    status, page = house.form("/subject-request", form | {"step": "send"})
    assert status == 422
    assert "open too long" in page
    status, _ = house.form("/subject-request", hidden(page) | TYPED | {"step": "check"})
    assert status == 200


@pytest.mark.parametrize(
    "body", ["a=1", "right=x&right=y", "message=%00", "%ff%fe=1", "x" * 70_000]
)
def test_what_is_no_form_of_ours_is_refused(house: House, body: str) -> None:
    """Unknown and repeated fields, NUL, and no form at all are refused."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert house.raw("POST", "/subject-request", body, headers=headers)["statusCode"] in (400, 413)


def test_pages_load_nothing_and_set_no_cookie(house: House) -> None:
    """A page names no other origin, sets no cookie, and its policy allows nothing but its style."""
    answer = house.raw("GET", "/subject-request")
    assert not any(name.lower() == "set-cookie" for name in answer["headers"])
    assert "default-src 'none'" in answer["headers"]["Content-Security-Policy"]
    assert re.findall(r'(?:src|href)="(https?:)?//', answer["body"]) == []


def test_a_request_is_shown_to_whoever_holds_its_key_only(house: House) -> None:
    """Without the key a request is as one that does not exist."""
    filed = house.file(right="access")
    path = f"/subject-request/{filed['reference']}"
    assert house.call("GET", path, query={"key": "0" * 32})[0] == 404
    assert house.call("GET", path)[0] == 404
    assert house.call("GET", "/subject-request/SR-0000-0000-0000", query={"key": "x"})[0] == 404


def test_a_page_is_read_once(house: House) -> None:
    """A controller without an interface reads the request once, and reports on the page."""
    house.by_mail(SOURCE)
    reference = house.forwarded(subject={"name": "Testi Synteettinen"})
    page = house.page_of(SOURCE)
    _, first = house.call("GET", page)
    assert "Testi" not in first
    assert "Testi Synteettinen" in house.form(page, {"step": "read"})[1]
    assert "Testi Synteettinen" not in house.form(page, {"step": "read"})[1]
    status, _ = house.form(page, {"step": "report", "status": "acknowledged"})
    assert status == 200
    assert house.case(reference, SOURCE).state == "acknowledged"


def test_a_controllers_page_says_what_is_wrong_with_a_report(house: House) -> None:
    """An extension without its reason, and a report after the end, are said beside the form."""
    house.by_mail(SOURCE)
    reference = house.forwarded()
    page = house.page_of(SOURCE)
    status, shown = house.form(page, {"step": "report", "status": "extended"})
    assert status == 422
    assert "An extension and a refusal need their reason." in shown
    assert 'id="status-extended" name="status" value="extended" checked' in shown
    assert house.case(reference, SOURCE).state == "forwarded"
    named = {"step": "report", "status": "not_controller", "responsible": "Other Oy"}
    assert house.form(page, named)[0] == 200
    house.settle()
    assert house.states(reference)[OTHER] == "forwarded"
    assert house.form(page, {"step": "report", "status": "acknowledged"})[0] == 422


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ("Tietosuojapyyntö", "Näytä pyyntö", "Henkilö haluaa", "Kiellän puhelin")),
        ("sv", ("Dataskyddsbegäran", "Visa begäran", "Personen vill", "Jag förbjuder")),
        ("en", ("Data protection request", "Show the request", "The person wants", "Object to")),
    ],
)
def test_a_controller_is_written_to_in_its_language(
    house: House, language: Language, words: tuple[str, ...]
) -> None:
    """Mail, page and the request's members are in the language that its entry names."""
    members = {"channel": "email", "url": None, "language": language}
    house.services.controllers.put(entry_of(SOURCE, **members))
    behalf = {"relation": "agent", "mandate": True, "mandate_sha256": "0" * 64}
    call = {"company": "Nobody Oy", "number": "0401234567", "date": "2026-03-04"}
    subject = {"name": "Testi", "phone": "0401234568", "postal_address": "Testikuja 1"}
    house.forwarded(on_behalf_of=behalf, call=call, subject=subject, message="Viesti")
    mail = house.mailbox.to("privacy@source.example")[-1]
    assert words[0] in mail.subject
    assert "5.4.2026" in mail.text
    page = house.page_of(SOURCE)
    shown = house.call("GET", page)[1] + house.form(page, {"step": "read"})[1]
    assert f'lang="{language}"' in shown
    for each in (*words, "Nobody Oy", "Testikuja 1", "5.4.2026"):
        assert each in shown


def test_a_used_up_page_is_mailed_anew_to_the_address_on_record(house: House) -> None:
    """Whoever finds the page used up asks for another; it goes to the controller, not to the asker."""
    house.by_mail(SOURCE)
    house.forwarded(subject={"name": "Testi Synteettinen"})
    page = house.page_of(SOURCE)
    house.form(page, {"step": "read"})
    house.form(page, {"step": "resend"})
    renewed = house.page_of(SOURCE)
    assert renewed != page
    assert "Testi Synteettinen" in house.form(renewed, {"step": "read"})[1]
