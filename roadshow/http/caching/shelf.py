"""Answers in memory."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

MEMORY = 16 * 1024 * 1024  # bytes of answers in each process


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept. `tag` is the entity tag without quotes, `modified` in seconds, `body` in gzip."""

    stamp: str
    tag: str
    modified: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Shelf:
    """Answers in this process's memory, the least used ones dropped first."""

    def __init__(self, size: int = MEMORY):
        self.size, self.used = size, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Answer | None:
        answer = self._answers.get(key)
        if answer is not None:
            with self._lock, suppress(KeyError):
                self._answers.move_to_end(key)
        return answer

    def put(self, key: str, answer: Answer) -> None:
        with self._lock:
            if old := self._answers.pop(key, None):
                self.used -= weight(old)
            self._answers[key] = answer
            self.used += weight(answer)
            while self.used > self.size:
                _, dropped = self._answers.popitem(last=False)
                self.used -= weight(dropped)


def weight(answer: Answer) -> int:
    """Bytes of memory, roughly."""
    return len(answer.body) + 2_000
