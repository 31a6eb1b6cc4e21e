"""Commands beside the tests: each can at least be imported, so that a rename does not break it unseen."""

import importlib
import pkgutil

import pytest

import tests.bench

PROCESSES = {"__main__", "serve", "settings", "urls", "wsgi"}  # what a process of the bench runs
MODULES = [
    f"tests.bench.{one.name}"
    for one in pkgutil.iter_modules(tests.bench.__path__)
    if one.name not in PROCESSES
]


@pytest.mark.parametrize(
    "name",
    [*MODULES, "tests.picture", "tests.hops", "tests.metrics", "tests.diagram", "tests.check_translations"],
)
def test_it_can_be_imported(name):
    importlib.import_module(name)
