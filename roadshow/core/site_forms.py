"""One form for the URLs under which well-known sites publish the same page.

Used to compare links only: the URL that people gave is the one that is stored and shown. Each rule takes the host
without `www.`, the path, the query parameters and the fragment, and returns the same page's canonical form, or None.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a URL that name a page; `path` and `fragment` are percent-encoded, `query` is decoded."""

    host: str  # without "www."
    path: str
    query: dict[str, str] = field(default_factory=dict)
    fragment: str = ""


Rule = Callable[[Page], Page | None]


def canonical_page(host: str, path: str, query: str, fragment: str) -> Page | None:
    """The canonical form of a URL of a known site; None for other sites and other pages."""
    rule = _RULES.get(host) or _find_by_domain(host)
    if rule is None:
        return None
    return rule(Page(host, path, dict(parse_qsl(query, keep_blank_values=True)), fragment))


def _find_by_domain(host: str) -> Rule | None:
    return next((rule for domain, rule in _DOMAIN_RULES.items() if host.endswith(domain)), None)


def _youtube(page: Page) -> Page | None:
    """youtu.be/ID, /embed/ID, /shorts/ID, /live/ID and /watch?v=ID; a start time is part of the page."""
    first, _slash, rest = page.path.strip("/").partition("/")
    if page.host == "youtu.be":
        video = first
    elif first == "watch":
        video = page.query.get("v", "")
    else:
        video = rest.partition("/")[0] if first in ("embed", "shorts", "live", "v", "e") else ""
    if first == "playlist" and "list" in page.query:
        return Page("youtube.com", "/playlist", {"list": page.query["list"]})
    if not re.fullmatch(r"[\w-]{5,20}", video, re.ASCII):
        return Page("youtube.com", page.path, _without(page.query, "si", "feature"), page.fragment)
    start = _read_seconds(page.query.get("t") or page.query.get("start") or page.fragment.removeprefix("t="))
    return Page("youtube.com", "/watch", {"v": video} | ({"t": str(start)} if start else {}))


def _read_seconds(text: str) -> int:
    """Seconds in YouTube's notations: "90", "90s", "1m30s"."""
    found = re.fullmatch(r"(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s?)?", text, re.ASCII)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


def _arxiv(page: Page) -> Page | None:
    found = re.fullmatch(
        r"/(?:abs|pdf|html|ps|format|src|e-print)/((?:[a-z.-]+/)?[\d.]+?)(?:v\d+)?(?:\.pdf)?/?",
        page.path,
        re.IGNORECASE,
    )
    return Page("arxiv.org", f"/abs/{found[1].lower()}") if found else None


def _doi(page: Page) -> Page | None:
    name = unquote(page.path).strip("/").lower()
    if found := re.fullmatch(r"10\.48550/arxiv\.(.+)", name):
        return _arxiv(Page("arxiv.org", f"/abs/{found[1]}"))
    return Page("doi.org", "/" + quote(name, safe="/")) if name.startswith("10.") else None


def _acm(page: Page) -> Page | None:
    found = re.fullmatch(r"/doi/(?:(?:abs|pdf|full|epdf|fullHtml)/)?(10\..+)", page.path)
    return _doi(Page("doi.org", f"/{found[1]}")) if found else None


def _wikimedia(page: Page) -> Page | None:
    """Mobile hosts ("en.m.wikipedia.org") and /w/index.php?title=."""
    host = page.host.replace(".m.", ".", 1)
    query = dict(page.query)
    path = page.path
    if path == "/w/index.php" and query.keys() == {"title"}:
        path, query = "/wiki/" + quote(query.pop("title").replace(" ", "_"), safe="/:@!$'()*,;"), {}
    return Page(host, path, query, page.fragment)


def _code_host(page: Page) -> Page | None:
    """owner/repository in any case, with or without ".git"; a tab of its front page is the front page."""
    segments = page.path.strip("/").split("/")
    if len(segments) < 2:
        return None
    segments[:2] = segments[0].lower(), segments[1].lower().removesuffix(".git")
    query, fragment = page.query, page.fragment
    if len(segments) == 2:
        query = _without(query, "tab", "ref")
        fragment = "" if fragment in ("readme", "readme-ov-file") else fragment
    return Page(page.host, "/" + "/".join(segments), query, fragment)


def _rfc(page: Page) -> Page | None:
    """The RFC editor, the datatracker and the former tools site."""
    found = re.search(
        r"/(?:rfc|info|html|doc|pdf|id)/(?:html/)?rfc0*(\d+)(?:\.(?:html|txt|pdf|xml|json))?/?$",
        page.path.lower(),
    )
    return Page("rfc-editor.org", f"/rfc/rfc{found[1]}", {}, page.fragment) if found else None


def _spotify(page: Page) -> Page | None:
    return Page(page.host, re.sub(r"^/intl-[a-z-]+/", "/", page.path), _without(page.query, "si", "nd"))


def _twitter(page: Page) -> Page | None:
    return Page("x.com", page.path, _without(page.query, "s", "t"))


def _vimeo(page: Page) -> Page | None:
    found = re.fullmatch(r"/(?:video/)?(\d+)/?", page.path)
    return Page("vimeo.com", f"/{found[1]}") if found else None


def _stack_exchange(page: Page) -> Page | None:
    found = re.match(r"/(?:q|questions)/(\d+)(?:/[^/]*)?(?:/(\d+))?/?$", page.path)
    if not found:
        return None
    is_share = page.path.startswith("/q/")  # /q/QUESTION/USER
    answer = page.fragment or ("" if is_share else found[2] or "")
    return Page(page.host, f"/questions/{found[1]}", {}, answer)


def _google_docs(page: Page) -> Page | None:
    found = re.match(r"/(document|presentation|spreadsheets|forms|file)/d/([\w-]+)(?:/|$)", page.path)
    return (
        Page(page.host, f"/{found[1]}/d/{found[2]}", {}, page.fragment) if found and found[2] != "e" else None
    )


def _openreview(page: Page) -> Page | None:
    return Page("openreview.net", "/forum", {"id": page.query["id"]}) if "id" in page.query else None


def _without(query: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in names}


_RULES: dict[str, Rule] = {}
for _rule, _hosts in {
    _youtube: "youtube.com m.youtube.com music.youtube.com youtube-nocookie.com youtu.be",
    _arxiv: "arxiv.org export.arxiv.org",
    _doi: "doi.org dx.doi.org",
    _acm: "dl.acm.org",
    _code_host: "github.com gitlab.com bitbucket.org codeberg.org gitee.com",
    _rfc: "rfc-editor.org datatracker.ietf.org tools.ietf.org ietf.org rfc.fyi",
    _spotify: "open.spotify.com",
    _twitter: "twitter.com mobile.twitter.com x.com",
    _vimeo: "vimeo.com player.vimeo.com",
    _stack_exchange: "stackoverflow.com superuser.com serverfault.com askubuntu.com",
    _google_docs: "docs.google.com drive.google.com",
    _openreview: "openreview.net",
}.items():
    _RULES |= dict.fromkeys(_hosts.split(), _rule)
_DOMAIN_RULES: dict[str, Rule] = {
    ".wikipedia.org": _wikimedia,
    ".wiktionary.org": _wikimedia,
    ".wikibooks.org": _wikimedia,
    ".wikiversity.org": _wikimedia,
    ".wikiquote.org": _wikimedia,
    ".wikisource.org": _wikimedia,
    ".stackexchange.com": _stack_exchange,
}
