"""`check_urls` for synchronous code."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterable, Iterator

from .checking import CheckResult, check_urls


def iterate_checks(urls: Iterable[str], **options) -> Iterator[CheckResult]:
    """Results of `check_urls`, for callers that write each to the database.

    The requests run in a separate thread; closing the iterator (or an interrupt) cancels them.
    """
    results: queue.Queue[CheckResult | BaseException | None] = queue.Queue()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with contextlib.aclosing(check_urls(urls, **options)) as found:
            async for result in found:
                results.put(result)

    task = loop.create_task(run())
    thread = threading.Thread(target=_run_loop, args=(loop, task, results), name="check", daemon=True)
    thread.start()
    try:
        while (result := results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(task.cancel)
        thread.join()


def _run_loop(loop: asyncio.AbstractEventLoop, task: asyncio.Task, results: queue.Queue) -> None:
    end: BaseException | None = None
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        pass
    except Exception as error:
        end = error
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        results.put(end)
