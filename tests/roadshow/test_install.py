"""Setting up the virtual environment: done once, repeated when the lock changes, begun afresh when interrupted."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.roadshow.processes import ROOT, is_one_sentence


@pytest.fixture
def tree(tmp_path):
    """A checkout whose locks name no packages, so that nothing is fetched."""
    (tmp_path / "roadshow" / "server").mkdir(parents=True)
    for file in (
        "roadshow/__init__.py",
        "roadshow/server/__init__.py",
        "roadshow/server/install.py",
        "Makefile",
    ):
        shutil.copy(ROOT / file, tmp_path / file)
    for lock in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / lock).write_text("# nothing\n")
    return tmp_path


def install(tree, *arguments):
    environment = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"}
    command = [sys.executable, "-m", "roadshow.server.install", *arguments]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=60)


def test_what_is_installed_is_not_installed_again_and_what_was_interrupted_is(tree):
    first = install(tree, "--dev")
    assert (first.returncode, first.stderr) == (0, "")
    assert "Installing the packages of requirements-dev.txt" in first.stdout
    assert install(tree).stdout == ""  # what development needs is more than enough

    half_done = tree / ".venv" / "half-done"
    half_done.touch()
    (tree / ".venv" / "installed").unlink()
    (tree / "requirements.txt").write_text("no-such-package==1 --hash=sha256:" + "0" * 64)
    failed = install(tree)
    assert failed.returncode == 2
    assert is_one_sentence(failed.stderr)
    assert "Cannot install requirements.txt" in failed.stderr
    assert not half_done.exists()
    assert not (tree / ".venv" / "installed").exists()


def test_what_cannot_be_made_is_one_sentence(tree):
    (tree / ".venv").symlink_to("/dev/null/nowhere")
    failed = install(tree)
    assert failed.returncode == 2
    assert is_one_sentence(failed.stderr)


def test_without_a_python_that_is_new_enough_make_says_so(tree):
    tools = tree / "tools"
    tools.mkdir()
    for tool in ("sh", "make"):
        (tools / tool).symlink_to(shutil.which(tool))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    done = subprocess.run(
        [tools / "make", "run"], cwd=tree, env={"PATH": str(tools)}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Roadshow needs Python 3.11 or newer: install it")
