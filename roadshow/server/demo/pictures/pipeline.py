"""A pipeline of five stations."""

from .canvas import WIDTH, Canvas, Point, around, dice

STATIONS = ((350, "#1c7ed6"), (580, "#0ca678"), (810, "#f08c00"), (1040, "#9c36b5"), (1270, "#e03131"))
TOP = 318


def pipeline() -> Canvas:
    """Loose data goes in on the left and comes out served, after four stations of work on it."""
    canvas = Canvas("#eef2ff", "#dbe4ff")
    canvas.circle((1420, 120), 260, "#ffffff", 0.5)
    canvas.circle((180, 160), 170, "#ffffff", 0.5)
    _belt(canvas)
    _data(canvas)
    icons = (_check, _transform, _network, _bars, _serve)
    for (x, color), icon in zip(STATIONS, icons, strict=True):
        for leg in (x - 76, x + 56):
            canvas.card(leg, TOP + 200, 20, 128, "#748ffc", 0)
        canvas.shadow(x - 92, TOP, 184, 250, 30)
        canvas.card(x - 92, TOP, 184, 250, "#ffffff", 30)
        canvas.card(x - 66, TOP + 26, 132, 132, color, 30)
        icon(canvas, (x, TOP + 92))
        canvas.card(x - 54, TOP + 182, 108, 14, "#ced4da", 7)
        canvas.card(x - 34, TOP + 210, 68, 14, "#e9ecef", 7)
        canvas.card(x - 26, TOP - 34, 52, 40, color, 10)
        canvas.circle((x, TOP - 44), 16, color)
    for number in range(3):
        canvas.card(1400 + number * 74, 568, 50, 50, "#ffd43b", 12)
    return canvas


def _belt(canvas: Canvas) -> None:
    for x in (250, 800, 1350):
        canvas.card(x - 20, 700, 40, 180, "#91a7ff", 0)
    canvas.card(-60, 626, WIDTH + 120, 84, "#364fc7", 42)
    canvas.card(-60, 640, WIDTH + 120, 14, "#5c7cfa", 7)
    for number in range(14):
        center = (30 + number * 120, 690)
        canvas.circle(center, 34, "#22318a")
        canvas.circle(center, 22, "#bac8ff")
        canvas.circle(center, 8, "#22318a")
    canvas.card(0, 872, WIDTH, 60, "#bac8ff", 0)


def _data(canvas: Canvas) -> None:
    """Loose shapes that arrive, and tidy rows of them between the stations."""
    chance = dice(2)
    colors = ("#ff922b", "#f06595", "#22b8cf", "#94d82d", "#845ef7")
    for number in range(16):
        x, y = (
            30 + (number % 4) * 58 + chance.uniform(-14, 14),
            595 - (number // 4) * 62 + chance.uniform(-12, 12),
        )
        color, size = colors[number % 5], chance.uniform(17, 24)
        if number % 3 == 0:
            canvas.circle((x, y), size, color)
        else:
            corners = 3 if number % 3 == 1 else 4
            turn = chance.random()
            canvas.shape([around((x, y), size * 1.2, turn + n / corners) for n in range(corners)], color)
    for number, (x, _) in enumerate(STATIONS[:-1]):
        for place in range(2):
            canvas.card(x + 90 + place * 28, 602, 22, 22, colors[number] if number < 2 else "#ffd43b", 6)


def _check(canvas: Canvas, center: Point) -> None:
    x, y = center
    canvas.line([(x - 34, y + 2), (x - 10, y + 28), (x + 36, y - 26)], "#ffffff", 16)


def _transform(canvas: Canvas, center: Point) -> None:
    x, y = center
    for side in (-1, 1):
        end = (x + side * 38, y + side * 18)
        canvas.line([(x - side * 38, y + side * 18), end], "#ffffff", 11)
        canvas.line(
            [(end[0] - side * 18, end[1] - 17), end, (end[0] - side * 18, end[1] + 17)], "#ffffff", 11
        )


def _network(canvas: Canvas, center: Point) -> None:
    x, y = center
    left, middle, right = (
        [(x - 38, y - 24), (x - 38, y + 24)],
        [(x, y - 38), (x, y), (x, y + 38)],
        [(x + 38, y)],
    )
    for one, other in ((left, middle), (middle, right)):
        for a in one:
            for b in other:
                canvas.line([a, b], "#fff3bf", 4)
    for node in (*left, *middle, *right):
        canvas.circle(node, 12, "#ffffff")


def _bars(canvas: Canvas, center: Point) -> None:
    x, y = center
    for number, height in enumerate((34, 58, 46, 78)):
        canvas.card(x - 42 + number * 23, y + 40 - height, 16, height, "#ffffff", 6)


def _serve(canvas: Canvas, center: Point) -> None:
    x, y = center
    for dx, dy, radius in ((-24, 8, 22), (2, -8, 30), (28, 10, 20)):
        canvas.circle((x + dx, y + dy), radius, "#ffffff")
    canvas.card(x - 44, y + 6, 90, 25, "#ffffff", 12)
