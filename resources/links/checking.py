"""Check whether URLs still work: many at once, few at a time per host, each result as soon as it is there.

One check reports what it observed. `resources.actions.record_check` concludes from several that a link is broken.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from roadshow.core.url_normalization import normalise_url
from roadshow.http import guard
from roadshow.http.guard import FetchedResponse, FetchFailed, Policy, Session

from .soft_404 import is_soft_404

OK, FAILED, LATER = "ok", "failed", "later"
_GONE = (404, 410)
_CLOSED = (401, 402, 403, 405, 406, 407, 412, 451, 999)  # refused to programs; browsers may get the page
_BUSY = (408, 425, 429, 503)
_PERMANENT = (301, 308)
_PAGES = ("", "text/html", "application/xhtml+xml")
_PAGE_BYTES = 64 * 1024  # bytes of a page that are read
_MAX_RETRY_AFTER = 7 * 86400
_PASSING = ("timeout", "name-later")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Result of one check. `outcome`: "ok", "failed", or "later" when the response decides nothing."""

    url: str
    outcome: str
    status: int | None = None  # HTTP status of the last response
    reason: object = ""  # a sentence, translated when it is shown; empty for "ok"
    final_url: str = ""  # where the redirects led
    moved_to: str = ""  # the new address, when every redirect on the way was permanent
    soft_404: bool = False  # status 2xx, but the page says "not found"
    retry_after: int | None = None  # seconds, from the Retry-After header
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Request rate limits. Hosts that the guard's settings name are the operator's own and have no delay."""

    at_once: int = 40  # requests in flight, all hosts
    per_host: int = 2
    delay: float = 0.5  # seconds between two requests to one host
    timeout: float = 15.0  # seconds for one request with its redirects
    own_per_host: int = 20


async def check_urls(
    urls: Iterable[str],
    *,
    pace: Pace = Pace(),
    policy: Policy | None = None,
    context=None,
    stop: threading.Event | None = None,
) -> AsyncGenerator[CheckResult]:
    """Check each URL once; results come in the order in which they finish. Closing cancels running requests.

    Once `stop` is set no further URL is started; results of running ones still come.
    """
    policy = policy or Policy.default()
    hosts: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        hosts.setdefault(_host(url), []).append(url)
    done: asyncio.Queue[CheckResult | None] = asyncio.Queue()  # None: a worker has ended
    gate = asyncio.Semaphore(pace.at_once)
    async with Session(policy=policy, context=context, connections=2 * pace.at_once) as session:
        queues = [_HostQueue(session, pace, gate, waiting, done, stop) for waiting in hosts.values()]
        tasks = []
        for host_queue in queues:
            tasks += [asyncio.create_task(host_queue.run()) for _worker in range(host_queue.width)]
        try:
            left = len(tasks)
            while left:
                found = await done.get()
                if found is None:
                    left -= 1
                else:
                    yield found
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


class _HostQueue:
    """The URLs of one host, checked one after the other by `width` workers."""

    def __init__(self, session: Session, pace: Pace, gate: asyncio.Semaphore, waiting: list[str], done, stop):
        self.session, self.pace, self.gate, self.done = session, pace, gate, done
        self.stop = stop or threading.Event()
        self.waiting = waiting[::-1]
        own = self._is_own(waiting[0])
        self.width = min(len(waiting), pace.own_per_host if own else pace.per_host)
        self.delay = 0.0 if own else pace.delay
        self.next_request_at = 0.0

    def _is_own(self, url: str) -> bool:
        with contextlib.suppress(guard.UrlRefused):
            address = self.session.policy.check_url(url)
            return self.session.policy.is_allowed(address.host, address.real_port)
        return False

    async def run(self) -> None:
        while self.waiting and not self.stop.is_set():
            url = self.waiting.pop()
            started = time.monotonic()
            try:
                found = await self.check_url(url)
            except Exception as error:  # one malformed response must not stop the other checks
                found = _failed(url, error)
            self.done.put_nowait(_with_duration(found, time.monotonic() - started))
        self.done.put_nowait(None)

    async def fetch(self, url: str, method: str) -> FetchedResponse:
        now = asyncio.get_running_loop().time()
        self.next_request_at = max(now, self.next_request_at) + self.delay
        await asyncio.sleep(self.next_request_at - self.delay - now)
        async with self.gate:
            return await self.session.fetch(
                url, method=method, timeout=self.pace.timeout, limit=_PAGE_BYTES, truncate=True
            )

    async def check_url(self, url: str) -> CheckResult:
        """Send HEAD first, then GET where HEAD was refused and for HTML pages (to detect soft 404s)."""
        response = await self._send_head(url)
        if response is None or (response.status < 300 and response.content_type in _PAGES):
            response = await self.fetch(url, "GET")
        soft_404 = response.status < 300 and await is_soft_404(
            response, url, lambda other: self.fetch(other, "GET")
        )
        return _build_result(url, response, soft_404)

    async def _send_head(self, url: str) -> FetchedResponse | None:
        """The response to HEAD; None where it decides nothing, because many servers handle HEAD wrongly."""
        try:
            response = await self.fetch(url, "HEAD")
        except FetchFailed as error:
            if error.reason in ("protocol", "redirects"):
                return None
            raise
        return response if response.status < 300 or response.status in (410, 429) else None


def _build_result(url: str, response: FetchedResponse, soft_404: bool) -> CheckResult:
    status, outcome = response.status, OK
    reason: str | Promise = ""
    if soft_404:
        outcome, reason = FAILED, _("The server sends a page that says there is no such page.")
    elif status in _GONE:
        outcome, reason = FAILED, _("There is no such page any more (%(status)d).")
    elif status in _BUSY:
        outcome, reason = LATER, _("The server is busy or asks for patience (%(status)d).")
    elif status in _CLOSED:
        outcome, reason = LATER, _("The server lets no program in (%(status)d).")
    elif status >= 300:
        outcome, reason = FAILED, _("The server answers with an error (%(status)d).")
    return CheckResult(
        url=url,
        outcome=outcome,
        status=status,
        reason=_LazySentence(reason, {"status": status}) if reason else "",
        final_url=response.url,
        moved_to=_find_new_url(url, response) if outcome == OK else "",
        soft_404=soft_404,
        retry_after=_parse_retry_after(response) if outcome == LATER else None,
    )


@dataclass(frozen=True, slots=True)
class _LazySentence:
    text: object
    values: dict[str, object]

    def __str__(self) -> str:
        return str(self.text) % self.values


def _failed(url: str, error: Exception) -> CheckResult:
    if not isinstance(error, FetchFailed):
        return CheckResult(url=url, outcome=LATER, reason=_("The address could not be checked."))
    return CheckResult(url=url, outcome=LATER if error.reason in _PASSING else FAILED, reason=error)


def _with_duration(found: CheckResult, seconds: float) -> CheckResult:
    return replace(found, seconds=round(seconds, 3))


def _find_new_url(url: str, response: FetchedResponse) -> str:
    """The target of the leading permanent redirects, normalised; empty when there is none."""
    target = url
    for status, address in response.redirects:
        if status not in _PERMANENT:
            break
        target = address
    if len(urlsplit(target).path) < 2 < len(urlsplit(url).path):
        return ""  # a redirect to the front page does not replace a page
    with contextlib.suppress(ValueError):
        return normalise_url(target) if normalise_url(target) != normalise_url(url) else ""
    return ""


def _parse_retry_after(response: FetchedResponse) -> int | None:
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0, round(moment.timestamp() - time.time())), _MAX_RETRY_AFTER)
    except (ValueError, TypeError, OverflowError):
        return None
