"""The guard: what it does not connect to, and what it does not read."""

import gzip
import os
import socket
import time

import pytest

from roadshow.http import guard
from roadshow.http.guard import FetchFailed, Policy, UrlRefused
from tests.roadshow.processes import eventually
from tests.roadshow.servers import in_a_loop, listening, self_signed, send, serving

# {port} is a socket that listens on every interface of this machine, IPv4 and IPv6.
HOSTILE = [
    # this machine, in every notation
    "http://127.0.0.1:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.255.255.254:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://foo.localhost:{port}/",
    "http://localhost.localdomain:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0x7f.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0127.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127%2e0%2e0%2e1:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://127．0．0．1:{port}/",
    "http://ｌｏｃａｌｈｏｓｔ:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://0x0:{port}/",
    "http://4294967297:{port}/",
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://[2600::5efe:7f00:1]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://[2001:db8::1]:{port}/",
    "http://[100::1]:{port}/",
    # readers of addresses that disagree with each other
    "http://example.org@127.0.0.1:{port}/",
    "http://user:password@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.org/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http:\\\\127.0.0.1:{port}\\",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1:{port}:80/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "HtTp://127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
    "http://[127.0.0.1]:{port}/",
    # private networks, carriers, metadata services, documentation, multicast
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://metadata.google.internal/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://203.0.113.9/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://printer/",
    "http://printer.local/",
    # other schemes, other ports
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_x",
    "dict://127.0.0.1:{port}/x",
    "unix:///run/docker.sock",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://127.0.0.1:{port}/",
    "http://example.org:{port}/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "",
    "not an address",
]


def answers(*addresses):
    """A name server that says `addresses` one after the other, then always the last; each a list."""
    left = list(addresses)

    async def resolve(host, port):
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def local(server, **options) -> Policy:
    return Policy(allowed_hosts=frozenset([server.host]), **options)


def test_there_are_enough_of_them():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize("allowed_ports", [False, True], ids=["usual ports", "its port allowed"])
def test_no_hostile_address_is_connected_to(allowed_ports):
    with listening("::") as (port, accepted), listening("127.0.0.1") as (port_4, accepted_4):
        ports = (80, 443, port, port_4) if allowed_ports else (80, 443)
        policy = Policy(ports=ports)
        for address in HOSTILE:
            if allowed_ports and "example.org:{port}" in address:
                continue
            for number in (port, port_4):
                with pytest.raises(UrlRefused) as refused:
                    guard.fetch_url(address.replace("{port}", str(number)), policy=policy, timeout=5)
                assert str(refused.value).endswith(".")
        # Connections are accepted in order: had there been another, it would come before these.
        for host, number, whom in (("::1", port, accepted), ("127.0.0.1", port_4, accepted_4)):
            with socket.create_connection((host, number)) as own:
                eventually(lambda whom=whom: whom)
                assert whom == [own.getsockname()]


def test_no_hostile_address_gets_as_far_as_a_connection(monkeypatch):
    async def connect(self, host, *args, **options):
        pytest.fail(f"connects to {host}")

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    for address in HOSTILE:
        with pytest.raises(UrlRefused):
            guard.fetch_url(address.replace("{port}", "8080"), policy=Policy(), timeout=5)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_resolves_to_a_closed_address_is_refused(address):
    with listening() as (port, accepted):
        for found in ([address], ["93.184.216.34", address], [address, "93.184.216.34"], []):
            policy = Policy(ports=(port,), resolve=answers(found))
            with pytest.raises(UrlRefused, match="not a public host"):
                guard.fetch_url(f"http://example.org:{port}/", policy=policy)
        assert accepted == []


def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch):
    """A name that is public when judged and local a moment later: nobody asks a second time."""
    asked, dialled = [], []

    async def resolve(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    async def connect(self, host, *args, **options):
        dialled.append(host)
        raise OSError

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    policy = Policy(resolve=resolve)
    with pytest.raises(FetchFailed, match="cannot be reached"):
        guard.fetch_url("http://rebinding.example.org/", policy=policy)
    with pytest.raises(UrlRefused):
        guard.fetch_url("http://rebinding.example.org/", policy=policy)
    assert dialled == ["93.184.216.34"]


def test_redirects_are_judged_too():
    with (
        listening() as (port, accepted),
        serving(lambda h: send(h, status=302, location=h.path.partition("?")[2])) as server,
    ):
        for target in (
            f"http://127.0.0.1:{port}/",
            f"//localhost:{port}/",
            "file:///etc/passwd",
            "http://[bad/",
        ):
            with pytest.raises(UrlRefused):
                guard.fetch_url(f"{server.url}/?{target}", policy=local(server))
        assert accepted == []
        assert len(server.requests) == 4


def test_redirects_are_followed_to_their_limit_and_remembered():
    def answer(handler):
        left = int(handler.path[1:])
        send(handler, b"here") if not left else send(handler, status=301, location=f"/{left - 1}")

    with serving(answer) as server:
        fetched = guard.fetch_url(f"{server.url}/3#!kept", policy=local(server))
        assert (fetched.status, fetched.body, fetched.url) == (200, b"here", f"{server.url}/0#!kept")
        assert [status for status, _url in fetched.redirects] == [301, 301, 301]
        with pytest.raises(FetchFailed, match="more than 5 times") as failed:
            guard.fetch_url(f"{server.url}/9", policy=local(server))
        assert failed.value.reason == "redirects"


def test_nothing_personal_is_sent(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://user:secret@127.0.0.1:9/")

    def answer(handler):
        if handler.path == "/":
            send(handler, status=302, location=f"{other.url}/there", set_cookie="a=b; Path=/")
        else:
            send(handler, set_cookie="c=d")

    with serving(answer) as other, serving(answer) as server:
        policy = Policy(allowed_hosts=frozenset([server.host, other.host]))
        headers = {"Authorization": "Bearer secret"}
        guard.fetch_url(f"{server.url}/", policy=policy, headers=headers)
        guard.fetch_url(f"{other.url}/again", policy=policy)
        assert server.requests[0][2]["authorization"] == "Bearer secret"
        for _method, _path, sent in other.requests:
            assert {name.lower() for name in sent} == {
                "host",
                "accept",
                "accept-encoding",
                "connection",
                "user-agent",
            }


def test_post_sends_its_body_and_follows_nothing():
    received = []

    def answer(handler):
        received.append(handler.rfile.read(int(handler.headers["content-length"])))
        send(handler, b"moved", 307, location="/elsewhere")

    with serving(answer) as server:
        fetched = guard.fetch_url(f"{server.url}/hook", method="POST", body=b'{"a": 1}', policy=local(server))
        assert (fetched.status, received, len(server.requests)) == (307, [b'{"a": 1}'], 1)


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def bomb(handler):
    body = (
        gzip.compress(gzip.compress(bytes(5_000_000)) + os.urandom(10)) if "double" in handler.path else None
    )
    send(handler, body or gzip.compress(bytes(5_000_000)), content_encoding="gzip")


def trickle(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.05)


def wait_for_the_end(handler):
    handler.rfile.read()  # until the client hangs up


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (endless, "size"),
        (bomb, "size"),
        (lambda h: send(h, content_length=str(2 * 1024**3)), "size"),
        (lambda h: send(h, b"not gzip", content_encoding="gzip"), "protocol"),
        (lambda h: send(h, b"x", content_encoding="br"), "protocol"),
        (lambda h: h.wfile.write(b"\0\1\2\r\n\r\n"), "protocol"),
        (lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000), "protocol"),
    ],
)
def test_answers_without_measure_end_in_a_sentence(answer, reason):
    with serving(answer) as server:
        with pytest.raises(FetchFailed) as failed:
            guard.fetch_url(f"{server.url}/", policy=local(server), limit=1_000_000, timeout=60)
        assert (failed.value.reason, str(failed.value)[-1]) == (reason, ".")


@pytest.mark.parametrize("answer", [trickle, wait_for_the_end, lambda h: h.close_connection])
def test_a_server_that_never_ends_is_given_up(answer):
    """Without a limit of its own the request would last until the test's."""
    with serving(answer) as server:
        with pytest.raises(FetchFailed) as failed:
            guard.fetch_url(f"{server.url}/", policy=local(server), limit=1_000_000, timeout=0.5)
        assert (failed.value.reason, str(failed.value)[-1]) == ("timeout", ".")


@pytest.mark.parametrize("answer", [endless, bomb, lambda h: send(h, b"y" * 5000)])
def test_what_is_too_long_may_be_cut_instead(answer):
    with serving(answer) as server:
        fetched = guard.fetch_url(
            f"{server.url}/", policy=local(server), limit=1000, truncate=True, timeout=5
        )
        assert (len(fetched.body), fetched.truncated) == (1000, True)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 400_000])
def test_compressed_answers_arrive_whole(size):
    body = (b"abc" * size)[:size]
    with serving(lambda h: send(h, gzip.compress(body), content_encoding="gzip")) as server:
        assert guard.fetch_url(f"{server.url}/", policy=local(server)).body == body


def test_a_bad_certificate_is_a_sentence(tmp_path):
    with serving(lambda h: send(h, b"secret"), self_signed(tmp_path)) as server:
        with pytest.raises(FetchFailed, match=r"certificate is not valid: self.signed") as failed:
            guard.fetch_url(f"https://{server.host}/", policy=local(server))
        assert (failed.value.reason, server.requests) == ("certificate", [])


def test_a_host_without_a_server_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(FetchFailed, match="cannot be reached"):
        guard.fetch_url(f"http://127.0.0.1:{port}/", policy=Policy(allowed_hosts=frozenset(["127.0.0.1"])))


@pytest.mark.parametrize(
    ("number", "reason"), [(socket.EAI_NONAME, "name"), (socket.EAI_AGAIN, "name-later")]
)
def test_a_host_without_an_address_is_a_sentence(number, reason):
    async def resolve(host, port):
        raise socket.gaierror(number, "no")

    with pytest.raises(FetchFailed, match=r"There is no host called nowhere\.example\.") as failed:
        guard.fetch_url("http://nowhere.example/", policy=Policy(resolve=resolve))
    assert failed.value.reason == reason


def test_the_settings_name_hosts_for_tests(settings):
    with serving(lambda h: send(h, b"fine")) as server:
        with pytest.raises(UrlRefused):
            guard.fetch_url(f"{server.url}/")
        for allowed in (server.host, "127.0.0.1"):
            settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [allowed]
            assert guard.fetch_url(f"{server.url}/").body == b"fine"


def test_it_works_inside_a_running_loop_too(settings):
    async def main():
        return guard.fetch_url(f"{server.url}/").status, (
            await guard.fetch_url_async(f"{server.url}/")
        ).status

    with serving(lambda h: send(h, b"fine")) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        assert in_a_loop(main()) == (200, 200)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_public(address):
    assert guard.is_public_ip(address)
