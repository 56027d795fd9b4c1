"""How is an answer shown: to a person, or to a program?"""

from __future__ import annotations

import json
import math
import sys
from contextlib import contextmanager
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from trueup.runtime.backtest import Progress as Reached

WIDE: Final = 160  # columns where no terminal says how many
READABLE: Final = 110  # columns beyond which nobody reads a sentence


def as_json(answer: Any) -> None:  # noqa: ANN401 - any answer of the project
    """Print an answer for a program; a number that is none becomes null."""
    sys.stdout.write(json.dumps(_finite(answer), indent=2, ensure_ascii=False) + "\n")


def lines(*texts: str) -> None:
    """Print lines for a person; empty ones are left out."""
    out = console()
    for text in texts:
        if text:
            out.print(text, markup=False, highlight=False, soft_wrap=True)


def table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = (), broken: str = ""
) -> None:
    """Print a table without lines; `right` names the columns of numbers, `broken` the one whose words may be broken.

    The last column gives way where none is named; the others keep their lines whole.
    """
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    gives_way = broken or columns[-1]
    for column in columns:
        side: Literal["left", "right"] = "right" if column in right else "left"
        grid.add_column(Text(column), justify=side, overflow="fold", no_wrap=column != gives_way)
    for row in rows:
        grid.add_row(*(Text("-" if cell is None else str(cell)) for cell in row))
    console().print(grid)


def facts(columns: Sequence[str], row: Sequence[str]) -> None:
    """Print one row as a table where it fits, else one fact a line."""
    wide = sum(max(len(column), len(cell)) + 2 for column, cell in zip(columns, row, strict=True))
    if wide <= console().width:
        table(columns, [row])
        return
    widest = max(map(len, columns))
    lines(*(f"{column:<{widest}}  {cell}" for column, cell in zip(columns, row, strict=True)))


def listed(texts: Sequence[str]) -> None:
    """Print sentences one below the other, each broken between words and set in under its dash."""
    out = console()
    width = min(out.width, READABLE)
    for text in texts:
        lines(fill(text, width, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False))


def many(count: int, one: str) -> str:
    """A count and its noun.

    >>> many(1, "window"), many(1200, "row")
    ('1 window', '1,200 rows')
    """
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def visible(text: str) -> str:
    r"""A name from somebody's file, with what a terminal would obey or hide written out.

    >>> print(visible("red\x1b[31m\nnext line"), visible("größe"))
    red\x1b[31m\nnext line größe
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


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
            trained = many(reached.trainings, "training")
            counts = f"{many(reached.windows, 'window')} · {trained} · {reached.promotions} promoted"
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
