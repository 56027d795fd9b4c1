"""How is an answer shown: to a person, or to a program?"""

from __future__ import annotations

import json
import math
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from trueup.runtime.backtest import Progress as Reached

WIDE: Final = 160  # columns where no terminal says how many


def as_json(answer: Any) -> None:  # noqa: ANN401 - any answer of the project
    """Print an answer for a program; a number that is none becomes null."""
    sys.stdout.write(json.dumps(_finite(answer), indent=2, ensure_ascii=False) + "\n")


def lines(*texts: str) -> None:
    """Print lines for a person; empty ones are left out."""
    out = console()
    for text in texts:
        if text:
            out.print(text, markup=False, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Print a table without lines; `right` names the columns of numbers."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        grid.add_column(Text(column), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text("-" if cell is None else str(cell)) for cell in row))
    console().print(grid)


def pairs(answer: Mapping[str, object]) -> None:
    """Print the plain facts of an answer, one a line."""
    rows = [
        (key.replace("_", " "), value) for key, value in answer.items() if not isinstance(value, (dict, list, tuple))
    ]
    width = max((len(key) for key, _ in rows), default=0)
    lines(*(f"{key:<{width}}  {'-' if value is None else value}" for key, value in rows))


@contextmanager
def stages(what: str) -> Iterator[tuple[Callable[[float, str], None], Callable[[str], None]]]:
    """Show how far a long work is, and lines of what happens in it, on stderr, where a person looks."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    seen = console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=seen, transient=True, disable=not seen.is_terminal) as bars:
        task = bars.add_task(what, total=1.0)

        def reach(done: float, now: str) -> None:
            bars.update(task, completed=done, description=f"{what} · {now}")

        def tell(line: str) -> None:
            seen.print(line, markup=False, highlight=False, soft_wrap=True)

        yield reach, tell


@contextmanager
def progress(what: str) -> Iterator[Callable[[Reached], None]]:
    """Show how far a backtest is."""
    with stages(what) as (reach, _):

        def tell(reached: Reached) -> None:
            counts = f"{reached.windows} windows · {reached.trainings} trainings · {reached.promotions} promoted"
            reach(reached.done, counts)

        yield tell


def console(*, stderr: bool = False) -> Console:
    """The screen: as wide as the terminal, else wide enough to cut nothing."""
    from rich.console import Console

    out = Console(stderr=stderr)
    return out if out.is_terminal else Console(stderr=stderr, width=WIDE)


def seconds(value: float) -> str:
    """A length of time as people read it."""
    return f"{value / 60:.1f} min" if value >= 60 else f"{value:.1f} s" if value >= 0.05 else "0 s"


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A tree without numbers that JSON does not know."""
    if isinstance(value, dict):
        return {str(key): _finite(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(below) for below in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
