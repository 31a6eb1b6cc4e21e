"""The admin's own pages in a browser: for everybody, in both themes, on a phone, and without JavaScript."""

import pytest
from django.urls import reverse

from events.models import Feedback
from resources.models import Resource
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event(live_server):
    user = factories.Organiser(username="organiser")
    event = factories.Event(organisers=[user], name="A day in Nairobi")
    event.user = user
    room = factories.Room()
    for title in ("One", "Other"):
        factories.Slot(talk__event=event, talk__title=title, room=room)
    factories.Talk(event=event, title="Without a place")
    Feedback.objects.create(event=event, comment="Well done")
    return event


@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_use_our_own_pages(open_page, sign_in, axe, live_server, event, dark):
    page = open_page(dark=dark)
    sign_in(page, event.user)
    for name, args in (
        ("index", []),
        ("events_event_release_plan", [event.pk]),
        ("events_event_import_schedule", [event.pk]),
        ("resources_resource_import_links", []),
    ):
        page.goto(live_server.url + reverse(f"admin:{name}", args=args))
        page.wait_for_load_state("networkidle")
        axe(page, include=["#content"])


def test_a_phone_shows_our_own_pages_without_scrolling_sideways(open_page, sign_in, live_server, event):
    page = open_page(width=320)
    sign_in(page, event.user)
    for name, args in (("index", []), ("events_event_release_plan", [event.pk])):
        page.goto(live_server.url + reverse(f"admin:{name}", args=args))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_an_organiser_signs_in_and_corrects_a_title_without_javascript(open_page, event):
    page = open_page("/admin/login/", javascript=False)
    page.get_by_label("Username").fill("organiser")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Without a place").click()
    page.locator("#id_title").fill("With a better title")
    page.get_by_role("button", name="Save", exact=True).click()
    assert event.talks.filter(title="With a better title").exists()


def test_a_curator_decides_by_single_keys(page, sign_in, live_server, event):
    rows = [factories.Resource(state="suggested") for _ in range(3)]
    sign_in(page, event.user)
    page.goto(
        live_server.url + reverse("admin:resources_resource_changelist", query={"state__exact": "suggested"})
    )
    for key in "jjxp":
        page.keyboard.press(key)
    page.get_by_text("1 link is published now.").wait_for()
    page.keyboard.press("r")  # the one that took its place
    page.get_by_text("1 link is rejected now.").wait_for()
    assert [Resource.objects.get(pk=row.pk).state for row in rows] == ["rejected", "published", "suggested"]
