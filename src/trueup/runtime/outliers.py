"""How many rows of a window are far from all that the champion learnt from? Measured beside its own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.errors import Corrupted, NotFound
from trueup.loop.monitor.outliers import FarRows
from trueup.profiling.outliers.model import Measure, learn

if TYPE_CHECKING:
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.state import State
    from trueup.ports.outlier_models import OutlierModels
    from trueup.ports.prediction_log import PredictionLog

MOST_ROWS: Final = 100_000  # of the reference; of more every second, third, ... is read
NONE: Final = "none"  # the policy's word for not counting them


class OutlierTier:
    """Counts far rows, and keeps what they are measured by."""

    def __init__(self, log: PredictionLog, store: OutlierModels) -> None:
        """Take where rows come from and where models go to."""
        self._log = log
        self._store = store
        self._name = ""
        self._measure: Measure | None = None
        self._tried = ("", "")  # edges and method that a model was sought for last

    def count(self, rows: pa.Table, state: State, method: str, now: float) -> FarRows | None:
        """The far rows of a window; None where there is nothing to measure them by, or nobody wants to know."""
        watch = state.watch
        if watch is None or method == NONE:
            return None
        usual: tuple[tuple[int, int], ...] = ()
        if self._tried != (watch.edges.edges_id, method):
            self._tried = (watch.edges.edges_id, method)
            usual = self._open(state.outliers.model, watch, method, now)
        measure = self._measure
        if measure is None:
            return None
        found = measure.measured(rows)
        return FarRows(
            model=self._name,
            rows=rows.num_rows,
            far=found.far,
            reference=measure.model.rows,
            usual=usual,
            columns=found.columns,
        )

    def _open(self, recorded: str, watch: Watch, method: str, now: float) -> tuple[tuple[int, int], ...]:
        """Go on with the recorded model if it is still the champion's; else learn one, and say what is usual in it."""
        try:
            model = self._store.read(recorded)
        except (NotFound, Corrupted):
            model = None
        if model is not None and (model.edges_id, model.method) == (watch.edges.edges_id, method):
            self._name, self._measure = recorded, Measure(model, watch.edges)
            return ()
        self._name, self._measure = "", None
        return self._learn(watch, method, now)

    def _learn(self, watch: Watch, method: str, now: float) -> tuple[tuple[int, int], ...]:
        parts = self._reference(watch, now)
        learnt = learn(pa.concat_tables(parts), watch.edges, method) if parts else None
        if learnt is None:
            return ()
        self._name, self._measure = self._store.write(learnt.model), Measure(learnt.model, watch.edges)
        ends = np.cumsum([part.num_rows for part in parts])
        far = [int(flags.sum()) for flags in np.split(learnt.far, ends[:-1])]
        return tuple((part.num_rows, count) for part, count in zip(parts, far, strict=True))

    def _reference(self, watch: Watch, now: float) -> list[pa.Table]:
        """The rows of the champion's windows, oldest first; thinned evenly where there are many."""
        windows = sorted((one.window for one in watch.kept), key=lambda window: window.start)
        if not windows:
            return []
        rows = self._log.rows(windows[0].start, windows[-1].end, known_at=now)
        bounds = np.array([[window.start, window.end] for window in windows])
        places = np.searchsorted(rows.column("_time").to_numpy(), bounds, side="left").tolist()
        every = -(-sum(high - low for low, high in places) // MOST_ROWS) or 1
        parts = [rows.take(pa.array(range(low, high, every), pa.int64())) for low, high in places]
        return [part for part in parts if part.num_rows]
