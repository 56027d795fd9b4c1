"""How are two tables read column by column, by as many threads as there are cores, in fixed memory?"""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from trueup.profiling.beside import levels_beside, numbers_beside, plain_blocks
from trueup.profiling.tally import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from trueup.loop.schema import Kind
    from trueup.ports.tables import Rows
    from trueup.profiling.beside import Beside
    from trueup.stats.arrays import Floats

THREADS: Final = 2  # each holds a column of the reference


def beside(kinds: Mapping[str, Kind], before: Rows, after: Rows) -> tuple[Beside, ...]:
    """These columns of both tables, in the order given."""
    jobs = [partial(_column, name, kind, before, after) for name, kind in kinds.items()]
    return tuple(one for found in _done(jobs) for one in found)


def _column(name: str, kind: Kind, before: Rows, after: Rows) -> tuple[Beside, ...]:
    if kind in {"numeric", "datetime"}:
        sides = [partial(_numbers, one, name) for one in (before, after)]
        return numbers_beside([name], kind, *sides)
    return (levels_beside(name, kind, partial(before.column, name, BLOCK), partial(after.column, name, BLOCK)),)


def _numbers(rows: Rows, name: str) -> Iterator[tuple[tuple[Floats, int], ...]]:
    return plain_blocks(rows.column(name, BLOCK))


def _done(jobs: Sequence[Callable[[], tuple[Beside, ...]]]) -> list[tuple[Beside, ...]]:
    """What all jobs give; the first error of any ends the others at their next job."""
    found: list[tuple[Beside, ...]] = [()] * len(jobs)
    errors: list[BaseException] = []
    waiting = iter(range(len(jobs)))

    def work() -> None:
        try:
            for place in waiting:  # a range's iterator is safe between threads
                if errors:
                    return
                found[place] = jobs[place]()
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is wanted
            errors.append(error)

    others = [threading.Thread(target=work) for _ in range(min(THREADS, os.cpu_count() or 1, len(jobs)) - 1)]
    for one in others:
        one.start()
    work()
    for one in others:
        one.join()
    if errors:
        raise errors[0]
    return found
