"""Training a model, and AutoGraph."""

from math import exp, sin

from .canvas import HEIGHT, WIDTH, Canvas, Point, bezier, dice, graph_of


def training() -> Canvas:
    """Two falling error curves, and two groups of points that a line learns to part."""
    canvas = Canvas("#fff4e6", "#ffe3d3")
    canvas.circle((1500, 60), 320, "#ffd8a8", 0.5)
    canvas.circle((80, 880), 260, "#ffc9c9", 0.5)
    for x in (100, 840):
        canvas.shadow(x, 130, 660, 640)
        canvas.card(x, 130, 660, 640, "#ffffff")
    _curves(canvas)
    _points(canvas)
    return canvas


def _curves(canvas: Canvas) -> None:
    for y in range(230, 680, 90):
        canvas.line([(180, y), (700, y)], "#eceff4", 3)

    def learned(x: float) -> float:
        return 660 - 400 * exp(-(x - 190) / 110) + 7 * sin(x / 9) * exp(-(x - 190) / 260)

    def checked(x: float) -> float:
        return 600 - 330 * exp(-(x - 190) / 130) - 45 * ((x - 190) / 500) ** 3 + 9 * sin(x / 14)

    curve = graph_of(learned, 190, 690)
    canvas.shape([(190, 690), *curve, (690, 690)], "#ff922b", 0.16)
    canvas.line(graph_of(checked, 190, 690), "#1971c2", 9)
    canvas.line(curve, "#e8590c", 9)
    canvas.line([(180, 190), (180, 690), (710, 690)], "#495057", 6)
    best = 560
    for y in range(int(checked(best)) + 26, 690, 22):
        canvas.line([(best, y), (best, y + 8)], "#adb5bd", 4)
    canvas.circle((best, checked(best)), 20, "#ffffff")
    canvas.circle((best, checked(best)), 14, "#1971c2")


def _points(canvas: Canvas) -> None:
    def border(x: float) -> float:
        return 450 + 120 * sin((x - 860) / 105)

    above = [(880, 170), *graph_of(border, 880, 1460), (1460, 170)]
    below = [(880, 730), *graph_of(border, 880, 1460), (1460, 730)]
    canvas.shape(above, "#d0ebff", 0.75)
    canvas.shape(below, "#ffe8cc", 0.85)
    canvas.line(graph_of(border, 880, 1460), "#495057", 6)
    chance = dice(3)
    taken: list[tuple[float, float]] = []
    while len(taken) < 70:
        x, y = chance.uniform(905, 1435), chance.uniform(195, 705)
        apart = all((x - a) ** 2 + (y - b) ** 2 > 44**2 for a, b in taken)
        if apart and abs(y - border(x)) > 34:
            taken.append((x, y))
            wrong = chance.random() < 0.05
            canvas.circle((x, y), 13, "#1c7ed6" if (y < border(x)) != wrong else "#f76707")


def autograph() -> Canvas:
    """Code on the left becomes a graph on the right."""
    canvas = Canvas("#101a3a", "#27346b")
    canvas.glow((1200, 450), 620, "#4263eb", 0.5)
    for x in range(0, WIDTH, 50):
        for y in range(0, HEIGHT, 50):
            canvas.circle((x, y), 1.6, "#ffffff", 0.12)
    _editor(canvas)
    canvas.line([(748, 450), (850, 450)], "#ffd43b", 16)
    canvas.line([(815, 410), (856, 450), (815, 490)], "#ffd43b", 16)
    _graph(canvas)
    return canvas


def _editor(canvas: Canvas) -> None:
    canvas.shadow(100, 130, 580, 640)
    canvas.card(100, 130, 580, 640, "#0b1026")
    canvas.card(100, 130, 580, 62, "#1b2550")
    canvas.card(100, 168, 580, 24, "#1b2550", 0)
    for number, color in enumerate(("#ff6b6b", "#ffd43b", "#51cf66")):
        canvas.circle((138 + number * 34, 161), 10, color)
    keyword, name, text, plain = "#ff8787", "#74c0fc", "#8ce99a", "#adb5d8"
    lines = [
        (0, [(60, keyword), (120, name), (70, plain)]),
        (1, [(90, plain), (30, keyword), (110, text)]),
        (1, [(90, keyword), (70, name), (40, plain), (60, text)]),
        (2, [(40, keyword), (110, plain), (60, name)]),
        (3, [(80, plain), (30, keyword), (130, name)]),
        (2, [(70, keyword)]),
        (3, [(80, plain), (30, keyword), (90, text)]),
        (2, [(60, plain), (30, keyword), (80, name)]),
        (1, [(100, keyword), (90, plain)]),
    ]
    for number, (indent, words) in enumerate(lines):
        x, y = 150 + indent * 46, 232 + number * 58
        for width, color in words:
            canvas.card(x, y, width, 20, color, 10)
            x += width + 18


def _graph(canvas: Canvas) -> None:
    nodes: dict[str, tuple[Point, str]] = {
        "input": ((1180, 150), "#74c0fc"),
        "weights": ((1420, 220), "#8ce99a"),
        "test": ((1140, 330), "#ff8787"),
        "yes": ((990, 500), "#b197fc"),
        "no": ((1270, 500), "#b197fc"),
        "merge": ((1140, 650), "#ff8787"),
        "sum": ((1400, 640), "#ffd43b"),
        "result": ((1260, 780), "#74c0fc"),
    }
    edges = [
        ("input", "test"),
        ("test", "yes"),
        ("test", "no"),
        ("yes", "merge"),
        ("no", "merge"),
        ("no", "sum"),
        ("weights", "no"),
        ("weights", "sum"),
        ("merge", "result"),
        ("sum", "result"),
    ]
    for start, end in edges:
        (x1, y1), (x2, y2) = nodes[start][0], nodes[end][0]
        bend = (y2 - y1) * 0.5
        canvas.line(bezier((x1, y1), (x1, y1 + bend), (x2, y2 - bend), (x2, y2)), "#dbe4ff", 6)
    for center, color in nodes.values():
        canvas.circle(center, 52, "#16204a")
        canvas.circle(center, 44, color)
        canvas.circle(center, 16, "#ffffff", 0.85)
