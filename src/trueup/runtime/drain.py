"""How do accepted rows get from the spool into the prediction log, each exactly once?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trueup.ports.prediction_log import PredictionLog
    from trueup.ports.spool import Spool, Waiting

ALWAYS: Final = (-inf, inf)
ROWS: Final = 10_000  # a commit to the lake costs about the same for one row and for so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """Predictions with a time before a window that is closed, or in the future; stamps of batches add up."""

    late: int = 0
    late_by: float = 0.0  # time units that the earliest of them is before it
    early: int = 0
    early_by: float = 0.0  # time units that the latest of them is ahead

    def __add__(self, other: Stamps) -> Stamps:
        return Stamps(
            late=self.late + other.late,
            late_by=max(self.late_by, other.late_by),
            early=self.early + other.early,
            early_by=max(self.early_by, other.early_by),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one pass moved, and what it left to wait."""

    predictions: int  # rows
    outcomes: int  # rows
    commits: int  # batches appended to the log
    left: int  # rows that wait for company
    stamps: Stamps  # predictions whose time cannot be right, or comes too late


def drain(
    spool: Spool, log: PredictionLog, *, flush: bool = False, rows: int = ROWS, between: tuple[float, float] = ALWAYS
) -> Drained:
    """Move what waits into the log, in batches of at least `rows` rows; `flush` moves the remainder as well.

    Rows with a time outside `between` (the end of the newest closed window, and the future) are counted.

    Killed anywhere, the next pass goes on behind the last sequence that the log says it has. One drainer per log.
    """
    taken = log.last(spool.source)
    stamps = Stamps()
    spool.delete(taken)
    predictions = outcomes = commits = waiting = 0
    group: list[Waiting] = []
    for one in spool.read(taken):
        group.append(one)
        waiting += _rows(one.predictions) + _rows(one.outcomes)
        stamps += _stamps(one.predictions, between)
        if waiting >= rows:
            asked, came = _move(group, spool, log)
            predictions, outcomes, commits = predictions + asked, outcomes + came, commits + 1
            group, waiting = [], 0
    if flush and group:
        asked, came = _move(group, spool, log)
        predictions, outcomes, commits, waiting = predictions + asked, outcomes + came, commits + 1, 0
    return Drained(predictions=predictions, outcomes=outcomes, commits=commits, left=waiting, stamps=stamps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the spool holds of one id, as rows of the log's columns."""

    prediction: dict[str, Any] | None  # the first that came
    outcome: dict[str, Any] | None  # the latest word


def find_waiting(waiting: Iterable[Waiting], identifier: str) -> Found:
    """What waits under an id."""
    asked: list[dict[str, Any]] = []
    came: list[dict[str, Any]] = []
    for one in waiting:
        asked += _named(one.predictions, identifier)
        came += [outcome for outcome in _named(one.outcomes, identifier) if outcome["_label"] is not None]
    came.sort(key=lambda outcome: outcome["_known"])  # stable: of two equally late ones the later one counts
    return Found(prediction=asked[0] if asked else None, outcome=came[-1] if came else None)


def _named(table: pa.Table | None, identifier: str) -> list[dict[str, Any]]:
    """The rows of that id."""
    if table is None:
        return []
    return table.filter(pc.equal(table.column("_id"), pa.scalar(identifier))).to_pylist()


def _move(group: Sequence[Waiting], spool: Spool, log: PredictionLog) -> tuple[int, int]:
    """Append groups as one batch, then, and only then, forget them; says how many predictions and outcomes it held."""
    predictions = _merge([one.predictions for one in group])
    outcomes = _merge([one.outcomes for one in group])
    corrections = _merge([one.corrections for one in group])
    log.append(spool.source, group[-1].sequence, predictions, outcomes, corrections)
    spool.delete(group[-1].sequence)
    return _rows(predictions), _rows(outcomes)


def _merge(tables: Sequence[pa.Table | None]) -> pa.Table | None:
    """One table of those that are there."""
    there = [table for table in tables if table is not None]
    return pa.concat_tables(there, promote_options="default") if there else None  # groups of an older version too


def _stamps(table: pa.Table | None, between: tuple[float, float]) -> Stamps:
    """How many rows of a table happened before a moment, or after another one."""
    if table is None or not table.num_rows:
        return Stamps()
    times = table.column("_time").to_numpy()
    first, last = between
    return Stamps(
        late=int(np.count_nonzero(times < first)),
        late_by=max(first - float(times.min()), 0.0) if first > -inf else 0.0,
        early=int(np.count_nonzero(times > last)),
        early_by=max(float(times.max()) - last, 0.0) if last < inf else 0.0,
    )


def _rows(table: pa.Table | None) -> int:
    """How many rows a table has that may be absent."""
    return 0 if table is None else int(table.num_rows)
