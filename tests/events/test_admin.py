"""Events, talks and releases in the admin, through the test client."""

import datetime as dt

import pytest
from django.forms import FileField
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Feedback, Release, Series, Slot, Talk, Venue
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(client):
    user = factories.Organiser()
    client.force_login(user)
    event = factories.Event(organisers=[user], name="Own event")
    event.user = user
    return event


def url(page, row=None, **query):
    return reverse(f"admin:events_{page}", args=[row.pk] if row else [], query=query)


@timezone.override("Asia/Kolkata")  # the zone of the factories' events
def filled(client, address, **changes):
    """What the form at `address` would send if somebody changed only these fields."""
    page = client.get(address)
    data = {}
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if hasattr(bound.field.widget, "decompress"):
                parts = bound.field.widget.decompress(value) if not isinstance(value, list) else value
                data |= {f"{bound.html_name}_{i}": part for i, part in enumerate(parts) if part is not None}
            elif value is not None and value is not False and not isinstance(bound.field, FileField):
                data[bound.html_name] = value
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_a_corrected_title_is_saved_and_its_history_kept(client, own):
    talk = factories.Talk(event=own, title="Tipo")
    address = url("talk_change", talk)
    assert client.post(address, filled(client, address, title="Typo")).status_code == 302
    talk.refresh_from_db()
    assert talk.title == "Typo"
    assert talk.history.first().history_user == own.user
    assert "Typo" in client.get(url("talk_history", talk)).content.decode()
    assert "None" not in client.get("/zh-hans" + url("talk_history", talk)).content.decode()


def test_an_earlier_version_comes_back(client, own):
    talk = factories.Talk(event=own, title="Before")
    version = talk.history.first().pk
    talk.title = "After"
    talk.save()
    address = reverse("admin:events_talk_simple_history", args=[talk.pk, version])
    page = client.get(address)
    assert "Before" in page.content.decode()
    form = page.context["adminform"].form
    data = {bound.html_name: bound.value() for bound in form if bound.value()}
    assert client.post(address, data).status_code == 302
    talk.refresh_from_db()
    assert talk.title == "Before"


def test_a_stale_form_is_refused_and_keeps_what_was_typed(client, own):
    talk = factories.Talk(event=own, title="First")
    address = url("talk_change", talk)
    typed = filled(client, address, title="Mine")
    talk.title = "Theirs"
    talk.save()
    page = client.post(address, typed)
    assert page.status_code == 200
    talk.refresh_from_db()
    assert talk.title == "Theirs"
    text = page.content.decode()
    assert "Somebody changed this since you opened it" in text
    assert 'value="Mine"' in text
    again = typed | {"token": page.context["adminform"].form["token"].value()}
    assert client.post(address, again).status_code == 302
    talk.refresh_from_db()
    assert talk.title == "Mine"


def test_what_an_organiser_adds_is_theirs(client, own):
    data = {"name": "A tour", "slug": "a-tour", "state": "draft"}
    assert client.post(url("series_add"), data).status_code == 302
    assert own.user in Series.objects.get(slug="a-tour").organisers.all()


def test_a_talk_does_not_move_to_an_event_of_somebody_else(client, own):
    talk = factories.Talk(event=own)
    other = factories.Event()
    address = url("talk_change", talk)
    page = client.post(address, filled(client, address, event=other.pk))
    assert "event" in page.context["adminform"].form.errors
    talk.refresh_from_db()
    assert talk.event == own


def test_a_talk_in_the_plan_does_not_move_to_another_event(client, own):
    talk = factories.Slot(talk__event=own).talk
    other = factories.Event(organisers=[own.user])
    address = url("talk_change", talk)
    page = client.post(address, filled(client, address, event=other.pk))
    assert "This talk is in the schedule of" in page.content.decode()


def test_a_slot_is_typed_in_the_time_of_the_event(client, own):
    talk = factories.Talk(event=own)
    address = url("talk_change", talk)
    data = filled(client, address) | {
        "slots-TOTAL_FORMS": 1,
        "slots-0-starts_at_0": "2030-10-06",
        "slots-0-starts_at_1": "10:00",
        "slots-0-ends_at_0": "2030-10-06",
        "slots-0-ends_at_1": "10:45",
    }
    assert client.post(address, data).status_code == 302
    slot = Slot.objects.get()
    assert slot.starts_at == dt.datetime(2030, 10, 6, 4, 30, tzinfo=dt.UTC)
    assert "10:00" in client.get(address).content.decode()


def test_saving_a_talk_names_its_conflicts_and_what_attendees_do_not_see(client, own):
    room = factories.Room()
    one, other = (factories.Talk(event=own, title=title) for title in ("One", "Other"))
    for talk in (one, other):
        factories.Slot(talk=talk, room=room)
    address = url("talk_change", one)
    page = client.post(address, filled(client, address), follow=True)
    text = page.content.decode()
    assert "Its page shows this now, the schedule only after the next release" in text
    assert "Room taken twice" in text


def test_a_release_is_made_with_a_note(client, own):
    factories.Slot(talk__event=own, talk__title="Planned", talk__speakers=[factories.Speaker()])
    address = url("event_release_plan", own)
    assert "Planned" in client.get(address).content.decode()
    page = client.post(address, {"note": "Here it is"}, follow=True)
    release = Release.objects.get()
    assert (release.number, release.note, release.released_by) == (1, "Here it is", own.user)
    assert "Release 1 is made. Attendees see release 1, which is the plan." in page.content.decode()
    assert "Nothing changed" in client.get(address).content.decode()


def test_a_release_that_is_refused_names_both_slots(client, own):
    room = factories.Room()
    for title in ("One", "Other"):
        factories.Slot(talk__event=own, talk__title=title, room=room)
    page = client.post(url("event_release_plan", own), {"note": ""})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Nothing was released" in text
    assert "One" in text and "Other" in text
    assert not Release.objects.exists()


def test_levels_of_conflicts_are_kept(client, own):
    address = url("event_change", own)
    assert client.post(address, filled(client, address, level_no_speaker="block")).status_code == 302
    own.refresh_from_db()
    assert own.conflict_levels == {"no_speaker": "block"}


@pytest.mark.parametrize(("action", "state"), [("confirm", "confirmed"), ("cancel", "cancelled")])
def test_talks_change_state_in_bulk_and_only_own_ones(client, own, action, state):
    talk = factories.Talk(event=own, state="draft")
    other = factories.Talk(state="draft")
    data = {"action": action, "_selected_action": [talk.pk, other.pk]}
    client.post(url("talk_changelist"), data)
    talk.refresh_from_db()
    other.refresh_from_db()
    assert (talk.state, other.state) == (state, "draft")
    assert talk.history.count() == 2


@pytest.mark.parametrize(("action", "state"), [("show", "shown"), ("hide", "hidden")])
def test_feedback_is_shown_or_hidden(client, own, action, state):
    row = Feedback.objects.create(event=own, comment="Good")
    client.post(url("feedback_changelist"), {"action": action, "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.state == state


def make_talks(event, count):
    for _ in range(count):
        talk = factories.Talk(event=event, speakers=[factories.Speaker(), factories.Speaker()])
        factories.Slot(talk=talk)


def make_events(event, count):
    for _ in range(count):
        make_talks(factories.Event(organisers=[event.user], venue=factories.Venue()), 2)


LISTS = [
    ("event", 11, make_events),
    ("talk", 7, make_talks),
    ("venue", 5, lambda event, count: [factories.Room() for _ in range(count)]),
    ("room", 4, lambda event, count: [factories.Room() for _ in range(count)]),
    ("topic", 4, lambda event, count: [factories.Topic() for _ in range(count)]),
    ("track", 4, lambda event, count: [factories.Track(event=event) for _ in range(count)]),
    ("series", 4, lambda event, count: [factories.Series(organisers=[event.user]) for _ in range(count)]),
    (
        "feedback",
        7,
        lambda event, count: [
            Feedback.objects.create(event=event, talk=factories.Talk(event=event), rating=3)
            for _ in range(count)
        ],
    ),
]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries", "make"), LISTS, ids=[row[0] for row in LISTS])
def test_lists_take_as_many_queries_however_long(
    client, own, name, queries, make, count, django_assert_num_queries
):
    make(own, count)
    client.get(url(f"{name}_changelist"))
    with django_assert_num_queries(queries):
        response = client.get(url(f"{name}_changelist"))
    assert response.status_code == 200


@pytest.mark.parametrize("model", [Event, Talk, Venue])
def test_search_finds_by_full_text(client, own, model):
    factories.Venue(name="Café central")
    factories.Talk(event=own, title="Café central")
    factories.Event(organisers=[own.user], name="Café central")
    page = client.get(url(f"{model._meta.model_name}_changelist", q="cafe cent"))
    assert "Café central" in page.content.decode()
