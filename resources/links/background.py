"""`check` for code that waits."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterable, Iterator

from .checking import Checked, check


def check_each(urls: Iterable[str], **options) -> Iterator[Checked]:
    """What `check` finds, for a command that writes each result to the database.

    The requests run in a thread of their own; closing the iterator (or an interrupt) ends them.
    """
    results: queue.Queue[Checked | BaseException | None] = queue.Queue()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with contextlib.aclosing(check(urls, **options)) as found:
            async for result in found:
                results.put(result)

    task = loop.create_task(run())
    thread = threading.Thread(target=_work, args=(loop, task, results), name="check", daemon=True)
    thread.start()
    try:
        while (result := results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(task.cancel)
        thread.join()


def _work(loop: asyncio.AbstractEventLoop, task: asyncio.Task, results: queue.Queue) -> None:
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
