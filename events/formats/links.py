"""Addresses: which are of the web, what kind of link they are, and how to write them for a validator."""

import re
from urllib.parse import quote, urlsplit

from .document import LINK_KINDS
from .raw import RawLink

UNRESOLVABLE = "about:invalid#"  # before an odd address, where a format insists on a URI

_WEB = re.compile(r"https?://[^\s/?#]+(?:[/?#].*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE = re.compile(r"\s*(?:javascript|data|vbscript|file|blob)\s*:", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\s/?#@\[\]]*@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::\d{0,5})?")
_RECORDING = re.compile(r"video recording|recording \(|aufzeichnung", re.IGNORECASE)
_TYPES = {
    "slide": "slides", "presentation": "slides", "video": "recording", "audio": "recording",
    "image": "media", "source": "code",
}  # fmt: skip
_CODE_HOSTS = ("github.com", "gitlab.com", "codeberg.org", "git.sr.ht", "bitbucket.org")


def is_web(url: str) -> bool:
    return _WEB.fullmatch(url) is not None


def guess_link_kind(link: RawLink, url: str, *, guess: bool) -> str:
    """One of LINK_KINDS: the file's word for it, else by title and host if `guess`."""
    stated = link.type.strip().lower()
    if stated in LINK_KINDS:
        return stated
    if stated in _TYPES:
        return _TYPES[stated]
    if guess and _RECORDING.search(link.title) and not url.endswith(".vtt"):
        return "recording"
    if guess and re.fullmatch(r"\W*slides?\W*|.*\b(?:talk )?slides\W*", link.title, re.IGNORECASE):
        return "slides"
    if guess and _host(url) in _CODE_HOSTS:
        return "code"
    return "related" if link.attachment else "web"


_TITLES = {"slides": "Slides", "recording": "Recording", "paper": "Paper", "code": "Source code"}


def default_title(kind: str, url: str) -> str:
    """A text for a link without one: apps show nothing of a link whose text is empty."""
    return _TITLES.get(kind) or _host(url) or url


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def to_web_uri(url: str) -> str:
    """A web address as RFC 3986 wants it, odd characters percent-encoded; empty if it is none."""
    url = url.strip()
    if not is_web(url):
        return ""
    scheme, rest = url.split("://", 1)
    end = re.search(r"[/?#]|$", rest).start()
    host = quote(_ascii_host(rest[:end]), safe="!$&'()*+,;=:@[]%-._~")
    if not _HOST.fullmatch(host):
        return ""
    return f"{scheme.lower()}://{host}{_quoted(rest[end:])}"


def to_uri(url: str) -> str:
    """A URI for any string: percent-encoded, or marked as unresolvable if it has no scheme or a bad one."""
    web = to_web_uri(url)
    if web:
        return web
    found = _SCHEME.match(url)
    if (
        found
        and not _UNSAFE.match(url)
        and not url.startswith(UNRESOLVABLE)
        and not url[found.end() :].startswith("//")
    ):
        return found[0] + _quoted(url[found.end() :])
    return UNRESOLVABLE + quote(url, safe="")


def to_safe_address(url: str) -> str:
    """The address as it is, unless opening it would run something."""
    return to_uri(url) if _UNSAFE.match(url) or url.startswith(UNRESOLVABLE) else url


def _quoted(text: str) -> str:
    """Path, query and fragment with what is not allowed there percent-encoded; %XX stays."""
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    before, mark, fragment = text.partition("#")
    return _quote(before) + mark + _quote(fragment)


def _quote(text: str) -> str:
    return quote(text, safe="!$&'()*+,;=:@/?%-._~", errors="replace")


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
