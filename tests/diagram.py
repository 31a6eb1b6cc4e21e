"""`python -m tests.diagram [--check]`: draw which package imports which, as docs/imports.svg.

Rows are the layers of import-linter's contracts in pyproject.toml, lines are the imports of the source. Each app is one
box, but `events` shows its packages. A line that follows from others is left out: from A to C where A imports B and B
imports C. With --check nothing is written, and the exit status is 1 when the drawing is not current.
"""

import itertools
import re
import sys
import tomllib
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "docs" / "imports.svg"
EXPANDED = "events"
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 156, 28, 14, 40, 40
STAGGER = (-30, 30)  # rows are shifted in turn, so that lines pass beside boxes
COLORS = {"roadshow": "#dbeafe", "events": "#fef3c7", "speakers": "#dcfce7", "resources": "#fce7f3"}

Graph = dict[str, set[str]]


def read_layers() -> list[list[str]]:
    """Modules of each layer, the top one first, with the layers inside an app in place of the expanded one."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    across, inside = (
        [re.findall(r"[\w.]+", layer) for layer in contract["layers"]] for contract in linter["contracts"][:2]
    )
    rows: list[list[str]] = []
    for layer in across:
        if layer == [EXPANDED]:
            rows += [[f"{EXPANDED}.{name}" for name in names if exists(EXPANDED, name)] for names in inside]
        else:
            rows.append(layer)
    return rows


def exists(app: str, name: str) -> bool:
    return (ROOT / app / name).is_dir() or (ROOT / app / f"{name}.py").is_file()


def read_imports(units: set[str]) -> Graph:
    """Which of these packages and modules imports which, what is inside of them included."""
    sys.path.insert(0, str(ROOT))
    modules = grimp.build_graph(*COLORS, cache_dir=None)
    graph: Graph = {unit: set() for unit in units}
    for module in modules.modules:
        importer = unit_of(module, units)
        if importer and "migrations" not in module:
            imported = {unit_of(other, units) for other in modules.find_modules_directly_imported_by(module)}
            graph[importer] |= {unit for unit in imported if unit and unit != importer}
    return graph


def unit_of(module: str, units: set[str]) -> str | None:
    """The box that stands for a module: the longest of its parents that is one, None where there is none."""
    while module and module not in units:
        module = module.rpartition(".")[0]
    return module or None


def reachable(graph: Graph, start: str) -> set[str]:
    """All that `start` imports, directly or not."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def without_implied(graph: Graph) -> Graph:
    """The same graph without lines that follow from others. Lines of a cycle stay."""
    reach = {unit: reachable(graph, unit) for unit in graph}
    return {
        unit: {
            target
            for target in targets
            if not any(target in reach[other] and unit not in reach[other] for other in targets - {target})
        }
        for unit, targets in graph.items()
    }


def arrange(rows: list[list[str]], graph: Graph) -> None:
    """Order each row by the middle of the boxes that import it, so that few lines cross."""
    for above, row in itertools.pairwise(rows):
        position = {unit: index / len(above) for index, unit in enumerate(above)}

        def middle(unit: str, position: dict[str, float] = position) -> tuple[float, str]:
            places = [position[other] for other in position if unit in graph[other]]
            return (sum(places) / len(places) if places else 0.5, unit)

        row.sort(key=middle)


def draw(rows: list[list[str]], graph: Graph) -> str:
    """The SVG: a box for each unit, a line for each import."""
    arrange(rows, graph)
    width = max(map(len, rows)) * (BOX_WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    height = len(rows) * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    corner: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (BOX_WIDTH + GAP_X) + GAP_X) / 2 + STAGGER[number % 2]
        for index, unit in enumerate(row):
            corner[unit] = (left + index * (BOX_WIDTH + GAP_X), MARGIN + number * (BOX_HEIGHT + GAP_Y))
    lines = [line(corner[unit], corner[to]) for unit in sorted(graph) for to in sorted(graph[unit])]
    boxes = [box(unit, *corner[unit]) for unit in sorted(corner)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="sans-serif" font-size="12" role="img">',
            "<title>Which package imports which</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def line(start: tuple[float, float], end: tuple[float, float]) -> str:
    """From the bottom of one box to the top of another; dashed where both are in one layer."""
    x, y = start[0] + BOX_WIDTH / 2, start[1] + BOX_HEIGHT
    to_x, to_y = end[0] + BOX_WIDTH / 2, end[1]
    same = to_y <= y
    bend = GAP_Y / 2 if same else (to_y - y) / 2
    dashes = ' stroke-dasharray="3"' if same else ""
    path = f"M{x:.0f},{y:.0f}C{x:.0f},{y + bend:.0f} {to_x:.0f},{to_y - bend:.0f} {to_x:.0f},{to_y:.0f}"
    return f'<path d="{path}" fill="none" stroke="#94a3b8"{dashes}/>'


def box(unit: str, x: float, y: float) -> str:
    """A rectangle in its app's colour, with its name."""
    color = COLORS[unit.split(".")[0]]
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5" fill="{color}" '
        f'stroke="#475569"/><text x="{x + BOX_WIDTH / 2:.0f}" y="{y + BOX_HEIGHT / 2 + 4:.0f}" '
        f'text-anchor="middle" fill="#0f172a">{escape(unit)}</text>'
    )


def main() -> int:
    rows = read_layers()
    drawing = draw(rows, without_implied(read_imports({unit for row in rows for unit in row})))
    if "--check" not in sys.argv:
        DRAWING.write_text(drawing)
    elif not DRAWING.exists() or DRAWING.read_text() != drawing:
        print("docs/imports.svg is not current: run `make diagram`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
