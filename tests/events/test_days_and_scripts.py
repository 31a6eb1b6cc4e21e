"""Clock changes, whole and many days, and scripts that run from the right or have marks."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest

from events.actions import release
from roadshow.core.addresses import slugify
from roadshow.core.text import format_time
from tests import factories as make

BERLIN = ZoneInfo("Europe/Berlin")
SURFACES = ["?day={}", "?day={}&view=grid"]


@pytest.fixture
def night(db):
    """Two days in whose night clocks are set back."""
    event = make.Event(
        slug="night",
        timezone="Europe/Berlin",
        starts_on=dt.date(2030, 10, 26),
        ends_on=dt.date(2030, 10, 27),
    )

    def add(title, start, end):
        make.Slot(talk=make.Talk(event=event, title=title), starts_at=start, ends_at=end)

    for title, hour in (("Before", 0), ("After", 1)):
        start = dt.datetime(2030, 10, 27, hour, 30, tzinfo=dt.UTC)  # 02:30, twice
        add(title, start, start + dt.timedelta(minutes=30))
    add("Noon", dt.datetime(2030, 10, 26, 12, tzinfo=BERLIN), dt.datetime(2030, 10, 26, 13, tzinfo=BERLIN))
    add("Whole", dt.datetime(2030, 10, 26, tzinfo=BERLIN), dt.datetime(2030, 10, 28, tzinfo=BERLIN))
    add("Hack", dt.datetime(2030, 10, 26, 14, tzinfo=BERLIN), dt.datetime(2030, 10, 27, 18, tzinfo=BERLIN))
    add("Early", dt.datetime(2030, 10, 26, 1, tzinfo=BERLIN), dt.datetime(2030, 10, 26, 2, tzinfo=BERLIN))
    release(event=event, by=None)
    return event


@pytest.mark.parametrize("surface", SURFACES)
def test_each_row_of_the_night_shows_its_offset(client, night, surface):
    page = client.get("/events/night/schedule/" + surface.format("2030-10-26")).text
    assert "02:30 (UTC+2)" in page and "02:30 (UTC+1)" in page
    assert re.search(r"12:00(?! \(UTC)", page)


@pytest.mark.parametrize("surface", SURFACES)
def test_what_lasts_for_days_is_shown_on_each_as_such(client, night, surface):
    for day in ("2030-10-26", "2030-10-27"):
        page = client.get("/events/night/schedule/" + surface.format(day)).text
        assert page.count(">Whole<") == page.count(">Hack<") == 1
        assert "All day" in page and "Saturday 14:00" in page and "Sunday 18:00" in page
        assert "00:00–" not in page


def test_the_change_of_day_never_moves_the_first_day(client, night):
    for surface in SURFACES:
        page = client.get("/events/night/schedule/" + surface.format("2030-10-26")).text
        assert page.count(">Early<") == 1
    days = client.get("/events/night/schedule.json").json()["schedule"]["conference"]["days"]
    assert [day["date"] for day in days] == ["2030-10-26", "2030-10-27"]
    assert "2030-10-25" not in client.get("/events/night/schedule.xml").text


def test_a_slot_is_once_in_files_and_api(client, night):
    days = client.get("/api/v1/events/night/schedule/").json()["days"]
    titles = [slot["talk"]["title"] for day in days for room in day["rooms"] for slot in room["slots"]]
    assert sorted(titles) == ["After", "Before", "Early", "Hack", "Noon", "Whole"]


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (dt.datetime(2030, 10, 27, 2, 30, tzinfo=BERLIN), "02:30 (UTC+2)"),
        (dt.datetime(2030, 10, 27, 2, 30, fold=1, tzinfo=BERLIN), "02:30 (UTC+1)"),
        (dt.datetime(2030, 3, 31, 3, 30, tzinfo=BERLIN), "03:30 (UTC+2)"),
        (dt.datetime(2030, 6, 1, 2, 30, tzinfo=BERLIN), "02:30"),
        (dt.datetime(2030, 10, 27, 2, 30, tzinfo=ZoneInfo("Asia/Kolkata")), "02:30"),
        (dt.datetime(2030, 4, 7, 1, 45, tzinfo=ZoneInfo("Australia/Lord_Howe")), "01:45 (UTC+11)"),
    ],
)
def test_only_times_near_a_change_of_clocks_have_an_offset(instant, shown):
    assert format_time(instant) == shown


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("สวัสดีชาวโลก", "สวัสดีชาวโลก"),
        ("हिन्दी में कंपाइलर", "हिन्दी-में-कंपाइलर"),
        ("தமிழ் மொழி", "தமிழ்-மொழி"),
        ("မြန်မာ", "မြန်မာ"),
        ("什么是机器学习?", "什么是机器学习"),
        ("Über C++ & Co.", "über-c-co"),
        ("مقدمة في الأمن", "مقدمة-في-الأمن"),
        ("a/b\\c <x> \u200b\0", "abc-x"),
    ],
)
def test_an_address_keeps_the_letters_and_marks_of_every_script(text, slug):
    assert slugify(text) == slug


def test_pages_and_api_answer_at_such_an_address(client, db):
    talk = make.Talk(title="हिन्दी")
    user = make.Organiser()
    talk.event.organisers.add(user)
    assert talk.slug == "हिन्दी"
    assert client.get(talk.get_absolute_url()).status_code == 200
    client.force_login(user)
    call = {"slug": "สวัสดี"}
    assert (
        client.patch(f"/api/v1/talks/{talk.guid}/", call, content_type="application/json").status_code == 200
    )
    bad = client.patch(f"/api/v1/talks/{talk.guid}/", {"slug": "a b"}, content_type="application/json")
    assert bad.status_code == 400
    assert client.get(f"/events/{talk.event.slug}/talks/हिन्दी/").status_code == 301


def test_times_and_names_are_isolated_from_a_title_that_runs_from_the_right(client, admin_client, db):
    event = make.Event(slug="rtl")
    title, name = "مقدمة في الأمن", "ليلى"
    make.Slot(talk=make.Talk(event=event, title=title, speakers=[make.Speaker(name=name)]))
    waiting = make.Talk(event=event, title=title)
    release(event=event, by=None)
    grid = client.get("/events/rtl/schedule/?view=grid").text
    assert f"<bdi>{title}</bdi>" in grid and "<bdi><time" in grid and f"<bdi>{name}</bdi>" in grid
    rows = client.get("/events/rtl/schedule/").text
    assert re.search(rf'<h3 dir="auto"[^>]*><a[^>]*>{title}', rows) and "<bdi><time" in rows
    board = admin_client.get(f"/admin/events/event/{event.pk}/board/").text
    assert board.count(f"<b><bdi>{title}</bdi></b>") == 2, waiting
    assert f'dir="auto">{name}' in board


def test_the_page_says_which_way_its_language_runs(client, db, settings):
    assert '<html lang="en" dir="ltr"' in client.get("/").text
    settings.LANGUAGES_BIDI = ["zh"]
    assert '<html lang="zh-hans" dir="rtl"' in client.get("/zh-hans/").text
