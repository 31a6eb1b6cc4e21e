"""`make bench`: measures pages, or what a variable of the environment names; docs/performance.md lists them."""

import os
import sys

from roadshow.server.embedded import StartError, throwaway_url

from . import wrk
from .server import own_database


def main() -> int:
    try:
        files = os.environ.get("FILES", "").split()
        if not files:
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
            elif os.environ.get("GROWTH"):
                runs.growth()
            elif os.environ.get("CROWD"):
                runs.crowd()
            elif os.environ.get("WRITERS"):
                runs.write_meanwhile()
            elif os.environ.get("PLANS"):
                runs.explain()
            elif os.environ.get("SEARCH"):
                runs.searching()
            elif os.environ.get("LIBRARY"):
                runs.library()
            elif os.environ.get("LISTS"):
                runs.lists_of_the_api()
            elif os.environ.get("BOARD"):
                runs.planning()
            else:
                runs.usual()
    except (wrk.Missing, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
