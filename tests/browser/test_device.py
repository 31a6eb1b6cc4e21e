"""What happens on the reader's own device: whose time, instant filters, stars, now and next, offline."""

import datetime as dt
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone
from playwright.sync_api import expect

from events import actions
from events.models import PrivateCalendar
from events.models.private_calendar import digest_of, new_token
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = dt.datetime(2030, 10, 6, 4, tzinfo=dt.UTC)  # 09:30 in Kolkata
SCHEDULE = "/events/stop/schedule/"


@pytest.fixture
def event(transactional_db):
    """A day of six talks in two rooms, half of them about maps, one with a recording."""
    event = factories.Event(
        slug="stop", name="The stop", starts_on=dt.date(2030, 10, 6), timezone="Asia/Kolkata"
    )
    maps, other = factories.Track(event=event, name="Maps"), factories.Track(event=event, name="Other things")
    rooms = [factories.Room(name="Hall"), factories.Room(name="Attic")]
    for number in range(6):
        talk = factories.Talk(
            event=event, slug=f"talk-{number}", title=f"Talk {number}", track=[maps, other][number % 2]
        )
        start = BEGIN + dt.timedelta(minutes=60 * (number // 2) + 20 * (number % 2))
        factories.Slot(
            talk=talk, room=rooms[number % 2], starts_at=start, ends_at=start + dt.timedelta(minutes=30)
        )
    talk.links.create(url="https://example.org/film", kind="recording", title="Film")
    actions.release(event=event, by=None)
    event.refresh_from_db()
    return event


def test_times_are_the_events_or_the_readers_and_it_is_remembered(event, open_page, live_server):
    page = open_page(SCHEDULE, timezone_id="America/New_York")
    first = page.locator(".hour__time").first
    expect(first).to_have_text("09:30")
    expect(page.locator("[data-zone-name]")).to_contain_text("UTC+5:30")
    page.get_by_role("button", name="Mine").click()
    expect(first).to_have_text("00:00")
    expect(page.locator("[data-zone-name]")).to_contain_text("Eastern Daylight Time")
    page.goto(f"{live_server.url}/events/stop/talks/talk-0/")
    expect(page.locator(".facts time").first).to_have_text("00:00")
    page.get_by_role("button", name="The event's").click()
    expect(page.locator(".facts time").first).to_have_text("09:30")


def test_another_day_of_the_readers_is_named(event, open_page):
    page = open_page(SCHEDULE, timezone_id="America/Los_Angeles")
    page.get_by_role("button", name="Mine").click()
    expect(page.locator(".hour__time").first).to_have_text("Sat 21:00")


def test_nobody_is_asked_whose_time_where_it_is_the_same_or_without_javascript(event, open_page):
    assert not open_page(SCHEDULE, timezone_id="Asia/Kolkata").locator("[data-whose]").first.is_visible()
    page = open_page(SCHEDULE, javascript=False)
    assert not page.locator("[data-whose]").first.is_visible()
    expect(page.locator("[data-zone-name]")).to_contain_text("UTC+5:30")


def shown(page) -> int:
    return page.locator(".slot:visible").count()


def test_a_schedule_is_narrowed_at_once_and_the_address_follows(event, open_page):
    page = open_page(SCHEDULE)
    page.get_by_text("Find in this schedule").click()
    page.get_by_label("Maps").check()
    assert shown(page) == 3
    expect(page.locator("[data-said]")).to_have_text("Entries that fit: 3")
    assert page.url.endswith("?track=Maps")
    page.reload()
    assert shown(page) == 3
    page.get_by_label("Maps").uncheck()
    expect(page.locator(".slot:visible")).to_have_count(6)
    page.get_by_label("Words to search for").fill("talk 5")
    assert shown(page) == 1
    page.get_by_label("Recording").select_option("yes")
    assert shown(page) == 1
    page.get_by_label("Room", exact=True).select_option("Hall")
    assert shown(page) == 0


def test_a_grid_shows_pale_what_does_not_fit(event, open_page):
    page = open_page(SCHEDULE + "?view=grid")
    page.get_by_text("Find in this schedule").click()
    page.get_by_label("Room", exact=True).select_option("Attic")
    expect(page.locator(".cell--pale")).to_have_count(3)


def test_rooms_of_a_grid_are_hidden_and_pinned_and_it_is_remembered(event, open_page):
    page = open_page(SCHEDULE + "?view=grid")
    heads = page.locator(".grid thead th:visible bdi")
    expect(heads).to_have_text(["Hall", "Attic"])
    page.locator(".rooms summary").click()
    page.get_by_role("button", name="Pin Attic").click()
    expect(heads).to_have_text(["Attic", "Hall"])
    expect(page.locator(".grid td:first-of-type .cell").first).to_have_attribute("data-room", "Attic")
    page.get_by_role("checkbox", name="Hall").uncheck()
    page.reload()
    expect(heads).to_have_text(["Attic"])
    expect(page.locator(".cell:visible")).to_have_count(3)
    page.locator(".rooms summary").click()
    page.get_by_role("button", name="Show all, pin none").click()
    expect(heads).to_have_text(["Hall", "Attic"])
    expect(page.locator(".cell:visible")).to_have_count(6)


class OtherSite(BaseHTTPRequestHandler):
    """A page that somebody else serves."""

    page = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *args):
        pass


def test_an_element_on_another_site_shows_what_comes_next_and_grows_with_it(event, open_page, live_server):
    element = '<roadshow-embed event="stop" show="next" count="3"></roadshow-embed>'
    OtherSite.page = f'<script type="module" src="{live_server.url}/embed.js"></script>{element}'.encode()
    with ThreadingHTTPServer(("127.0.0.1", 0), OtherSite) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        page = open_page(errors=True)
        page.goto(f"http://127.0.0.1:{other.server_port}/")
        frame = page.frame_locator("iframe")
        expect(frame.locator(".slot")).to_have_count(3)
        expect(frame.get_by_role("link", name="Talk 0")).to_have_attribute(
            "href", "/events/stop/talks/talk-0/"
        )
        page.wait_for_function("document.querySelector('roadshow-embed').offsetHeight != 320")
        assert page.context.cookies() == []
        other.shutdown()


def test_a_schedule_is_narrowed_without_javascript(event, open_page):
    page = open_page(SCHEDULE, javascript=False)
    page.get_by_text("Find in this schedule").click()
    page.get_by_label("Maps").check()
    page.get_by_role("button", name="Show", exact=True).click()
    assert shown(page) == 3


def star(page, title):
    return page.get_by_role("button", name=f"Keep “{title}” in my schedule", exact=True)


def test_a_star_stays_on_the_device_in_list_grid_talk_and_my_schedule(event, open_page, live_server):
    page = open_page(SCHEDULE)
    star(page, "Talk 0").click()
    expect(star(page, "Talk 0")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{live_server.url}{SCHEDULE}?view=grid")
    expect(star(page, "Talk 0")).to_have_attribute("aria-pressed", "true")
    star(page, "Talk 1").focus()
    page.keyboard.press("Enter")
    page.goto(f"{live_server.url}/events/stop/talks/talk-4/")
    star(page, "Talk 4").click()
    page.get_by_role("link", name="My schedule 3").click()
    expect(page.locator(".hour .slot")).to_have_count(3)
    page.get_by_role("group", name="At the same time: which one is it?").get_by_label("Talk 1").check()
    expect(page.locator(".slot--maybe")).to_have_text(re.compile("Talk 0"))
    star(page, "Talk 1").click()
    expect(page.locator(".hour .slot")).to_have_count(2)
    expect(page.get_by_text("At the same time")).to_have_count(0)


def test_a_private_link_moves_the_stars_and_no_server_sees_them(event, open_page):
    page = open_page(SCHEDULE)
    star(page, "Talk 2").click()
    page.get_by_role("link", name="My schedule 1").click()
    expect(page.locator(".slot")).to_have_count(1)
    page.get_by_role("button", name="As a QR code").click()
    expect(page.get_by_role("img", name="QR code of the private link")).to_be_visible()
    link = page.get_by_label("Private link").input_value()
    other = open_page()
    asked = []
    other.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    other.goto(link)
    expect(other.locator(".slot")).to_have_count(1)
    expect(other.get_by_text("Talks added to this device: 1")).to_be_visible()
    secret = link.partition("#stars=")[2]
    assert "#" not in other.url and not [url for url in asked if secret in url.partition("#")[0]]


def test_a_private_link_needs_no_token_that_another_request_could_replace(event, open_page):
    """A cookie of the service worker's requests may arrive after the page: nothing depends on it."""
    page = open_page(SCHEDULE)
    star(page, "Talk 2").click()
    page.get_by_role("link", name="My schedule 1").click()
    other = {"name": "csrftoken", "value": "x" * 32, "url": page.url}
    page.context.add_cookies([other])
    page.get_by_role("button", name="As a QR code").click()
    expect(page.get_by_role("img", name="QR code of the private link")).to_be_visible()


def test_a_refusal_and_a_lost_network_are_told_apart(event, open_page):
    page = open_page(SCHEDULE, errors=True)
    star(page, "Talk 2").click()
    page.get_by_role("link", name="My schedule 1").click()
    page.route("**/my/code/", lambda route: route.fulfill(status=429, body="{}"))
    page.get_by_role("button", name="As a QR code").click()
    expect(page.get_by_text("The portal refused this.")).to_be_visible()
    page.route("**/my/code/", lambda route: route.abort())
    page.get_by_role("button", name="As a QR code").click()
    expect(page.get_by_text("The portal cannot be reached.")).to_be_visible()


def test_a_private_calendar_follows_the_stars_and_can_be_revoked(event, open_page, live_server):
    page = open_page(SCHEDULE)
    star(page, "Talk 2").click()
    page.get_by_role("link", name="My schedule 1").click()
    page.get_by_role("button", name="Make a private address").click()
    expect(page.get_by_label("Private calendar address")).to_be_visible()
    address = page.get_by_label("Private calendar address").input_value()
    answer = page.request.get(address)
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "SUMMARY:Talk 2" in answer.text() and "SUMMARY:Talk 1" not in answer.text()
    page.goto(live_server.url + SCHEDULE)
    with page.expect_response(lambda response: response.request.method == "PUT"):
        star(page, "Talk 1").click()
    assert "SUMMARY:Talk 1" in page.request.get(address).text()
    kept = PrivateCalendar.objects.get()
    assert address.split("/")[-1].removesuffix(".ics") not in kept.digest
    page.get_by_role("link", name="My schedule 2").click()
    link = page.get_by_label("Private link").input_value()
    other = open_page()
    other.goto(link)
    expect(other.locator(".hour .slot")).to_have_count(2)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Make a private address")).to_be_visible()
    assert page.request.get(address).status == 404
    assert "#stars=" in page.get_by_label("Private link").input_value()
    late = open_page(errors=True)
    late.goto(link)
    expect(late.get_by_text("This link has expired or was revoked.")).to_be_visible()


def test_stars_set_without_a_network_reach_the_private_calendar_later(event, open_page):
    page = open_page(SCHEDULE, errors=True)
    star(page, "Talk 2").click()
    page.get_by_role("link", name="My schedule 1").click()
    page.get_by_role("button", name="Make a private address").click()
    expect(page.get_by_label("Private calendar address")).to_be_visible()
    address = page.get_by_label("Private calendar address").input_value()
    page.context.set_offline(True)
    star(page, "Talk 2").click()
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('unsent:'))")
    assert "SUMMARY:Talk 2" in page.request.get(address).text()
    with page.expect_response(lambda response: response.request.method == "PUT" and response.ok):
        page.context.set_offline(False)
    assert "SUMMARY:Talk 2" not in page.request.get(address).text()
    page.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('unsent:'))")


def test_an_expired_calendar_and_a_drafts_are_not_there(event, client):
    for expires, state in (
        (timezone.now() - dt.timedelta(1), "published"),
        (timezone.now() + dt.timedelta(1), "draft"),
    ):
        token = new_token()
        PrivateCalendar.objects.create(event=event, digest=digest_of(token), expires_at=expires)
        event.state = state
        event.save()
        assert client.get(f"/my/{token}.ics").status_code == 404


@pytest.mark.parametrize("slots", ["", "{}", '["x"]', "[1]", "null", "[" * 100_000])
def test_odd_slots_are_refused(event, client, slots):
    assert client.post("/events/stop/my/calendar/", {"slots": slots}).status_code == 422


def test_without_javascript_there_are_no_stars(event, open_page, live_server):
    page = open_page(SCHEDULE, javascript=False)
    expect(page.locator(".star")).to_have_count(0)
    page.goto(f"{live_server.url}/events/stop/my/")
    expect(page.get_by_text("Stars need JavaScript")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_use_what_is_on_the_device(event, open_page, live_server, axe, dark):
    page = open_page(SCHEDULE, dark=dark, timezone_id="America/New_York")
    for number in (0, 1):
        star(page, f"Talk {number}").click()
    for path in (SCHEDULE, SCHEDULE + "?view=grid", "/events/stop/my/", "/events/stop/talks/talk-0/", NOW):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        axe(page)


NOW = "/events/stop/now/?at=2030-10-06T09:35"


def test_now_and_next_are_there_without_javascript(event, open_page):
    page = open_page(NOW, javascript=False)
    hall = page.locator(".now", has_text="Hall")
    expect(hall.locator(".slot:visible")).to_have_count(2)
    expect(hall.locator(".slot--now")).to_contain_text("Talk 0")
    expect(hall).to_contain_text("Next")


def test_now_and_next_follow_the_clock_and_survive_a_lost_network(event, open_page, live_server):
    page = open_page(errors=True)
    page.clock.install()
    page.goto(live_server.url + NOW)
    now = page.locator(".now", has_text="Hall").locator(".slot--now")
    expect(now).to_contain_text("Talk 0")
    page.context.set_offline(True)
    page.clock.run_for(61 * 60_000)
    expect(now).to_contain_text("Talk 2")
    expect(page.get_by_text("No network: this is the schedule")).to_be_visible()


def open_at(open_page, live_server, path, moment, **options):
    """A page whose clock says `moment` (ISO 8601)."""
    page = open_page(**options)
    page.clock.set_fixed_time(dt.datetime.fromisoformat(moment))
    page.goto(live_server.url + path)
    return page


def test_on_a_running_day_the_schedule_opens_at_now(event, open_page, live_server):
    page = open_at(open_page, live_server, SCHEDULE, "2030-10-06T05:10:00+00:00", width=390, height=844)
    expect(page.locator(".slot:visible")).to_have_count(4)
    expect(page.locator(".slot--now:visible")).to_have_text(re.compile("Talk 2.*20 min left", re.S))
    expect(page.locator(".slot", has_text="Talk 3")).to_contain_text("in 10 min")
    expect(page.locator(".now-line")).to_have_text("Now, 10:40")
    page.get_by_role("button", name="Earlier: 2 entries").click()
    expect(page.locator(".slot:visible")).to_have_count(6)
    page.get_by_label("Maps").evaluate("box => box.closest('details').open = true")
    page.get_by_label("Maps").check()
    expect(page.locator(".slot:visible")).to_have_count(3)


def test_on_other_days_nothing_is_folded(event, open_page, live_server):
    for moment in ("2030-10-05T05:10:00+00:00", "2030-10-07T05:10:00+00:00"):
        page = open_at(open_page, live_server, SCHEDULE, moment)
        expect(page.locator(".slot:visible")).to_have_count(6)
        expect(page.locator(".now-line")).to_have_count(0)


def test_a_grid_has_a_line_at_now(event, open_page, live_server):
    page = open_at(open_page, live_server, SCHEDULE + "?view=grid", "2030-10-06T05:10:00+00:00")
    line, label = page.locator(".grid__line"), page.locator(".grid tbody th", has_text="10:30")
    expect(line).to_be_visible()
    top, box = line.bounding_box()["y"], label.bounding_box()
    assert box["y"] < top < box["y"] + box["height"]


def test_a_phone_has_a_bar_at_its_lower_edge_also_without_javascript(event, open_page):
    for javascript in (True, False):
        page = open_page("/events/stop/", width=390, height=844, javascript=javascript)
        bar = page.get_by_role("navigation", name="On the day")
        expect(bar.get_by_role("link")).to_have_count(4 if javascript else 3)
        for link in bar.get_by_role("link").all():
            box = link.bounding_box()
            assert box["height"] >= 44 and box["width"] >= 44 and box["y"] + box["height"] <= 844
        bar.get_by_role("link", name="Find").click()
        expect(page.get_by_label("Words to search for")).to_be_visible()
        bar.get_by_role("link", name="Now").click()
        expect(bar.get_by_role("link", name="Now")).to_have_attribute("aria-current", "page")
    expect(open_page("/events/stop/").get_by_role("navigation", name="On the day")).to_have_count(0)


def test_the_search_of_a_phone_says_how_much_there_is_and_opens_again(event, open_page):
    page = open_page(SCHEDULE, width=390, height=844)
    find = page.get_by_role("navigation", name="On the day").get_by_role("link", name="Find")
    for _time in range(2):
        find.click()
        expect(page.get_by_label("Words to search for")).to_be_visible()
        page.locator("[data-close]", has_text="6").click()
        expect(page.get_by_label("Words to search for")).to_be_hidden()


def test_a_talk_says_when_and_where_in_the_first_half_of_a_phone(event, open_page):
    page = open_page("/events/stop/talks/talk-4/", width=390, height=844)
    for part in (
        page.get_by_role("heading", name="Talk 4"),
        page.locator(".head__slot", has_text="Hall"),
        star(page, "Talk 4"),
    ):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 422
    assert star(page, "Talk 4").bounding_box()["height"] >= 44


def test_now_shows_starred_rooms_first_and_is_narrowed(event, open_page, live_server):
    page = open_page(SCHEDULE, width=390, height=844)
    star(page, "Talk 1").click()
    page.goto(live_server.url + NOW)
    hall, attic = (page.locator(".now", has_text=name) for name in ("Hall", "Attic"))
    expect(attic).to_have_class("now now--mine")
    assert attic.bounding_box()["y"] < hall.bounding_box()["y"]
    page.get_by_label("Room or words").fill("hall")
    expect(attic).to_be_hidden()
    expect(hall).to_be_visible()


def test_a_display_shows_one_room_without_links_around_it(event, open_page):
    page = open_page("/events/stop/display/?room=Attic&at=2030-10-06T09:35")
    expect(page.locator(".now")).to_have_count(1)
    expect(page.locator("nav")).to_have_count(0)


def test_what_changed_since_the_last_visit_is_told_once(event, open_page):
    page = open_page(SCHEDULE)
    expect(page.get_by_text("since your last visit")).to_have_count(0)
    talk = event.talks.get(slug="talk-3")
    talk.state = "cancelled"
    talk.save()
    actions.release(event=event, by=None)
    page.reload()
    page.get_by_text("1 change since your last visit").click()
    expect(page.locator(".change")).to_contain_text("Talk 3")
    page.reload()
    expect(page.locator(".slot")).to_have_count(6)
    expect(page.get_by_text("since your last visit")).to_have_count(0)


def store_event(page):
    """Wait until the whole event is on the device: in this language and the other, with grids and abstracts."""
    expect(page.get_by_text("Kept on this device: the schedule")).to_be_visible()
    stored = page.evaluate(  # wait_for_function takes a promise for a truth, whatever it resolves to
        """async () => {
            const listKeys = () => new Promise((resolve) => {
                const request = indexedDB.open("roadshow", 1);
                request.onsuccess = () => {
                    const keys = request.result.transaction("copies").objectStore("copies").getAllKeys();
                    keys.onsuccess = () => { request.result.close(); resolve(keys.result); };
                };
            });
            for (let looks = 0; looks < 400 && (await listKeys()).length < 4; looks += 1)
                await new Promise((resolve) => setTimeout(resolve, 50));
            return listKeys();
        }"""
    )
    assert len(stored) == 4


NO_NETWORK = "The network is slow or away."


def test_an_event_opens_without_a_network_and_is_fresh_with_one(event, open_page, live_server):
    page = open_page(SCHEDULE, errors=True, service_workers="allow")
    star(page, "Talk 2").click()
    store_event(page)
    page.context.set_offline(True)
    for path in (SCHEDULE, SCHEDULE + "?view=grid", SCHEDULE + "?day=all", "/zh-hans" + SCHEDULE):
        page.goto(live_server.url + path)
        expect(page.locator("[data-copy]")).to_be_visible()
        expect(page.get_by_text("Talk 2").first).to_be_visible()
    page.goto(f"{live_server.url}{SCHEDULE}?track=Maps")
    expect(page.locator(".slot:visible")).to_have_count(3)
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    page.get_by_role("link", name="Talk 2").click()
    expect(page.get_by_role("heading", name="Talk 2")).to_be_visible()
    expect(page.get_by_text("What it is about.")).to_be_visible()
    expect(page.get_by_text("Talk 4")).to_have_count(0)
    page.go_back()
    expect(page.locator(".slot:visible")).to_have_count(3)
    page.goto(f"{live_server.url}{NOW}")
    expect(page.locator(".slot--now").first).to_contain_text("Talk 0")
    page.goto(f"{live_server.url}/events/stop/my/")
    expect(page.locator(".slot")).to_have_count(1)
    page.context.set_offline(False)
    event.talks.filter(slug="talk-2").update(title="A new title")
    actions.release(event=event, by=None)
    page.goto(live_server.url + SCHEDULE)
    expect(page.locator(".slot", has_text="A new title")).to_be_visible()
    expect(page.get_by_text(NO_NETWORK)).to_be_hidden()


def test_pages_around_an_event_are_there_without_a_network(event, open_page, live_server):
    page = open_page(SCHEDULE, errors=True, service_workers="allow")
    store_event(page)
    page.context.set_offline(True)
    pages = {"": "The stop", "speakers/": "Speakers", "rooms/": "Rooms", "changes/": "What changed"}
    for path, heading in pages.items():
        page.goto(f"{live_server.url}/events/stop/{path}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        expect(page.locator("[data-copy]")).to_be_visible()
    page.goto(f"{live_server.url}/")
    expect(page.get_by_role("link", name="The stop").first).to_be_visible()


@pytest.mark.parametrize("view", ["list", "grid"])
def test_a_schedule_from_the_device_is_the_portals(event, open_page, live_server, view):
    page = open_page(SCHEDULE, errors=True, service_workers="allow")
    store_event(page)
    path = f"{live_server.url}{SCHEDULE}?day=all&view={view}"
    shown = []
    for offline in (False, True):
        page.context.set_offline(offline)
        page.goto(path)
        expect(page.locator("[data-copy]")).to_be_visible(visible=offline)
        shown.append(page.evaluate("document.querySelector('.plan__body').innerHTML.replace(/\\s+/g, '')"))
    assert shown[0] == shown[1]


def test_an_address_that_is_not_stored_gets_a_page_with_what_is(event, open_page, live_server):
    page = open_page(SCHEDULE, errors=True, service_workers="allow")
    store_event(page)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/speakers/")
    expect(page.get_by_role("heading", name="Not on this device")).to_be_visible()
    page.get_by_role("link", name="The stop").click()
    expect(page.locator(".slot")).to_have_count(6)


def test_a_network_that_never_answers_does_not_keep_the_schedule_back(event, open_page, live_server):
    """The navigation ends long before the network's own time is over, which is that of the test."""
    page = open_page(SCHEDULE, errors=True, service_workers="allow")
    store_event(page)
    page.context.route("**/events/**", lambda route: None)  # accepted, and never answered
    page.goto(f"{live_server.url}{SCHEDULE}?view=grid")
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    expect(page.locator(".cell")).to_have_count(6)


def test_a_new_build_keeps_what_is_stored(event, open_page, live_server, monkeypatch):
    page = open_page(SCHEDULE, errors=True, service_workers="allow")
    store_event(page)
    monkeypatch.setattr("events.views.offline.build_id", lambda: "another")
    page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready;
            const changed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
            await registration.update();
            await changed;
        }"""
    )
    page.context.set_offline(True)
    page.goto(live_server.url + SCHEDULE)
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    expect(page.locator(".slot")).to_have_count(6)


def test_an_event_can_be_installed(event, client):
    manifest = client.get("/events/stop/app.webmanifest").json()
    assert manifest["display"] == "standalone" and manifest["start_url"] == SCHEDULE
    sizes = {icon["sizes"] for icon in manifest["icons"] if icon["type"] == "image/png"}
    assert sizes == {"192x192", "512x512"}
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in manifest["icons"])
    worker = client.get("/sw.js")
    assert worker["Service-Worker-Allowed"] == "/" and "BUILD" not in worker.text
