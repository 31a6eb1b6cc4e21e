"""What a search costs in the database: every query of it, from the first word to the cards."""

import time

from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.http import urlencode

from events.models import Event, Talk
from speakers.models import Speaker

LIMIT = 30  # milliseconds
TIMES = 5
CHINESE = "在手机上运行机器学习模型"


class Stopwatch:
    """Adds up the milliseconds that the database takes."""

    def __init__(self):
        self.milliseconds = 0.0

    def __call__(self, execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.milliseconds += (time.perf_counter() - start) * 1000


def searches(slug: str) -> dict[str, str]:
    """What readers type, by what is hard about it; gives a talk of the event a Chinese title."""
    talks = Talk.objects.filter(event__slug=slug).order_by("pk")
    talks.filter(pk=talks.last().pk).update(title=CHINESE)
    title = talks.first().title
    word = max(title.split(), key=len).strip(",:;.!?")
    person = Speaker.objects.filter(name__regex="[^ -~]").order_by("pk").first().name
    return {
        "a frequent word": word,
        "a whole title": title,
        "the beginning of a word": word[:3],
        "a word with a typo": f"{word[:3]}{word[4:]}",
        "a name with accents": person,
        "a name with a typo": f"{person[:-3]}{person[-2:]}",
        "a run of Chinese": "机器学习",
        "an event": Event.objects.get(slug=slug).name,
        "nothing of the kind": "quixotry",
    }


def measure_query(name: str, text: str) -> float:
    """The milliseconds of all queries that make a page of results or suggestions, the best of a few."""
    path = f"{reverse(name)}?{urlencode({'q': text})}"
    tries = []
    for _ in range(TIMES):
        watch = Stopwatch()
        with override_settings(CACHE_RESPONSES=False), connection.execute_wrapper(watch):
            answer = Client(SERVER_NAME="127.0.0.1").get(path)
        assert answer.status_code == 200, path
        tries.append(watch.milliseconds)
    return min(tries)


def measure(slug: str) -> list[dict]:
    """For each search what it is, and the milliseconds of its results and of its suggestions."""
    return [
        {
            "search": what,
            "results": measure_query("search", text),
            "suggestions": measure_query("suggest", text),
        }
        for what, text in searches(slug).items()
    ]
