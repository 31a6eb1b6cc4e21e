"""The portal as `make run` starts it: once per data, whole or with one sentence, and nothing left behind.

`START_MOMENTS` (6) is how many moments of a start are interrupted. Two hundred take some minutes:
`START_MOMENTS=200 make test ARGS="-m start -k any_moment"`.
"""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from roadshow.server.demo.login import read_login
from tests.roadshow.processes import ROOT, eventually, free_port, is_one_sentence, kill, run, servers, start

MANAGE = str(ROOT / "manage.py")
MOMENTS = int(os.environ.get("START_MOMENTS", "6"))
LOGIN = re.compile(r"sign in at http://\S+ as (\S+) with the password (\S+)")


class Portal:
    """One start of the portal on `data`; its first lines are read when it answers."""

    started = []

    def __init__(self, data, port, **variables):
        self.data, self.port, self.url = data, port, f"http://127.0.0.1:{port}/"
        self.process = start(data, "-m", "roadshow.server.start", PORT=port, WORKERS=2, **variables)
        self.started.append(self)

    def wait(self) -> str:
        """What it prints until it says how to stop it."""
        lines = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(self.process.stdout.readline())
            assert lines[-1], f"It ended: {''.join(lines)}"
        return "".join(lines)

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def read(self, path: str, **headers) -> str:
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers)) as answer:
            return answer.read().decode()

    def stop(self, number=signal.SIGTERM) -> int:
        """Its exit status; it is killed when it does not end by itself."""
        self.process.send_signal(number)
        try:
            self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            kill(self.process)
            raise
        return self.process.returncode

    def is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def is_gone(self) -> bool:
        """Whether nothing listens and no database runs any more."""
        return not self.is_listening() and not servers(self.data)


@pytest.fixture(autouse=True)
def nothing_left():
    """A test that fails does not leave its portal behind."""
    yield
    while Portal.started:
        portal = Portal.started.pop()
        if portal.process.poll() is None:
            kill(portal.process)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with an empty database."""
    folder = tmp_path_factory.mktemp("portal")
    assert run(folder, "-m", "roadshow.server.embedded", "true").returncode == 0
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder with the demo in it, and the seconds that its first start took."""
    folder, begun = tmp_path_factory.mktemp("demo"), time.monotonic()
    portal = Portal(folder, free_port())
    portal.wait()
    seconds = time.monotonic() - begun
    assert portal.stop() == 0
    return folder, seconds


def test_a_start_finishes_what_kills_interrupted(tmp_path):
    for seconds in (0.3, 1.2, 3):
        unfinished = Portal(tmp_path, free_port())
        time.sleep(seconds)
        kill(unfinished.process)
    portal = Portal(tmp_path, free_port())
    said = portal.wait()
    assert f"Roadshow is at {portal.url}\n" in said
    assert LOGIN.search(said)[1] == "organiser"
    assert (portal.data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert portal.status("healthz") == portal.status("readyz") == 200
    assert portal.status("events/bangalore-2018/") == 200
    assert portal.status(re.search(r'href="/(static/[^"]+\.css)"', portal.read(""))[1]) == 200
    assert portal.stop() == 0
    assert portal.is_gone()


def test_a_second_start_is_refused_and_commands_join_the_first(demo):
    portal = Portal(demo[0], free_port())
    portal.wait()
    done = run(portal.data, "-m", "roadshow.server.start", PORT=free_port())
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Another Roadshow is running on the data in {portal.data}, at {portal.url}" in done.stderr
    rename_event(portal.data, "Renamed")
    assert "Renamed" in portal.read("events/zurich-2020/")
    assert portal.stop() == 0


def rename_event(data, name):
    code = f"from events.models import Event; Event.objects.filter(slug='zurich-2020').update(name='{name}')"
    assert run(data, MANAGE, "shell", "-v0", "-c", code).returncode == 0


def test_outside_the_demo_it_keeps_the_data_and_prints_no_secret(demo):
    rename_event(demo[0], "Kept")
    portal = Portal(demo[0], free_port(), DEMO=0, SECRET_KEY="a key", ALLOWED_HOSTS=".example.org")
    assert not LOGIN.search(portal.wait())
    assert "Kept" in portal.read("events/zurich-2020/", Host="talks.example.org")
    assert portal.status("") == 400
    assert portal.stop() == 0


def test_its_workers_end_when_it_is_killed_and_the_next_start_has_the_same_login(demo):
    portal = Portal(demo[0], free_port())
    portal.wait()
    portal.process.kill()  # and not its workers
    portal.process.wait()
    eventually(lambda: not portal.is_listening())
    again = Portal(demo[0], free_port())
    assert tuple(LOGIN.search(again.wait()).groups()) == read_login(demo[0])
    again.stop(signal.SIGHUP)  # somebody closes the terminal
    assert again.is_gone()


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_signal_at_any_moment_of_a_start_ends_it(demo, number):
    """Moments are spread over half of a first start, in which others are ready; Ctrl-C and SIGTERM take turns."""
    folder, seconds = demo
    interrupt = (signal.SIGINT, signal.SIGTERM)[number % 2]
    portal = Portal(folder, free_port())
    time.sleep(0.5 * seconds * number / MOMENTS)
    # 0 when it served already; a signal's number while the interpreter was starting, or 1 while that imported `site`.
    expected = {0, 130, -signal.SIGINT, -interrupt} | ({1} if number == 0 else set())
    assert portal.stop(interrupt) in expected
    assert portal.is_gone()


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_outside_the_demo_a_missing_setting_is_named(data, missing):
    variables = {"SECRET_KEY": "a key", "ALLOWED_HOSTS": "talks.example.org"}
    del variables[missing]
    done = run(data, "-m", "roadshow.server.start", DEMO=0, PORT=free_port(), **variables)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Set {missing} in the environment" in done.stderr
    assert servers(data) == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'."),
        ({"PORT": "0"}, "PORT must be a whole number"),
        ({"PORT": "65536"}, "PORT must be a whole number"),
        ({"WORKERS": "-1"}, "WORKERS must be a whole number from 1 to 64"),
        ({"HOST": "no-such-host.invalid"}, "set HOST and PORT."),
        ({"DATABASE_URL": "postgres://user@127.0.0.1:1/roadshow"}, "does not answer"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path, variables, said):
    done = run(tmp_path, "-m", "roadshow.server.start", **{"PORT": free_port()} | variables)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert said in done.stderr


def test_a_port_in_use_is_one_sentence_with_another(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run(tmp_path, "-m", "roadshow.server.start", PORT=port)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Port {port} is in use" in done.stderr
    assert f"PORT={port + 1} make run" in done.stderr


@pytest.mark.parametrize("command", [("-m", "roadshow.server.start"), (MANAGE, "load_demo")])
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, command):
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "data", *command)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "set ROADSHOW_DATA to a folder of yours" in done.stderr


def test_commands_that_need_no_database_start_none(tmp_path):
    done = run(tmp_path, MANAGE, "load_demo", "--help")
    assert done.returncode == 0
    assert not (tmp_path / "postgres").exists()
