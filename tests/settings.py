"""Settings of the tests: those of the portal, quick, with nothing cached and background work done at once."""

import os

os.environ["DEMO"] = os.environ["ACCESS_LOG"] = "0"
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")  # for checks without a database

from roadshow.settings import *  # noqa: F403
from roadshow.settings import STORAGES, TASKS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CACHE_RESPONSES = False
DATABASE_POOL = 0  # tests fork and close connections; tests/roadshow/server starts processes with a pool
AXES_ENABLED = False
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SIGN_IN_LIMIT_ADDRESS = 0
TASKS = {"default": TASKS["default"] | {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STREAM_SECONDS = 0  # streams end at once
