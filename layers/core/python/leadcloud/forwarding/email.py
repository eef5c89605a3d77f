"""Forwarding by mail: a mail without personal data, with a link to a page that opens once."""

from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.interface import (
    ControllerUnreachable,
    Forwarder,
    Kind,
    Message,
    Receipt,
)
from leadcloud.mail import Mail, Mailer, MailError

_WHAT: dict[Kind, str] = {
    "forwarded": "A person has sent us a data protection request for which you are responsible.",
    "reminder": "We have not heard yet how you answered this data protection request.",
    "withdrawn": "The person has withdrawn this data protection request.",
    "notice": "A controller from whom you received data has a notice for you (GDPR art. 19).",
}


class EmailForwarder(Forwarder):
    """Mails a controller's privacy desk."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Mail what there is to do and where.

        Raises:
            ControllerUnreachable: The mail was not accepted.
        """
        text = (
            f"{_WHAT[message.kind]}\n\n"
            f"Reference: {message.reference}\n"
            f"To be answered by: {message.due_on}\n"
            f"Read it and report here: {message.page_url}\n\n"
            "The request is shown once. Answer the person directly; do not reply to this mail.\n"
        )
        mail = Mail(
            to=controller.privacy_email,
            subject=f"Data protection request {message.reference}",
            text=text,
            id=message.id,
        )
        try:
            self._mailer.send(mail)
        except MailError:
            raise ControllerUnreachable from None
        return Receipt()
