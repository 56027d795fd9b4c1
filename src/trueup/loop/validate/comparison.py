"""How do two versions differ on the same rows? Additive evidence from which any verdict is derived again.

Source: research/proof.md section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.errors import BadData, Incompatible
from trueup.loop.validate.loss import ProofLoss, rival_losses, row_losses, usable_rows
from trueup.stats import betting
from trueup.stats.arrays import Flags, Floats, Integers
from trueup.stats.clustering import DaySums, day_sums

if TYPE_CHECKING:
    from trueup.loop.monitor.performance import Scored

LADDER: Final = (0.5, 0.8, 0.9, 1.0)  # margins that can be asked for later, beside the owner's own
NODES: Final = 2 * betting.STEPS + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Which rows a comparison should speak for, and what belongs together among the labelled ones."""

    rows: int  # rows of the cohort, labelled or not
    entities: np.ndarray[tuple[int], np.dtype[np.generic]] | None = None  # per labelled row; None: each row is one
    days: Integers | None = None  # day number per labelled row; None: the project has no clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Differences from one bar, `keep` x champion + (1 - keep) x rival, as a histogram."""

    keep: float  # share of the champion's skill in the bar; 0: the rival alone
    rival: int  # which of the loss's rivals
    masses: tuple[tuple[int, int], ...]  # (node, mass in parts of 2^20 units) where there is any

    def dense(self) -> Integers:
        """The whole histogram of 101 nodes."""
        histogram = np.zeros(NODES, dtype=np.int64)
        for node, mass in self.masses:
            histogram[node] = mass
        return histogram

    def __add__(self, other: Rung) -> Rung:
        """The same bar over both sets of units."""
        return replace(self, masses=_sparse(self.dense() + other.dense()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a candidate did against the champion and the naive rivals on the same rows; adds up over windows."""

    candidate: str  # version
    champion: str  # version
    loss: ProofLoss  # declared before the first row
    rows: int  # rows it should speak for
    labelled: int  # rows with a label and an answer of the champion
    unusable: int  # labelled rows the candidate has no usable answer for; any makes it invalid
    units: int  # independent units: rows, or entities where they repeat
    rungs: tuple[Rung, ...]  # by (keep, rival)
    days: DaySums  # difference from the bar at the owner's `keep_skill`, by day

    def __add__(self, other: Comparison) -> Comparison:
        """The same two versions under the same loss over both sets of rows; margins only one has are left out."""
        if (self.candidate, self.champion) != (other.candidate, other.champion):
            what = "comparisons of different versions do not add up"
            raise Incompatible(what, (self.candidate, self.champion), (other.candidate, other.champion))
        if self.loss != other.loss:
            raise Incompatible("comparisons under two losses do not add up", self.loss.loss_id, other.loss.loss_id)
        theirs = {(rung.keep, rung.rival): rung for rung in other.rungs}
        return replace(
            self,
            rows=self.rows + other.rows,
            labelled=self.labelled + other.labelled,
            unusable=self.unusable + other.unusable,
            units=self.units + other.units,
            rungs=tuple(
                rung + theirs[rung.keep, rung.rival] for rung in self.rungs if (rung.keep, rung.rival) in theirs
            ),
            days=self.days + other.days,
        )

    def rung(self, keep: float, rival: int = 0) -> Rung | None:
        """The histogram of one bar, if it was kept."""
        return next((one for one in self.rungs if one.keep == keep and one.rival == rival), None)


def compare(
    loss: ProofLoss, y: Floats, candidate: Scored, champion: Scored, *, units: Units, keep_skill: float = 0.8
) -> Comparison:
    """Sum up, on the same labelled rows, how far a candidate's loss is from each bar."""
    if not len(y) == len(candidate.scores) == len(champion.scores) <= units.rows:
        counts = f"{len(y)} labels, {len(candidate.scores)} and {len(champion.scores)} scores, {units.rows} rows"
        raise BadData("comparison", counts, "score each labelled row of the cohort once with both versions")
    answered = usable_rows(loss, champion.scores)
    usable = answered & usable_rows(loss, candidate.scores)
    labels = y[usable]
    new, old = (row_losses(loss, labels, one.scores[usable]) for one in (candidate, champion))
    naive = [rival_losses(loss, labels, rival) for rival in range(len(loss.rivals))]
    mean_of, days, count = _grouping(units, usable)
    rungs, noise = [], DaySums()
    for keep, rival in _bars(keep_skill, len(loss.rivals)):
        each = (new - keep * old - (1 - keep) * naive[rival]) / loss.harm(keep, rival)
        differences = each if mean_of is None else np.bincount(mean_of, weights=each) / np.bincount(mean_of)
        histogram = betting.split(differences, loss.stretch(keep, rival))
        rungs.append(Rung(keep=keep, rival=rival, masses=_sparse(histogram)))
        if keep == keep_skill and rival == 0 and days is not None:
            noise = day_sums(days, differences)
    return Comparison(
        candidate=candidate.version,
        champion=champion.version,
        loss=loss,
        rows=units.rows,
        labelled=int(answered.sum()),
        unusable=int(answered.sum() - usable.sum()),
        units=count,
        rungs=tuple(rungs),
        days=noise,
    )


def _bars(keep_skill: float, rivals: int) -> list[tuple[float, int]]:
    """Every rival alone, then the ladder of margins against the first."""
    ladder = sorted({*LADDER, keep_skill} - {0.0})
    return [*((0.0, rival) for rival in range(rivals)), *((keep, 0) for keep in ladder)]


def _grouping(units: Units, usable: Flags) -> tuple[Integers | None, Integers | None, int]:
    """Which unit a row belongs to (None: each its own), each unit's day, and how many units there are."""
    days = None if units.days is None else units.days[usable]
    rows = int(usable.sum())
    if units.entities is None or rows == 0:
        return None, days, rows
    _, first, place = np.unique(units.entities[usable], return_index=True, return_inverse=True)
    if len(first) == rows:
        return None, days, rows
    return place, None if days is None else days[first], len(first)


def _sparse(histogram: Integers) -> tuple[tuple[int, int], ...]:
    filled = np.flatnonzero(histogram)
    return tuple(zip(filled.tolist(), histogram[filled].tolist(), strict=True))
