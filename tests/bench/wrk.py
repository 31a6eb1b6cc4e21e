"""wrk, the load generator: run for a few seconds, and read."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


class Missing(Exception):  # noqa: N818 - a sentence for whoever started the bench
    pass


@dataclass(frozen=True)
class Load:
    """What a run says. Times are in milliseconds; `errors` counts failed connections and statuses from 400."""

    rate: float
    requests: int
    p50: float
    p99: float
    errors: int
    output: str


def require() -> None:
    if not shutil.which("wrk"):
        raise Missing(
            "The bench needs wrk, which makes the requests: install it, for example apt install wrk."
        )


def run(
    url: str,
    *,
    seconds: float,
    connections: int = 16,
    headers: dict[str, str] | None = None,
    script: Path | None = None,
    arguments: Iterable[str] = (),
) -> Load:
    """Load one address, or those that a script names; `arguments` go to the script."""
    command = ["wrk", "--latency", "-t", "2", "-c", f"{connections}", "-d", f"{seconds}s", "--timeout", "10s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", f"{script}"]
    command += [url, *(["--", *arguments] if arguments else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    return read(done.stdout)


def read(output: str) -> Load:
    """What wrk printed."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    requests = re.search(r"(\d+) requests in", output)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    return Load(
        rate=float(rate[1]) if rate else 0.0,
        requests=int(requests[1]) if requests else 0,
        p50=_percentile(output, 50),
        p99=_percentile(output, 99),
        errors=int(refused[1] if refused else 0) + sum(map(int, sockets.groups() if sockets else ())),
        output=output,
    )


def _percentile(output: str, which: int) -> float:
    found = re.search(rf"^\s*{which}%\s+([\d.]+)(us|ms|s|m)\s*$", output, re.MULTILINE)
    return float(found[1]) * UNITS[found[2]] if found else 0.0
