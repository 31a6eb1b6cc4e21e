"""The hall and the opening."""

from itertools import pairwise
from random import Random

from .canvas import HEIGHT, WIDTH, Canvas, Point, around, dice


def hall() -> Canvas:
    """A full hall from the back, looking at a wide bright screen."""
    canvas = Canvas("#2a1a4a", "#7a2f4b")
    for number in range(9):  # beams of the ceiling, towards the far wall
        x = number * 200
        canvas.shape([(x - 70, 0), (x + 20, 0), (800 + (x - 800) * 0.55, 120), (790 + (x - 800) * 0.55, 120)],
                     "#140c2e", 0.35)  # fmt: skip
    canvas.glow((800, 340), 900, "#ffb070", 0.55)
    canvas.shape([(330, 560), (1270, 560), (1700, 900), (-100, 900)], "#ffcf9a", 0.14)
    canvas.shadow(330, 130, 940, 400, 14)
    canvas.card(330, 130, 940, 400, "#fff6e9", 14)
    _slide(canvas)
    chance = dice(11)
    for row, shade in enumerate(("#8a3b52", "#6f2f4c", "#552545", "#3d1c3d", "#281432", "#170c24")):
        _row(canvas, 548 + row * 62 + row * row * 2.5, 15 + row * 8.5, shade, chance)
    return canvas


def _slide(canvas: Canvas) -> None:
    """What is on the screen: a small network."""
    layers = [(590, 3), (730, 4), (870, 4), (1010, 2)]
    nodes = [[(x, 330 + (number - (count - 1) / 2) * 76) for number in range(count)] for x, count in layers]
    for one, other in pairwise(nodes):
        for a in one:
            for b in other:
                canvas.line([a, b], "#d9a184", 2.5)
    for column, color in zip(nodes, ("#e8590c", "#c2255c", "#9c36b5", "#1971c2"), strict=True):
        for node in column:
            canvas.circle(node, 22, color)


def _row(canvas: Canvas, y: float, size: float, color: str, chance: Random) -> None:
    """One row of heads and shoulders, `size` being a head's radius."""
    step = size * 3.1
    x = -step * chance.random()
    while x < WIDTH + step:
        _person(
            canvas, (x + chance.uniform(-0.2, 0.2) * size, y + chance.uniform(-0.3, 0.3) * size), size, color
        )
        x += step
    canvas.card(-20, y + size * 2.3, WIDTH + 40, HEIGHT, color, 0)


def _person(canvas: Canvas, head: Point, size: float, color: str) -> None:
    x, y = head
    canvas.circle(head, size, color)
    canvas.card(x - size * 1.45, y + size * 1.15, size * 2.9, size * 3, color, size * 1.1)


def opening() -> Canvas:
    """A speaker between two spotlights, before a rising sun."""
    canvas = Canvas("#0d2b45", "#1f6f78")
    for radius, alpha in ((620, 0.10), (520, 0.14), (430, 0.20)):
        canvas.circle((800, 640), radius, "#ffd08a", alpha)
    canvas.circle((800, 640), 340, "#ff9f45")
    canvas.circle((800, 640), 290, "#ffb866")
    for number in range(21):
        turn = -0.25 + number / 40
        canvas.line(
            [around((800, 640), 660, turn), around((800, 640), 700 + 40 * (number % 2), turn)], "#ffd08a", 7
        )
    canvas.card(0, 650, WIDTH, HEIGHT, "#0a2236", 0)
    canvas.ellipse((800, 660), 900, 60, "#123b52")
    for side in (-1, 1):
        lamp = (800 + side * 660, 70)
        canvas.shape([lamp, (800 + side * 150, 668), (800 - side * 130, 668)], "#fff3d6", 0.20)
        canvas.circle(lamp, 46, "#07192a")
        canvas.circle((lamp[0] - side * 12, lamp[1] + 12), 28, "#fff3d6")
    canvas.ellipse((800, 664), 190, 22, "#fff3d6", 0.55)
    _speaker(canvas)
    chance = dice(5)
    for row, color in enumerate(("#0b2c42", "#082235", "#051726")):
        _row(canvas, 735 + row * 62, 27 + row * 9, color, chance)
    return canvas


def _speaker(canvas: Canvas) -> None:
    """A standing figure with one arm raised, beside a lectern."""
    dark, skin = "#14213d", "#7b4a2e"
    canvas.line([(778, 560), (774, 655)], dark, 28)
    canvas.line([(814, 560), (820, 655)], dark, 28)
    canvas.card(744, 405, 106, 180, "#c2255c", 40)
    canvas.line([(838, 438), (890, 400), (912, 332)], "#c2255c", 28)
    canvas.circle((914, 322), 17, skin)
    canvas.line([(756, 440), (716, 498), (680, 520)], "#c2255c", 28)
    canvas.circle((676, 522), 16, skin)
    canvas.card(780, 372, 34, 52, skin, 14)
    canvas.circle((797, 345), 45, skin)
    canvas.shape([*[around((797, 340), 48, -0.27 + n * 0.54 / 20) for n in range(21)]], dark)
    canvas.shape([(606, 530), (706, 530), (690, 662), (622, 662)], "#5c3a21")
    canvas.card(594, 516, 124, 24, "#7a5030", 8)
