#!/usr/bin/env python3
"""Django's command line, with the environment and the database that `make run` uses, running or not."""

import os
import signal
import sys
from contextlib import nullcontext

# These need no database; one is started for every other command, or joined when it is running.
WITHOUT_DATABASE = {
    "build",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "help",
    "makemessages",
    "version",
}
NOWHERE = "postgres://nobody@127.0.0.1:1/none"


def main() -> int:
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from roadshow.server import environment
        from roadshow.server.embedded import StartError, database_url
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error}. Run `make run` once, then use .venv/bin/python manage.py.\n")
        return 2
    words = set(sys.argv[1:])
    needless = not words or sys.argv[1] in WITHOUT_DATABASE or words & {"-h", "--help", "--version"}
    needless = needless and "--deploy" not in words  # which looks at the database, too
    # A server that was started for this command is stopped with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        environment.complete()
        with nullcontext(os.environ.get("DATABASE_URL", NOWHERE)) if needless else database_url() as url:
            os.environ["DATABASE_URL"] = url
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
