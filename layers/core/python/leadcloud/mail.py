"""Mail: short texts without personal data; what is personal stands behind a link.

MailError: the mail was not accepted; nothing of the address or the text is in it.
"""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_TIMEOUT = 10.0
"""Seconds for each answer of the mail server."""


class MailError(Exception):
    """The mail was not accepted."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Mail:
    """A mail in plain text."""

    to: str
    subject: str
    text: str
    id: str
    """Ours; the same for every attempt, so that a mail server can tell a repetition."""


class Mailer(Protocol):
    """Hands mails over."""

    def send(self, mail: Mail) -> None:
        """Hand a mail over.

        Raises:
            MailError: It was not accepted.
        """


class SmtpMailer:
    """Hands mails to an SMTP server."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        self._host = host
        self._port = port
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Hand a mail over.

        Raises:
            MailError: It was not accepted.
        """
        try:
            with smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT) as server:
                server.send_message(_message_of(mail, self._sender))
        except (OSError, smtplib.SMTPException, ValueError):
            accepted = False
        else:
            accepted = True
        if not accepted:  # outside of the handler: the cause would hold the address
            raise MailError


class SesMailer:
    """Hands mails to Amazon SES."""

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Hand a mail over.

        Raises:
            MailError: It was not accepted.
        """
        raw = _message_of(mail, self._sender).as_bytes()
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Raw": {"Data": raw}},
            )
        except Exception:  # noqa: BLE001 whatever it is, its text may hold the address
            accepted = False
        else:
            accepted = True
        if not accepted:  # outside of the handler: the cause would hold the address
            raise MailError


def _message_of(mail: Mail, sender: str) -> EmailMessage:
    """Return the mail as a message; the standard library refuses line ends in headers."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
