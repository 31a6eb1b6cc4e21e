"""What the bench serves: the portal as it is, and beside it the control, a Django view and nothing around it."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
portal = get_wsgi_application()

from django.conf import settings  # noqa: E402 - once they are set up
from django.test.utils import override_settings  # noqa: E402

from .urls import CONTROL  # noqa: E402

with override_settings(MIDDLEWARE=[]):
    control = WSGIHandler()
assert settings.MIDDLEWARE


def application(environ, start_response):
    handler = control if environ["PATH_INFO"] == CONTROL else portal
    return handler(environ, start_response)
