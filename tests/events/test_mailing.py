"""Mail to speakers: who is told what, once; previews, templates, invitations, and what happens in between."""

import datetime as dt
import io
import smtplib
from io import StringIO

import icalendar
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.actions import clone_event, release
from events.actions import mailing as actions
from events.actions.merging import merge_speakers
from events.models import EventSpeaker, MailTemplate, Message, Role, Slot
from roadshow.core.placeholders import fill_placeholders, find_unknown
from roadshow.journal.models import Change
from roadshow.personal_data import erase_person, export_person
from roadshow.server.maintenance import apply_retention
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = "https://talks.example.org"


@pytest.fixture
def user(client):
    user = factories.Organiser(email="olga@example.org")
    client.force_login(user)
    return user


@pytest.fixture
def event(user):
    return factories.Event(name="Summit", organisers=[user], timezone="Asia/Kolkata")


def add_speaker(event, name, email="", **talk):
    """A confirmed talk of somebody, whose address the event knows."""
    speaker = factories.Speaker(name=name)
    made = factories.Talk(event=event, speakers=[speaker], **talk)
    EventSpeaker.objects.update_or_create(event=event, speaker=speaker, defaults={"email": email})
    return made


def send(event, user, kind="accepted", **options):
    return actions.start_mailing(
        event=event,
        kind=kind,
        texts=options.pop("texts", actions.default_texts(kind)),
        by=user,
        root=ROOT,
        **options,
    )


def page(event, name, *args):
    return reverse(f"admin:events_event_{name}", args=[event.pk, *args])


def test_everybody_is_told_once(event, user):
    add_speaker(event, "Ada", "ada@example.org", title="Engines")
    add_speaker(event, "No address")
    send(event, user)
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert "“Engines” is accepted for Summit" in sent.subject
    assert f"{ROOT}/my-page/" in sent.body
    with pytest.raises(actions.MailingRefused):
        send(event, user)
    add_speaker(event, "Bob", "bob@example.org")
    send(event, user)
    assert [one.to for one in mail.outbox] == [["ada@example.org"], ["bob@example.org"]]


def test_what_people_typed_is_never_a_placeholder(event, user):
    add_speaker(event, "{page} {event}", "ada@example.org", title="{name} %(name)s {{ name }}")
    send(event, user, texts={"en": ["{talk}", "{name}"]})
    (sent,) = mail.outbox
    assert sent.subject == "{name} %(name)s {{ name }}"
    assert sent.body == "{page} {event}"


@pytest.mark.parametrize("text", ["{nobody}", "{name.email}", "{name!r}", "{0}", "{", "{name:>9}"])
def test_an_unknown_placeholder_is_refused(event, text):
    with pytest.raises(ValidationError):
        actions.save_texts(event=event, kind="accepted", texts={"en": ["Hello", text]})
    assert not MailTemplate.objects.exists()


def test_braces_can_be_written():
    assert find_unknown("{{name}} {name}", {"name"}) == ""
    assert fill_placeholders("{{name}} {name}", {"name": "Ada"}) == "{name} Ada"


def test_the_preview_shows_three_real_recipients_and_sends_nothing(client, event, user):
    for number in range(4):
        add_speaker(event, f"Person {number}", f"p{number}@example.org", title=f"Talk of {number}")
    add_speaker(event, "No address")
    data = form_data(client, event, "accepted")
    content = client.post(page(event, "mail_write", "accepted"), data | {"do": "preview"}).content.decode()
    assert "Preview: 4 people are told" in content
    assert content.count("<article>") == 3
    assert "“Talk of 0” is accepted for Summit" in content
    assert "1 person is left out" in content
    assert "(private link of the person)" in content
    assert not mail.outbox


def form_data(client, event, kind):
    form = client.get(page(event, "mail_write", kind)).context["form"]
    return {name: form[name].value() or "" for name in form.fields if name != "keep"}


def test_a_form_is_sent_once_however_often_it_is_posted(client, event, user):
    add_speaker(event, "Ada", "ada@example.org")
    data = form_data(client, event, "announcement") | {
        "do": "send",
        "body_en": "Lunch",
    }
    assert client.post(page(event, "mail_write", "announcement"), data).status_code == 302
    assert client.post(page(event, "mail_write", "announcement"), data).status_code == 422
    (sent,) = mail.outbox
    assert sent.reply_to == ["olga@example.org"]


def test_a_text_that_is_refused_keeps_what_was_typed(client, event):
    data = form_data(client, event, "accepted") | {"do": "send", "body_en": "My words {nobody}"}
    response = client.post(page(event, "mail_write", "accepted"), data)
    assert response.status_code == 422
    content = response.content.decode()
    assert "My words {nobody}" in content
    assert "There is no placeholder {nobody}" in content


def test_speakers_of_a_room_are_told_that_it_moved(event, user):
    there, elsewhere = factories.Room(), factories.Room()
    for room, name in ((there, "Ada"), (elsewhere, "Bob")):
        factories.Slot(talk=add_speaker(event, name, f"{name}@example.org"), room=room)
    send(
        event,
        user,
        "announcement",
        texts={"en": ["Moved", "To the hall"]},
        audience=actions.Audience(room=there),
    )
    assert [one.to for one in mail.outbox] == [["Ada@example.org"]]


def invitation_of(message):
    ((content, kind),) = message.alternatives
    return icalendar.Calendar.from_ical(content), kind


def test_invitations_follow_a_talk_from_acceptance_to_its_end(event, user):
    talk = add_speaker(event, "Ada", "ada@example.org", title="Engines")
    slot = factories.Slot(talk=talk)
    release(event=event, by=user)
    send(event, user, "accepted")
    first, kind = invitation_of(mail.outbox[0])
    assert (first["METHOD"], "method=REQUEST" in kind) == ("REQUEST", True)
    entry = first.walk("VEVENT")[0]
    assert str(entry["ATTENDEE"]) == "mailto:ada@example.org"
    assert entry["UID"] == str(slot.guid)
    Slot.objects.filter(pk=slot.pk).update(
        starts_at=slot.starts_at + dt.timedelta(hours=2), ends_at=slot.ends_at + dt.timedelta(hours=2)
    )
    release(event=event, by=user)
    send(event, user, "moved")
    second = invitation_of(mail.outbox[1])[0].walk("VEVENT")[0]
    assert second["SEQUENCE"] > entry["SEQUENCE"]
    assert "17:30" in mail.outbox[1].body
    talk.state = "cancelled"
    talk.save()
    send(event, user, "cancelled")
    third, kind = invitation_of(mail.outbox[2])
    assert third["METHOD"] == "CANCEL"
    assert third.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
    assert third.walk("VEVENT")[0]["SEQUENCE"] > second["SEQUENCE"]


def test_each_move_is_told_once(event, user):
    talk = add_speaker(event, "Ada", "ada@example.org")
    slot = factories.Slot(talk=talk)
    release(event=event, by=user)
    assert not actions.list_recipients(event, "moved")
    for _number in range(2):
        Slot.objects.filter(pk=slot.pk).update(room=factories.Room())
        release(event=event, by=user)
        event.refresh_from_db()
        send(event, user, "moved")
        assert not actions.list_recipients(event, "moved")
    assert len(mail.outbox) == 2


def test_a_text_in_one_language_is_enough_and_half_of_one_is_not(client, event, user):
    add_speaker(event, "王小明", "wang@example.org", language="zh")
    data = form_data(client, event, "announcement") | {
        "do": "send",
        "subject_en": "Lunch",
        "body_en": "At noon",
    }
    refused = client.post(page(event, "mail_write", "announcement"), data | {"subject_zh-hans": "午餐"})
    assert "Write a subject and a text, or none of both." in refused.content.decode()
    assert client.post(page(event, "mail_write", "announcement"), data).status_code == 302
    assert mail.outbox[0].subject == "Lunch"


def test_texts_are_kept_for_the_event_and_its_copies(client, event, user):
    add_speaker(event, "Ada", "ada@example.org")
    data = form_data(client, event, "accepted") | {"do": "send", "subject_en": "Welcome", "keep": "on"}
    client.post(page(event, "mail_write", "accepted"), data)
    assert actions.load_texts(event, "accepted")["en"][0] == "Welcome"
    copy = clone_event(event=event, name="Next", starts_on=event.starts_on, by=user)
    assert actions.load_texts(copy, "accepted")["en"][0] == "Welcome"


def test_who_is_merged_is_not_told_again(event, user):
    talk = add_speaker(event, "Ada", "ada@example.org")
    send(event, user)
    merge_speakers(into=factories.Speaker(name="Ada L."), other=talk.speakers.get())
    with pytest.raises(actions.MailingRefused):
        send(event, user)


def test_the_mail_of_a_person_is_exported_and_erased(event, user):
    talk = add_speaker(event, "Ada", "ada@example.org")
    send(event, user)
    assert '"mailing__kind": "accepted"' in export_person(talk.speakers.get())
    erase_person(talk.speakers.get())
    assert not Message.objects.exists()
    assert not Change.objects.filter(table="events_message").exists()


def test_mail_of_events_that_are_long_over_goes(event, user, settings):
    add_speaker(event, "Ada", "ada@example.org")
    send(event, user)
    settings.RETENTION_DAYS = {"mail": 730}
    assert apply_retention() == {}
    event.mailings.update(created_at=timezone.now() - dt.timedelta(days=800))
    type(event).objects.update(starts_on="2020-01-01", ends_on="2020-01-01")
    assert apply_retention() == {"mail": 1}
    assert not Change.objects.filter(table__in=["events_mailing", "events_message"]).exists()


def test_who_unsubscribes_gets_no_more_announcements(client, event, user):
    add_speaker(event, "Ada", "ada@example.org")
    texts = {"en": ["News", "Words"]}
    send(event, user, "announcement", texts=texts)
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix(ROOT)
    client.logout()
    assert "Send no more announcements to ada@example.org?" in client.get(link).content.decode()
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    with pytest.raises(actions.MailingRefused):
        send(event, user, "announcement", texts=texts)
    send(event, user, "accepted")
    assert len(mail.outbox) == 2
    assert client.get("/unsubscribe/nothing/").status_code == 404


class Stopping(BaseEmailBackend):
    """A mail server that takes `left` messages and then raises `error`."""

    left = 0
    error: BaseException = SystemExit()

    def send_messages(self, email_messages):
        if not Stopping.left:
            raise Stopping.error
        Stopping.left -= 1
        mail.outbox += email_messages
        return len(email_messages)


@pytest.fixture
def stopping(settings, monkeypatch):
    settings.EMAIL_DELIVERY_BACKEND = f"{__name__}.Stopping"
    mail.outbox = []

    def stop_after(count, error):
        monkeypatch.setattr(Stopping, "left", count)
        monkeypatch.setattr(Stopping, "error", error)

    return stop_after


def test_a_message_of_a_killed_worker_is_not_sent_again_by_itself(client, event, user, stopping):
    for number in range(3):
        add_speaker(event, f"Person {number}", f"p{number}@example.org")
    stopping(0, ConnectionRefusedError("nobody listens"))
    row = send(event, user)
    stopping(1, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        actions.send_mailing(lambda *args: None, mailing=row.pk)
    stopping(9, KeyboardInterrupt())
    actions.send_mailing(lambda *args: None, mailing=row.pk)
    assert sorted(one.to[0] for one in mail.outbox) == ["p0@example.org", "p2@example.org"]
    assert row.messages.get(state="unclear").email == "p1@example.org"
    assert "The worker was stopped" in client.get(page(event, "mailing", row.pk)).content.decode()
    client.post(page(event, "mailing", row.pk), {"do": "send_again"})
    assert sorted(one.to[0] for one in mail.outbox) == [f"p{number}@example.org" for number in range(3)]
    assert not row.messages.exclude(state="sent").exists()


def test_a_refused_address_is_noted_and_the_others_are_sent(event, user, stopping, monkeypatch):
    for number in range(2):
        add_speaker(event, f"Person {number}", f"p{number}@example.org")
    refusal = smtplib.SMTPRecipientsRefused({"p0@example.org": (550, b"no such user")})
    stopping(0, refusal)
    send(event, user)
    assert set(Message.objects.values_list("state", flat=True)) == {"failed"}
    assert "no such user" in Message.objects.first().problem


class Greylisting(BaseEmailBackend):
    """A mail server that refuses the first recipient for the moment."""

    def send_messages(self, email_messages):
        if email_messages[0].to == ["p0@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"p0@example.org": (450, b"try again later")})
        mail.outbox += email_messages


def test_who_is_refused_for_the_moment_does_not_hold_up_the_others(event, user, settings):
    for number in range(2):
        add_speaker(event, f"Person {number}", f"p{number}@example.org")
    settings.EMAIL_DELIVERY_BACKEND = f"{__name__}.Greylisting"
    send(event, user)
    assert [one.to for one in mail.outbox] == [["p1@example.org"]]
    assert Message.objects.get(state="queued").problem.count("try again later") == 1


def test_a_server_that_is_away_leaves_messages_waiting(event, user, stopping):
    add_speaker(event, "Ada", "ada@example.org")
    stopping(0, ConnectionRefusedError("nobody listens"))
    send(event, user)
    assert Message.objects.get().state == "queued"


def test_a_bounce_is_recorded(event, user, monkeypatch):
    add_speaker(event, "Ada", "ada@example.org")
    send(event, user)
    ident = mail.outbox[0].extra_headers["Message-ID"]
    bounce = f"Subject: failed\n\nDiagnostic-Code: smtp; 550 no such user\n\nMessage-ID: {ident}\n".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(bounce)))
    call_command("record_bounces", stdout=StringIO())
    message = Message.objects.get()
    assert (message.state, message.problem) == ("bounced", "smtp; 550 no such user")


def test_the_page_proposes_and_counts(client, event, user):
    add_speaker(event, "Ada", "ada@example.org")
    assert actions.count_proposals(event)["accepted"] == 1
    assert "1 to tell" in client.get(page(event, "mail")).content.decode()
    send(event, user)
    assert "accepted" not in actions.count_proposals(event)
    assert "ada@example.org" in client.get(page(event, "mail"), {"q": "Ada"}).content.decode()


def test_only_who_looks_after_speakers_sees_mail(client, event, user):
    add_speaker(event, "Ada", "ada@example.org")
    row = send(event, user)
    reader = factories.User()
    Role.objects.create(user=reader, name="scheduler", event=event)
    client.force_login(reader)
    for address in (
        page(event, "mail"),
        page(event, "mail_write", "accepted"),
        page(event, "mailing", row.pk),
    ):
        assert client.get(address).status_code == 404


def test_lists_of_recipients_take_as_many_queries_however_many_people(event):
    queries = []
    for count in (1, 3):
        for number in range(count):
            factories.Slot(talk=add_speaker(event, f"Person {number}", f"p{number}@example.org"))
        with CaptureQueriesContext(connection) as captured:
            actions.list_recipients(event, "accepted")
        queries.append(len(captured))
    assert queries[0] == queries[1]


def test_a_chinese_talk_is_written_to_in_chinese(event, user):
    add_speaker(event, "王小明", "wang@example.org", title="编译器", language="zh-Hans")
    send(event, user)
    assert mail.outbox[0].subject == "“编译器”已被 Summit 接受"
