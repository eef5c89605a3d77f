"""Whoever gives a telephone number only is told by text message, and may confirm by it."""

import pytest

from functions.dsar_router.filing import LANGUAGES
from functions.dsar_router.letters import MOST_A_DAY
from functions.dsar_router.texts import texts
from tests.house import BUYER, SOURCE, House

MOBILE = "+358401234567"
TWO_MESSAGES = 306
"""Characters of two messages joined to one. Source: 3GPP TS 23.038, GSM 7 bit."""

BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Of the same: any other character makes every message less than half as long."""


def test_a_number_is_confirmed_and_told(house: House) -> None:
    """The link in the first message confirms the number; the outcome comes the same way."""
    filed = house.file(
        right="access", lead_reference=house.deliver(), reply_to={"phone": "040 123 4567"}
    )
    house.settle()
    (asked,) = house.telephones.to(MOBILE)
    house.confirm(filed, asked.split()[-1])
    house.settle()
    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}
    assert house.interfaces.to(SOURCE)[0]["data"]["contact_verified"] is True
    house.report(filed["reference"], SOURCE, {"status": "refused", "reason": "No match"})
    house.settle()
    assert "was refused" in house.telephones.to(MOBILE)[-1]
    assert house.mailbox.mails == []
    assert house.tasks() == []


def test_who_gave_an_address_too_is_written_to_there(house: House) -> None:
    """One channel is enough: the address, where there is one."""
    both = {"phone": MOBILE, "email": "person@synthetic.example"}
    house.file(right="access", reply_to=both)
    house.settle()
    assert len(house.mailbox.mails) == 1
    assert house.telephones.messages == []


@pytest.mark.parametrize(
    "number", ["+35891234567", "+46701234567", "+358600123456", "+88212345678"]
)
def test_no_message_goes_to_a_number_that_may_cost(house: House, number: str) -> None:
    """A landline, a foreign or a premium number gets none; an operator has a task instead."""
    house.file(right="objection", lead_reference=house.deliver(), reply_to={"phone": number})
    house.settle()
    assert house.telephones.messages == []
    assert set(house.tasks()) == {"tell_person"}


def test_a_message_that_is_not_taken_is_an_operators_task(house: House) -> None:
    """A provider that refuses is no failure of the workflow: a person telephones."""
    house.telephones.refusing = True
    filed = house.file(right="access", lead_reference=house.deliver(), reply_to={"phone": MOBILE})
    house.travel(days=4)
    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}
    assert "tell_person" in house.tasks()
    assert house.failed_executions() == []


def test_an_unconfirmed_number_gets_few_messages_a_day(house: House) -> None:
    """Filing again and again under somebody's number reaches that number three times a day."""
    for number in range(5):
        subject = {"phone": f"+3584570{number:06}"}
        house.file(right="access", reply_to={"phone": MOBILE}, subject=subject)
    house.settle()
    assert len(house.telephones.to(MOBILE)) == MOST_A_DAY


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_short(language: str) -> None:
    """With its link a message takes two text messages at most, in characters that all have."""
    link = f"https://www.leadcloud.example/subject-request/SR-AAAA-AAAA-AAAA?key={'f' * 32}"
    confirming = f"{link}&code={'f' * 32}"
    for kind, sentence in texts(language)["text_message"].items():
        text = f"LeadCloud: {sentence} {confirming if 'confirm' in kind else link}"
        assert len(text) <= TWO_MESSAGES, kind
        assert set(text) <= BASIC, kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_its_message(language: str) -> None:
    """What is told by mail is told by text message, too."""
    about = texts(language)
    frame = {"subject", "reference", "due", "was_due", "close", "withdraw"}
    assert about["letter"].keys() - frame == about["text_message"].keys()
