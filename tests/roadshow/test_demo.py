"""What the demo consists of. It is loaded once for all of these tests."""

from io import BytesIO

import pytest
from django.test import override_settings
from django.utils.html import escape
from PIL import Image, ImageStat

from events.models import Event, Photo, Recap, ReleasedSlot, Series, Slot, Talk, Topic, Track, Venue
from resources.models import Collection, Resource
from roadshow.server.demo.load import load
from roadshow.server.demo.pictures import SCENES, draw
from speakers.models import Speaker

MODELS = (Series, Event, Venue, Track, Topic, Speaker, Talk, Slot, Recap, Photo, Resource, Collection)


@pytest.fixture(scope="module")
def loaded(module_transaction, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with override_settings(DATA_DIR=folder, MEDIA_ROOT=folder / "media"):
        yield load()


@pytest.fixture
def demo(loaded, db):
    return loaded


@pytest.fixture
def event(demo):
    return Event.objects.get(slug="bangalore-2018")


def test_it_says_how_many_rows_of_what_it_made(demo):
    assert demo == {
        "events": 4,
        "talks": 11,
        "speakers": 9,
        "topics": 16,
        "resources": 12,
        "recaps": 2,
        "pictures": 8,
    }


@pytest.mark.parametrize(
    ("model", "count"), [(Event, 4), (Talk, 11), (Speaker, 9), (Topic, 16), (Resource, 12), (Photo, 8)]
)
def test_that_many_rows_are_there(demo, model, count):
    assert model.objects.count() == count


@pytest.mark.parametrize(
    ("name", "count"), [("events", 4), ("talks", 11), ("speakers", 9), ("topics", 16), ("resources", 12)]
)
def test_the_api_counts_the_same(demo, client, name, count):
    assert client.get(f"/api/v1/{name}/").json()["count"] == count


@pytest.mark.parametrize(
    ("address", "model", "text"),
    [
        ("/series/tensorflow-roadshow/", Event, "name"),
        ("/events/bangalore-2018/talks/", Talk, "title"),
        ("/events/bangalore-2018/", Photo, "alternative"),
        ("/speakers/", Speaker, "name"),
        ("/topics/", Topic, "name"),
        ("/collections/from-the-recap/", Resource, "title"),
    ],
)
def test_a_page_shows_them_all(demo, client, address, model, text):
    page = client.get(address).content.decode()
    assert [row for row in model.objects.all() if escape(getattr(row, text)) not in page] == []


@pytest.mark.parametrize("model", MODELS)
def test_every_row_passes_the_checks_of_a_form(demo, model):
    for row in model.objects.all():
        row.full_clean()


def test_the_schedule_is_released_in_the_order_of_the_day(event):
    slots = ReleasedSlot.objects.filter(release=event.current_release).select_related("talk")
    titles = [slot.talk.title for slot in slots]
    assert len(titles) == 11
    assert titles[0] == "Welcome address"
    assert titles[-1] == "TensorFlow for art and music"
    assert event.current_release.note


@pytest.mark.parametrize("name", ["Wolff Dobson", "Sandeep Gupta"])
def test_two_people_gave_two_talks_and_search_finds_both(demo, name):
    person = Speaker.objects.get(name=name)
    assert person.talks.count() == 2
    assert set(Talk.objects.search(name)) >= set(person.talks.all())


def test_the_others_gave_one(demo):
    assert sum(speaker.talks.count() == 1 for speaker in Speaker.objects.all()) == 7


def test_every_topic_has_a_description_and_a_talk(demo):
    assert not Topic.objects.filter(talks=None).exists()
    assert not Topic.objects.filter(description="").exists()


def test_every_link_is_tied_to_the_event_and_stands_in_the_collection(event):
    links = set(Resource.objects.all())
    assert set(event.resources.all()) == links
    assert set(Collection.objects.get().resources.all()) == links
    assert all(link.note and link.authors for link in links)


def test_links_from_a_session_are_tied_to_its_talk_and_topics(demo):
    apart = Resource.objects.filter(talks=None).values_list("title", flat=True)
    assert sorted(apart) == [
        "Google knows how to teach",
        "Stack Overflow survey 2018: most loved, dreaded and wanted",
    ]
    assert set(Resource.objects.filter(topics=None)) == set(Resource.objects.filter(talks=None))
    article = Resource.objects.get(title__startswith="AutoGraph")
    assert [person.name for person in article.speakers.all()] == ["Wolff Dobson"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_recap_names_everybody_in_both_languages(event, language):
    text = event.recaps.get(language=language).text
    assert all(speaker.name in text for speaker in Speaker.objects.all())


def test_what_is_not_known_is_marked_as_illustrative_in_both_languages(event):
    assert "illustrative" in event.notice
    assert "示意" in event.notice
    assert all("illustrative" in row.name for row in event.rooms.all())
    assert event.date_precision == "month"


def test_the_series_has_four_stops_in_three_cities(demo):
    stops = Series.objects.get().events.order_by("starts_on")
    assert [stop.city for stop in stops] == ["Bangalore", "Bangalore", "Zurich", "Milano"]
    assert "16 talks" in stops[1].description
    assert [stop.talks.count() for stop in stops] == [11, 0, 0, 0]


def test_pictures_carry_the_captions_and_credits_of_the_recap(event):
    photos = list(event.photos.all())
    assert [photo.caption for photo in photos[:2]] == ["TensorFlow Roadshow Bangalore", "the opening"]
    assert [bool(photo.credit) for photo in photos] == [False, True, False, True, False, False, True, False]
    assert all(bool(photo.credit) == bool(photo.credit_url) for photo in photos)
    assert all("drawn for this portal" in photo.alternative for photo in photos)
    assert all((photo.width, photo.height) == (1600, 900) for photo in photos)


def test_feedback_is_open_and_the_organiser_owns_it_all(event):
    organiser = event.series.organisers.get()
    assert event.feedback_open
    assert (organiser.is_staff, organiser.is_superuser) == (True, False)
    assert Event.objects.editable_by(organiser).count() == 4


@pytest.mark.parametrize("scene", SCENES)
def test_a_picture_is_not_blank_and_is_the_same_every_time(scene):
    data = draw(scene)
    assert data == draw(scene)
    picture = Image.open(BytesIO(data))
    assert picture.size == (1600, 900)
    assert min(ImageStat.Stat(picture.convert("L")).stddev) > 8
