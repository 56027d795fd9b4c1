"""How do rows become evidence? Profiles, joins and scores here; judgement is the core's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadAnswer, BadData
from trueup.loop.deploy.exposure import Exposure
from trueup.loop.events import ExposureCounted, HistoryRead, LabelsCounted, LabelsMatured, RuleBroken, WindowClosed
from trueup.loop.feedback.maturity import BINS, ArrivalCurve, Arrivals, is_mature
from trueup.loop.monitor.estimate import ScoreBins, score_bins
from trueup.loop.monitor.performance import Evaluation, evaluate
from trueup.profiling import edges_of, profile
from trueup.profiling.rules import count_rules
from trueup.runtime.answers import answered_scores
from trueup.runtime.calendar import offset_at
from trueup.runtime.came_back import came_back, came_back_by_window, missed
from trueup.runtime.fine import FineTier
from trueup.runtime.kept_out import answered, flags
from trueup.runtime.known import known_in
from trueup.runtime.lines import Bench, Labelled, declare_loss, labelled, residual_scale
from trueup.runtime.measured import Answered, Measured
from trueup.runtime.outliers import OutlierTier
from trueup.runtime.silence import Silence, waits_of
from trueup.runtime.symptoms import SymptomTier
from trueup.runtime.windows import Open, cut, next_boundary, opening

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.loop.intake import RowsMissed, WindowHeldOpen
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.loop.window import Window
    from trueup.ports.fine_profiles import FineProfiles
    from trueup.ports.kpis import OwnKpi
    from trueup.ports.outlier_models import OutlierModels
    from trueup.ports.prediction_log import PredictionLog
    from trueup.runtime.scoring import LoadedVersion


class Gather:
    """Reads the prediction log and turns it into events."""

    def __init__(
        self,
        log: PredictionLog,
        policy: Policy,
        load: Callable[[str], LoadedVersion],
        fine: FineProfiles,
        outliers: OutlierModels,
        kpis: Mapping[str, OwnKpi] = MappingProxyType({}),
    ) -> None:
        """Take the log, the policy in force, the way to a bundle's fits, where the larger evidence goes, own KPIs."""
        self.log = log
        self._policy = policy
        self._load = load
        self._fine = FineTier(log, fine)
        self._measured = Measured(policy, kpis)
        self._outliers = OutlierTier(log, outliers)
        self._silence = Silence(log)
        self._symptoms = SymptomTier(log, policy.sensitive)
        self._curve = ArrivalCurve(unit=max(self._length / 1000.0, 1e-9), counts=(0,) * BINS)

    @property
    def _length(self) -> float:
        return self._policy.window.length

    def history(self, until: float) -> HistoryRead:
        """The windows before the first version, the edges of their rows, and the loss declared from their labels."""
        windowing = self._policy.window
        rows = self.log.rows(-np.inf, until, known_at=until)
        times = rows.column("_time").to_numpy()
        windows, _ = cut(times, opening(float(times[0]), windowing), windowing, now=until) if len(times) else ((), None)
        if not windows:
            what = f"{len(times):,} rows fill no window"
            raise BadData("the history", what, "give more rows, a shorter window or fewer min_rows")
        inside = self._between(rows, windows[0].start, windows[-1].end)
        edges = edges_of(inside, self._policy.schema, sensitive=self._policy.sensitive)
        parts = [self._between(rows, window.start, window.end) for window in windows]
        known = inside.filter(inside.column("_label").is_valid())
        if not known.num_rows:
            what = f"none of its {inside.num_rows:,} rows has a label that is known by its end"
            raise BadData("the history", what, "give rows with labels, or more rows: a label is known after its delay")
        return HistoryRead(
            time=until,
            edges=edges,
            windows=windows,
            profiles=tuple(profile(part, edges) for part in parts),
            labelled=tuple(part.num_rows - part.column("_label").null_count for part in parts),
            loss=declare_loss(self._policy, known),
            known=tuple(known_in(window, self._policy) for window in windows) if self._policy.monitor.calendar else (),
            returned=came_back_by_window(windows, parts, self._policy),
            offset=offset_at(until, self._policy),
        )

    def closed(self, state: State, now: float) -> tuple[WindowClosed, ...]:
        """Windows that end by now."""
        windowing, last = self._policy.window, state.windows[-1]
        opened = Open(number=last.number + 1, start=last.end)
        if windowing.unit == "time" and next_boundary(opened.start, windowing) > now:
            return ()
        rows = self.log.rows(opened.start, now, known_at=now)
        windows, _ = cut(rows.column("_time").to_numpy(), opened, windowing, now=now)
        parts = [self._between(rows, window.start, window.end) for window in windows]
        return tuple(self._closed(state, window, part, now) for window, part in zip(windows, parts, strict=True))

    def matured(self, state: State, now: float) -> LabelsMatured | LabelsCounted | None:
        """The oldest window that waits for its labels, once they are in or missed; the ones after it wait for it."""
        window = next((one for one in state.windows if one.number > state.matured), None)
        if window is None:
            return None
        joined = self.log.rows(window.start, window.end, known_at=now)
        rows = labelled(window.number, joined, self._policy)
        arrivals = Arrivals(rows=rows.rows, labelled=rows.labelled)
        age, length = now - window.end, window.end - window.start
        if not is_mature(arrivals, age=age, length=length, curve=self._curve, policy=self._policy.feedback):
            return missed(state, window, arrivals, self._policy, now=now)
        self._learn_arrivals(rows)
        matured = self._evidence(state, window, rows, now)
        return matured if matured.served is None else self._with_measures(matured, joined)

    def exposure(self, state: State, now: float) -> ExposureCounted | None:
        """What the arms did live since it was counted last; None while nothing is in canary."""
        release = state.release
        if release is None or release.stage != "canary" or release.counted >= now:
            return None
        rows = self.log.rows(release.counted, now, known_at=now)
        broken = self._broken(rows)
        return ExposureCounted(
            time=now,
            canary=self._arm(rows, broken, release.version),
            champion=self._arm(rows, broken, state.champion),
        )

    def rules(self, state: State, since: float, now: float) -> tuple[RuleBroken, ...]:
        """Rules that answers broke since the last tick."""
        rules = self._policy.monitor.rules
        if not rules:
            return ()
        rows = self.log.rows(since, now, known_at=now)
        rows = rows.filter(answered(rows))
        if not rows.num_rows:
            return ()
        counts, _ = count_rules(rows, rules, self._scores(rows))
        return tuple(RuleBroken(time=now, count=count, window=state.closed) for count in counts if count.broken)

    def awaits(self, until: float) -> None:
        """No row will come after this moment, so that the end of a file is no silence."""
        self._silence.until = until

    def silence(self, state: State, now: float) -> tuple[RowsMissed | WindowHeldOpen, ...]:
        """Whether rows come not at all, or too few to close a window, for longer than usual; told once."""
        found = (self._silence.noticed(state, now), self._silence.held_open(state, now))
        return tuple(one for one in found if one is not None)

    def _closed(self, state: State, window: Window, rows: pa.Table, now: float) -> WindowClosed:
        watch, policy = state.watch, self._policy
        edges = edges_of(rows, policy.schema, sensitive=policy.sensitive) if watch is None else watch.edges
        fine = self._fine.keep(rows, state, now)
        far = self._outliers.count(rows, state, policy.monitor.outliers, now)
        score = answered_scores(rows, state, policy.schema)
        return WindowClosed(
            time=now,
            window=window,
            profile=profile(rows, edges),
            fine=fine,
            outliers=far,
            score=score,
            known=known_in(window, policy),
            waits=waits_of(rows) if policy.window.unit == "time" else None,
            scores=self._bins(rows, None),
            symptoms=self._symptoms.take(rows, state, now),
        )

    def _evidence(self, state: State, window: Window, rows: Labelled, now: float) -> LabelsMatured:
        blank = window.number in state.quarantined or not rows.labelled or state.loss is None
        bench = Bench(rows, self._policy, self._load)
        scale = residual_scale(state.loss) if state.loss is not None else 1.0
        scores: dict[str, np.ndarray] = {}
        for line in () if blank else state.lines:
            with suppress(BadAnswer):  # a version that cannot answer these rows gives no evidence on them
                scores[line.version] = bench.score(line)
        lines = tuple(line for line in state.lines if line.version in scores)
        pairings = [pair for pair in state.pairings() if {pair.candidate, pair.champion} <= scores.keys()]
        return LabelsMatured(
            time=now,
            window=window,
            rows=rows.rows,
            labelled=rows.labelled,
            served=self._served(rows) if rows.labelled else None,
            lines=tuple(bench.evidence(line, scale) for line in lines),
            pairs=tuple(bench.pair(pair, scores[pair.candidate], scores[pair.champion]) for pair in pairings),
            returned=came_back(rows, window, state, self._policy, now=now),
            scores=None if blank else self._bins(rows.table, rows.labels),
        )

    def _with_measures(self, matured: LabelsMatured, joined: pa.Table) -> LabelsMatured:
        """The owner's numbers and slices beside the metric."""
        if not self._measured.wanted:
            return matured
        table = joined.filter(answered(joined))
        labels = np.asarray(table.column("_label").is_valid())
        kpis, parts = self._measured.of(Answered(table=table, scores=self._scores(table), labelled=labels))
        return replace(matured, kpis=kpis, parts=parts)

    def _served(self, rows: Labelled) -> Evaluation | None:
        there = answered(rows.table)
        if not there.any():
            return None
        score = self._scores(rows.table.filter(there))
        return evaluate(
            self._policy.metric,
            rows.labels[there],
            score,
            version="served",
            rows=rows.rows,
            task=self._policy.schema.task,
        )

    def _bins(self, rows: pa.Table, labels: np.ndarray | None) -> ScoreBins | None:
        """What was answered, by score; None where nothing was, or a score is no probability."""
        there = answered(rows)
        if self._policy.schema.task == "regression" or not there.any():
            return None
        return score_bins(self._scores(rows.filter(there)), None if labels is None else labels[there])

    def _scores(self, rows: pa.Table) -> np.ndarray:
        """The logged scores, as the core has them."""
        flat = np.asarray(pc.list_flatten(rows.column("_score")).to_numpy(), dtype=np.float64)
        return flat.reshape(rows.num_rows, -1) if self._policy.schema.task == "multiclass" else flat

    def _arm(self, rows: pa.Table, broken: np.ndarray, version: str) -> Exposure:
        mine = np.array([one == version for one in rows.column("_version").to_pylist()], dtype=bool)
        error = flags(rows, "_error")
        seconds = np.nan_to_num(rows.column("_seconds").to_numpy().astype(float), nan=0.0)
        slow = seconds > self._policy.deploy.guard.slower_than
        return Exposure(
            version=version,
            requests=int(mine.sum()),
            errors=int((mine & error).sum()),
            slow=int((mine & slow).sum()),
            broken_rules=int((mine & broken).sum()),
        )

    def _broken(self, rows: pa.Table) -> np.ndarray:
        broken, there = np.zeros(rows.num_rows, dtype=bool), answered(rows)
        if self._policy.monitor.rules and there.any():
            table = rows.filter(there)
            broken[there] = count_rules(table, self._policy.monitor.rules, self._scores(table))[1]
        return broken

    def _learn_arrivals(self, rows: Labelled) -> None:
        ages = rows.table.column("_known").to_numpy() - rows.table.column("_time").to_numpy()
        places = np.ceil(8 * np.log10(np.maximum(ages / self._curve.unit, 1.0))).astype(int)
        counts = np.bincount(np.clip(places, 0, BINS - 1), minlength=BINS)
        self._curve += ArrivalCurve(unit=self._curve.unit, counts=tuple(int(count) for count in counts))

    @staticmethod
    def _between(rows: pa.Table, start: float, end: float) -> pa.Table:
        times = rows.column("_time").to_numpy()
        low, high = np.searchsorted(times, [start, end], side="left")
        return rows.slice(int(low), int(high - low))
