"""How are two tables read column by column, by as many threads as there are cores, in fixed memory?"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa

from trueup.profiling import vectors
from trueup.profiling.beside import levels_beside, numbers_beside, plain_blocks
from trueup.profiling.tally import BLOCK
from trueup.profiling.vectors import CELLS, vector_numbers, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trueup.loop.schema import Kind
    from trueup.ports.tables import Rows
    from trueup.profiling.arrays import Block
    from trueup.profiling.beside import Beside
    from trueup.stats.arrays import Floats

ASKED: Final = 16_384  # texts that are read at once
THREADS: Final = 2  # each holds a column of the reference


def beside(names: Sequence[str], before: Rows, after: Rows) -> tuple[Beside, ...]:
    """These columns of both tables, in the order given."""
    jobs = [partial(_column, name, before, after) for name in names]
    return tuple(one for found in _done(jobs) for one in found)


def reads_as(kind: pa.DataType) -> str | None:
    """How a column is read; None for lists, blobs and the like."""
    width = width_of(kind)
    return f"vector of {width}" if width else kind_of(kind)


def kind_of(kind: pa.DataType) -> Kind | None:
    """How a column is read that is one of values; None for lists, blobs and the like."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numeric"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "datetime"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "categorical"
    return None


def _column(name: str, before: Rows, after: Rows) -> tuple[Beside, ...]:
    kinds = before.schema.field(name).type, after.schema.field(name).type
    kind = kind_of(kinds[0]) or kind_of(kinds[1])
    if kind is None:
        return _vectors(name, before, after, CELLS // max(map(width_of, kinds)) + 1)
    if kind in {"numeric", "datetime"}:
        return numbers_beside([name], kind, *(partial(_numbers, one, name) for one in (before, after)))
    if kind == "categorical" and _are_texts(before.column(name, ASKED)):
        return _texts(name, before, after)
    return (levels_beside(name, kind, partial(before.column, name, BLOCK), partial(after.column, name, BLOCK)),)


def _numbers(rows: Rows, name: str) -> Iterator[tuple[tuple[Floats, int], ...]]:
    return plain_blocks(rows.column(name, BLOCK))


def _vectors(name: str, before: Rows, after: Rows, at_once: int) -> tuple[Beside, ...]:
    sides = [partial(_vector, one, name, at_once) for one in (before, after)]
    found = numbers_beside(vectors.names_of(name), "numeric", *sides)
    return tuple(replace(one, read_as="vector") for one in found)


def _vector(rows: Rows, name: str, at_once: int) -> Iterator[tuple[tuple[Floats, int], ...]]:
    return vector_numbers(rows.column(name, at_once))


def _are_texts(blocks: Iterator[Block]) -> bool:
    """Whether the first rows are texts; Arrow's computing, slow to load, is asked only where many differ."""
    first = next(blocks, None)
    if first is None or (pa.types.is_dictionary(first.type) and 2 * _levels(first) < len(first) - first.null_count):
        return False
    from trueup.profiling.texts import are_texts

    return are_texts(first)


def _levels(block: Block) -> int:
    return len(cast("pa.DictionaryArray[Any, Any]", block).dictionary)


def _texts(name: str, before: Rows, after: Rows) -> tuple[Beside, ...]:
    from trueup.profiling.texts import Vocabulary, names_of

    words = Vocabulary(before.column(name, ASKED))

    def left() -> Iterator[tuple[tuple[Floats, int], ...]]:
        return words.numbers(before.column(name, ASKED), learnt=True)

    def right() -> Iterator[tuple[tuple[Floats, int], ...]]:
        return words.numbers(after.column(name, ASKED), learnt=False)

    return tuple(replace(one, read_as="text") for one in numbers_beside(names_of(name), "numeric", left, right))


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
