"""How is a training order carried out? Rows to a snapshot, fits in their own process, scores to evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trueup.errors import BadAnswer, RunFailed
from trueup.loop.deploy.version import Learnt, Line, inherited
from trueup.loop.events import TrainingFailed, TrainingFinished
from trueup.loop.state import Pairing
from trueup.loop.train.blend import blend, weights
from trueup.loop.train.calibration import recalibrate
from trueup.loop.train.order import Fit
from trueup.ports.prediction_log import PredictionLog
from trueup.ports.snapshots import Snapshots
from trueup.ports.trainer import Trainer, TrainingRun
from trueup.profiling import edges_of, profile
from trueup.runtime.desk import finish, rounded
from trueup.runtime.kept_out import without_broken
from trueup.runtime.lines import Bench, declare_loss, labelled, pair_evidence, residual_scale
from trueup.runtime.scoring import LoadedVersion

if TYPE_CHECKING:
    from trueup.loop.actions import Train
    from trueup.loop.events import PairEvidence
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.loop.train.calibration import Calibration
    from trueup.loop.train.order import TrainOrder
    from trueup.loop.validate.loss import ProofLoss
    from trueup.ports.trainer import Trained
    from trueup.runtime.lines import Labelled

LEARNT = 6  # windows that are a new champion's reference of level


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a training needs of the world."""

    log: PredictionLog
    snapshots: Snapshots
    trainer: Trainer
    load: Callable[[str], LoadedVersion]
    project: str  # folder of the owner's code; empty: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """The window that judges a candidate, cut where the fit that is judged must end."""

    champion: Line
    window: int  # its number
    middle: float  # moment
    before: pa.Table  # its rows that the fit may see
    after: pa.Table  # its rows that judge


def train(action: Train, state: State, policy: Policy, shop: Workshop) -> TrainingFinished | TrainingFailed:
    """Fit without the judging rows, judge that fit, then refit the same order on all rows."""
    order = action.order
    rows = _rows(order, state, shop.log)
    loss = _declared(rows, order, policy)
    snapshot = shop.snapshots.write(rows, as_of=order.as_of)
    run, judging = _run(action, policy, snapshot.hash, shop), _judging(order, state, shop.log)
    spent, tries, judged = 0.0, 1, None
    try:
        if judging is not None:
            probe = shop.trainer.train(replace(run, id=f"{run.id}.proof", until=judging.middle))
            spent, tries = probe.cpu_seconds, probe.attempts
            judged = _judged(probe, judging, order, policy, shop, loss)
        made = shop.trainer.train(run)
    except RunFailed as failure:
        return _failed(action, state, failure.why, failure.detail, spent)
    except BadAnswer as nonsense:
        return _failed(action, state, "nonsense", str(nonsense), spent)
    bundle = shop.load(made.bundle)
    return TrainingFinished(
        time=state.time,
        action=action.id,
        version=order.version,
        bundle=made.bundle,
        snapshot=snapshot.hash,
        fits=tuple(Fit(scope=fit.scope, rows=fit.rows) for fit in made.fits),
        rows=snapshot.rows,
        attempts=max(made.attempts, tries),
        cpu_seconds=round(made.cpu_seconds + spent, 3),
        judged=judged,
        learnt=_learnt(rows, order, state, policy),
        loss=loss,
        code_hash=bundle.manifest.code_hash,
    )


def _failed(action: Train, state: State, why: str, detail: str, spent: float) -> TrainingFailed:
    """No version came of it; what its finished fits cost is known all the same."""
    return TrainingFailed(time=state.time, action=action.id, why=why, detail=detail, cpu_seconds=round(spent, 3))


def _rows(order: TrainOrder, state: State, log: PredictionLog) -> pa.Table:
    """The labelled rows of the order's windows, as known at its moment."""
    parts: list[pa.Table] = []
    for number in order.windows:
        window = state.window(number)
        if window is None:
            continue
        joined = log.rows(window.start, window.end, known_at=order.as_of)
        known = without_broken(joined.filter(joined.column("_label").is_valid()), order.kept_out)
        parts.append(known.append_column("_window", pa.array(np.full(known.num_rows, number, dtype=np.int64))))
    return pa.concat_tables(parts)


def _learnt(rows: pa.Table, order: TrainOrder, state: State, policy: Policy) -> Learnt:
    """The newest windows of the rows, counted on edges of all of them."""
    numbers = rows.column("_window").to_numpy()
    windows = [window for number in order.windows[-LEARNT:] if (window := state.window(number)) is not None]
    edges = edges_of(rows, policy.schema, sensitive=policy.sensitive)
    parts = [rows.filter(pa.array(numbers == window.number)) for window in windows]
    return Learnt(edges=edges, windows=tuple(windows), profiles=tuple(profile(part, edges) for part in parts))


def _declared(rows: pa.Table, order: TrainOrder, policy: Policy) -> ProofLoss:
    """The proof loss, from the windows before the one that judges."""
    wanted = np.isin(rows.column("_window").to_numpy(), order.rivals_from)
    reference = rows.filter(wanted) if wanted.any() else rows
    return declare_loss(policy, reference)


def _run(action: Train, policy: Policy, snapshot: str, shop: Workshop) -> TrainingRun:
    order = action.order
    return TrainingRun(
        id=action.id,
        snapshot=snapshot,
        schema=policy.schema,
        scopes=order.scopes,
        project=shop.project,
        code=order.code,
        seed=order.seed,
        seconds=order.seconds,
        memory=order.memory,
    )


def _judging(order: TrainOrder, state: State, log: PredictionLog) -> Judging | None:
    """The rows that judge it; None: there is nothing to judge against."""
    champion = state.line(state.champion)
    window = state.window(order.judge) if order.judge is not None else None
    if champion is None or window is None:
        return None
    joined = log.rows(window.start, window.end, known_at=order.as_of)
    middle = _middle(joined) if order.judge_half else window.start
    times = joined.column("_time").to_numpy()
    before, after = joined.filter(times < middle), joined.filter(times >= middle)
    return Judging(champion=champion, window=window.number, middle=middle, before=before, after=after)


def _judged(
    probe: Trained, judging: Judging, order: TrainOrder, policy: Policy, shop: Workshop, loss: ProofLoss
) -> PairEvidence:
    """The fit without the judging rows against the champion, under the champion's blend and recalibration."""
    window = judging.window
    champion = _blend_before(judging.champion, window, policy)
    rows, before = labelled(window, judging.after, policy), labelled(window, judging.before, policy)
    calibration = _calibration_before(champion, before, window, policy, shop)
    bench = Bench(rows, policy, shop.load)
    champion_scores = bench.score(champion, calibration)
    candidate_scores = _as_served(bench, probe, champion, calibration, policy)
    pairing = Pairing(candidate=order.version, champion=champion.version, loss=loss)
    return pair_evidence(rows, pairing, candidate_scores, champion_scores, policy)


def _blend_before(champion: Line, window: int, policy: Policy) -> Line:
    """The champion as it was blended before the judging window: weights that have seen it would speak for it there."""
    train, track = policy.train, [row for row in champion.track if row.window < window]
    mix = weights(track, len(champion.fits), windows=train.blend_windows, decay=train.remedy_decay)
    return replace(champion, weights=mix)


def _as_served(bench: Bench, probe: Trained, champion: Line, calibration: Calibration, policy: Policy) -> np.ndarray:
    """The candidate's scores under the champion's recalibration, and its blend where the scopes are the same."""
    mix = inherited(champion, tuple(fit.scope for fit in probe.fits))
    return finish(rounded(blend(bench.raws(probe.bundle), mix)), calibration, policy.schema.task)


def _middle(rows: pa.Table) -> float:
    """The moment that halves a window's rows."""
    return float(np.median(rows.column("_time").to_numpy()))


def _calibration_before(
    champion: Line, first_half: Labelled, window: int, policy: Policy, shop: Workshop
) -> Calibration:
    """The champion's recalibration from what came before the judging rows, so that both are judged by the same."""
    tables = [(number, table) for number, table in champion.tables if number < window]
    if first_half.labelled:
        scale = tables[-1][1].scale if tables else residual_scale(declare_loss(policy, first_half.table))
        tables.append((window, Bench(first_half, policy, shop.load).reliability(champion, scale)))
    ages = [window - number for number, _ in tables]
    return recalibrate([table for _, table in tables], ages, policy.train.remedy_decay)
