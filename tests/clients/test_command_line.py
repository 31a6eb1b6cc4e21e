"""The Python package of clients/python: its command-line tool, and that its README tells the truth."""

import json
import re
import shlex
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.utils import timezone

from events.actions import release
from events.models import Talk
from tests import factories as make
from tests.clients.test_generated_clients import run as run_program
from tests.clients.test_generated_clients import token  # noqa: F401 - a fixture
from tests.roadshow.test_api_actions import CALENDAR

PACKAGE = Path(__file__).parents[2] / "clients" / "python"
sys.path.insert(0, str(PACKAGE / "src"))

from roadshow_client import Portal, PortalError  # noqa: E402
from roadshow_client.command_line import main  # noqa: E402
from roadshow_client.mirror import find_path  # noqa: E402


@pytest.fixture
def event(token):  # noqa: F811 - the fixture
    """An event of the token's owner, with a talk that is on."""
    cache.clear()
    event = make.Event(slug="bangalore-2018", name="Roadshow Bangalore")
    event.organisers.set(make.User._meta.model.objects.all())
    begin = timezone.now() - timedelta(minutes=5)
    talk = make.Talk(event=event, title="Graphs", speakers=[make.Speaker(name="Ada")])
    make.Slot(talk=talk, room=make.Room(name="Hall"), starts_at=begin, ends_at=begin + timedelta(hours=1))
    release(event=event, by=None)
    return event


@pytest.fixture
def run(tmp_path, monkeypatch, event):
    """`run("events")`: what the tool prints; `status` is what it has to end with."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROADSHOW_CONFIG", str(tmp_path / "settings" / "portal.json"))
    (tmp_path / "schedule.xml").write_bytes(CALENDAR)

    def run(*arguments, status=0, **options) -> str:
        done = CliRunner().invoke(main, [*map(str, arguments)], **options)
        assert done.exit_code == status, done.output
        return done.output

    return run


@pytest.fixture
def signed_in(run, live_server, token):  # noqa: F811 - the fixture
    assert "reads and writes" in run("login", live_server.url, input=f"{token}\n")
    return run


def test_the_commands_of_the_readme(signed_in, tmp_path):
    (tmp_path / "copy").mkdir()
    (block,) = re.findall(r"```sh\n(roadshow .*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)
    told = {}
    for line in block.splitlines():
        _name, *arguments = shlex.split(line)
        if arguments[0] != "login":
            told[line] = signed_in(*arguments)
    said = "\n".join(told.values())
    assert "bangalore-2018  Roadshow Bangalore" in said
    assert "Nothing was written" in said
    assert "Released as number 2." in said
    assert "Hall, until" in said
    assert "Graphs (Ada)" in said
    assert (tmp_path / "schedule.ics").read_text().startswith("BEGIN:VCALENDAR")
    assert {talk.title for talk in Talk.objects.all()} == {"Graphs", "From a calendar"}


def test_the_python_of_the_readme(event, live_server, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)
    exec(blocks[0].replace("https://talks.example.org", live_server.url), {})
    assert capsys.readouterr().out == "Graphs ['Ada']\n"


def test_the_token_is_tried_and_stored_for_its_owner_alone(signed_in, tmp_path, live_server):
    file = tmp_path / "settings" / "portal.json"
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    assert "not valid" in signed_in("login", live_server.url, input="wrong\n", status=2)
    assert file.read_text() == before
    file.unlink()
    assert "Which portal?" in signed_in("events", status=2)
    away = {"ROADSHOW_URL": "http://127.0.0.1:9"}
    assert "does not answer" in signed_in("events", env=away, status=2)


def test_a_mirror_follows_and_what_is_refused_is_said(signed_in, tmp_path, event):
    signed_in("mirror", "bangalore-2018", "copy")
    talk = event.talks.get()
    file = tmp_path / "copy" / "talks" / f"{talk.guid}.json"
    assert json.loads(file.read_text())["title"] == "Graphs"
    assert signed_in("mirror", "bangalore-2018", "copy") == "0 written, 0 deleted.\n"
    make.Talk(event=event, title="More")
    assert signed_in("mirror", "bangalore-2018", "copy").startswith("1 written")
    event.talks.filter(title="More").update(state="withdrawn")
    assert signed_in("mirror", "bangalore-2018", "copy") == "0 written, 1 deleted.\n"
    (tmp_path / "odd.txt").write_text("hello")
    assert signed_in("import", "odd.txt", "--event", "bangalore-2018", status=2)
    signed_in("import", "odd.txt", status=2)
    signed_in("export", "nowhere", "--format", "document", status=2)
    with pytest.raises(ValueError, match=r"\.\."):
        find_path(tmp_path, {"kind": "..", "guid": f"{talk.guid}"})


def test_errors_name_the_key(event, live_server):
    with Portal(live_server.url) as portal, pytest.raises(PortalError, match=r"^colour: ") as error:
        portal.get("talks/", colour="red")
    assert error.value.status == 400


@pytest.mark.clients
def test_the_package_builds_and_installs(tmp_path):
    run_program(
        "uv", "build", "--wheel", "--offline", "--no-build-isolation", "--python", sys.executable,
        "--out-dir", tmp_path, PACKAGE,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("roadshow_client-*.whl")
    run_program(
        "uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--target", tmp_path / "site", wheel
    )
    told = run_program(sys.executable, "-m", "roadshow_client", "--help", path=tmp_path / "site")
    assert told.startswith("Usage: roadshow ")
    assert "mirror" in told
