"""Pages that say "not found" while the server says that all is well (soft 404)."""

import re
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin, urlsplit

from roadshow.http.guard import Fetched, FetchFailed

from .proposing import title_of

_SAYS_SO = re.compile(
    r"^\W*(error\W*)?404\s*($|[^\w\s]|not|page|error|file|seite)"
    r"|\b(page|site|file|document|article|resource|url)\W+(could\W+not\W+be|cannot\W+be|can't\W+be|was\W+not"
    r"|wasn't|is\W+not|isn't|not)\W+(found|available|exist)"
    r"|^\W*not\W+found\W*$|\b(404|error)\W+not\W+found|\bpage\W+(doesn't|does\W+not|no\W+longer)\W+exist"
    r"|domain\W+(is\W+)?(for\W+sale|expired|parked)"
    r"|seite\W+nicht\W+gefunden|page\W+(introuvable|non\W+trouvée)|página\W+no\W+encontrada"
    r"|页面不存在|找不到(该)?页面|页面未找到|頁面不存在|ページが見つかりません",
    re.IGNORECASE,
)
_HINT = re.compile(r"\b404\b|not\W+found|no\W+longer|\berror\b|unavailable|removed|oops|moved", re.IGNORECASE)


async def is_missing(answer: Fetched, url: str, fetch: Callable[[str], Awaitable[Fetched]]) -> bool:
    """Whether a good answer is in truth a "not found" page.

    Its title may say so; where there is only a hint, an address beside it that cannot exist is fetched (one
    request): a server that sends the same there sends it for everything.
    """
    if not answer.body or answer.content_type not in ("", "text/html", "application/xhtml+xml"):
        return False
    title = title_of(answer.body, answer.headers.get("content-type", ""))
    if _SAYS_SO.search(title):
        return True
    if not _HINT.search(title) and not _led_astray(url, answer.url):
        return False
    try:
        other = await fetch(urljoin(url, secrets.token_hex(12)))
    except FetchFailed:
        return False
    return other.status < 300 and _alike(answer, other, title)


def _led_astray(url: str, final_url: str) -> bool:
    """Whether a deep address ended at a front page, or at one that is named like an error."""
    asked, reached = urlsplit(url), urlsplit(final_url)
    if len(asked.path.strip("/")) < 2 and not asked.query:
        return False
    if re.search(r"404|not-?_?found|/error", reached.path, re.IGNORECASE) and reached.path != asked.path:
        return True
    return reached.path.strip("/") == "" and asked.path.strip("/") != "" and not reached.query


def _alike(one: Fetched, other: Fetched, title: str) -> bool:
    if one.url == other.url:
        return True
    same_title = title_of(other.body, other.headers.get("content-type", "")) == title
    length = max(len(one.body), len(other.body), 1)
    return same_title and abs(len(one.body) - len(other.body)) < 0.1 * length + 200
