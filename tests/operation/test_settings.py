"""What each optional setting promises, with a real server at its other end."""

import json
import re
import threading

import pytest
from aiosmtpd.controller import Controller

from tests.operation.portal import Portal
from tests.operation.services import request, wait_until
from tests.operation.test_nodes import HTTPS, get
from tests.roadshow.processes import free_port
from tests.roadshow.servers import send, serving

pytestmark = [pytest.mark.operation, pytest.mark.django_db(databases=[])]


def test_pictures_are_in_the_object_store(portal: Portal):
    page = get(portal.nodes[0], "/events/bangalore-2018/")
    addresses = re.findall(rb'src="(http://127.0.0.1:\d+/roadshow/[^"?]+)', page.body)
    assert addresses
    host, _slash, path = addresses[0].decode().removeprefix("http://").partition("/")
    assert host in page.headers["content-security-policy"]
    picture = request(int(host.rpartition(":")[2]), f"/{path}", headers={"Host": host})
    assert picture.status == 200
    assert picture.headers["content-type"].startswith("image/")
    assert picture.body
    assert "immutable" in picture.headers["cache-control"]
    name = path.partition("/")[2]
    moved = get(portal.nodes[1], f"/media/{name}")
    assert (moved.status, moved.headers["location"]) == (302, f"http://{host}/{path}")


def test_metrics_count_what_a_node_does(portal: Portal):
    node = portal.nodes[0]
    get(node, "/events/")
    text = get(node, "/metrics").body.decode()
    assert re.search(r'roadshow_requests_total\{method="GET",status="200",view="[^"]+"\} [1-9]', text)
    assert "roadshow_database_up 1.0" in text
    assert 'roadshow_jobs{state="' in text or "roadshow_oldest_waiting_job_seconds 0.0" in text
    assert "roadshow_statement_seconds_count" in text
    outside = get(node, "/metrics", **{"X-Forwarded-For": "192.0.2.1"})
    assert outside.status == 403


def test_log_lines_are_json_with_the_request(portal: Portal):
    node = portal.nodes[0]
    identity = get(node, "/events/?page=1", **{"X-Forwarded-For": "192.0.2.8"}).headers["x-request-id"]

    def find_line():
        lines = [line for line in node.log.read_text().splitlines() if identity in line]
        return next((json.loads(line) for line in lines if '"roadshow.access"' in line), None)

    line = wait_until(find_line, 10)
    assert (line["status"], line["path"], line["address"]) == (200, "/events/", "192.0.2.8")
    assert '"roadshow.slow"' in node.log.read_text()


def test_sessions_are_named_in_the_database(portal: Portal):
    get(portal.nodes[0], "/api/v1/talks/?page_size=1")
    names = portal.cluster.query(
        portal.primary, "SELECT string_agg(application_name, ' ') FROM pg_stat_activity"
    )
    assert "roadshow" in names


def test_redis_away_is_slower_and_no_error(portal: Portal):
    redis = next(service for service in portal.cluster.services if service.name == "redis")
    redis.pause()
    try:
        assert [get(portal.nodes[0], f"/events/?page={number}").status for number in range(1, 5)] == [200] * 4
    finally:
        redis.resume()
    redis.kill()
    try:
        assert [get(portal.nodes[1], f"/topics/?page={number}").status for number in range(1, 5)] == [200] * 4
    finally:
        redis.start()


def test_who_has_just_written_reads_the_primary(portal: Portal):
    answer = request(
        portal.nodes[0].port, "/i18n/setlang/", method="POST", body=b"language=en", headers=HTTPS
    )
    assert "just-wrote" in answer.headers.get("set-cookie", "") or answer.status == 403
    assert (
        get(portal.nodes[0], "/speakers/?q=0").status == 200
    )  # the replica is in order, as far as the node knows
    portal.replica.pause()
    try:
        assert get(portal.nodes[0], "/speakers/?q=a", Cookie="just-wrote=1").status == 200
        assert get(portal.nodes[0], "/speakers/?q=b").status == 200
    finally:
        portal.replica.resume()


def test_mail_is_sent_by_the_server_that_is_named(portal: Portal):
    received = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            received.append((envelope.mail_from, envelope.rcpt_tos))
            return "250 OK"

    controller = Controller(Handler(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{controller.port}", "EMAIL_FROM": "talks@example.org"}
        portal.cluster.manage(portal.variables | mail, "sendtestemail", "you@example.org")
    finally:
        controller.stop()
    assert received == [("talks@example.org", ["you@example.org"])]


def test_errors_go_to_sentry(portal: Portal):
    arrived = threading.Event()

    def answer(handler):
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        send(handler, b"{}", content_type="application/json")
        arrived.set()

    with serving(answer) as server:
        sentry = {"SENTRY_DSN": f"http://key@{server.host}/1"}
        code = (
            "import logging, sentry_sdk; logging.getLogger('roadshow').error('broken'); sentry_sdk.flush(10)"
        )
        portal.cluster.manage(portal.variables | sentry, "shell", "-v0", "-c", code)
        assert arrived.wait(10)


def test_a_cdn_is_told_how_long_it_may_answer(portal: Portal):
    code = (
        "from django.test import Client; r = Client().get('/events/', headers={'host': 'talks.example.org'}, "
        "secure=True); print(r['Cache-Control'], '|', r['Vary'], '|', len(r.cookies))"
    )
    portal.cluster.manage(portal.variables, "build")
    said = portal.cluster.manage(portal.variables | {"CDN_SECONDS": 10}, "shell", "-v0", "-c", code)
    control, vary, cookies = (part.strip() for part in said.strip().splitlines()[-1].split("|"))
    assert control == "public, max-age=0, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400"
    assert "Cookie" not in vary
    assert cookies == "0"


def test_the_operator_is_told_of_nothing_wrong(portal: Portal):
    portal.cluster.manage(portal.variables, "build")
    mail = {"EMAIL_URL": "smtp://mail.example.org"}
    assert "roadshow." not in portal.cluster.manage(portal.variables | mail, "check", "--deploy")


def test_background_work_is_done_where_metrics_are_on(portal: Portal):
    node = portal.cluster.node("worker", portal.variables | {"WORKER": 1})
    try:
        code = "from roadshow.server.periodic import delete_expired_rows; delete_expired_rows.start()"
        portal.cluster.manage(portal.variables, "shell", "-v0", "-c", code)
        # Any of its kind: the worker starts one by itself, too, and keeps only the last.
        state = "SELECT max(state) FROM jobs_job WHERE kind LIKE '%delete_expired_rows' AND state = 'done'"
        wait_until(lambda: portal.cluster.query(portal.primary, state) == "done", 60)
    finally:
        node.stop()
