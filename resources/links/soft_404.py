"""Detection of soft 404s: pages that say "not found" with a status of 200."""

import re
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin, urlsplit

from roadshow.http.guard import FetchedResponse, FetchFailed

from .metadata import extract_title

_NOT_FOUND_TITLE = re.compile(
    r"^\W*(error\W*)?404\s*($|[^\w\s]|not|page|error|file|seite)"
    r"|\b(page|site|file|document|article|resource|url)\W+(could\W+not\W+be|cannot\W+be|can't\W+be|was\W+not"
    r"|wasn't|is\W+not|isn't|not)\W+(found|available|exist)"
    r"|^\W*not\W+found\W*$|\b(404|error)\W+not\W+found|\bpage\W+(doesn't|does\W+not|no\W+longer)\W+exist"
    r"|domain\W+(is\W+)?(for\W+sale|expired|parked)"
    r"|seite\W+nicht\W+gefunden|page\W+(introuvable|non\W+trouvée)|página\W+no\W+encontrada"
    r"|页面不存在|找不到(该)?页面|页面未找到|頁面不存在|ページが見つかりません",
    re.IGNORECASE,
)
_SUSPICIOUS_TITLE = re.compile(
    r"\b404\b|not\W+found|no\W+longer|\berror\b|unavailable|removed|oops|moved", re.IGNORECASE
)


async def is_soft_404(
    response: FetchedResponse, url: str, fetch: Callable[[str], Awaitable[FetchedResponse]]
) -> bool:
    """Whether a response with status 2xx is a "not found" page.

    Decided by the title; where that is only suspicious, a random sibling URL is fetched (one request) and compared:
    a server that sends the same page for it sends it for every URL.
    """
    if not response.body or response.content_type not in ("", "text/html", "application/xhtml+xml"):
        return False
    title = extract_title(response.body, response.headers.get("content-type", ""))
    if _NOT_FOUND_TITLE.search(title):
        return True
    if not _SUSPICIOUS_TITLE.search(title) and not _redirects_to_root_or_error(url, response.url):
        return False
    try:
        other = await fetch(urljoin(url, secrets.token_hex(12)))
    except FetchFailed:
        return False
    return other.status < 300 and _is_same_page(response, other, title)


def _redirects_to_root_or_error(url: str, final_url: str) -> bool:
    """Whether a URL with a path was redirected to the front page, or to a path named like an error."""
    asked, reached = urlsplit(url), urlsplit(final_url)
    if len(asked.path.strip("/")) < 2 and not asked.query:
        return False
    if re.search(r"404|not-?_?found|/error", reached.path, re.IGNORECASE) and reached.path != asked.path:
        return True
    return reached.path.strip("/") == "" and asked.path.strip("/") != "" and not reached.query


def _is_same_page(one: FetchedResponse, other: FetchedResponse, title: str) -> bool:
    if one.url == other.url:
        return True
    same_title = extract_title(other.body, other.headers.get("content-type", "")) == title
    length = max(len(one.body), len(other.body), 1)
    return same_title and abs(len(one.body) - len(other.body)) < 0.1 * length + 200
