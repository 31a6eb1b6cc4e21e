"""A cluster of workers, and a chip for small devices."""

from itertools import pairwise
from math import cos, pi, sin

from .canvas import HEIGHT, WIDTH, Canvas, Point

CENTER = (800, 450)


def distributed() -> Canvas:
    """Eight workers around the model that they train together."""
    canvas = Canvas("#062b33", "#0d5c63")
    canvas.glow(CENTER, 640, "#38d9a9", 0.45)
    workers = [(800 + 600 * sin(2 * pi * n / 8), 450 - 310 * cos(2 * pi * n / 8)) for n in range(8)]
    for number, worker in enumerate(workers):
        neighbour = workers[(number + 1) % 8]
        canvas.line([worker, neighbour], "#96f2d7", 5)
        canvas.line([worker, CENTER], "#96f2d7", 3, alpha=0.55)
        for share in (0.36, 0.52, 0.68):
            way = share + 0.03 * (number % 3)
            x, y = (c + (w - c) * way for c, w in zip(CENTER, worker, strict=True))
            canvas.circle((x, y), 8, "#ffd43b")
    for number, worker in enumerate(workers):
        _worker(canvas, worker, number)
    _model(canvas)
    return canvas


def _worker(canvas: Canvas, center: Point, number: int) -> None:
    x, y = center[0] - 75, center[1] - 72
    canvas.shadow(x, y, 150, 144, 18)
    canvas.card(x, y, 150, 144, "#e6fcf5", 18)
    for row in range(3):
        top = y + 16 + row * 40
        canvas.card(x + 14, top, 122, 32, "#0b3d44", 8)
        canvas.circle((x + 32, top + 16), 6, ("#51cf66", "#ffd43b", "#51cf66")[(row + number) % 3])
        canvas.card(x + 52, top + 12, 40 + 10 * ((row * 3 + number * 2) % 4), 8, "#63e6be", 4)


def _model(canvas: Canvas) -> None:
    canvas.circle(CENTER, 150, "#042127", 0.35)
    canvas.circle(CENTER, 138, "#ffffff")
    layers = [
        [(730, y) for y in (400, 450, 500)],
        [(800, y) for y in (375, 425, 475, 525)],
        [(870, y) for y in (415, 485)],
    ]
    for one, other in pairwise(layers):
        for a in one:
            for b in other:
                canvas.line([a, b], "#a5d8d0", 3)
    for layer, color in zip(layers, ("#0ca678", "#1098ad", "#f76707"), strict=True):
        for node in layer:
            canvas.circle(node, 15, color)


def chip() -> Canvas:
    """A small chip with golden contacts on a dark board."""
    canvas = Canvas("#0b2a26", "#124a3c")
    for x in range(25, WIDTH, 50):
        for y in range(25, HEIGHT, 50):
            canvas.circle((x, y), 2, "#63e6be", 0.13)
    for side in range(4):
        for number in range(9):
            _track(canvas, side, number)
    canvas.glow(CENTER, 470, "#ffd43b", 0.35)
    for side in range(4):
        for number in range(9):
            left, top = _turned((-160 + number * 40, 215), side)
            canvas.card(left - 12, top - 12, 24, 24, "#ffd43b", 5)
    canvas.shadow(595, 245, 410, 410, 30)
    canvas.card(595, 245, 410, 410, "#1f2430", 30)
    canvas.card(620, 270, 360, 360, "#2b3244", 18)
    _grid(canvas)
    canvas.circle((646, 296), 9, "#868e96")
    return canvas


def _turned(point: Point, quarters: int) -> Point:
    """A point relative to the centre of the chip, turned by quarters, on the canvas."""
    x, y = point
    for _ in range(quarters):
        x, y = -y, x
    return CENTER[0] + x, CENTER[1] + y


def _track(canvas: Canvas, side: int, number: int) -> None:
    """A conductor from contact `number` of a side: straight, at 45 degrees, straight, and a hole."""
    offset = number - 4
    start = -160 + number * 40
    shift = offset * (34 if side % 2 == 0 else 22)
    straight = 250 + 12 * (4 - abs(offset))
    reach = (400 if side % 2 == 0 else 560) + 70 * ((number * 2 + side) % 3)
    points = [(start, 215), (start, straight), (start + shift, straight + abs(shift)), (start + shift, reach)]
    color = ("#20c997", "#38d9a9", "#12b886")[(number + side) % 3]
    path = [_turned(point, side) for point in points]
    canvas.line(path, color, 7)
    canvas.circle(path[-1], 14, color)
    canvas.circle(path[-1], 6, "#0b2a26")


def _grid(canvas: Canvas) -> None:
    """The chip's array of multipliers, brightest along a wave that runs through it."""
    colors = ("#364fc7", "#4263eb", "#5c7cfa", "#91a7ff", "#ffd43b")
    for row in range(6):
        for column in range(6):
            wave = 4 - min(4, abs(row + column - 5))
            canvas.card(662 + column * 47, 312 + row * 47, 38, 38, colors[wave], 8)
