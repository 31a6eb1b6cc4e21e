"""A speaker's own page in a browser: its forms are accepted without an account, on a phone, light and dark."""

import pytest

from events.actions.speaker_pages import create_pass
from events.models import Confirmation, EventSpeaker
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link(live_server):
    event = factories.Event(name="Summit")
    talk = factories.Talk(event=event, title="Engines", speakers=[factories.Speaker(name="Ada")])
    return f"/my-page/{create_pass(person=EventSpeaker.objects.of(event, talk.speakers.get()), by=None)}/"


@pytest.mark.parametrize("dark", [False, True])
def test_a_talk_is_confirmed_on_a_phone(open_page, axe, link, dark):
    page = open_page(link, width=320, height=700, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="I give this talk").click()
    page.get_by_text("You confirmed.").wait_for()
    assert Confirmation.objects.get().accepted
    axe(page)
