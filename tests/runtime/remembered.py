"""A short history in a log, and the state of a champion that was trained on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.monitor.reference import start
from trueup.loop.state import State
from trueup.loop.window import Window
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.schema import Schema


def logged(days: Sequence[pa.Table], schema: Schema) -> MemoryPredictionLog:
    """A log of the days, in their order."""
    kept = MemoryPredictionLog(schema)
    for number, rows in enumerate(days, start=1):
        kept.append("file", number, rows, None)
    return kept


def trained_on(days: Sequence[pa.Table], schema: Schema) -> State:
    """A state whose champion was trained on the days."""
    edges = edges_of(pa.concat_tables(days), schema)
    windows = tuple(Window(number=n + 1, start=float(n), end=n + 1.0, name=f"day {n}") for n in range(len(days)))
    return State(watch=start(tuple(profile(one, edges) for one in days), windows, edges))
