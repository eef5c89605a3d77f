"""Forwarding by mail: a mail without personal data, with a link to a page that opens once."""

from collections.abc import Mapping
from datetime import date

from leadcloud.controllers import ControllerEntry, Language
from leadcloud.forwarding.interface import (
    ControllerUnreachable,
    Forwarder,
    Message,
    Receipt,
)
from leadcloud.mail import Mail, Mailer, MailError

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "fi": {
        "subject": "Tietosuojapyyntö",
        "forwarded": "Henkilö on lähettänyt meille tietosuojapyynnön, jonka rekisterinpitäjä olette.",
        "reminder": "Emme ole vielä kuulleet, miten vastasitte tähän tietosuojapyyntöön.",
        "withdrawn": "Henkilö on perunut tämän tietosuojapyynnön.",
        "notice": "Rekisterinpitäjällä, jolta olette saaneet tietoja, on teille ilmoitus "
        "(tietosuoja-asetuksen 19 artikla).",
        "reference": "Viite",
        "due": "Vastattava viimeistään",
        "page": "Lukekaa pyyntö ja ilmoittakaa, mitä sille tapahtui",
        "once": "Pyyntö näytetään kerran. Vastatkaa henkilölle suoraan; tähän viestiin ei voi vastata.",
    },
    "sv": {
        "subject": "Dataskyddsbegäran",
        "forwarded": "En person har sänt oss en dataskyddsbegäran som ni är personuppgiftsansvariga "
        "för.",
        "reminder": "Vi har ännu inte hört hur ni besvarade denna dataskyddsbegäran.",
        "withdrawn": "Personen har återkallat denna dataskyddsbegäran.",
        "notice": "En personuppgiftsansvarig som ni fått uppgifter av har ett meddelande till er "
        "(dataskyddsförordningen artikel 19).",
        "reference": "Referens",
        "due": "Ska besvaras senast",
        "page": "Läs den och berätta vad som blev av den",
        "once": "Begäran visas en gång. Svara personen direkt; detta meddelande kan inte besvaras.",
    },
    "en": {
        "subject": "Data protection request",
        "forwarded": "A person has sent us a data protection request for which you are responsible.",
        "reminder": "We have not heard yet how you answered this data protection request.",
        "withdrawn": "The person has withdrawn this data protection request.",
        "notice": "A controller from whom you received data has a notice for you (GDPR art. 19).",
        "reference": "Reference",
        "due": "To be answered by",
        "page": "Read it and report here",
        "once": "The request is shown once. Answer the person directly; do not reply to this mail.",
    },
}


class EmailForwarder(Forwarder):
    """Mails a controller's privacy desk, in the language agreed on."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Mail what there is to do and where.

        Raises:
            ControllerUnreachable: The mail was not accepted.
        """
        words = _WORDS[controller.language]
        due_on = date.fromisoformat(message.due_on)
        text = (
            f"{words[message.kind]}\n\n"
            f"{words['reference']}: {message.reference}\n"
            f"{words['due']}: {due_on.day}.{due_on.month}.{due_on.year}\n"
            f"{words['page']}: {message.page_url}\n\n"
            f"{words['once']}\n"
        )
        mail = Mail(
            to=controller.privacy_email,
            subject=f"{words['subject']} {message.reference}",
            text=text,
            id=message.id,
        )
        try:
            self._mailer.send(mail)
        except MailError:
            raise ControllerUnreachable from None
        return Receipt()
