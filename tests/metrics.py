"""`python -m tests.metrics [COMMIT …]`: size and complexity of the code, of the working tree and of given commits.

Counts Python without migrations. A line of code is neither blank nor a comment nor part of a docstring. A file's and a
function's length are its physical lines. Complexity is McCabe's, by radon, for each function and method.
"""

import io
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from radon.complexity import cc_visit
from radon.raw import analyze
from radon.visitors import Class, Function

ROOT = Path(__file__).resolve().parent.parent
APPS = ("roadshow", "events", "speakers", "resources")


@dataclass
class Metrics:
    """Lengths in lines; complexities as (value, "path:line name")."""

    files: list[int]
    functions: list[int]
    complexities: list[tuple[int, str]]
    code: Counter[str]  # lines of code of each app, and of "tests"

    def rows(self) -> Iterable[tuple[str, str]]:
        """What the table shows: (name, value)."""
        code = sum(self.code[app] for app in APPS)
        values = [value for value, _ in self.complexities]
        yield "files", f"{len(self.files):,}"
        yield "file, lines: median / p95 / longest", summary(self.files)
        yield "files above 300 lines", str(sum(lines > 300 for lines in self.files))
        yield "functions", f"{len(self.functions):,}"
        yield "function, lines: median / p95 / longest", summary(self.functions)
        yield "complexity: mean", f"{statistics.mean(values):.2f}"
        yield "functions above complexity 10", str(sum(value > 10 for value in values))
        yield "lines of code", f"{code:,}"
        for app in APPS:
            yield f"lines of code: {app}", f"{self.code[app]:,}"
        yield "lines of code: tests", f"{self.code['tests']:,}"
        yield "test lines per line of code", f"{self.code['tests'] / code:.2f}"


def summary(values: list[int]) -> str:
    """Median, 95th percentile and maximum."""
    return f"{statistics.median(values):.0f} / {statistics.quantiles(values, n=20)[-1]:.0f} / {max(values)}"


def functions_of(blocks: Iterable[Class | Function]) -> Iterable[Function]:
    """Each function and method once, those inside functions included."""
    for block in blocks:
        if isinstance(block, Class):
            yield from functions_of([*block.methods, *block.inner_classes])
        else:
            yield block
            yield from functions_of(block.closures)


def measure(root: Path) -> Metrics:
    """Measure the Python files of the apps and of the tests below `root`."""
    metrics = Metrics([], [], [], Counter())
    for folder in (*APPS, "tests"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            source = path.read_text()
            raw = analyze(source)
            metrics.code[folder] += raw.sloc
            if folder == "tests":
                continue
            metrics.files.append(raw.loc)
            # radon lists a class's methods twice: in the class and on their own.
            blocks = [block for block in cc_visit(source) if isinstance(block, Class) or not block.is_method]
            for function in functions_of(blocks):
                metrics.functions.append(function.endline - function.lineno + 1)
                name = f"{path.relative_to(root)}:{function.lineno} {function.name}"
                metrics.complexities.append((function.complexity, name))
    return metrics


def measure_commit(commit: str) -> Metrics:
    """Measure a commit of this repository."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        return measure(Path(folder))


def main(commits: list[str]) -> None:
    """Print one Markdown table, a column for each commit and one for the working tree."""
    columns = {commit: measure_commit(commit) for commit in commits} | {"now": measure(ROOT)}
    print(f"| | {' | '.join(columns)} |\n|---|{'--:|' * len(columns)}")
    for rows in zip(*(metrics.rows() for metrics in columns.values()), strict=True):
        print(f"| {rows[0][0]} | {' | '.join(value for _, value in rows)} |")
    print("\nMost complex functions now:")
    for value, name in sorted(columns["now"].complexities, reverse=True)[:15]:
        print(f"  {value:>2} {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
