"""What pages say about themselves."""

import pytest

from resources.links import PageMetadata, extract_metadata, fetch_metadata
from resources.links.metadata import guess_kind
from roadshow.http.guard import FetchFailed
from tests.roadshow.servers import send, serving

URL = "https://a.example/page"


def proposed(head, url=URL, **options):
    return extract_metadata(f"<html lang='en-GB'><head>{head}</head><body>".encode(), url, **options)


def test_open_graph():
    found = proposed(
        """<title>Ignored | Site</title><meta property="og:title" content="A &amp; B"/>
        <meta property="og:description" content=" About
        both "><meta property="og:type" content="video.other"><meta name="author" content="Ada L.">
        <meta property="article:published_time" content="2018-10-05T10:00:00Z">"""
    )
    assert found == PageMetadata(
        url=URL,
        title="A & B",
        description="About both",
        authors=["Ada L."],
        year=2018,
        kind="video",
        language="en-GB",
    )


def test_citation_tags():
    found = proposed(
        """<meta name="citation_title" content="A Paper"><meta name="citation_author" content="Doe, Jane">
        <meta name="citation_author" content="Richard Roe">
        <meta name="citation_publication_date" content="2017/08/13">
        <meta property="og:title" content="Another"><meta name="citation_abstract" content="In short.">"""
    )
    assert (found.title, found.authors, found.year, found.kind) == (
        "A Paper",
        ["Jane Doe", "Richard Roe"],
        2017,
        "paper",
    )
    assert found.description == "In short."


def test_json_ld():
    found = proposed(
        """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
        {"@type": "WebSite", "name": "Site"}, {"@type": ["Course"], "name": "Learn", "description": "How",
        "author": [{"@type": "Person", "name": "A"}, "B"], "datePublished": "2019-02-03", "inLanguage": "de",
        "isAccessibleForFree": false}]}</script><script type="application/ld+json">{broken</script>"""
    )
    assert found == PageMetadata(
        url=URL,
        title="Learn",
        description="How",
        authors=["A", "B"],
        year=2019,
        kind="course",
        language="de",
        free=False,
    )


def test_plain_pages():
    found = proposed('<title> A page\n - YouTube</title><meta name="description" content="D">')
    assert (found.title, found.description, found.kind) == ("A page", "D", "")
    found = proposed('<title>A - B | The Site</title><meta property="og:site_name" content="The Site">')
    assert found.title == "A - B"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://github.com/a/b", "code"), ("https://arxiv.org/abs/1", "paper"),
        ("https://youtu.be/x", "video"),
        ("https://www.coursera.org/learn/x", "course"), ("https://a.example/x.PDF", "paper"),
        ("https://huggingface.co/datasets/x", "dataset"), ("https://huggingface.co/x", ""),
        ("https://docs.google.com/presentation/d/x", "slides"), ("https://a.example/", ""),
    ],
)  # fmt: skip
def test_what_an_address_alone_tells(url, kind):
    assert guess_kind(url) == extract_metadata(b"", url).kind == kind


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<title>Grüße</title>".encode(), "text/html"),
        ("<title>Grüße</title>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset='windows-1252'><title>Grüße</title>".encode("cp1252"), "text/html"),
        ("<title>Grüße</title>".encode("utf-16"), "text/html"),
        ("<meta charset='no-such'><title>Grüße</title>".encode(), "text/html; charset=none"),
        ("<meta charset='ascii'><title>Grüße</title>".encode(), 'text/html; charset="utf-8"'),
    ],
)
def test_encodings(body, content_type):
    assert extract_metadata(body, URL, content_type=content_type).title == "Grüße"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\xff\xfe" * 1000,
        b"<title>" + b"x" * 1_000_000,
        b"<div>" * 100_000,
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
        b'<script type="application/ld+json">{"@type": {"a": 1}, "name": [], "author": {"name": 5}}</script>',
        b'<meta property="og:title" content="\xff\x00\x07x"><meta name="" content="x"><meta content="y">',
        b"%PDF-1.5 binary",
        b"<!-- " + b"<title>no" * 1000,
        b"<title>a</title>" * 10_000,
    ],
    ids=lambda body: repr(body[:16]),
)
def test_odd_pages_do_no_harm(body):
    found = extract_metadata(body, URL)
    assert len(found.title) <= 300 and len(found.description) <= 1000
    assert found.title.isprintable()


def test_files_that_are_no_pages():
    assert extract_metadata(b"<title>no</title>", URL, content_type="application/pdf") == PageMetadata(
        url=URL, kind="paper"
    )
    assert extract_metadata(b"<title>no</title>", URL, content_type="image/png") == PageMetadata(url=URL)


def test_pages_are_fetched_through_the_guard(settings):
    def answer(handler):
        if handler.path == "/old":
            send(handler, status=302, location="/new")
        else:
            send(handler, b"<title>New</title>" + b"x" * 3_000_000, 404 if handler.path == "/gone" else 200)

    with serving(answer) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        found = fetch_metadata(f"{server.url}/old")
        assert (found.title, found.url) == ("New", f"{server.url}/new")
        with pytest.raises(FetchFailed, match=r"with an error \(404\)\."):
            fetch_metadata(f"{server.url}/gone")
