"""Texts with control characters are refused, whichever way they come in."""

import pytest
from django.core.exceptions import ValidationError

from events.models import Feedback
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("make_row", "field"),
    [
        (make.Event, "name"),
        (make.Event, "description"),
        (make.Series, "tagline"),
        (make.Speaker, "biography"),
        (make.Resource, "title"),
        (make.Collection, "text"),
        (make.Topic, "name"),
        (make.Venue, "directions"),
    ],
)
@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1b", "\x7f"])
def test_a_text_with_a_control_character_is_refused_with_its_code(make_row, field, sign):
    with pytest.raises(ValidationError) as refused:
        row = make_row()
        setattr(row, field, f"one{sign}two")
        row.clean_fields()
    assert f"U+{ord(sign):04X}" in str(refused.value.message_dict[field])


def test_long_texts_have_line_breaks_and_tabs():
    event = make.Event(description="one\r\n\ttwo")
    event.clean_fields()
    event.name = "one\ntwo"
    with pytest.raises(ValidationError):
        event.clean_fields()


def test_the_api_refuses_them(client):
    organiser = make.Organiser()
    make.Event(slug="summit", organisers=[organiser])
    client.force_login(organiser)
    body = {"title": "one\x01two", "event": "summit"}
    answer = client.post("/api/v1/talks/", body, content_type="application/json")
    assert answer.status_code == 400 and "U+0001" in answer.content.decode()


def test_public_forms_refuse_them(client):
    event = make.Event(feedback_open=True)
    client.post(f"/events/{event.slug}/feedback/", {"rating": 5, "comment": "good\x01"})
    assert not Feedback.objects.filter(comment__contains="\x01").exists()
