"""Pages that span apps: they answer, in both languages, in a fixed number of queries."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.test import Client

from events.actions import release
from events.models import TalkLink
from roadshow.core.text import render_plain_text
from roadshow.http.static_files import GzipManifestStorage
from tests import factories
from tests.roadshow.counting import count_queries

pytestmark = pytest.mark.django_db


def fill(count: int) -> None:
    series = factories.Series()
    for _ in range(count):
        topic = factories.Topic()
        event = factories.Event(series=series)
        talk = factories.Talk(event=event, title="Beacons", speakers=[factories.Speaker()], topics=[topic])
        TalkLink.objects.create(talk=talk, url="https://example.org/slides.pdf", kind="slides")
        resource = factories.Resource(title="Beacons")
        resource.topics.add(topic)
        factories.Collection(title="Beacons")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/", 6),
        ("/topics/", 4),
        ("/search/?q=beacon", 14),
        ("/search/?q=beacon&in=talks", 5),
        ("/search/", 0),
    ],
)
def test_a_page_takes_as_many_queries_however_much_there_is(client, path, queries, count):
    fill(count)
    assert count_queries(client, path) == queries


@pytest.mark.parametrize(
    "path", ["/", "/topics/", "/search/?q=talk", "/events/", "/speakers/", "/resources/"]
)
@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hans", "zh-hans")])
def test_every_page_exists_in_both_languages(client, path, prefix, language):
    page = client.get(prefix + path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert 'hreflang="zh-hans"' in page.text


def test_a_page_offers_itself_in_the_other_language(client):
    event = factories.Event()
    page = client.get(f"/events/{event.slug}/talks/?q=x")
    assert f'href="/zh-hans/events/{event.slug}/talks/?q=x"' in page.text


def test_a_topic_shows_its_talks_people_and_links(client):
    topic = factories.Topic()
    speaker = factories.Speaker()
    talk = factories.Talk(topics=[topic], speakers=[speaker])
    resource = factories.Resource()
    resource.topics.add(topic)
    page = client.get(f"/topics/{topic.slug}/").text
    assert all(shown in page for shown in (talk.title, speaker.name, resource.title))


def test_search_finds_a_speakers_talks_in_the_group_of_talks(client):
    speaker = factories.Speaker(name="Zoë Quist")
    talk = factories.Talk(title="On lighthouses", speakers=[speaker])
    page = client.get("/search/?q=zoe").text
    assert talk.title in page
    assert 'id="found-talks"' in page
    assert 'id="found-speakers"' in page


def test_search_in_something_unknown_says_so_and_searches_everywhere(client):
    factories.PublicSpeaker(name="Zoë Quist")
    page = client.get("/search/?q=zoe&in=nothing").text
    assert "“nothing” is nothing to search in." in page
    assert "<mark>Zoë</mark> Quist" in page


def test_a_search_for_nothing_known_says_so_and_shows_no_markup_of_the_reader(client):
    page = client.get("/search/", {"q": "<script>alert(1)</script>"}).text
    assert "Nothing was found" in page
    assert "<script>alert" not in page


def test_a_page_that_does_not_exist_is_404_in_the_readers_language(client):
    page = client.get("/zh-hans/nothing/")
    assert page.status_code == 404
    assert '<html lang="zh-hans"' in page.text


def test_an_error_is_told_without_a_database_or_a_context(monkeypatch):
    monkeypatch.setattr("roadshow.views.render", None)
    page = Client(raise_request_exception=False).get("/")
    assert page.status_code == 500
    assert "Something went wrong here." in page.text


def test_the_process_and_the_database_are_well(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").text == "ok\n"


def test_no_page_allows_inline_scripts_or_styles(client):
    page = client.get("/")
    policy = page["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "style=" not in page.text
    assert "<style" not in page.text


@pytest.mark.parametrize("path", ["/admin/login/", "/zh-hans/admin/login/", "/api/docs/"])
def test_pages_of_libraries_load_nothing_from_other_hosts(client, path):
    policy = client.get(path)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self' 'unsafe-inline' 'unsafe-eval'" in policy.split("; ")
    assert "frame-ancestors 'none'" in policy


def test_an_excerpt_is_what_markdown_says_without_its_marks():
    assert render_plain_text("**R&D** of `&lt;b&gt;`\n\n<i>a</i>&nbsp;b") == "R&D of &lt;b&gt; a b"


def test_search_marks_what_it_found_and_nothing_that_was_markup(client):
    factories.Talk(title="Café <b>au</b> lait")
    page = client.get("/search/?q=cafe").text
    assert "<mark>Café</mark> &lt;b&gt;au&lt;/b&gt; lait" in page


@pytest.mark.parametrize(
    ("query", "title"),
    [("tensrflow", "TensorFlow for phones"), ("zurich", "A walk in Zürich"), ("机器", "什么是机器学习")],
)
def test_search_forgives_typos_and_accents_and_finds_chinese(client, query, title):
    factories.Talk(title=title, slug="found")
    assert "/talks/found/" in client.get("/search/", {"q": query}).text


def test_nearly_right_words_count_only_where_nothing_is_right(client):
    factories.Talk(title="Model railways")
    factories.Talk(title="Modal windows")
    page = client.get("/search/?q=modal").text
    assert "windows" in page
    assert "railways" not in page


def test_short_words_are_whole_unless_they_come_last(client):
    factories.Talk(title="Quays", abstract="A wander through harbours", slug="found")
    assert "/talks/found/" in client.get("/search/?q=a+harb").text
    assert "/talks/found/" in client.get("/search/?q=harb+wan").text
    assert "/talks/found/" not in client.get("/search/?q=wan+harb&in=talks").text


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_are_a_few_names_in_as_many_queries_however_much_there_is(client, count):
    fill(count)
    assert count_queries(client, "/search/suggest/?q=bea") == 5
    found = client.get("/search/suggest/?q=bea").json()["suggestions"]
    assert [row["title"] for row in found] == ["Beacons"] * count
    assert client.get("/search/suggest/?q=b").json() == {"suggestions": []}


def sent(client, path: str) -> dict[str, int]:
    """Compressed bytes of a first visit: of the `page` itself, and of all its `js` and `css`."""
    page = client.get(path).text
    sizes = {"page": len(gzip.compress(page.encode()))}
    for kind in ("js", "css"):
        files = [Path(finders.find(name)) for name in set(re.findall(rf'"/static/([^"]+\.{kind})"', page))]
        for file in files:  # grows by what they import
            imported = [
                file.with_name(name) for name in re.findall(r'^import .*"\./(.+)"', file.read_text(), re.M)
            ]
            files += [other for other in imported if other not in files]
        sizes[kind] = sum(len(gzip.compress(file.read_bytes())) for file in files)
    return sizes


def test_a_talk_is_light_and_no_page_has_many_scripts(client):
    talk = factories.Talk(abstract="Why lighthouses matter. " * 80, speakers=[factories.Speaker()])
    factories.Slot(talk=talk)
    release(event=talk.event, by=None)
    assert 10_000 < sum(sent(client, talk.get_absolute_url()).values()) <= 40_000
    event = talk.event.get_absolute_url()
    for path in (
        "/",
        event,
        f"{event}schedule/",
        f"{event}schedule/?view=grid",
        f"{event}my/",
        f"{event}now/",
    ):
        assert 1_000 < sent(client, path)["js"] <= 15_000, path


def test_scripts_import_each_other_by_the_names_that_pages_use(tmp_path):
    names = [f"roadshow/js/{name}.js" for name in ("storage", "today", "jump", "timeline", "my")]
    storage = GzipManifestStorage(location=tmp_path, base_url="/static/")
    for name in names:
        storage.save(name, ContentFile(Path(finders.find(name)).read_bytes()))
    list(storage.post_process({name: (storage, name) for name in names}))
    hashed = {Path(name).name for name in storage.hashed_files.values()}
    imported = set()
    for name in names:
        imported |= set(
            re.findall(
                r'(?:from |import\()"\./([^"]+)"', storage.open(storage.stored_name(name)).read().decode()
            )
        )
    assert len(imported) == 3  # storage, today and timeline
    assert imported <= hashed
