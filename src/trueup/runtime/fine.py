"""How does a window get its fine profile? Beside the champion's own rows, which are counted finely once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trueup.errors import Corrupted, NotFound
from trueup.profiling import fine_profile, fine_reference
from trueup.profiling.fine import FineProfile

if TYPE_CHECKING:
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.state import State
    from trueup.ports.fine_profiles import FineProfiles
    from trueup.ports.prediction_log import PredictionLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The champion's own rows, counted finely."""

    name: str  # content hash
    profile: FineProfile


class FineTier:
    """Keeps a fine profile of every window, and of what it is counted beside."""

    def __init__(self, log: PredictionLog, store: FineProfiles) -> None:
        """Take where rows come from and where profiles go to."""
        self._log = log
        self._store = store
        self._reference: Reference | None = None

    def keep(self, rows: pa.Table, state: State, now: float) -> str:
        """The content hash of the rows' fine profile; empty where there is nothing to count them beside."""
        watch = state.watch
        if watch is None:
            return ""
        reference = self._reference
        if reference is None or reference.profile.edges_id != watch.edges.edges_id:
            reference = self._recorded(state.fine, watch) or self._drawn(watch, now)
            self._reference = reference
        return "" if reference is None else self._store.write(fine_profile(rows, reference.profile, reference.name))

    def _recorded(self, newest: str, watch: Watch) -> Reference | None:
        """What the newest window was counted beside, if that is still the champion's."""
        try:
            name = self._store.read(newest).reference
            profile = self._store.read(name)
        except (NotFound, Corrupted):
            return None
        return Reference(name=name, profile=profile) if profile.edges_id == watch.edges.edges_id else None

    def _drawn(self, watch: Watch, now: float) -> Reference | None:
        """The champion's windows, counted on a grid of their own; None if their rows are gone."""
        windows = sorted((one.window for one in watch.kept), key=lambda window: window.start)
        if not windows:
            return None
        rows = self._log.rows(windows[0].start, windows[-1].end, known_at=now)
        bounds = np.array([[window.start, window.end] for window in windows])
        places = np.searchsorted(rows.column("_time").to_numpy(), bounds, side="left")
        inside = pa.concat_tables(rows.slice(int(low), int(high - low)) for low, high in places)
        if not inside.num_rows:
            return None
        profile = fine_reference(inside, watch.edges)
        return Reference(name=self._store.write(profile), profile=profile)
