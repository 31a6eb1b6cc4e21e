"""What surrounds each request: health pages, ids, logs, metrics, bodies in time, outages, limits of sign-in."""

import contextlib
import errno
import io
import json
import logging
import socket
import threading
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from roadshow.server import database, health, logs, outage
from roadshow.server.requests import BodyReader, RequestMiddleware
from tests import factories


def test_health_is_told_under_any_host(client):
    for host in ("10.0.0.7", "evil.example"):
        answer = client.get("/healthz", headers={"Host": host})
        assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok\n", "no-store")
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready_is_who_has_tables_and_files(client, monkeypatch):
    assert client.get("/readyz").content == b"ok\n"
    monkeypatch.setattr(health, "find_missing_files", lambda: "static files missing: run manage.py build")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"static files missing: run manage.py build\n")


@pytest.mark.django_db
def test_not_ready_without_the_latest_tables(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "expected_migrations", lambda: {("events", "9999_later")})
    assert client.get("/readyz").status_code == 503


def test_static_files_and_translations_are_looked_for(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "roadshow" / "locale" / "xx" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").touch()
    assert "translations missing" in health.find_missing_files()
    (folder / "django.mo").touch()
    assert health.find_missing_files() == ""


@pytest.mark.django_db
def test_a_request_has_an_id_which_a_trusted_proxy_may_give(client, settings):
    first, second = (
        client.get("/", headers={"X-Request-ID": "abcdefgh-1"})["X-Request-ID"] for _ in range(2)
    )
    assert first != second
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/", headers={"X-Request-ID": "abcdefgh-1"})["X-Request-ID"] == "abcdefgh-1"
    assert client.get("/", headers={"X-Request-ID": "a\tb c d e"})["X-Request-ID"] != "a\tb c d e"


@pytest.mark.django_db
def test_the_access_log_tells_of_each_request(client, caplog):
    with caplog.at_level(logging.INFO, "roadshow.access"):
        client.get("/events/", headers={"User-Agent": "A browser"})
    record = next(one for one in caplog.records if one.name == "roadshow.access")
    assert (record.method, record.path, record.status, record.agent) == ("GET", "/events/", 200, "A browser")
    assert record.milliseconds > 0


@pytest.mark.parametrize(
    "path",
    [
        "/my-page/{}/",
        "/preview/{}/",
        "/zh-hans/invitations/{}/",
        "/my/{}.ics?alarm=10",
    ],
)
def test_private_addresses_are_logged_without_their_token(path):
    token = "k3-Jx_" * 5
    address = path.format(token)
    record = log_record(msg="GET %s %s", args=(address, 200), path=address)
    assert logs.TokenFilter().filter(record)
    assert record.getMessage() == f"GET {path.format('…')} 200"
    assert record.path == path.format("…")
    report = {"request": {"url": f"https://example.org{address}"}, "tags": [address, 5]}
    assert token not in str(logs.mask_report(report))


def log_record(**values) -> logging.LogRecord:
    record = logging.makeLogRecord({"name": "roadshow", "levelname": "ERROR", "msg": "It broke"} | values)
    logs.RequestFilter().filter(record)
    return record


def test_lines_and_json_name_time_level_request_and_address():
    token = logs.current_request.set(logs.RequestInfo("id-1", "192.0.2.7"))
    try:
        record = log_record(created=0, msecs=5)
    finally:
        logs.current_request.reset(token)
    line = logs.LineFormatter().format(record)
    assert line == "1970-01-01T00:00:00.005Z ERROR [id-1 192.0.2.7] roadshow: It broke"
    assert json.loads(logs.JsonFormatter().format(record)) == {
        "time": "1970-01-01T00:00:00.005Z",
        "level": "ERROR",
        "logger": "roadshow",
        "message": "It broke",
        "request_id": "id-1",
        "address": "192.0.2.7",
    }


def test_a_wrong_host_is_a_line_without_a_traceback(client, caplog):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    found = [one for one in caplog.records if one.name == "django.security.DisallowedHost"]
    assert len(found) == 1
    logs.ShortErrors().filter(found[0])
    assert (found[0].levelname, found[0].exc_info) == ("WARNING", None)


def test_errors_of_one_place_are_mailed_once_a_minute():
    once = logs.OncePerMinute()
    assert once.filter(log_record())
    assert not once.filter(log_record())
    assert once.filter(log_record(msg="Something else"))


class SlowBody(io.RawIOBase):
    """A body that never arrives."""

    def __init__(self):
        self.closed_by_server = threading.Event()

    def read(self, size=-1):
        self.closed_by_server.wait(10)
        return b""


def post(stream, length=100, address="192.0.2.1"):
    request = RequestFactory().post("/", data=b"", content_type="text/plain", REMOTE_ADDR=address)
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = stream
    return request


def test_a_body_that_does_not_arrive_is_408():
    stream = SlowBody()
    answer = BodyReader(slots=2, seconds=0.05).read(post(stream), "192.0.2.1")
    stream.closed_by_server.set()
    assert (answer.status_code, answer["Connection"]) == (408, "close")


def test_slow_clients_do_not_hold_all_threads():
    reader, streams = BodyReader(slots=4, seconds=5), [SlowBody() for _ in range(4)]
    threads = [
        threading.Thread(target=reader.read, args=(post(stream), f"192.0.2.{number}"))
        for number, stream in enumerate(streams)
    ]
    for thread in threads[:2]:
        thread.start()
    assert reader.read(post(io.BytesIO(b"x" * 100)), "192.0.2.99") is None
    for thread in threads[2:]:
        thread.start()
    while reader._by_address.total() < 4:
        pass
    answer = reader.read(post(io.BytesIO(b"x")), "192.0.2.99")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    for stream in streams:
        stream.closed_by_server.set()
    for thread in threads:
        thread.join()


def test_one_address_takes_half_of_the_slots():
    reader = BodyReader(slots=8, seconds=1)
    assert [reader._take("192.0.2.1") for _ in range(5)] == [True] * 4 + [False]
    assert reader._take("192.0.2.2")


def test_a_body_that_arrived_reaches_the_view(settings):
    seen = []
    middleware = RequestMiddleware(lambda request: seen.append(request.body) or HttpResponse())
    request = RequestFactory().post("/", data=b"text", content_type="text/plain")
    assert middleware(request).status_code == 200
    assert seen == [b"text"]
    settings.MAX_BODY_BYTES = 3
    assert middleware(RequestFactory().post("/", data=b"text", content_type="text/plain")).status_code == 413


def test_an_outage_is_503_and_says_when_to_come_back():
    request = RequestFactory().get("/events/")
    answer = RequestMiddleware(None).process_exception(request, OperationalError("away"))
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert b"Back in a moment" in answer.content
    assert RequestMiddleware(None).process_exception(request, ValueError()) is None
    answer = outage.outage_response(RequestFactory().get("/api/v1/events/"))
    assert json.loads(answer.content)["errors"][0]["code"] == "unavailable"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_is_503_and_says_that_nothing_was_stored(code):
    page = RequestFactory().get("/admin/speakers/speaker/add/")
    answer = RequestMiddleware(None).process_exception(page, OSError(code, "no room"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"no room for files" in answer.content
    answer = RequestMiddleware(None).process_exception(RequestFactory().get("/api/"), OSError(code, ""))
    assert "Nothing was stored" in json.loads(answer.content)["errors"][0]["detail"]
    assert RequestMiddleware(None).process_exception(page, OSError(errno.ENOENT, "")) is None


@pytest.mark.django_db
def test_sign_in_is_limited_by_address_whatever_the_names(client, settings):
    settings.AXES_ENABLED, settings.SIGN_IN_LIMIT_ADDRESS = True, 5
    factories.Organiser(username="organiser")
    answers = [
        client.post(reverse("admin:login"), {"username": f"name-{number}", "password": "guess"})
        for number in range(7)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert 0 < int(answers[-1]["Retry-After"]) <= 900


@pytest.mark.django_db
def test_a_locked_account_says_when_to_come_back(client, settings):
    settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 2
    factories.Organiser(username="organiser")
    data = {"username": "organiser", "password": "guess"}
    answers = [client.post(reverse("admin:login"), data) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "3600"


@pytest.mark.django_db
def test_metrics_are_off_until_asked_for(client):
    assert client.get("/metrics").status_code == 404


@pytest.fixture
def web_connection(monkeypatch):
    """A connection as web processes have them, which asks after its server at once."""
    monkeypatch.setattr(database, "PROBE_AFTER", 0.05)
    monkeypatch.setattr(database, "_probes", {})
    parameters = connections["default"].get_connection_params()
    wanted = {
        name: parameters[name]
        for name in ("host", "port", "user", "password", "dbname")
        if name in parameters
    }
    with contextlib.closing(database.WebConnection.connect(**wanted)) as one:
        yield one


@pytest.mark.django_db
def test_a_long_statement_is_waited_for_while_the_server_responds(web_connection):
    assert web_connection.execute("SELECT pg_sleep(0.3)").fetchone()


@pytest.mark.django_db
def test_a_silent_server_is_noticed_at_once(web_connection, monkeypatch):
    monkeypatch.setattr(database, "PROBE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        web_connection.server = ("127.0.0.1", silent.getsockname()[1])
        with pytest.raises(psycopg.OperationalError, match="did not respond"):
            web_connection.execute("SELECT pg_sleep(2)")


def test_threads_wait_for_connections_only_while_the_server_responds(monkeypatch):
    one = SimpleNamespace(pool=SimpleNamespace(timeout=3), settings_dict={"HOST": "db", "PORT": ""})
    responds = []
    monkeypatch.setattr(type(connections), "all", lambda self, initialized_only=False: [one])
    monkeypatch.setattr(database, "does_server_respond", lambda host, port: bool(responds))
    database.shorten_waits()
    assert one.pool.timeout == 0.1
    database.restore_waits()
    assert one.pool.timeout == 3
    responds.append(True)
    database.shorten_waits()  # it is only busy
    assert one.pool.timeout == 3
