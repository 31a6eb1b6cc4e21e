"""The portal's own settings, with the control among its addresses."""

from roadshow.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
