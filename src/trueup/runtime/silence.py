"""Has nothing come in for longer than usual? The log is asked only when that may be so."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from trueup.loop.intake import RowsMissed
from trueup.loop.monitor.pace import FACTOR, Waits

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.loop.state import State
    from trueup.ports.prediction_log import PredictionLog


def waits_of(rows: pa.Table) -> Waits | None:
    """The waits between a window's rows, which are in the order of their time."""
    times = rows.column("_time").to_numpy()
    if len(times) < 2:
        return None
    waits = np.diff(times)
    return Waits(
        since=float(times[0]), end=float(times[-1]), typical=float(np.median(waits)), longest=float(waits.max())
    )


class Silence:
    """Knows when the last row came."""

    def __init__(self, log: PredictionLog) -> None:
        """Take where rows are."""
        self._log = log
        self._last = -inf
        self.until = inf  # moment of the last row there will ever be

    def noticed(self, state: State, now: float) -> RowsMissed | None:
        """The silence that lasts, if it is longer than usual and not known yet."""
        patience, pace = state.pace.patience, state.pace
        if patience is None or pace.last is None:
            return None
        self._last = max(self._last, pace.last)
        if now - self._last <= patience:
            return None
        rows = self._log.rows(self._last, now, known_at=now)
        if rows.num_rows:
            self._last = max(self._last, float(rows.column("_time").to_numpy()[-1]))
        if (
            now - self._last <= patience
            or self._last >= self.until
            or dict(state.heard).get("silence", -inf) >= self._last
        ):
            return None
        return RowsMissed(time=now, since=self._last, usual=pace.usual, longest=patience / FACTOR)
