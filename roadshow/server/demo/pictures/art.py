"""Art and music: five strings, notes and a brush."""

from math import sin

from .canvas import WIDTH, Canvas, Point, graph_of, mix

COLORS = ("#ffd43b", "#ff922b", "#f06595", "#cc5de8", "#4dabf7")


def art() -> Canvas:
    """Five strings that a brush paints, with notes on them."""
    canvas = Canvas("#1d1147", "#5f2a7a")
    canvas.glow((420, 300), 620, "#f06595", 0.45)
    canvas.glow((1280, 680), 560, "#4dabf7", 0.40)
    for number in range(60):
        canvas.circle(((number * 397) % WIDTH, (number * 251) % 900), 1 + number % 3, "#ffffff", 0.35)
    end = 1250
    for number, color in enumerate(COLORS):
        _string(canvas, number, color, end)
    for number, x in enumerate((170, 330, 500, 640, 810, 960, 1090)):
        string = (2, 0, 3, 1, 4, 2, 1)[number]
        _note(canvas, (x, height(string, x)), COLORS[(string + 2) % 5], pair=number % 3 == 1)
    _brush(canvas, (end, height(2, end)))
    return canvas


def height(string: int, x: float) -> float:
    """How far down a string is at `x`. The strings draw together towards the brush."""
    spread = 78 * (1 - (x / 1250) ** 3) + 13
    return 500 + 130 * sin(x / 260 + 0.4) * (1 - x / 2600) + (string - 2) * spread


def _string(canvas: Canvas, number: int, color: str, end: float) -> None:
    """Thin where it begins, as thick as the brush where that is now."""
    steps = 60
    for step in range(steps):
        x1, x2 = end * step / steps - 10, end * (step + 1) / steps
        tone = mix(color, COLORS[(number + 1) % 5], step / steps)
        canvas.line(graph_of(lambda x: height(number, x), x1, x2, 6), tone, 6 + 10 * step / steps)


def _note(canvas: Canvas, at: Point, color: str, *, pair: bool) -> None:
    x, y = at
    heads = [(x, y), (x + 92, y - 16)] if pair else [(x, y)]
    for head in heads:
        canvas.ellipse(head, 32, 24, "#ffffff")
        canvas.ellipse(head, 20, 13, color)
        canvas.line([(head[0] + 27, head[1] - 6), (head[0] + 27, head[1] - 130)], "#ffffff", 9)
    tops = [(hx + 27, hy - 130) for hx, hy in heads]
    if pair:
        canvas.shape(
            [tops[0], tops[1], (tops[1][0], tops[1][1] + 26), (tops[0][0], tops[0][1] + 26)], "#ffffff"
        )
    else:
        tx, ty = tops[0]
        canvas.line([(tx, ty), (tx + 20, ty + 34), (tx + 40, ty + 52), (tx + 34, ty + 84)], "#ffffff", 9)


def _brush(canvas: Canvas, tip: Point) -> None:
    """A brush whose hairs touch `tip`, its handle towards the upper right."""
    x, y = tip

    def along(distance: float, side: float) -> Point:
        return x + 0.78 * distance + 0.62 * side, y - 0.62 * distance + 0.78 * side

    hairs = [
        along(-14, 0),
        along(30, -34),
        along(80, -40),
        along(128, -28),
        along(128, 28),
        along(80, 40),
        along(30, 34),
    ]
    canvas.shape(hairs, "#f06595")
    canvas.shape(
        [along(-14, 0), along(30, -34), along(62, -20), along(40, 10), along(62, 30), along(30, 34)],
        "#ffd43b",
    )
    canvas.shape([along(122, -32), along(196, -26), along(196, 26), along(122, 32)], "#ced4da")
    canvas.shape([along(150, -30), along(164, -29), along(164, 29), along(150, 30)], "#868e96")
    canvas.shape(
        [along(194, -26), along(300, -34), along(620, -12), along(620, 12), along(300, 34), along(194, 26)],
        "#e8590c",
    )
    canvas.shape(
        [along(194, -26), along(300, -34), along(620, -12), along(620, -4), along(300, -14), along(194, -12)],
        "#ff922b",
    )
