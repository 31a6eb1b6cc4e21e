"""The portal as `make run` starts it: once per data, whole or with one sentence, and nothing left behind."""

import re
import signal
import socket
import time
import urllib.error
import urllib.request

import pytest

from roadshow.server.demo.login import read_login
from tests.roadshow.processes import ROOT, eventually, free_port, is_one_sentence, kill, run, servers, start

MANAGE = str(ROOT / "manage.py")
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
        self.process.send_signal(number)
        self.process.stdout.read()
        return self.process.wait(30)

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


def test_a_portal_lives_through_interruptions_upgrades_and_kills(tmp_path):
    for seconds in (0.3, 1.2, 3):
        unfinished = Portal(tmp_path, free_port())
        time.sleep(seconds)
        kill(unfinished.process)
    finishes_what_was_interrupted(Portal(tmp_path, free_port()))
    keeps_the_data_and_outside_the_demo_no_secret(tmp_path)
    leaves_no_workers_when_killed(Portal(tmp_path, free_port()))
    again = Portal(tmp_path, free_port())
    assert tuple(LOGIN.search(again.wait()).groups()) == read_login(tmp_path)
    again.stop(signal.SIGHUP)  # somebody closes the terminal
    assert again.is_gone()


def finishes_what_was_interrupted(portal):
    said = portal.wait()
    assert f"Roadshow is at {portal.url}\n" in said
    assert LOGIN.search(said)[1] == "organiser"
    assert (portal.data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (
        portal.status("healthz") == portal.status("readyz") == portal.status("events/bangalore-2018/") == 200
    )
    assert portal.status(re.search(r'href="/(static/[^"]+\.css)"', portal.read(""))[1]) == 200
    is_the_only_one(portal)
    lets_commands_join_in(portal)
    assert portal.stop() == 0
    assert portal.is_gone()


def is_the_only_one(portal):
    done = run(portal.data, "-m", "roadshow.server.start", PORT=free_port())
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Another Roadshow is running on the data in {portal.data}, at {portal.url}" in done.stderr


def lets_commands_join_in(portal):
    code = "from events.models import Event; Event.objects.filter(slug='zurich-2020').update(name='Kept')"
    assert run(portal.data, MANAGE, "shell", "-v0", "-c", code).returncode == 0
    assert "Kept" in portal.read("events/zurich-2020/")


def keeps_the_data_and_outside_the_demo_no_secret(data):
    portal = Portal(data, free_port(), DEMO=0, SECRET_KEY="a key", ALLOWED_HOSTS=".example.org")
    assert not LOGIN.search(portal.wait())
    assert "Kept" in portal.read("events/zurich-2020/", Host="talks.example.org")
    assert portal.status("") == 400
    assert portal.stop() == 0


def leaves_no_workers_when_killed(portal):
    portal.wait()
    portal.process.kill()  # and not its workers
    portal.process.wait()
    eventually(lambda: not portal.is_listening())


@pytest.mark.parametrize("seconds", [0, 0.03, 0.1, 0.4])
def test_ctrl_c_during_a_start_leaves_nothing_running(data, seconds):
    portal = Portal(data, free_port())
    eventually(lambda: servers(data))
    time.sleep(seconds)
    assert portal.stop(signal.SIGINT) == 130
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
