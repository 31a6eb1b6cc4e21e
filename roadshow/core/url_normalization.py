"""Parsing, normalising and comparing web addresses.

`normalise_url` gives the form to store and show, `compute_url_key` the key that two URLs of one page share. Both raise
ValueError with a sentence for everything that is not a public http or https URL.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote, unquote_plus, urlencode

import idna
from django.utils.translation import gettext as _

from .site_forms import canonical_page

MAX_LENGTH = 2000  # characters; longer addresses do not work everywhere, and an index entry has its limit
DEFAULT_PORTS = {"http": 80, "https": 443}

TRACKING = re.compile(
    r"utm_.+|[a-z]{1,3}clid|msclkid|gclsrc|[gw]braid|li_fat_id|igshid|igsh|mc_[ce]id|_hsenc|_hsmi|__hs(tc|sc|fp)"
    r"|hsctatracking|mkt_tok|vero_(id|conv)|oly_(enc|anon)_id|wickedid|rb_clickid|s_cid|spm|scm|ref_(src|url)"
    r"|_ga|_gl|_openstat|srsltid|epik|wprov|ns_(campaign|mchannel|source|linkname)|(mtm|pk)_(campaign|source|medium|kwd)"
)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_IN_QUERY = _IN_PATH | {"?"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})|(.)", re.DOTALL)
_DOTS = str.maketrans("。．｡", "...")  # what browsers take for a full stop


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a web address, each in its one spelling. `port` is None for the scheme's own."""

    scheme: str
    host: str  # ASCII; an IPv6 address in brackets
    port: int | None
    path: str  # begins with a slash
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.origin}{self.path}{query}{fragment}"

    @property
    def origin(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def real_port(self) -> int:
        return self.port or DEFAULT_PORTS[self.scheme]


def parse_url(text: str) -> Address:
    """The parts of a URL, parsed as browsers do, without their guesses. Raises ValueError with a sentence."""
    scheme, rest = _split_scheme(_tidy(text))
    authority, path, query, fragment = _split_rest(rest)
    if "@" in authority:
        raise ValueError(_("The address contains a user name or password. Leave them out."))
    host, port = _split_port(authority)
    return Address(
        scheme=scheme,
        host=_read_host(host),
        port=None if port == DEFAULT_PORTS[scheme] else port,
        path=_without_dots(_quote(path, _IN_PATH)) or "/",
        query=_quote(query, _IN_QUERY),
        fragment=_quote(fragment, _IN_QUERY),
    )


def normalise_url(text: str) -> str:
    """The URL to store and show: one spelling, no tracking parameters; idempotent.

    Fragments (`#section`) stay. Raises ValueError with a sentence for all schemes but http and https.
    """
    return str(_strip_tracking(parse_url(text)))


def compute_url_key(text: str) -> str:
    """The key that two URLs of the same page share, for a unique column (ASCII, at most 2,000 characters).

    Scheme, `www.`, trailing slashes, the order of parameters and `ref=` do not count, nor do the different forms
    that well-known sites have (see `site_forms`). A fragment does: it may name a page of its own, or one entry of
    a long one. Raises ValueError as `normalise_url` does.
    """
    address = _strip_tracking(parse_url(text))
    host = _without_www(address.host)
    page = None if address.port else canonical_page(host, address.path, address.query, address.fragment)
    if page is not None:
        path, fragment = page.path, page.fragment
        host, query = page.host, urlencode(page.query, safe="!$'()*,;:@/?")
    else:
        path, query, fragment = address.path, address.query, address.fragment
        # Newsletters and directories add it; where it means something (a branch) the site has a rule.
        query = "&".join(piece for piece in query.split("&") if not piece.startswith("ref="))
    port = "" if address.port is None else f":{address.port}"
    query = "&".join(sorted(query.split("&")))
    key = (
        f"{host}{port}{path.rstrip('/')}"
        + (f"?{query}" if query else "")
        + (f"#{fragment}" if fragment else "")
    )
    return key[:MAX_LENGTH]


def display_host(url: str) -> str:
    """The host to show: without `www.`, in its own script. Empty for what is not a URL."""
    try:
        host = _without_www(parse_url(url).host)
        return idna.decode(host) if "xn--" in host else host
    except ValueError:
        return ""


def _tidy(text: str) -> str:
    if len(text) > 10 * MAX_LENGTH:
        raise ValueError(_("The address is too long: at most %(max)d characters.") % {"max": MAX_LENGTH})
    text = re.sub(r"[\t\r\n]", "", text.strip().removeprefix("<").removesuffix(">")).strip()
    if not text:
        raise ValueError(_("There is no address."))
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError(_("The address contains characters that no address may contain."))
    return text


def _split_scheme(text: str) -> tuple[str, str]:
    if text.startswith("//") or text.lower().startswith("www."):
        text = "https://" + text.removeprefix("//")
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if match and scheme not in DEFAULT_PORTS:
        raise ValueError(
            _("Addresses begin with http:// or https://; this one begins with “%(scheme)s:”.")
            % {"scheme": scheme[:30]}
        )
    rest = text[match.end() :].replace("\\", "/", 2) if match else ""
    if not rest.startswith("//"):
        raise ValueError(_("This is not a web address. Addresses begin with http:// or https://."))
    return scheme, rest[2:]


def _split_rest(rest: str) -> tuple[str, str, str, str]:
    rest, _hash, fragment = rest.partition("#")
    rest, _mark, query = rest.partition("?")
    authority, slash, path = rest.replace("\\", "/").partition("/")
    return authority, slash + path, query, fragment


def _split_port(authority: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", authority)
    if not match or int(match[2] or 1) not in range(1, 65536):
        raise ValueError(_("The host of this address cannot be read."))
    return match[1], int(match[2]) if match[2] else None


def _read_host(host: str) -> str:
    """The host in ASCII. Numbers count as an address only when written as four decimal numbers."""
    try:
        if host.startswith("["):
            if "%" in host:
                raise ValueError
            return f"[{IPv6Address(host[1:-1]).compressed}]"
        host = unicodedata.normalize("NFKC", unquote(host, errors="strict")).translate(_DOTS).lower()
        host = host.removesuffix(".")
        if not host.isascii():
            host = idna.encode(host, uts46=True).decode().lower()
        labels = host.split(".")
        if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
            raise ValueError
        if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
            return str(IPv4Address(host))
    except (ValueError, AddressValueError, UnicodeError):  # idna's errors are UnicodeErrors
        raise ValueError(_("The host of this address cannot be read.")) from None
    return host


def _quote(text: str, allowed: frozenset[str]) -> str:
    """Percent-encoding in its one form: only what needs it, as UTF-8, with capital letters."""

    def one(match: re.Match) -> str:
        if match[1]:
            character = chr(int(match[1], 16))
            return character if character in _UNRESERVED else f"%{match[1].upper()}"
        return match[2] if match[2] in allowed else "".join(f"%{byte:02X}" for byte in match[2].encode())

    return _ENCODED.sub(one, text)


def _without_dots(path: str) -> str:
    parts: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del parts[-1:]
        elif segment != ".":
            parts.append(segment)
    if segments and segments[-1] in (".", ".."):
        parts.append("")
    return "/" + "/".join(parts)


def _strip_tracking(address: Address) -> Address:
    """The address without tracking parameters and text fragments. Raises ValueError if it is too long."""
    pieces = [piece for piece in address.query.split("&") if piece and not _is_tracking(piece)]
    fragment = address.fragment.partition(":~:")[0]  # what follows marks a text that somebody selected
    if fragment == "top" or fragment.startswith("."):
        fragment = ""
    address = replace(address, query="&".join(pieces), fragment=fragment)
    if len(str(address)) > MAX_LENGTH:
        raise ValueError(_("The address is too long: at most %(max)d characters.") % {"max": MAX_LENGTH})
    return address


def _is_tracking(piece: str) -> bool:
    name = unquote_plus(piece.partition("=")[0]).lower()
    return TRACKING.fullmatch(name) is not None


def _without_www(host: str) -> str:
    return host[4:] if host.startswith("www.") and "." in host[4:] else host
