"""Whether addresses still work: many at once, few at a time for each host, each told as soon as it is known.

A single check only says what it saw. That a link is broken is for whoever keeps the history to conclude.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from roadshow.core.url_normalization import normalise
from roadshow.http import guard
from roadshow.http.guard import Fetched, FetchFailed, Policy, Session

from .missing import is_missing

OK, FAILED, LATER = "ok", "failed", "later"
_GONE = (404, 410)
_CLOSED = (401, 402, 403, 405, 406, 407, 412, 451, 999)  # says nothing about whether people can read it
_BUSY = (408, 425, 429, 503)
_PERMANENT = (301, 308)
_PAGES = ("", "text/html", "application/xhtml+xml")
_LOOK = 64 * 1024  # bytes of a page that are read
_LONGEST_WAIT = 7 * 86400
_PASSING = ("timeout", "name-later")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one check saw. `outcome`: "ok", "failed", or "later" when the answer decides nothing."""

    url: str
    outcome: str
    status: int | None = None  # HTTP status of the last answer
    reason: object = ""  # a sentence, translated when it is shown; empty when all is well
    final_url: str = ""  # where the redirects led
    moved_to: str = ""  # the new address, when every redirect on the way was permanent
    soft_404: bool = False  # it answers, but with a page that says there is none
    retry_after: int | None = None  # seconds that the server asked to wait
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast to ask. Hosts that the guard's settings name are the operator's own: they are not spared."""

    at_once: int = 40  # requests in flight, in all
    per_host: int = 2
    delay: float = 0.5  # seconds between two requests to one host
    timeout: float = 15.0  # seconds for one request with its redirects
    own_per_host: int = 20


async def check(
    urls: Iterable[str],
    *,
    pace: Pace = Pace(),
    policy: Policy | None = None,
    context=None,
    stop: threading.Event | None = None,
) -> AsyncIterator[Checked]:
    """Each address once, in the order in which they are known. Closing it ends what is under way.

    Once `stop` is set no further address is begun; those under way are still told.
    """
    policy = policy or Policy.default()
    hosts: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        hosts.setdefault(_host(url), []).append(url)
    done: asyncio.Queue[Checked | None] = asyncio.Queue()  # None: a worker has ended
    gate = asyncio.Semaphore(pace.at_once)
    async with Session(policy=policy, context=context, connections=2 * pace.at_once) as session:
        lanes = [_Lane(session, pace, gate, waiting, done, stop) for waiting in hosts.values()]
        tasks = [asyncio.create_task(lane.run()) for lane in lanes for _each in range(lane.width)]
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


class _Lane:
    """The addresses of one host, asked one after the other by `width` workers."""

    def __init__(self, session: Session, pace: Pace, gate: asyncio.Semaphore, waiting: list[str], done, stop):
        self.session, self.pace, self.gate, self.done = session, pace, gate, done
        self.stop = stop or threading.Event()
        self.waiting = waiting[::-1]
        own = self._is_own(waiting[0])
        self.width = min(len(waiting), pace.own_per_host if own else pace.per_host)
        self.delay = 0.0 if own else pace.delay
        self.free_at = 0.0

    def _is_own(self, url: str) -> bool:
        with contextlib.suppress(guard.Refused):
            address = self.session.policy.check(url)
            return self.session.policy.allows(address.host, address.real_port)
        return False

    async def run(self) -> None:
        while self.waiting and not self.stop.is_set():
            url = self.waiting.pop()
            begun = time.monotonic()
            try:
                found = await self.look(url)
            except Exception as error:  # one odd answer must not end the check of all others
                found = _failed(url, error)
            self.done.put_nowait(_timed(found, time.monotonic() - begun))
        self.done.put_nowait(None)

    async def fetch(self, url: str, method: str) -> Fetched:
        now = asyncio.get_running_loop().time()
        self.free_at = max(now, self.free_at) + self.delay
        await asyncio.sleep(self.free_at - self.delay - now)
        async with self.gate:
            return await self.session.fetch(
                url, method=method, timeout=self.pace.timeout, limit=_LOOK, truncate=True
            )

    async def look(self, url: str) -> Checked:
        """HEAD first, which costs the least; GET where it was refused, and to look at pages."""
        answer = await self._head(url)
        if answer is None or (answer.status < 300 and answer.content_type in _PAGES):
            answer = await self.fetch(url, "GET")
        missing = answer.status < 300 and await is_missing(
            answer, url, lambda other: self.fetch(other, "GET")
        )
        return _judged(url, answer, missing)

    async def _head(self, url: str) -> Fetched | None:
        """The answer to HEAD, if it decides something: many servers answer it badly."""
        try:
            answer = await self.fetch(url, "HEAD")
        except FetchFailed as error:
            if error.reason in ("protocol", "redirects"):
                return None
            raise
        return answer if answer.status < 300 or answer.status in (410, 429) else None


def _judged(url: str, answer: Fetched, missing: bool) -> Checked:
    status, outcome, reason = answer.status, OK, ""
    if missing:
        outcome, reason = FAILED, _("The server sends a page that says there is no such page.")
    elif status in _GONE:
        outcome, reason = FAILED, _("There is no such page any more (%(status)d).")
    elif status in _BUSY:
        outcome, reason = LATER, _("The server is busy or asks for patience (%(status)d).")
    elif status in _CLOSED:
        outcome, reason = LATER, _("The server lets no program in (%(status)d).")
    elif status >= 300:
        outcome, reason = FAILED, _("The server answers with an error (%(status)d).")
    return Checked(
        url=url,
        outcome=outcome,
        status=status,
        reason=_Sentence(reason, {"status": status}) if reason else "",
        final_url=answer.url,
        moved_to=_moved_to(url, answer) if outcome == OK else "",
        soft_404=missing,
        retry_after=_retry_after(answer) if outcome == LATER else None,
    )


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: object
    values: dict[str, object]

    def __str__(self) -> str:
        return str(self.text) % self.values


def _failed(url: str, error: Exception) -> Checked:
    if not isinstance(error, FetchFailed):
        return Checked(url=url, outcome=LATER, reason=_("The address could not be checked."))
    return Checked(url=url, outcome=LATER if error.reason in _PASSING else FAILED, reason=error)


def _timed(found: Checked, seconds: float) -> Checked:
    return replace(found, seconds=round(seconds, 3))


def _moved_to(url: str, answer: Fetched) -> str:
    """Where to go from now on: as far as the redirects were permanent from the first one on."""
    target = url
    for status, address in answer.redirects:
        if status not in _PERMANENT:
            break
        target = address
    if len(urlsplit(target).path) < 2 < len(urlsplit(url).path):
        return ""  # a front page is no new home of a page
    with contextlib.suppress(ValueError):
        return normalise(target) if normalise(target) != normalise(url) else ""
    return ""


def _retry_after(answer: Fetched) -> int | None:
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0, round(moment.timestamp() - time.time())), _LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None
