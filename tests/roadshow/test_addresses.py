"""Addresses: one spelling, one key, and a sentence for what is none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadshow.core.url_normalization import MAX_LENGTH, compute_url_key, display_host, normalise_url


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  http://Example.ORG  ", "http://example.org/"),
        ("HTTPS://www.Example.org:443/A/b", "https://www.example.org/A/b"),
        ("http://example.org:8080", "http://example.org:8080/"),
        ("www.example.org/x", "https://www.example.org/x"),
        ("//example.org/x", "https://example.org/x"),
        ("<https://example.org/x>", "https://example.org/x"),
        ("https://example.org\\x", "https://example.org/x"),
        ("https://example.org/a/./b/../c/..", "https://example.org/a/"),
        ("https://example.org/%7euser/%c3%bc%2f", "https://example.org/~user/%C3%BC%2F"),
        ("https://example.org/ü b?q=ä|", "https://example.org/%C3%BC%20b?q=%C3%A4%7C"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://[2600:0:0::1]:443/", "https://[2600::1]/"),
        ("https://example.org./?", "https://example.org/"),
        ("https://example.org/a?utm_source=x&id=1&fbclid=y&UTM_Medium=z", "https://example.org/a?id=1"),
        ("https://en.wikipedia.org/wiki/Django?wprov=sfla1", "https://en.wikipedia.org/wiki/Django"),
        ("https://example.org/a?b=2&a=1&&c", "https://example.org/a?b=2&a=1&c"),
        ("https://example.org/a?ref=abc", "https://example.org/a?ref=abc"),
        ("https://example.org/a#section", "https://example.org/a#section"),
        ("https://example.org/a#:~:text=some", "https://example.org/a"),
        ("https://example.org/a#.x1y2", "https://example.org/a"),
        ("https://example.org/a#top", "https://example.org/a"),
        ("https://groups.example/a/forum/#!forum/discuss", "https://groups.example/a/forum/#!forum/discuss"),
        ("https://example.org/a\n/b", "https://example.org/a/b"),
    ],
)
def test_an_address_is_written_in_one_way(written, stored):
    assert normalise_url(written) == stored
    assert normalise_url(stored) == stored


@pytest.mark.parametrize(
    "same",
    [
        "http://example.org/page?a=1&b=2",
        "https://www.example.org/page/?b=2&a=1",
        "https://EXAMPLE.org:443/./page//?a=1&b=2&utm_campaign=x&gclid=1&msclkid=2",
        "http://example.org:80/p%61ge?a=1&b=2#",
        "http://example.org/page?b=2&a=1#top",
        "https://example.org/x/../page?a=1&b=2#:~:text=this",
    ],
)
def test_one_page_has_one_key(same):
    assert compute_url_key(same) == "example.org/page?a=1&b=2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/b"),
        ("https://example.org/?a=1", "https://example.org/?a=2"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/", "https://example.org:8443/"),
        ("https://example.org/#!/a", "https://example.org/#!/b"),
        ("https://example.org/app#/a", "https://example.org/app"),
        ("https://example.org/a#section", "https://example.org/a"),
        ("https://example.org/a#one", "https://example.org/a#two"),
        ("https://www.com/", "https://com/"),
        ("https://en.example.org/", "https://example.org/"),
    ],
)
def test_different_pages_have_different_keys(one, other):
    assert compute_url_key(one) != compute_url_key(other)


SAME_PAGES = {
    "video": [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=abcdefgh",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ&feature=share",
        "https://www.youtube.com/embed/dQw4w9WgXcQ",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0",
        "https://youtube.com/shorts/dQw4w9WgXcQ?si=x",
        "https://www.youtube.com/live/dQw4w9WgXcQ",
        "https://www.youtube.com/watch?list=PL1&index=3&v=dQw4w9WgXcQ",
    ],
    "moment of a video": [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1m30s",
        "https://youtu.be/dQw4w9WgXcQ?t=90",
        "https://www.youtube.com/embed/dQw4w9WgXcQ?start=90",
    ],
    "preprint": [
        "https://arxiv.org/abs/1706.03762",
        "http://arxiv.org/pdf/1706.03762v5",
        "https://arxiv.org/pdf/1706.03762v5.pdf",
        "https://export.arxiv.org/abs/1706.03762v1",
        "https://arxiv.org/html/1706.03762v7",
        "https://doi.org/10.48550/arXiv.1706.03762",
    ],
    "old preprint": ["https://arxiv.org/abs/hep-th/9901001", "https://arxiv.org/pdf/hep-th/9901001v3"],
    "DOI": [
        "https://doi.org/10.1145/3292500.3330701",
        "http://dx.doi.org/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/abs/10.1145/3292500.3330701",
        "https://www.doi.org/10.1145%2F3292500.3330701",
    ],
    "encyclopedia": [
        "https://en.wikipedia.org/wiki/Alan_Turing",
        "https://en.m.wikipedia.org/wiki/Alan_Turing",
        "https://en.wikipedia.org/w/index.php?title=Alan_Turing",
    ],
    "repository": [
        "https://github.com/encode/httpx",
        "https://github.com/encode/httpx.git",
        "https://www.github.com/Encode/HTTPX/",
        "https://github.com/encode/httpx?tab=readme-ov-file",
        "https://github.com/encode/httpx#readme",
    ],
    "RFC": [
        "https://www.rfc-editor.org/rfc/rfc9110",
        "https://www.rfc-editor.org/rfc/rfc9110.html",
        "https://www.rfc-editor.org/info/rfc9110",
        "https://datatracker.ietf.org/doc/html/rfc9110",
        "https://datatracker.ietf.org/doc/rfc9110/",
        "https://tools.ietf.org/html/rfc9110",
        "https://www.ietf.org/rfc/rfc9110.txt",
    ],
    "reference": [
        "https://news.example.org/a?id=1",
        "https://news.example.org/a?id=1&ref=producthunt",
        "https://news.example.org/a?ref=tldr&id=1",
    ],
    "podcast": ["https://open.spotify.com/show/abc?si=1", "https://open.spotify.com/intl-de/show/abc"],
    "question": [
        "https://stackoverflow.com/q/11227809",
        "https://stackoverflow.com/questions/11227809/why-is",
    ],
}


@pytest.mark.parametrize("urls", SAME_PAGES.values(), ids=SAME_PAGES)
def test_the_forms_of_a_site_have_one_key(urls):
    assert len({compute_url_key(url) for url in urls}) == 1
    assert len({normalise_url(url) for url in urls}) == len(urls)  # what is stored is what was given


def test_the_pages_of_known_sites_have_different_keys():
    keys = [compute_url_key(urls[0]) for urls in SAME_PAGES.values()]
    others = [
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/playlist?list=PL1",
        "https://arxiv.org/list/cs.CL/recent",
        "https://de.wikipedia.org/wiki/Alan_Turing",
        "https://github.com/encode/httpx/issues/1",
        "https://github.com/encode/httpx/blob/master/a.py?ref=x",
        "https://stackoverflow.com/questions/11227809#11227902",
    ]
    keys += [compute_url_key(url) for url in others]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "no address",
        "example.org",
        "docs/readme.md",
        "#section",
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "mailto:somebody@example.org",
        "file:///etc/passwd",
        "thttps://example.org/",
        "http:example.org",
        "http://",
        "http:///path",
        "http://a b/",
        "http://exa<mple.org/",
        "http://a..b/",
        "http://-a.example/",
        "http://user:password@example.org/",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://example.org:x/",
        "http://[::1/",
        "http://[::1%25eth0]/",
        "http://0x7f.1/",
        "http://256.1.1.1/",
        "http://127.1/",
        "http://%zz/",
        "http://\ud800.example/",
        "http://example.org/\0",
        "http://" + "a" * 64 + ".example/",
        "https://example.org/" + "a" * MAX_LENGTH,
        "https://example.org/" + "ü" * (MAX_LENGTH // 4),
        "x" * 5_000_000,
    ],
)
def test_what_is_no_web_address_is_a_sentence(text):
    for function in (normalise_url, compute_url_key):
        with pytest.raises(ValueError, match=r"\.$"):
            function(text)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.example.org/x", "example.org"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
        ("no address", ""),
    ],
)
def test_a_site_is_named_as_readers_know_it(address, name):
    assert display_host(address) == name


characters = st.text(st.sampled_from("ab/.%?&=#!~:@[] \\\tüß。٣utm_source41e2f") | st.characters())
addresses = st.builds(
    "{}{}{}".format,
    st.sampled_from(["http://example.org", "https://www.ab.example/", ""]),
    characters,
    characters,
)


@given(addresses)
@example("http://example.org/%%34%31")
@example("http://example.org/?%75tm_source=1")
@example("http://example.org/#a:~:.b")
@example("http://www.www.example/..//")
def test_writing_an_address_twice_changes_nothing(text):
    try:
        once = normalise_url(text)
    except ValueError:
        return
    assert normalise_url(once) == once
    assert once.isascii()
    assert compute_url_key(once) == compute_url_key(text)
    assert len(compute_url_key(text)) <= len(once) <= MAX_LENGTH
