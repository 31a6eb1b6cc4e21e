"""Requests to a portal: records as the API gives them, errors as sentences."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

TIMEOUT = 60  # seconds
ENDED = ("done", "failed", "cancelled")  # states of an import
EXPORTS = {"xml": "schedule.xml", "json": "schedule.json", "ics": "schedule.ics"}


class PortalError(Exception):
    """The portal refused a request, or did not answer; the text says why, `status` is the HTTP status or 0."""

    def __init__(self, message: str, status: int = 0):
        super().__init__(message)
        self.status = status


class Portal:
    """A portal at an address, read without a token, written with one."""

    def __init__(self, address: str, token: str = "", **options: Any):
        headers = {"Authorization": f"Token {token}"} if token else {}
        self.client = httpx.Client(
            base_url=address.rstrip("/"), headers=headers, timeout=TIMEOUT, follow_redirects=True, **options
        )

    def __enter__(self) -> "Portal":
        return self

    def __exit__(self, *_exception) -> None:
        self.client.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A response with a status below 400. Raises PortalError."""
        try:
            response = self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise PortalError(f"{self.client.base_url} does not answer: {error}") from error
        if response.status_code >= 400:
            raise PortalError(describe_error(response), response.status_code)
        return response

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON at a path below /api/v1/, or at an address that an answer had."""
        return self.request("GET", _below_api(path), params=parameters or None).json()

    def list(self, path: str, **parameters: Any) -> Iterator[dict]:
        """All records of a list, page by page."""
        page = self.get(path, page_size=200, **parameters)
        yield from page["results"]
        while page["next"]:
            page = self.get(page["next"])
            yield from page["results"]

    def me(self) -> dict:
        """Whose token this is. Raises PortalError with status 401 when it is not valid."""
        return self.get("me/")

    def start_import(self, file: Path, event: str = "", new: str = "", **options: Any) -> dict:
        """Send a file to be imported into `event`, or into a new event at the address `new`; the import as a job.

        `options` are the parameters of the API, such as apply=True.
        """
        path = f"/api/v1/events/{event}/import/" if event else "/api/v1/imports/"
        parameters = {name: _word(value) for name, value in options.items() if value not in (None, "", False)}
        if new:
            parameters["event"] = new
        with file.open("rb") as stream:
            response = self.request(
                "POST", path, params=parameters, files={"file": (file.name, stream)},
                headers={"Prefer": "respond-async"},
            )  # fmt: skip
        return response.json()

    def wait(self, job: dict, report: Callable[[dict], None] = lambda job: None, seconds: float = 1) -> dict:
        """An import once it has ended; `report` is called with it each time that it was asked for."""
        while job["state"] not in ENDED:
            report(job)
            time.sleep(seconds)
            job = self.get(job["url"])
        report(job)
        return job

    def changes(self, start: str) -> Iterator[tuple[dict, str]]:
        """(entry, address to go on from) of each change after an address of the feed."""
        while True:
            page = self.get(start)
            for entry in page["results"]:
                yield entry, page["next"]
            if not page["more"]:
                return
            start = page["next"]

    def export(self, event: str, kind: str) -> bytes:
        """A file of an event: "xml", "json" or "ics" of its schedule, or the whole "document" with its plan."""
        if kind == "document":
            return self.request("GET", f"/api/v1/events/{event}/document/").content
        return self.request("GET", f"/events/{event}/{EXPORTS[kind]}").content


def describe_error(response: httpx.Response) -> str:
    """The sentences of an error response, each with the key that it is about."""
    try:
        errors = response.json()["errors"]
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.reason_phrase}: {response.url}"
    return "\n".join(f"{one['attr']}: {one['detail']}" if one["attr"] else one["detail"] for one in errors)


def _below_api(path: str) -> str:
    return path if path.startswith(("/", "http://", "https://")) else f"/api/v1/{path}"


def _word(value: Any) -> Any:
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
