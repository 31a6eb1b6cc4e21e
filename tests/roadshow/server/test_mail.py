"""Mail: queued with what the caller stores, sent once, tried again while the server is away."""

import smtplib
from email.mime.image import MIMEImage
from io import StringIO

import pytest
from django.core import mail
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from roadshow.jobs.models import Job
from roadshow.jobs.worker import Worker
from roadshow.server import logs
from roadshow.server.mail import QueuedBackend

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def backend(settings):
    settings.EMAIL_BACKEND = "roadshow.server.mail.QueuedBackend"


class Refusing(BaseEmailBackend):
    """A mail server that raises `error`."""

    error: Exception = ConnectionRefusedError()

    def send_messages(self, email_messages):
        raise self.error


@pytest.fixture
def refusing(settings, monkeypatch):
    settings.EMAIL_DELIVERY_BACKEND = f"{__name__}.Refusing"

    def refuse_with(error: Exception) -> None:
        monkeypatch.setattr(Refusing, "error", error)

    return refuse_with


@pytest.fixture
def queue(settings):
    """A queue that keeps what is in it, instead of doing it at once."""
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_a_message_arrives_as_it_was_written():
    message = EmailMultiAlternatives(
        "Grüße", "Plain", "a@example.org", ["b@example.org"], bcc=["c@example.org"], cc=["d@example.org"],
        reply_to=["e@example.org"], headers={"X-Event": "one"},
    )  # fmt: skip
    message.attach_alternative("<p>Rich</p>", "text/html")
    message.attach("plan.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.attach("photo.bin", b"\0\xff", "application/octet-stream")
    message.content_subtype = "plain"
    assert message.send() == 1
    (sent,) = mail.outbox
    for name in (
        "subject",
        "body",
        "from_email",
        "to",
        "cc",
        "bcc",
        "reply_to",
        "alternatives",
        "attachments",
    ):
        assert getattr(sent, name) == getattr(message, name), name
    assert sent.extra_headers["X-Event"] == "one"
    assert sent.extra_headers["Message-ID"]
    assert not Job.objects.exists()


def test_a_picture_inside_the_text_stays_one():
    message = EmailMultiAlternatives("Logo", "", to=["b@example.org"])
    picture = MIMEImage(b"GIF89a", "gif")
    picture["Content-ID"] = "<logo>"
    message.attach(picture)
    message.send()
    (part,) = mail.outbox[0].attachments
    assert part.as_bytes() == picture.as_bytes()


def test_each_message_is_one_job_and_sent_once(queue):
    messages = [EmailMessage(f"Number {number}", "", to=["b@example.org"]) for number in range(3)]
    assert mail.get_connection().send_messages([*messages, EmailMessage("To nobody")]) == 3
    assert {job.label for job in Job.objects.all()} == {f"Mail: Number {number}" for number in range(3)}
    assert DBTaskResult.objects.filter(queue_name="network").count() == 3
    assert not mail.outbox


def test_what_is_rolled_back_is_not_sent(queue):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        EmailMessage("Invitation", "", to=["b@example.org"]).send()
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_headers_are_checked_when_a_message_is_queued():
    with pytest.raises(BadHeaderError):
        EmailMessage("Two\nlines", "", to=["b@example.org"]).send()


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_away_is_tried_again_for_hours(queue, refusing):
    refusing(ConnectionRefusedError("refused"))
    EmailMessage("Later", "", to=["b@example.org"]).send()
    for attempt in range(1, 12):
        Worker(batch=True).run()
        job = Job.objects.get()
        assert (job.attempts, job.state) == (attempt, "waiting" if attempt < 11 else "failed")
        delays = DBTaskResult.objects.values_list("run_after", flat=True)
        if attempt == 10:
            assert (delays[0] - timezone.now()).total_seconds() > 4 * 3600
        DBTaskResult.objects.update(run_after=timezone.now())


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (smtplib.SMTPRecipientsRefused({"b@example.org": (550, b"no such user")}), True),
        (smtplib.SMTPRecipientsRefused({"b@example.org": (450, b"try later")}), False),
        (smtplib.SMTPDataError(554, b"rejected"), True),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
    ],
)
def test_only_a_final_refusal_is_final(refusing, error, final):
    refusing(error)
    EmailMessage("Hello", "", to=["b@example.org"]).send()
    assert ("refused" in Job.objects.get().problem) is final


def test_the_test_message_says_at_once_what_is_wrong(refusing):
    refusing(ConnectionRefusedError("nobody listens"))
    with pytest.raises(CommandError, match="nobody listens"):
        call_command("sendtestemail", "you@example.org", stdout=StringIO())


def test_errors_reach_admins_also_while_the_database_is_away(settings, monkeypatch):
    settings.ADMINS = [("", "admin@example.org")]

    def fail(*_arguments, **_options):
        raise DatabaseError

    monkeypatch.setattr(logs.connections, "close_all", lambda: None)
    logs.AdminMailHandler()._send("One", "by the queue")
    monkeypatch.setattr(QueuedBackend, "send_messages", fail)
    logs.AdminMailHandler()._send("Two", "directly")
    assert [one.subject.partition("] ")[2] for one in mail.outbox] == ["One", "Two"]
