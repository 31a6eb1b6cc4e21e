"""The portal's own settings, with the control among its addresses."""

from roadshow.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
API_LIMIT_ADDRESS = API_LIMIT_USER = 0  # the crowd has one address
