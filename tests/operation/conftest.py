"""The portal of these tests, started once and stopped after the last of them."""

import os
from collections.abc import Iterator

import pytest

from tests.operation.portal import Portal, start_portal
from tests.operation.services import ServiceError, find_program


@pytest.fixture(scope="package")
def portal() -> Iterator[Portal]:
    with start_portal() as found:
        yield found


PROGRAMS = ("postgres", "pg_basebackup", "pgbouncer", "redis-server", "nginx")


def pytest_collection_modifyitems(config, items) -> None:
    """Leave out these tests where a program is missing, which is an error with REQUIRE_SERVICES."""
    try:
        for program in PROGRAMS:
            find_program(program)
    except ServiceError as error:
        if os.environ.get("REQUIRE_SERVICES"):
            raise pytest.UsageError(str(error)) from None
        here = [item for item in items if item.get_closest_marker("operation")]
        items[:] = [item for item in items if item not in here]
        config.hook.pytest_deselected(items=here)
