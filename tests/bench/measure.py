"""One page after the other, each beside the control in the same breath: machines are never quiet."""

import gzip
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tqdm import tqdm

from . import wrk
from .pages import FIRST, NOT_MODIFIED, SIGNED_IN, Page
from .server import Server, processor_seconds
from .urls import CONTROL

GZIP = {"Accept-Encoding": "gzip"}
ROUNDS = 2
WARM, LEAST, MOST = 5, 12, 300  # requests before anything is measured, and measured ones
LARGE = 100_000  # bytes; sending them is most of the work


@dataclass
class Row:
    """What one page costs. Costs are in units of the control, times in milliseconds, sizes in bytes.

    None is what was not measured.
    """

    name: str
    limit: float
    rate: float
    cost: float
    bytes_alone: float | None
    p50: float
    p99: float
    not_modified: float | None
    signed_in: float | None
    signed_in_not_modified: float | None
    plain: int
    compressed: int
    queries: int
    made: float
    first: float
    errors: int
    anew_limit: float | None = None
    anew: float | None = None
    writers: float | None = None

    def missed(self) -> list[str]:
        """The targets that were not reached, in words."""
        limits = {
            "cost": (self.cost, self.limit),
            "304": (self.not_modified, NOT_MODIFIED),
            "signed in": (self.signed_in, self.limit * SIGNED_IN),
            "signed in, 304": (self.signed_in_not_modified, NOT_MODIFIED * SIGNED_IN),
            "first": (self.first, FIRST.get(self.name, float("inf"))),
            "anew": (self.anew, self.anew_limit or float("inf")),
            "errors": (self.errors, 0),
        }
        return [
            f"{word} {value:.1f} > {limit:g}"
            for word, (value, limit) in limits.items()
            if value is not None and value > limit
        ]

    def as_json(self) -> dict:
        return {name: round(v, 2) if isinstance(v, float) else v for name, v in asdict(self).items()}


class Bench:
    """Measures pages of a running server; `seconds` for each load.

    `session` is an organiser's; without one only what everybody is given is measured.
    """

    def __init__(self, server: Server, *, seconds: float, session: str = ""):
        self.server, self.seconds = server, seconds
        self.cookie = {"Cookie": f"sessionid={session}"} if session else None
        self.controls: list[float] = []
        self.unit = 0.0  # milliseconds of processor time of the control

    def rows(self, pages: list[Page], first: dict[str, float]) -> list[Row]:
        """`first` has the milliseconds of the first request after a release, by page."""
        self.control()
        return [
            self.row(page, first.get(page.name, 0.0)) for page in tqdm(pages, unit=" pages", disable=None)
        ]

    def row(self, page: Page, first: float) -> Row:
        """A page between two measurements of the control, of which the next page has the second as well."""
        made = self.made(page)
        plain, headers, _ = self.server.get(page.path)
        compressed, zipped, _ = self.server.get(page.path, **GZIP)
        assert gzip.decompress(compressed) == plain, page.path
        assert headers["etag"] != zipped["etag"], page.path
        loads = self.loads(page, zipped["etag"])
        control = max(self.controls[-1], self.control())
        costs = {name: control / load.rate for name, load in loads.items()}
        return Row(
            name=page.name,
            limit=page.cost,
            rate=loads["page"].rate,
            cost=costs["page"],
            bytes_alone=round(control / self.control(len(compressed)), 1)
            if len(compressed) > LARGE
            else None,
            p50=loads["page"].p50,
            p99=loads["page"].p99,
            not_modified=costs.get("304"),
            signed_in=costs.get("own"),
            signed_in_not_modified=costs.get("own 304"),
            plain=len(plain),
            compressed=len(compressed),
            queries=self.queries(page),
            made=made,
            first=first,
            errors=sum(load.errors for load in loads.values()),
        )

    def loads(self, page: Page, tag: str) -> dict[str, wrk.Load]:
        """The page under load, as it is asked for by whom."""
        if not self.cookie:
            return {"page": self.load(page, **GZIP)}
        _, own, _ = self.server.get(page.path, **GZIP, **self.cookie)
        asked = {
            "page": {},
            "304": {"If-None-Match": tag},
            "own": self.cookie,
            "own 304": self.cookie | {"If-None-Match": own["etag"]},
        }
        return {name: self.load(page, **GZIP, **headers) for name, headers in asked.items()}

    def load(self, page: Page, **headers: str) -> wrk.Load:
        return self.best(self.server.url + page.path, headers)

    def best(self, url: str, headers: dict[str, str]) -> wrk.Load:
        """The best of a few short loads: what disturbs a machine only ever makes it slower."""
        loads = [wrk.run(url, seconds=self.seconds, headers=headers) for _ in range(ROUNDS)]
        errors = sum(load.errors for load in loads)
        return replace(max(loads, key=lambda load: load.rate), errors=errors)

    def control(self, size: int | None = None) -> float:
        """Requests a second of a view that sends two bytes, or `size`."""
        query = f"?bytes={size}" if size else ""
        rate = self.best(f"{self.server.url}{CONTROL}{query}", {}).rate
        if not size:
            self.controls.append(rate)
        return rate

    def made(self, page: Page) -> float:
        """Milliseconds of an answer that nobody has kept, the best of three."""
        took = []
        for _ in range(3):
            forget()
            took.append(self.server.get(page.path, **GZIP)[2])
        return min(took)

    def processor_cost(self, path: str, **headers: str) -> float:
        """Milliseconds of processor time that a request takes in a worker and the database.

        The least of some: what else runs on a machine only ever adds to it.
        """
        with closing(self.server.connect()) as connection:

            def ask() -> None:
                connection.request("GET", path, headers=GZIP | headers)
                response = connection.getresponse()
                response.read()
                assert response.status == 200, (path, response.status)

            for _ in range(WARM):
                ask()
            costs: list[float] = []
            until = time.monotonic() + self.seconds
            while len(costs) < LEAST or (time.monotonic() < until and len(costs) < MOST):
                processes = self.server.processes()
                before = [processor_seconds(pid) for pid in processes]
                ask()
                time.sleep(0.001)  # the server has something to do after it has sent the response
                spent = [processor_seconds(pid) - had for pid, had in zip(processes, before, strict=True)]
                if min(spent) >= 0:  # else a connection was closed meanwhile
                    costs.append(sum(spent))
        return 1000 * min(costs)

    def processor_units(self, pages: list[Page]) -> dict[str, float]:
        """What pages cost in units of the control, by processor time."""
        self.unit = self.processor_cost(CONTROL)
        found = {}
        for page in tqdm(pages, unit=" pages", disable=None):
            headers = (self.cookie or {}) if page.is_signed_in else {}
            found[page.name] = self.processor_cost(page.path, **headers) / self.unit
        return found

    @staticmethod
    def queries(page: Page) -> int:
        """How many queries make the answer."""
        with override_settings(CACHE_RESPONSES=False), CaptureQueriesContext(connection) as captured:
            answer = Client(SERVER_NAME="127.0.0.1").get(page.path)
        assert answer.status_code == 200, page.path
        return len(captured)


def forget() -> None:
    """Make everything that is kept old, as any change does, and wait until all workers know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_contentversion (scope, value) VALUES ('site', (random() * 1e15)::bigint)"
        )
        cursor.execute("SELECT pg_sleep(0.15)")
