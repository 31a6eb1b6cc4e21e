"""Whose an answer is, under which key, whether it may be kept, and how it is given."""

import gzip
import hashlib
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from .edition import edition
from .shelf import Answer

QUARTER = 15 * 60  # seconds; every zone's day begins with one
ZIPPED = "-gzip"  # ends the entity tag of compressed answers: other bytes, another tag
OWN = "private, no-cache"


def is_personal(request: HttpRequest) -> bool:
    """Whether the answer may be for this reader alone: with a session or a token one may see more than others."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "authorization" in request.headers


def words_of(response: HttpResponse) -> set[str]:
    """What `Cache-Control` says."""
    return {word.strip() for word in response.get("Cache-Control", "").split(",")}


def reader(request: HttpRequest) -> str | None:
    """Whose copy a request may get: everybody's (""), its session's, or none."""
    if "authorization" in request.headers:
        return None
    cookies = request.headers.get("cookie")
    if not cookies:
        return ""
    if "messages" in request.COOKIES:
        return None
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def key_of(request: HttpRequest, who: str) -> str:
    meta = request.META
    accept = meta.get("HTTP_ACCEPT", "*/*")
    parts = (
        settings.SECRET_KEY,  # other portals may keep theirs in the same cache
        edition(),
        int(time.time() // QUARTER),
        who,
        request.scheme,
        meta.get("HTTP_HOST"),
        meta.get("SERVER_PORT"),
        request.path,
        meta.get("QUERY_STRING"),
        meta.get("HTTP_HX_REQUEST"),
        "*/*" in accept or "json" in accept,  # the API refuses to answer in anything else
    )
    return f"answer:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def keepable(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is the same for everybody whom its key stands for."""
    messages = getattr(request, "_messages", ())
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        and "'nonce-" not in response.get("Content-Security-Policy", "")
        and "no-store" not in words_of(response)
        and not getattr(messages, "used", False)
    )


def kept(response: HttpResponse, stamp: str, *, private: bool, before: Answer | None) -> Answer:
    """An answer to keep. One that says the same as `before` keeps its time: readers need no new one."""
    body = response.content
    if response.get("Content-Encoding") != "gzip":
        body = gzip.compress(body, 6, mtime=0)
    tag = response.get("ETag", "").removeprefix("W/").strip('"') or hashlib.sha256(body).hexdigest()[:24]
    modified = parse_http_date_safe(response.get("Last-Modified", "")) or int(time.time())
    if before:
        modified = before.modified if before.tag == tag else max(modified, before.modified + 1)
    if private or "Cache-Control" not in response:
        response["Cache-Control"] = OWN if private else "public, no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    for name in ("Content-Encoding", "Content-Length", "ETag", "Last-Modified"):
        response.headers.pop(name, None)
    headers = (*response.items(), ("Last-Modified", http_date(modified)))
    return Answer(stamp=stamp, tag=tag, modified=modified, headers=headers, body=body)


def given(answer: Answer, request: HttpRequest) -> HttpResponse:
    """The answer, as this request takes it: compressed or not, or only that nothing is new."""
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    if fresh(answer, request):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(answer.body if zipped else gzip.decompress(answer.body))
        response["Content-Length"] = len(response.content)
        if zipped:
            response["Content-Encoding"] = "gzip"
    for name, value in answer.headers:
        if name != "Content-Type" or response.status_code == 200:
            response[name] = value
    response["ETag"] = f'"{answer.tag}{ZIPPED if zipped else ""}"'
    return response


def fresh(answer: Answer, request: HttpRequest) -> bool:
    """Whether the reader has this answer already."""
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = (one.removeprefix("W/").strip('"').removesuffix(ZIPPED) for one in parse_etags(known))
        return known == "*" or answer.tag in tags
    since = parse_http_date_safe(request.headers.get("if-modified-since", ""))
    return since is not None and answer.modified <= since
