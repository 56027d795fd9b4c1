"""How did each line do on the rows of one window, as it would have served all of them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trueup.loop.events import LineEvidence, PairEvidence
from trueup.loop.monitor.performance import Scored, evaluate, loss, metric_difference, value
from trueup.loop.train.blend import BlendLosses, blend, grid
from trueup.loop.train.calibration import Reliability, reliability
from trueup.loop.validate.comparison import Units, compare
from trueup.loop.validate.loss import declare
from trueup.runtime.desk import finish, rounded
from trueup.runtime.labels import encode
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.loop.deploy.version import Line
    from trueup.loop.policy import Policy
    from trueup.loop.state import Pairing
    from trueup.loop.train.calibration import Calibration
    from trueup.loop.validate.loss import ProofLoss
    from trueup.runtime.scoring import LoadedVersion

DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The labelled rows of a window, as evidence is gathered from them."""

    window: int
    rows: int  # labelled or not
    table: pa.Table
    labels: Floats
    ups: int = 0  # rows, labelled or not, whose answer somebody liked
    downs: int = 0

    @property
    def labelled(self) -> int:
        """Rows with a label."""
        return self.table.num_rows


def labelled(window: int, joined: pa.Table, policy: Policy) -> Labelled:
    """Leave out the rows whose outcome is not known."""
    known = joined.filter(joined.column("_label").is_valid())
    thumbs = joined.column("_feedback").drop_null().to_pylist()
    return Labelled(
        window=window,
        rows=joined.num_rows,
        table=known,
        labels=np.asarray(encode(policy.schema, known.column("_label")), dtype=np.float64),
        ups=thumbs.count(True),
        downs=thumbs.count(False),
    )


class Bench:
    """Scores lines on one window's rows, each fit once."""

    def __init__(self, rows: Labelled, policy: Policy, load: Callable[[str], LoadedVersion]) -> None:
        """Take the rows and the way to get a bundle's fits."""
        self.rows = rows
        self._policy = policy
        self._load = load
        self._raws: dict[str, Floats] = {}

    def raws(self, bundle: str) -> Floats:
        """What each fit of a bundle says."""
        if bundle not in self._raws:
            self._raws[bundle] = self._load(bundle).raw(self.rows.table)
        return self._raws[bundle]

    def raw(self, line: Line) -> Floats:
        """A line's blended score."""
        return rounded(blend(self.raws(line.bundle), line.weights))

    def score(self, line: Line, calibration: Calibration | None = None) -> Floats:
        """A line's served score, or under another calibration."""
        return finish(self.raw(line), calibration or line.calibration, self._policy.schema.task)

    def evidence(self, line: Line, scale: float) -> LineEvidence:
        """How one line did, each mix of its fits too, and what its score met."""
        policy, rows = self._policy, self.rows
        task = policy.schema.task
        evaluation = evaluate(
            policy.metric, rows.labels, self.score(line), version=line.version, rows=rows.rows, task=task
        )
        return LineEvidence(
            version=line.version,
            evaluation=evaluation,
            losses=self._mixes(line),
            reliability=self.reliability(line, scale),
        )

    def reliability(self, line: Line, scale: float) -> Reliability:
        """What a line's blended scores met."""
        return reliability(self._policy.schema.task, self.rows.labels, self.raw(line), scale=scale)

    def pair(self, pairing: Pairing, candidate: Floats, champion: Floats) -> PairEvidence:
        """Two versions on the same rows, in the proof loss and in the metric."""
        return pair_evidence(self.rows, pairing, candidate, champion, self._policy)

    def _mixes(self, line: Line) -> BlendLosses | None:
        policy, rows = self._policy, self.rows
        losses: list[float] = []
        for mix in grid(len(line.fits)):
            score = blend(self.raws(line.bundle), mix)
            found = value(
                evaluate(
                    policy.metric,
                    rows.labels,
                    score,
                    version=line.version,
                    rows=rows.rows,
                    task=policy.schema.task,
                )
            )
            if found is None:
                return None
            losses.append(loss(policy.metric, found))
        return BlendLosses(window=rows.window, losses=tuple(losses))


def pair_evidence(
    rows: Labelled, pairing: Pairing, candidate: Floats, champion: Floats, policy: Policy
) -> PairEvidence:
    """The comparison and the metric's difference of two versions' served scores."""
    entities = rows.table.column("_entity").to_pylist()
    times = rows.table.column("_time").to_numpy()
    new = Scored(version=pairing.candidate, scores=candidate)
    old = Scored(version=pairing.champion, scores=champion)
    units = Units(
        rows=rows.rows,
        entities=np.array(entities) if len(set(entities)) < len(entities) else None,
        days=np.floor(times / DAY).astype(np.int64) if policy.window.unit == "time" else None,
    )
    comparison = compare(pairing.loss, rows.labels, new, old, units=units, keep_skill=policy.validate.keep_skill)
    difference = None
    if pairing.candidate != pairing.champion:
        difference = metric_difference(policy.metric, rows.labels, new, old, seed=policy.train.seed)
    return PairEvidence(comparison=comparison, difference=difference)


def declare_loss(policy: Policy, known: pa.Table) -> ProofLoss:
    """The proof loss, from labelled rows that came before what it will judge, oldest first."""
    labels = np.asarray(encode(policy.schema, known.column("_label")), dtype=np.float64)
    return declare(policy.schema.task, labels, max(len(policy.schema.classes), 2))


def residual_scale(loss: ProofLoss) -> float:
    """A power of two near the largest error that counts, so that reliability tables of many windows add up."""
    cap = loss.cap if loss.cap and loss.cap > 0 else 1.0
    return float(2.0 ** np.ceil(np.log2(cap)))
