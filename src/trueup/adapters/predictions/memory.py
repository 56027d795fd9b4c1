"""A prediction log in memory, for backtests and tests: a read costs what it touches, not the history."""

from __future__ import annotations

from bisect import bisect_left
from math import inf
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.adapters.predictions.corrected import with_corrections
from trueup.errors import NotFound
from trueup.ports.prediction_log import (
    Counts,
    conform,
    conform_outcomes,
    correction_columns,
    joined_columns,
    label_type,
    prediction_columns,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trueup.loop.schema import Schema

ORDER: Final[list[tuple[str, Literal["ascending", "descending"]]]] = [("_time", "ascending"), ("_id", "ascending")]


class MemoryPredictionLog:
    """Chunks of predictions, each in order of time, beside one growing column each of labels and of when they came."""

    def __init__(self, schema: Schema) -> None:
        """Begin empty."""
        self._schema = schema
        self._last: dict[str, int] = {}
        self._chunks: list[_Chunk] = []
        self._place: dict[str, int] = {}  # id -> row number, chunks counted through
        self._doubled = 0
        self._outcomes = _Outcomes(label_type(schema))
        self._fixes: pa.Table | None = None
        self._thumbs: dict[str, list[tuple[float, bool]]] = {}  # id -> (known, liked), by known, then by arrival

    def append(
        self,
        source: str,
        sequence: int,
        predictions: pa.Table | None,
        outcomes: pa.Table | None,
        corrections: pa.Table | None = None,
    ) -> None:
        """Take one batch of a source, whole; does nothing when the source's `sequence` is in already."""
        if sequence <= self.last(source):
            return
        asked = None if predictions is None else conform(predictions, prediction_columns(self._schema))
        came = None if outcomes is None else conform_outcomes(outcomes, self._schema)
        if asked is not None:
            self._take_predictions(asked)
        if came is not None:
            thumbs = came.column("_feedback").is_valid()
            self._outcomes.take(came.filter(pc.invert(thumbs)), self._place)
            self._take_thumbs(came.filter(thumbs))
        if corrections is not None:
            columns = correction_columns(self._schema)
            fixed = conform(corrections, columns)
            self._fixes = fixed if self._fixes is None else pa.concat_tables([self._fixes, fixed])
        self._last[source] = sequence

    def last(self, source: str) -> int:
        """The highest sequence taken from a source; 0 before the first."""
        return self._last.get(source, 0)

    def rows(self, start: float, end: float, *, known_at: float | None) -> pa.Table:
        """Predictions with `_time` in [start, end) by (`_time`, `_id`), each with the outcome known at `known_at`."""
        touched = [chunk for chunk in self._chunks if chunk.start < end and start <= chunk.end]
        parts = [part for chunk in touched if (part := self._slice(chunk, start, end, known_at)).num_rows]
        if not parts:
            return joined_columns(self._schema).empty_table()
        table = pa.concat_tables(parts)
        return table if _in_order(parts) else table.sort_by(ORDER)

    def find(self, identifier: str) -> Mapping[str, object]:
        """One prediction with its latest outcome, by column; raises `NotFound`."""
        row = self._place.get(identifier)
        if row is None:
            raise NotFound(
                "prediction", identifier, "ids are in the answers; one that came in just now may take a moment"
            )
        at = bisect_left(self._chunks, row + 1, key=lambda chunk: chunk.first) - 1
        chunk = self._chunks[at]
        [found] = self._join(chunk, row - chunk.first, row - chunk.first + 1, None).to_pylist()
        return dict(found)

    def counts(self) -> Counts:
        """What is in the log as a whole."""
        return Counts(
            predictions=len(self._place),
            doubled=self._doubled,
            outcomes=self._outcomes.taken,
            repeated=self._outcomes.repeated,
            unknown=self._outcomes.unknown,
            first=min((chunk.start for chunk in self._chunks), default=inf),
            last=max((chunk.end for chunk in self._chunks), default=-inf),
        )

    def _take_predictions(self, table: pa.Table) -> None:
        """Keep the rows whose id is new, in order of time."""
        seen: set[str] = set()
        names = _texts(table.column("_id"))
        fresh = []
        for name in names:
            fresh.append(name not in self._place and name not in seen)
            seen.add(name)
        kept = table if all(fresh) else table.filter(pa.array(fresh))
        self._doubled += table.num_rows - kept.num_rows
        if not kept.num_rows:
            return
        kept = kept.sort_by(ORDER).combine_chunks()
        first = len(self._place)
        self._chunks.append(_Chunk(first, kept))
        names = _texts(kept.column("_id"))
        self._place.update(zip(names, range(first, first + len(names)), strict=True))
        self._outcomes.make_room(names, first)

    def _slice(self, chunk: _Chunk, start: float, end: float, known_at: float | None) -> pa.Table:
        """The chunk's rows in [start, end), with their outcomes."""
        low, high = np.searchsorted(chunk.times, [start, end])
        return self._join(chunk, int(low), int(high), known_at)

    def _join(self, chunk: _Chunk, low: int, high: int, known_at: float | None) -> pa.Table:
        """Rows low to high of the chunk beside their outcomes."""
        part = chunk.table.slice(low, max(high - low, 0))
        first, last = chunk.first + low, chunk.first + low + part.num_rows
        label, known = self._outcomes.of(first, last, known_at)
        relabelled, thumbs = self._outcomes.relabelled(first, last, known_at), self._thumbs_of(part, known_at)
        part, corrected = with_corrections(part, self._fixes, self._schema, known_at)
        return pa.Table.from_arrays(
            [*part.columns, label, known, relabelled, thumbs, corrected], schema=joined_columns(self._schema)
        )

    def _take_thumbs(self, table: pa.Table) -> None:
        """Keep them by id, in the order in which they became known."""
        for row in table.select(["_id", "_known", "_feedback"]).to_pylist():
            said = self._thumbs.setdefault(row["_id"], [])
            said.append((row["_known"], row["_feedback"]))
            said.sort(key=lambda one: one[0])

    def _thumbs_of(self, part: pa.Table, known_at: float | None) -> pa.Array[Any]:
        """The latest thumb of each row; null where there is none."""
        if not self._thumbs:
            return pa.nulls(part.num_rows, pa.bool_())
        until = inf if known_at is None else known_at
        said = ([up for known, up in self._thumbs.get(name, ()) if known <= until] for name in _texts(part["_id"]))
        return pa.array([one[-1] if one else None for one in said], pa.bool_())


class _Chunk:
    """The rows of one append, by time."""

    def __init__(self, first: int, table: pa.Table) -> None:
        self.first = first  # number of its first row, chunks counted through
        self.table = table
        self.times: NDArray[np.float64] = table.column("_time").to_numpy()
        self.start, self.end = float(self.times[0]), float(self.times[-1])  # both belong to it


class _Outcomes:
    """The latest outcome of every row in two columns, the earlier ones of the few rows that have several beside."""

    def __init__(self, kind: pa.DataType) -> None:
        self.taken = 0  # outcomes, whatever they fit to
        self._labelled = 0  # rows that have at least one
        self._text = kind == pa.string()
        self._codes: dict[str, int] = {}  # class -> code; labels are kept as numbers
        self._known: NDArray[np.float64] = np.full(1024, np.nan)
        self._label: NDArray[np.float64] = np.full(1024, np.nan)
        self._several: dict[int, list[tuple[float, float]]] = {}  # row -> (known, label), by known, then by arrival
        self._waiting: dict[str, list[tuple[float, float]]] = {}  # outcomes whose prediction is not in (yet)

    @property
    def unknown(self) -> int:
        """Outcomes whose id no prediction has."""
        return sum(map(len, self._waiting.values()))

    @property
    def repeated(self) -> int:
        """Outcomes past the first of their id."""
        return self.taken - self._labelled - len(self._waiting)

    def make_room(self, names: Sequence[str], first: int) -> None:
        """Rows `first` and following are now called so; outcomes that waited for them find them."""
        need = first + len(names)
        if need > len(self._known):
            more = np.full(max(need, 2 * len(self._known)) - len(self._known), np.nan)
            self._known, self._label = np.concatenate([self._known, more]), np.concatenate([self._label, more])
        if self._waiting:
            for row, name in enumerate(names, start=first):
                for known, label in self._waiting.pop(name, ()):
                    self._add(row, known, label)

    def take(self, table: pa.Table, place: Mapping[str, int]) -> None:
        """Put each outcome beside its row."""
        self.taken += table.num_rows
        names = _texts(table.column("_id"))
        known = table.column("_known").to_numpy()
        label = self._encode(table.column("_label"))
        rows = np.fromiter((place.get(name, -1) for name in names), np.int64, len(names))
        plain = rows >= 0
        plain[plain] = np.isnan(self._known[rows[plain]])
        _, leaders = np.unique(rows, return_index=True)
        leading = np.zeros(len(rows), bool)
        leading[leaders] = True
        plain &= leading  # the first outcome of its row: no need to look further
        self._known[rows[plain]], self._label[rows[plain]] = known[plain], label[plain]
        self._labelled += int(plain.sum())
        for at in np.flatnonzero(~plain):
            outcome = (float(known[at]), float(label[at]))
            if rows[at] >= 0:
                self._add(int(rows[at]), *outcome)
            else:
                self._waiting.setdefault(names[at], []).append(outcome)

    def of(self, low: int, high: int, known_at: float | None) -> tuple[pa.Array[Any], pa.Array[Any]]:
        """Labels of rows low to high, and when they became known; null where none was known at `known_at`."""
        known, label = self._known[low:high].copy(), self._label[low:high].copy()
        if known_at is not None:
            for at in np.flatnonzero(known > known_at):
                before = [one for one in self._several.get(low + int(at), ()) if one[0] <= known_at]
                known[at], label[at] = before[-1] if before else (np.nan, np.nan)
        return self._decode(label, np.isnan(known)), pa.array(known, mask=np.isnan(known))

    def relabelled(self, low: int, high: int, known_at: float | None) -> pa.Array[Any]:
        """Which of the rows low to high had more than one label by then."""
        found, until = np.zeros(high - low, bool), inf if known_at is None else known_at
        for at in range(low, high) if self._several else ():
            found[at - low] = len({label for known, label in self._several.get(at, ()) if known <= until}) > 1
        return pa.array(found)

    def _add(self, row: int, known: float, label: float) -> None:
        """One more outcome of a row: the latest counts, of two equally late the one that came later."""
        if np.isnan(self._known[row]):
            self._known[row], self._label[row] = known, label
            self._labelled += 1
            return
        history = self._several.setdefault(row, [(float(self._known[row]), float(self._label[row]))])
        history.append((known, label))
        history.sort(key=lambda one: one[0])
        self._known[row], self._label[row] = history[-1]

    def _encode(self, labels: pa.ChunkedArray[Any]) -> NDArray[np.float64]:
        """Labels as numbers; a class gets the next code when it is first seen."""
        if not self._text:
            return labels.to_numpy()
        codes = self._codes
        return np.array([codes.setdefault(label, len(codes)) for label in _texts(labels)], dtype=np.float64)

    def _decode(self, values: NDArray[np.float64], absent: NDArray[np.bool_]) -> pa.Array[Any]:
        """Numbers back to labels."""
        if not self._text:
            return pa.array(values, mask=absent)
        places = pa.array(np.where(absent, 0, values).astype(np.int64), type=pa.int64(), mask=absent)
        return pa.array(list(self._codes), type=pa.string()).take(places)


def _in_order(parts: Sequence[pa.Table]) -> bool:
    """Whether every part lies wholly after the one before."""
    ends = [part.column("_time")[-1].as_py() for part in parts]
    starts = [part.column("_time")[0].as_py() for part in parts]
    return all(end < start for end, start in zip(ends[:-1], starts[1:], strict=True))


def _texts(column: pa.ChunkedArray[Any]) -> list[str]:
    """The values of a text column that holds no nulls."""
    return cast("list[str]", column.to_pylist())
