"""How is a window laid beside the champion's own rows? They are read once for each champion, and kept in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.profiling.symptoms import remember, symptoms

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.loop.monitor.symptoms import Symptoms
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.state import State
    from trueup.loop.window import Window
    from trueup.ports.prediction_log import PredictionLog
    from trueup.profiling.symptoms import Beside

MOST_ROWS: Final = 500_000  # of the champion's that are read; the newest windows


class SymptomTier:
    """Finds what stands out in each window beside the rows that the champion learnt from last."""

    def __init__(self, log: PredictionLog, sensitive: Collection[str]) -> None:
        """Take where rows come from, and the columns whose values are never written."""
        self._log = log
        self._sensitive = sensitive
        self._beside: Beside | None = None
        self._of = ("", "")  # champion and edges that it was remembered for

    def take(self, rows: pa.Table, state: State, now: float) -> Symptoms | None:
        """The symptoms of a window's rows; None where there is nothing to lay them beside."""
        watch = state.watch
        if watch is None:
            return None
        key = (state.champion, watch.edges.edges_id)
        if self._beside is None or self._of != key:
            self._beside, self._of = self._remembered(_own_windows(state, watch), watch, now), key
        return None if self._beside is None else symptoms(self._beside, rows)

    def _remembered(self, windows: list[Window], watch: Watch, now: float) -> Beside | None:
        if not windows:
            return None
        rows = self._log.rows(windows[0].start, windows[-1].end, known_at=now)
        bounds = np.array([[window.start, window.end] for window in windows])
        places = np.searchsorted(rows.column("_time").to_numpy(), bounds, side="left")
        sizes = places[:, 1] - places[:, 0]
        first = int(np.argmax(np.cumsum(sizes[::-1])[::-1] <= MOST_ROWS)) if sizes.sum() > MOST_ROWS else 0
        inside = pa.concat_tables(rows.slice(int(low), int(high - low)) for low, high in places[first:])
        if not inside.num_rows:
            return None
        numbers = np.repeat([window.number for window in windows[first:]], sizes[first:])
        return remember(inside, numbers, watch.edges, sensitive=self._sensitive)


def _own_windows(state: State, watch: Watch) -> list[Window]:
    """The windows that the champion learnt from last; before the first one, those of the history."""
    champion = state.line(state.champion)
    learnt = champion.learnt if champion is not None else None
    own = learnt.windows if learnt is not None and learnt.edges.edges_id == watch.edges.edges_id else ()
    return sorted(own or (one.window for one in watch.kept), key=lambda window: window.start)
