"""Mail by the background worker: each message is a job, sent once, and tried again for a day while the server is away.

`EMAIL_BACKEND` is `QueuedBackend`, which stores messages in the caller's transaction: what is rolled back is not sent.
The worker hands them to `EMAIL_DELIVERY_BACKEND`. A worker that dies between the server's receipt and its own note of
it sends a message again, with the same Message-ID, by which servers and programs recognise it.
"""

import base64
import smtplib
from email import message_from_bytes
from email.mime.base import MIMEBase
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.utils import DNS_NAME
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from roadshow.jobs.handlers import NETWORK, JobError, background_job

PERMANENT = 500  # SMTP status from which another attempt is in vain


class QueuedBackend(BaseEmailBackend):
    """Queues each message as a job of its own. Raises BadHeaderError for headers with line breaks, as others do."""

    def send_messages(self, email_messages) -> int:
        messages = [message for message in email_messages if message.recipients()]
        with transaction.atomic():
            for message in messages:
                message.message()
                label = _("Mail: %(subject)s") % {"subject": message.subject}
                send_message.start(label=label, message=describe_message(message))
        return len(messages)


@background_job(seconds=120, retries=10, queue=NETWORK, keep=False, label=gettext_noop("Mail"))
def send_message(report, *, message: dict) -> None:
    """Send a message of `describe_message`. Raises JobError when the server refuses it for good."""
    try:
        get_connection(settings.EMAIL_DELIVERY_BACKEND).send_messages([build_message(message)])
    except smtplib.SMTPException as error:
        if is_permanent(error):
            raise JobError(_("The mail server refused it: %(why)s") % {"why": str(error)[:300]}) from error
        raise


def is_permanent(error: smtplib.SMTPException) -> bool:
    """Whether this message will be refused again. A wrong password is the operator's, who may correct it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT


def describe_message(message: EmailMessage) -> dict[str, Any]:
    """A message as JSON, with a Message-ID."""
    headers = {name: str(value) for name, value in message.extra_headers.items()}
    if not any(name.lower() == "message-id" for name in headers):
        headers["Message-ID"] = make_msgid(domain=str(DNS_NAME))
    return {
        "subject": str(message.subject),
        "body": str(message.body or ""),
        "from_email": str(message.from_email),
        "to": list(map(str, message.to)),
        "cc": list(map(str, message.cc)),
        "bcc": list(map(str, message.bcc)),
        "reply_to": list(map(str, message.reply_to)),
        "headers": headers,
        "subtype": message.content_subtype,
        "alternatives": [[str(content), kind] for content, kind in getattr(message, "alternatives", [])],
        "attachments": [_describe_attachment(one) for one in message.attachments],
    }


def _describe_attachment(attachment) -> dict[str, str | None]:
    """Name, type and content of an attachment; a MIME part has its content alone."""
    if isinstance(attachment, MIMEBase):
        return {"part": base64.b64encode(attachment.as_bytes()).decode()}
    name, content, kind = attachment
    if isinstance(content, str):
        return {"name": name, "kind": kind, "text": content}
    return {"name": name, "kind": kind, "bytes": base64.b64encode(content).decode()}


def build_message(described: dict[str, Any]) -> EmailMultiAlternatives:
    """The message that `describe_message` described."""
    fields = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to", "headers")
    message = EmailMultiAlternatives(**{name: described[name] for name in fields})
    message.content_subtype = described["subtype"]
    for content, kind in described["alternatives"]:
        message.attach_alternative(content, kind)
    for one in described["attachments"]:
        if "part" in one:
            message.attach(_build_part(base64.b64decode(one["part"])))
        else:
            content = one["text"] if "text" in one else base64.b64decode(one["bytes"])
            message.attach(one["name"], content, one["kind"])
    return message


def _build_part(content: bytes) -> MIMEBase:
    """A MIME part, such as a picture inside the text, of its bytes."""
    parsed = message_from_bytes(content)
    part = MIMEBase(parsed.get_content_maintype(), parsed.get_content_subtype())
    for name in list(part.keys()):
        del part[name]
    for name, value in parsed.items():
        part[name] = value
    part.set_payload(parsed.get_payload())
    return part
