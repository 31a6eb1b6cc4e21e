"""Line maps as SVG, generated from a name: the same name always gives the same map."""

import random
from collections.abc import Iterator
from functools import lru_cache

WIDTH, HEIGHT, STEP = 640, 280, 40


@lru_cache(maxsize=512)
def emblem(seed: str, *, lines: int = 3, inside: str = "var(--sheet)") -> str:
    """An SVG of `lines` routes with their stops, in the current colour; hidden from screen readers.

    `inside` is the fill colour of the stops.
    """
    chance = random.Random(seed)  # noqa: S311 - a pattern, not a secret
    heights = chance.sample(range(1, HEIGHT // STEP), lines)
    drawn = "".join(_line(chance, row * STEP, index, inside) for index, row in enumerate(heights))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" fill="none"'
        f' stroke="currentColor" stroke-linejoin="round" aria-hidden="true" focusable="false">{drawn}</svg>'
    )


def _line(chance: random.Random, y: int, index: int, inside: str) -> str:
    points = list(_points(chance, y))
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    stops = "".join(
        f'<circle cx="{x}" cy="{y}" r="{9 if index == 0 else 6}"/>'
        for x, y in points[1:-1]
        if chance.random() < 0.6
    )
    width, opacity = (9, 1) if index == 0 else (5, 0.45)
    return (
        f'<g opacity="{opacity}"><path d="{path}" stroke-width="{width}"/>'
        f'<g fill="{inside}" stroke-width="4">{stops}</g></g>'
    )


def _points(chance: random.Random, y: int) -> Iterator[tuple[int, int]]:
    """Points of a line from left to right: straight on, or up or down at 45 degrees."""
    x = -STEP
    yield x, y
    while x < WIDTH:
        run = chance.choice((2, 3, 4)) * STEP
        x += run
        yield x, y
        turn = chance.choice((-2, -1, 0, 1, 2)) * STEP
        if not STEP // 2 < y + turn < HEIGHT:
            turn = -turn
        if turn and STEP // 2 < y + turn < HEIGHT:
            x, y = x + abs(turn), y + turn
            yield x, y
