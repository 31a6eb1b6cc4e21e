"""The portal as `make run` starts it: once per data, whole or with one sentence, and nothing left behind."""

import re
import signal
import socket
import time
import urllib.error
import urllib.request

import pytest

from tests.roadshow.processes import eventually, free_port, is_one_sentence, kill, run, servers, start

LOGIN = re.compile(r"sign in at http://\S+ as (\S+) with the password (\S+)")


class Portal:
    """One start of the portal on `data`; its first lines are read when it answers."""

    def __init__(self, data, port, **variables):
        self.data, self.port, self.url = data, port, f"http://127.0.0.1:{port}/"
        self.process = start(data, "-m", "roadshow.start", PORT=port, WORKERS=2, **variables)

    def wait(self) -> str:
        """What it prints until it says how to stop it."""
        lines = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(self.process.stdout.readline())
            assert lines[-1], f"It ended: {''.join(lines)}"
        return "".join(lines)

    def status(self, path: str, **headers) -> int:
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers)) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self, number=signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.process.stdout.read()
        return self.process.wait(30)

    def is_gone(self) -> bool:
        """Whether nothing listens and no database runs any more."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0 and not servers(self.data)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder on which a portal has been started, and killed, at several moments of its first start."""
    folder = tmp_path_factory.mktemp("portal")
    port = free_port()
    for seconds in (0.3, 1.2, 3):
        portal = Portal(folder, port)
        time.sleep(seconds)
        kill(portal.process)
    return folder


def test_the_next_start_finishes_what_was_interrupted(data):
    portal = Portal(data, free_port())
    try:
        said = portal.wait()
        assert f"Roadshow is at {portal.url}\n" in said
        assert LOGIN.search(said)[1] == "organiser"
        assert portal.status("healthz") == portal.status("readyz") == portal.status("") == 200
        assert portal.status("events/bangalore-2018/") == 200
        assert (data / "secret-key").stat().st_mode & 0o777 == 0o600
        home = urllib.request.urlopen(portal.url).read().decode()
        stylesheet = re.search(r'href="/(static/[^"]+\.css)"', home)[1]
        assert portal.status(stylesheet) == 200
        assert_only_one(portal)
        assert_commands_join_in(portal)
    finally:
        assert portal.stop() == 0
    assert portal.is_gone()


def assert_only_one(portal):
    done = run(portal.data, "-m", "roadshow.start", PORT=free_port())
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Another Roadshow is running on the data in {portal.data}, at {portal.url}" in done.stderr


def assert_commands_join_in(portal):
    done = run(portal.data, "manage.py", "load_demo")
    assert (done.returncode, done.stdout) == (0, "The demo is there already; nothing was changed.\n")
    assert portal.status("readyz") == 200


def test_a_second_start_has_the_same_data_and_login_and_closing_the_terminal_ends_it(data):
    login = (data / "demo-login").read_text().split()
    code = "Event.objects.filter(slug='zurich-2020').update(name='As corrected')"
    code = f"from events.models import Event; {code}"
    assert run(data, "manage.py", "shell", "-v0", "-c", code).returncode == 0
    portal = Portal(data, free_port())
    try:
        assert list(LOGIN.search(portal.wait()).groups()) == login
        with urllib.request.urlopen(portal.url + "events/zurich-2020/") as page:
            assert "As corrected" in page.read().decode()
    finally:
        portal.stop(signal.SIGHUP)
    assert portal.is_gone()


def test_workers_do_not_outlive_a_portal_that_is_killed(data):
    portal = Portal(data, free_port())
    portal.wait()
    portal.process.kill()  # and not its workers
    portal.process.wait()
    eventually(lambda: socket.socket().connect_ex(("127.0.0.1", portal.port)))
    again = Portal(data, portal.port)
    again.wait()
    again.stop()
    assert again.is_gone()


def test_ctrl_c_during_the_first_start_leaves_nothing_running(tmp_path):
    portal = Portal(tmp_path, free_port())
    eventually(lambda: servers(tmp_path))
    assert portal.stop(signal.SIGINT) == 130
    assert portal.is_gone()


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_outside_the_demo_a_missing_setting_is_named(data, missing):
    variables = {"SECRET_KEY": "a key", "ALLOWED_HOSTS": "talks.example.org"}
    del variables[missing]
    done = run(data, "-m", "roadshow.start", DEMO=0, PORT=free_port(), **variables)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Set {missing} in the environment" in done.stderr
    assert servers(data) == []


def test_outside_the_demo_no_login_is_printed(data):
    portal = Portal(data, free_port(), DEMO=0, SECRET_KEY="a key", ALLOWED_HOSTS=".example.org")
    said = portal.wait()
    assert portal.status("", Host="talks.example.org") == 200
    assert portal.status("") == 400
    portal.stop()
    assert not LOGIN.search(said)


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
    done = run(tmp_path, "-m", "roadshow.start", **{"PORT": free_port()} | variables)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert said in done.stderr


def test_a_port_in_use_is_one_sentence_with_another(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run(tmp_path, "-m", "roadshow.start", PORT=port)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert f"Port {port} is in use" in done.stderr
    assert f"PORT={port + 1} make run" in done.stderr


@pytest.mark.parametrize("command", [("-m", "roadshow.start"), ("manage.py", "load_demo")])
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, command):
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "data", *command)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "set ROADSHOW_DATA to a folder of yours" in done.stderr


def test_commands_that_need_no_database_start_none(tmp_path):
    done = run(tmp_path, "manage.py", "load_demo", "--help")
    assert done.returncode == 0
    assert not (tmp_path / "postgres").exists()
