"""`python -m tests.bench.serve PORT WORKERS`: the portal as `make run` serves it, and the control."""

import sys

import django

from roadshow.server.prepare import load_code
from roadshow.server.start import Address, load_application, serve, share_one_heap


def load():
    """Called in each worker."""
    load_application()
    from .wsgi import application

    return application


if __name__ == "__main__":
    share_one_heap()
    django.setup()
    load_code()
    serve(Address("127.0.0.1", int(sys.argv[1])), int(sys.argv[2]), load)
