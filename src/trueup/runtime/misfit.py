"""What becomes of a logged row that has not the columns that were agreed? It happened, so it is kept, and told.

A request for an answer is another matter: it is refused, since a model must not guess (`runtime/features.py`).
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow as pa

from trueup.errors import BadData
from trueup.ports.prediction_log import ARROW_KINDS
from trueup.runtime.columns import READERS
from trueup.runtime.features import arrow_schema, misnamed, to_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trueup.loop.schema import Kind, Schema

How = Literal["vanished", "appeared", "retyped"]
Counts = dict[tuple[str, How], int]

MOST: Final = 50  # columns that are remembered by name
LONGEST: Final = 80  # characters of a name


class Misfits:
    """Counts rows by what did not fit, from any thread, until the loop takes the counts."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._counts: Counts = {}

    def note(self, counts: Counts) -> None:
        """So many rows more."""
        with self._lock:
            for key, rows in counts.items():
                if key in self._counts or len(self._counts) < MOST:
                    self._counts[key] = self._counts.get(key, 0) + rows

    def take(self) -> Counts:
        """What was counted since the last time."""
        with self._lock:
            taken, self._counts = self._counts, {}
            return taken


def logged_table(rows: Sequence[Mapping[str, object]], schema: Schema) -> tuple[pa.Table, Counts]:
    """Logged rows as the log has them, and how many did not fit, by column and how.

    What is left out or cannot be read is missing, what nobody knows is left out; rows without any known value are
    errors.BadData.
    """
    try:
        return to_table(rows, schema), {}
    except BadData as error:
        found = _read(rows, schema)
        if found is None:
            raise BadData("rows", f"none has a value that can be read, {error}", "nothing was taken") from error
        return found


def _read(rows: Sequence[Mapping[str, object]], schema: Schema) -> tuple[pa.Table, Counts] | None:
    """What can be had of the rows; None where no value can. A row with nothing that the model knows is refused."""
    counts: Counts = {}
    names = frozenset(schema.names)
    for place, row in enumerate(rows, start=1):
        if not names & row.keys():
            raise misnamed(row, schema, place)
    for row in rows:
        for name in row.keys() - names:
            _count(counts, name[:LONGEST], "appeared")
    columns = []
    for one in schema.features:
        values = [row.get(one.name, _LEFT_OUT) for row in rows]
        columns.append(_column(values, one.name, one.kind, counts))
    if all(column.null_count == len(rows) for column in columns):
        return None
    return pa.Table.from_arrays(columns, schema=arrow_schema(schema)), dict(sorted(counts.items()))


def _column(values: list[object], name: str, kind: Kind, counts: Counts) -> pa.Array[Any]:
    """One column; a value that cannot be had is missing."""
    read: Callable[[object], object] = READERS[kind]
    found: list[object] = []
    for value in values:
        if value is _LEFT_OUT:
            _count(counts, name, "vanished")
            found.append(None)
            continue
        try:
            found.append(pa.scalar(read(value), ARROW_KINDS[kind]).as_py())
        except ValueError:  # ours, Arrow's, and a text that is no Unicode
            _count(counts, name, "retyped")
            found.append(None)
    return pa.array(found, ARROW_KINDS[kind])


def _count(counts: Counts, name: str, how: How) -> None:
    counts[name, how] = counts.get((name, how), 0) + 1


_LEFT_OUT: Final = object()
