"""Log records: which request they belong to, as lines or JSON; errors by mail, not too often."""

import json
import logging
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import get_connection, mail_admins
from django.db import DatabaseError, InterfaceError, connections
from django.utils.log import AdminEmailHandler

from roadshow.http.private_pages import mask_tokens
from roadshow.server.outage import is_database_outage

MAIL_INTERVAL = 60  # seconds between two messages about the same place in the code
ACCESS_FIELDS = ("method", "path", "status", "milliseconds", "bytes", "agent")


@dataclass(frozen=True)
class RequestInfo:
    """What log lines tell of a request: its id, and the client's address."""

    id: str
    address: str


current_request: ContextVar[RequestInfo | None] = ContextVar("current_request", default=None)


class RequestFilter(logging.Filter):
    """Adds `request_id` and `address` to each record, "-" outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        info = current_request.get()
        record.request_id = info.id if info else "-"
        record.address = info.address if info else "-"
        return True


class TokenFilter(logging.Filter):
    """Masks the tokens of private addresses in messages and paths."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (masked := mask_tokens(message)) != message:
            record.msg, record.args = masked, None
        if path := getattr(record, "path", ""):
            record.path = mask_tokens(path)
        return True


def mask_report(report, _hint=None):
    """A report to Sentry, or a part of one, without the tokens of private addresses."""
    if isinstance(report, str):
        return mask_tokens(report)
    if isinstance(report, dict):
        return {name: mask_report(value) for name, value in report.items()}
    return [mask_report(value) for value in report] if isinstance(report, list) else report


class ShortErrors(logging.Filter):
    """Shortens what is no fault of the code to a line: a wrong Host header, a database that is away (once a minute)."""

    def __init__(self):
        super().__init__()
        self._outage_at = -60.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.security.DisallowedHost":
            record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        elif record.exc_info and record.exc_info[1] and is_database_outage(record.exc_info[1]):
            reason = " ".join(str(record.exc_info[1]).split())
            if time.monotonic() - self._outage_at < 60:
                return False
            self._outage_at = time.monotonic()
            record.msg, record.args, record.exc_info = "The database is away: %s", (reason,), None
            record.exc_text = None
        return True


class OncePerMinute(logging.Filter):
    """Lets a record of each place in the code pass once a minute."""

    def __init__(self):
        super().__init__()
        self._passed: dict[tuple, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place, now = (record.name, record.pathname, record.lineno, str(record.msg)), time.monotonic()
        if now - self._passed.get(place, -MAIL_INTERVAL) < MAIL_INTERVAL:
            return False
        self._passed[place] = now
        return True


def format_time(record: logging.LogRecord) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"


class LineFormatter(logging.Formatter):
    """`time LEVEL [request id address] logger: message`, and a traceback below."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s [%(request_id)s %(address)s] %(name)s: %(message)s")

    def formatTime(self, record, datefmt=None):  # noqa: N802 - the standard library's name
        return format_time(record)


class JsonFormatter(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": format_time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
            "address": getattr(record, "address", "-"),
        }
        line |= {name: getattr(record, name) for name in ACCESS_FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class AdminMailHandler(AdminEmailHandler):
    """Errors by mail to ADMINS, by the queue, or directly while the database is away. A thread does it: the
    transaction of what failed is rolled back, and a slow mail server delays no page.
    """

    def send_mail(self, subject, message, *args, **kwargs):
        threading.Thread(target=self._send, args=(subject, message), kwargs=kwargs, daemon=True).start()

    def _send(self, subject: str, message: str, html_message: str | None = None, **_options) -> None:
        try:
            mail_admins(subject, message, connection=get_connection(), html_message=html_message)
        except (DatabaseError, InterfaceError):
            direct = get_connection(settings.EMAIL_DELIVERY_BACKEND, fail_silently=True)
            mail_admins(subject, message, connection=direct, html_message=html_message)
        finally:
            connections.close_all()
