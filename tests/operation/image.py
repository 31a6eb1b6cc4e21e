"""`python -m tests.operation.image FOLDER [PATH…]`: carry out deploy/Dockerfile without a container daemon, as root.

Every stage begins with a fresh Debian made by debootstrap below FOLDER; RUN, COPY, ENV and USER are carried out in it
by chroot. Then the last stage's CMD is started on an empty database, and HEALTHCHECK is repeated until it passes.
Prints the size of the last stage and of its base, and the seconds until the portal is healthy on a new database and on
a used one. The PATHs are files and folders of this machine that the first stage may read while it is built, such as the
configuration of pip and of a mirror's certificate.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.operation.services import Cluster, ServiceError
from tests.roadshow.processes import ROOT

MIRROR = "http://deb.debian.org/debian"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
START_SECONDS = 300


@dataclass
class Stage:
    """A root directory and what its instructions have set."""

    root: Path
    workdir: str = "/"
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    lent: list[Path] = field(default_factory=list)

    def lend(self, paths: list[Path]) -> None:
        """Mount files and folders of this machine, read-only, at the same place inside."""
        for path in paths:
            place = self.root / path.relative_to("/")
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
            subprocess.run(["mount", "--bind", "-o", "ro", str(path), str(place)], check=True)
            self.lent.append(place)

    def take_back(self) -> None:
        while self.lent:
            subprocess.run(["umount", str(self.lent.pop())], check=True)

    def popen(self, command: list[str], **more: object) -> subprocess.Popen:
        """Start a command inside, with the machine's own network."""
        variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        (self.root / self.workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)
        inside = f"cd {shlex.quote(self.workdir)} && exec {shlex.join(command)}"
        return subprocess.Popen(
            ["chroot", f"--userspec={self.user}", str(self.root), "/bin/sh", "-c", inside],
            env=variables | self.environment,
            stdin=subprocess.DEVNULL,
            **more,
        )

    def run(self, command: list[str]) -> None:
        """Run a command inside to its end. Raises CalledProcessError."""
        process = self.popen(command)
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)


def read_instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, argument) of each, continued lines joined, comments left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def is_ignored(path: str, rules: list[str]) -> bool:
    """Whether .dockerignore leaves out a path: the last rule that matches it or a parent decides."""
    parents = [path, *map(str, Path(path).parents)][:-1] if path != "." else [path]
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        anywhere = "**/" in rule
        names = [Path(part).name for part in parents] if anywhere else parents
        if any(fnmatch(name, pattern) for name in names):
            ignored = not rule.startswith("!")
    return ignored


def copy_context(source: str, target: Path) -> None:
    """COPY from the repository: files that git knows and .dockerignore does not leave out."""
    rules = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().split()
    known = subprocess.run(
        ["git", "ls-files", "--", source], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in known:
        if is_ignored(name, rules):
            continue
        inside = name if source == "." else Path(name).name
        place = target / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place)


def make_base(folder: Path, image: str) -> Path:
    """A fresh Debian of the release that the image's name says; downloaded once."""
    release = re.fullmatch(r"debian:(\w+)-slim", image)[1]
    base = folder / f"base-{release}"
    if not (base / "bin").exists():
        subprocess.run(["debootstrap", "--variant=minbase", release, str(base), MIRROR], check=True)
    return base


def size(folder: Path) -> float:
    """Megabytes on disk."""
    done = subprocess.run(["du", "-sxm", str(folder)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])


def begin_stage(folder: Path, argument: str) -> Stage:
    """FROM IMAGE [AS NAME]: a copy of the base."""
    image, *label = argument.split(" AS ")
    root = folder / (label[0] if label else "final")
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", str(make_base(folder, image)), str(root)], check=True)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    return Stage(root)


def run_step(stage: Stage, command: str, lent: list[Path]) -> None:
    """RUN COMMAND, while the stage may read `lent`."""
    stage.lend(lent)
    try:
        stage.run(["/bin/sh", "-c", command])
    finally:
        stage.take_back()


def build(folder: Path, lent: list[Path]) -> Stage:
    """Carry out the Dockerfile; the last stage. `lent` is what the first stage may read of this machine."""
    stages: dict[str, Stage] = {}
    stage = None
    for name, argument in read_instructions(DOCKERFILE.read_text()):
        started = time.monotonic()
        match name:
            case "FROM":
                stage = begin_stage(folder, argument)
                stages[stage.root.name] = stage
            case "RUN":
                run_step(stage, argument, lent if len(stages) == 1 else [])
            case "COPY":
                copy(argument, stage, stages)
            case "ENV":
                stage.environment |= dict(part.split("=", 1) for part in shlex.split(argument))
            case "WORKDIR" | "USER":
                setattr(stage, name.lower(), argument)
            case "CMD":
                stage.command = json.loads(argument)
            case "HEALTHCHECK":
                stage.healthcheck = json.loads(argument.partition("CMD")[2])
            case _ if name not in ("VOLUME", "EXPOSE"):
                raise ValueError(f"unknown instruction {name}")
        print(f"{time.monotonic() - started:6.1f} s  {name} {argument[:100]}", flush=True)
    return stage


def copy(argument: str, stage: Stage, stages: dict[str, Stage]) -> None:
    """COPY [--from=STAGE] SOURCE… TARGET"""
    *sources, target = argument.split()
    place = stage.root / (target if target.startswith("/") else f"{stage.workdir}/{target}").lstrip("/")
    if sources[0].startswith("--from="):
        origin = stages[sources.pop(0).removeprefix("--from=")]
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(origin.root / sources[0].lstrip("/")), str(place)], check=True)
        return
    for source in sources:
        copy_context(source, place)


def start(stage: Stage) -> float:
    """Seconds from CMD until HEALTHCHECK passes; the portal is stopped again."""
    started = time.monotonic()
    process = stage.popen(stage.command, start_new_session=True)
    try:
        while stage.popen(stage.healthcheck, stderr=subprocess.DEVNULL).wait():
            if process.poll() is not None:
                raise ServiceError(f"CMD ended with status {process.returncode}")
            if time.monotonic() - started > START_SECONDS:
                raise ServiceError(f"not healthy within {START_SECONDS} s")
            time.sleep(0.2)
        return time.monotonic() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    stage = build(folder, [Path(path).resolve() for path in sys.argv[2:]])
    base = next(folder.glob("base-*"))
    print(f"root of the image: {size(stage.root):.0f} MB, of which the base has {size(base):.0f} MB")
    services = folder / "services"
    shutil.rmtree(services, ignore_errors=True)
    services.mkdir()
    with Cluster(services) as cluster:
        database = cluster.postgres()
        stage.environment |= {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{database.port}/roadshow",
            "SECRET_KEY": "k" * 50,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        }
        print(
            f"healthy after {start(stage):.1f} s on an empty database, {start(stage):.1f} s on a filled one"
        )


if __name__ == "__main__":
    main()
