"""`python -m roadshow.server.embedded [--throwaway] COMMAND…`: a command with DATABASE_URL set.

With `--throwaway` the database is new, fast rather than safe, and deleted afterwards. The exit status is the
command's; 2, with one sentence, when there is no database.
"""

import os
import signal
import subprocess
import sys

from . import StartError, database_url, throwaway_url

ENDING = (signal.SIGTERM, signal.SIGHUP)


def leave(number: int, _frame) -> None:
    sys.exit(128 + number)


def run_with(url: str, command: list[str]) -> int:
    """Run a command on that database, hand it the signals that come, and give its exit status."""
    process, early = None, []

    def forward(number, _frame):
        if process:
            process.send_signal(number)
        else:
            early.append(number)

    # Ctrl-C reaches the command by itself: the terminal sends it to every process in the foreground.
    signal.signal(signal.SIGINT, lambda *_: None)
    for number in ENDING:
        signal.signal(number, forward)
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
    for number in early:
        process.send_signal(number)
    status = process.wait()
    return status if status >= 0 else 128 - status


def main(arguments: list[str]) -> int:
    throwaway = arguments[:1] == ["--throwaway"]
    command = arguments[throwaway:]
    if not command:
        sys.stderr.write("Usage: python -m roadshow.server.embedded [--throwaway] COMMAND…\n")
        return 2
    for number in ENDING:
        signal.signal(number, leave)
    try:
        with throwaway_url() if throwaway else database_url() as url:
            return run_with(url, command)
    except FileNotFoundError as error:
        sys.stderr.write(f"No such command: {error.filename}.\n")
        return 127
    except KeyboardInterrupt:
        return 130
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2


sys.exit(main(sys.argv[1:]))
