"""The portal's own settings, with the control among its addresses."""

from roadshow.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": None, "user": None}  # noqa: F405 - the crowd has one address
