"""How is a training order carried out? Rows to a snapshot, fits in their own process, scores to evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trueup.errors import BadAnswer, RunFailed
from trueup.loop.deploy.version import Learnt
from trueup.loop.events import TrainingFailed, TrainingFinished
from trueup.loop.state import Pairing
from trueup.loop.train.blend import blend, even
from trueup.loop.train.calibration import recalibrate
from trueup.loop.train.order import Fit
from trueup.ports.prediction_log import PredictionLog
from trueup.ports.snapshots import Snapshots
from trueup.ports.trainer import Trainer, TrainingRun
from trueup.profiling import edges_of, profile
from trueup.runtime.desk import finish, rounded
from trueup.runtime.lines import Bench, declare_loss, labelled, pair_evidence, residual_scale
from trueup.runtime.scoring import LoadedVersion

if TYPE_CHECKING:
    from trueup.loop.actions import Train
    from trueup.loop.deploy.version import Line
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


def train(action: Train, state: State, policy: Policy, shop: Workshop) -> TrainingFinished | TrainingFailed:
    """Fit without the judging rows, judge that fit, then refit the same order on all rows."""
    order = action.order
    rows = _rows(order, state, shop.log)
    loss = _declared(rows, order, policy)
    snapshot = shop.snapshots.write(rows, as_of=order.as_of)
    run = _run(action, policy, snapshot.hash, shop)
    try:
        judged, spent, tries = _judged(run, order, state, policy, shop, loss)
        made = shop.trainer.train(run)
    except RunFailed as failure:
        return TrainingFailed(time=state.time, action=action.id, why=failure.why, detail=failure.detail)
    except BadAnswer as nonsense:
        return TrainingFailed(time=state.time, action=action.id, why="nonsense", detail=str(nonsense))
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


def _rows(order: TrainOrder, state: State, log: PredictionLog) -> pa.Table:
    """The labelled rows of the order's windows, as known at its moment."""
    parts: list[pa.Table] = []
    for number in order.windows:
        window = state.window(number)
        if window is None:
            continue
        joined = log.rows(window.start, window.end, known_at=order.as_of)
        known = joined.filter(joined.column("_label").is_valid())
        parts.append(known.append_column("_window", pa.array(np.full(known.num_rows, number, dtype=np.int64))))
    return pa.concat_tables(parts)


def _learnt(rows: pa.Table, order: TrainOrder, state: State, policy: Policy) -> Learnt:
    """The newest windows of the rows, counted on edges of all of them."""
    numbers = rows.column("_window").to_numpy()
    windows = [window for number in order.windows[-LEARNT:] if (window := state.window(number)) is not None]
    edges = edges_of(rows, policy.schema)
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


def _judged(
    run: TrainingRun, order: TrainOrder, state: State, policy: Policy, shop: Workshop, loss: ProofLoss
) -> tuple[PairEvidence | None, float, int]:
    """The fit without the judging rows against the champion, under the champion's blend and recalibration."""
    champion = state.line(state.champion)
    window = state.window(order.judge) if order.judge is not None else None
    if champion is None or window is None:
        return None, 0.0, 1
    joined = shop.log.rows(window.start, window.end, known_at=order.as_of)
    middle = _middle(joined) if order.judge_half else window.start
    probe = shop.trainer.train(replace(run, id=f"{run.id}.proof", until=middle))
    times = joined.column("_time").to_numpy()
    first, second = joined.filter(times < middle), joined.filter(times >= middle)
    judging = labelled(window.number, second, policy)
    calibration = _calibration_before(champion, labelled(window.number, first, policy), window.number, policy, shop)
    bench = Bench(judging, policy, shop.load)
    champion_scores = bench.score(champion, calibration)
    candidate_scores = _as_served(bench, probe, champion, calibration, policy)
    pairing = Pairing(candidate=order.version, champion=champion.version, loss=loss)
    evidence = pair_evidence(judging, pairing, candidate_scores, champion_scores, policy)
    return evidence, probe.cpu_seconds, probe.attempts


def _as_served(bench: Bench, probe: Trained, champion: Line, calibration: Calibration, policy: Policy) -> np.ndarray:
    """The candidate's scores under the champion's blend and recalibration."""
    raws = bench.raws(probe.bundle)
    weights = champion.weights if len(raws) == len(champion.weights) else even(len(raws))
    return finish(rounded(blend(raws, weights)), calibration, policy.schema.task)


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
