"""`make bench`: measures pages, or what a variable of the environment names; docs/performance.md lists them."""

import os
import sys

from roadshow.server.embedded import StartError, throwaway_url

from . import wrk
from .server import own_database

RUNS = {  # variable of the environment: function of .runs
    "GROWTH": "growth",
    "CROWD": "crowd",
    "WRITERS": "write_meanwhile",
    "PLANS": "explain",
    "SEARCH": "searching",
    "LIBRARY": "library",
    "LISTS": "lists_of_the_api",
    "BOARD": "planning",
    "PROFILE": "profile_pages",
    "ANEW": "made_anew",
}


def main() -> int:
    try:
        files = os.environ.get("FILES", "").split()
        if not files and "PROFILE" not in os.environ:
            wrk.require()
        with throwaway_url() as url, own_database(url) as own:
            os.environ |= {
                "DATABASE_URL": own,
                "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
                "DEMO": "0",
                "SECRET_KEY": "only-for-measuring",
                "ALLOWED_HOSTS": "127.0.0.1",
                "SITE_URL": "",
            }
            from roadshow.server.prepare import prepare  # reads the environment

            prepare()
            from . import runs

            if files:
                runs.exchange(files)
            else:
                chosen = next((run for name, run in RUNS.items() if os.environ.get(name)), "measure_pages")
                getattr(runs, chosen)()
    except (wrk.Missing, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
