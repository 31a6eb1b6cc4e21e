"""The portal as a WSGI application, for granian or any other server; `manage.py build` and `migrate` come first."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
application = get_wsgi_application()

from roadshow.server.database import enable_pool  # noqa: E402 - needs settings

enable_pool()
