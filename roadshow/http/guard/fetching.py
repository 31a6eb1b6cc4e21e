"""Fetching with limits: of size (before and after decompression), of time in all, and of redirects.

No cookies, no credentials, no proxy from the environment. The IP address that was judged is the one that is
connected to; host name and certificate stay those of the address. Of compressions only gzip is asked for,
because it can be undone in steps that each have a limit.
"""

import asyncio
import ssl
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import urljoin

import httpcore
import httpx
from django.utils.translation import gettext_lazy as _

from .rules import FetchFailed, Policy

USER_AGENT = "Mozilla/5.0 (compatible; Roadshow)"
LIMIT = 5 * 1024 * 1024  # bytes
TIMEOUT = 20.0  # seconds, for everything together
REDIRECTS = 5
_REDIRECT_STATUS = (301, 302, 303, 307, 308)
_STEP = 64 * 1024
_WAITS = httpx.Timeout(
    None, connect=6.0
)  # the next address of a host gets its chance; `timeout` limits it all


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedResponse:
    """An answer. `url` is where it came from in the end; `redirects` are (status, next address) of each."""

    status: int
    url: str
    headers: Mapping[str, str]  # names in any case
    body: bytes = b""  # decompressed
    redirects: tuple[tuple[int, str], ...] = ()
    truncated: bool = False

    @property
    def content_type(self) -> str:
        """The media type alone, in small letters; empty when the server does not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that the policy has just judged."""

    def __init__(self, policy: Policy):
        self._policy, self._inner = policy, httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address=None, socket_options=None
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await self._policy.resolve_public_ips(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(host)

    async def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options=None):
        raise httpcore.UnsupportedProtocol(path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _CheckedTransport(httpx.AsyncHTTPTransport):
    def __init__(self, policy: Policy, context: ssl.SSLContext, connections: int):
        # httpx does not let one choose the network beneath it; its transport is a thin layer over this pool.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=_CheckedBackend(policy),
        )


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Session:
    """Fetches any number of addresses, at most `connections` at a time: `async with Session() as session`."""

    def __init__(
        self, *, policy: Policy | None = None, context: ssl.SSLContext | None = None, connections: int = 50
    ):
        self.policy = policy or Policy.default()
        transport = _CheckedTransport(self.policy, context or _certificates(), connections)
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            transport=transport, trust_env=False, timeout=_WAITS, cookies=no_cookies
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._client.__aexit__(*error)

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = LIMIT,
        timeout: float = TIMEOUT,
        redirects: int = REDIRECTS,
        truncate: bool = False,
    ) -> FetchedResponse:
        """The answer to one request, whatever its status.

        `limit` (bytes) holds for the body as it is sent and decompressed; with `truncate` what is beyond
        is left unread instead of being an error. `headers` go to the first host only. Redirects are followed
        for GET and HEAD; for other methods the redirect is the answer. Raises UrlRefused or FetchFailed.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._follow(url, method, body, headers, limit, redirects, truncate)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise FetchFailed(
                "timeout", _("The server took longer than %(seconds)g seconds."), seconds=timeout
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise _explain(error) from error

    async def _follow(self, url, method, body, headers, limit, redirects, truncate) -> FetchedResponse:
        hops: list[tuple[int, str]] = []
        address = first = self.policy.check_url(url)
        while True:
            sent = dict(headers or {}) if address.origin == first.origin else {}
            answer = await self._once(str(address), method, body, sent, limit, truncate)
            target = answer.headers.get("location", "")
            if answer.status not in _REDIRECT_STATUS or not target or method not in ("GET", "HEAD"):
                break
            if len(hops) >= redirects:
                raise FetchFailed("redirects", _("The address redirects more than %(n)d times."), n=redirects)
            address = self.policy.check_url(_next_address(answer.url, target))
            hops.append((answer.status, str(address)))
        return FetchedResponse(
            status=answer.status,
            url=answer.url,
            headers=answer.headers,
            body=answer.body,
            redirects=tuple(hops),
            truncated=answer.truncated,
        )

    async def _once(self, url, method, body, headers, limit, truncate) -> FetchedResponse:
        sent = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"} | headers
        address = url.partition("#")[0]
        async with self._client.stream(method, address, content=body, headers=sent) as response:
            redirected = response.status_code in _REDIRECT_STATUS
            content, truncated = b"", False
            if method != "HEAD" and not redirected:
                content, truncated = await _read(response, limit, truncate)
            return FetchedResponse(
                status=response.status_code,
                url=url,
                headers=response.headers,
                body=content,
                truncated=truncated,
            )


def _next_address(url: str, target: str) -> str:
    """Where a redirect leads; it inherits the fragment when it has none of its own."""
    base, _hash, fragment = url.partition("#")
    try:
        joined = urljoin(base, target.strip())
    except ValueError:
        return target  # to be refused
    return f"{joined}#{fragment}" if fragment and "#" not in joined else joined


async def _read(response: httpx.Response, limit: int, truncate: bool) -> tuple[bytes, bool]:
    length = response.headers.get("content-length", "")
    if not truncate and length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    body, received, unpack = bytearray(), 0, _unpacker(response.headers.get("content-encoding", ""))
    async for chunk in response.aiter_raw(_STEP):
        received += len(chunk)
        for piece in unpack(chunk):
            body += piece
            if len(body) > limit:
                break
        if len(body) > limit or received > limit:
            if not truncate:
                raise _too_large(limit)
            return bytes(body[:limit]), True
    return bytes(body), False


def _unpacker(encoding: str):
    """A function from a received chunk to decompressed pieces of at most 64 KiB each."""
    if encoding.strip().lower() in ("", "identity"):
        return lambda chunk: [chunk]
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise FetchFailed(
            "protocol",
            _("The server compresses in a way it was not asked for (%(name)s)."),
            name=encoding[:40],
        )
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(chunk: bytes) -> Iterable[bytes]:
        piece = b"more"
        while (chunk or piece) and not decompressor.eof:
            try:
                piece = decompressor.decompress(chunk, _STEP)
            except zlib.error as error:
                raise FetchFailed("protocol", _("The compressed answer is damaged.")) from error
            yield piece
            chunk = decompressor.unconsumed_tail

    return unpack


def _too_large(limit: int) -> FetchFailed:
    return FetchFailed("size", _("The answer is larger than %(limit)d kB."), limit=limit // 1024)


def _explain(error: BaseException) -> FetchFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchFailed(
                "certificate",
                _("The server's certificate is not valid: %(problem)s."),
                problem=cause.verify_message.rstrip("."),
            )
        if isinstance(cause, ssl.SSLError):
            return FetchFailed("certificate", _("No secure connection could be made to the server."))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, (httpx.ConnectError, OSError)):
        return FetchFailed("connect", _("The server cannot be reached."))
    return FetchFailed("protocol", _("The server's answer cannot be understood."))


async def fetch_url_async(
    url: str, *, policy: Policy | None = None, context=None, **options
) -> FetchedResponse:
    """One address, as `Session.fetch` does it."""
    async with Session(policy=policy, context=context, connections=2) as session:
        return await session.fetch(url, **options)


def fetch_url(url: str, *, policy: Policy | None = None, context=None, **options) -> FetchedResponse:
    """The same for code that waits. It works inside a running event loop too, which then waits as well."""
    with ThreadPoolExecutor(1, thread_name_prefix="fetch") as thread:
        return thread.submit(
            asyncio.run, fetch_url_async(url, policy=policy, context=context, **options)
        ).result()
