"""What do a window's labels say: what of score and outcome stayed as it was?

Score and outcome go together in three ways: how often each score comes, what a score's outcome is, and which scores
an outcome had. If only the mix of rows changed, a score still means what it meant. If only the mix of outcomes changed,
the scores of each outcome are as they were. If the rule changed, the scores come as they did and mean something else.
Source: Moreno-Torres et al. 2012 (covariate shift, prior shift, concept shift).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.stats.arrays import Floats

BINS: Final = 10
LEAST_ROWS: Final = 100  # on either side
PSEUDO: Final = 0.5  # rows per cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Rows by score, from low to high, and outcome; of one window or of some."""

    no: tuple[float, ...]
    yes: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stayed:
    """How far each way in which score and outcome go together is from what it was, day-to-day noise taken off."""

    rows: int
    reference: int  # rows it is compared with
    share_before: float  # of the positive outcome; of numbers: nothing
    share: float
    surprise: float  # standard errors of the share's move
    meaning: float  # excess of chi-squared per degree of freedom: outcome, given the score
    shape: float  # the same: score, given the outcome
    mix: float  # the same: score
    off: float  # mean distance of a score's outcome from what it was, in points of share, sampling taken off
    ranked: float  # the same as `meaning`, once all scores are moved by one step of the log odds


def stayed(before: Sequence[Outcomes], now: Outcomes) -> Stayed | None:
    """One window against earlier ones of the same version; None where either side is thin."""
    tables = [_table(one) for one in before]
    if not tables:
        return None
    reference, current = np.sum(tables, axis=0), _table(now)
    if min(reference.sum(), current.sum()) < LEAST_ROWS:
        return None
    cut = _cuts(reference.sum(axis=0))
    old, new = _binned(reference, cut), _binned(current, cut)
    binned = [_binned(table, cut) for table in tables]
    noise = np.array([_distances(old - one, one) for one in binned]) if len(tables) > 1 else np.ones((1, 3))
    usual = np.maximum(1.0, noise.mean(axis=0))
    meaning, shape, mix = (np.array(_distances(old, new)) / usual).tolist()
    share_before, share = float(old[1].sum() / old.sum()), float(new[1].sum() / new.sum())
    error = math.sqrt(max(share_before * (1 - share_before), 1e-6) * (1 / old.sum() + 1 / new.sum()))
    return Stayed(
        rows=round(float(new.sum())),
        reference=round(float(old.sum())),
        share_before=share_before,
        share=share,
        surprise=(share - share_before) / error,
        meaning=meaning,
        shape=shape,
        mix=mix,
        off=_off(old, new),
        ranked=_meaning(_moved_by_one_step(old, new), new) / float(usual[0]),
    )


def _table(one: Outcomes) -> Floats:
    return np.array((one.no, one.yes), float)


def _cuts(rows: Floats) -> list[int]:
    """Places that cut the scores into bins of about as many rows."""
    upto = np.cumsum(rows) / rows.sum()
    return sorted({int(np.searchsorted(upto, part / BINS)) + 1 for part in range(1, BINS)} - {len(rows)})


def _binned(table: Floats, cuts: list[int]) -> Floats:
    return np.add.reduceat(table, [0, *cuts], axis=1)


def _distances(old: Floats, new: Floats) -> tuple[float, float, float]:
    """Meaning, shape and mix: chi-squared of two samples, per degree of freedom."""
    shape = sum(_two_samples(old[side], new[side]) for side in (0, 1)) / 2
    return _meaning(old, new), shape, _two_samples(old.sum(axis=0), new.sum(axis=0))


def _meaning(old: Floats, new: Floats) -> float:
    """Outcome given the score: a test of two shares in each bin."""
    n, m = old.sum(axis=0) + 2 * PSEUDO, new.sum(axis=0) + 2 * PSEUDO
    p, q = (old[1] + PSEUDO) / n, (new[1] + PSEUDO) / m
    pooled = (old[1] + new[1] + 2 * PSEUDO) / (n + m)
    return float(np.mean((p - q) ** 2 / (pooled * (1 - pooled) * (1 / n + 1 / m))))


def _two_samples(old: Floats, new: Floats) -> float:
    """Pearson's chi-squared of two samples over the bins, per degree of freedom."""
    old, new = old + PSEUDO, new + PSEUDO
    n, m = old.sum(), new.sum()
    pooled = (old + new) / (n + m)
    chi = (old - n * pooled) ** 2 / (n * pooled) + (new - m * pooled) ** 2 / (m * pooled)
    return float(np.sum(chi) / max(len(old) - 1, 1))


def _off(old: Floats, new: Floats) -> float:
    n, m = old.sum(axis=0) + 2 * PSEUDO, new.sum(axis=0) + 2 * PSEUDO
    p, q = (old[1] + PSEUDO) / n, (new[1] + PSEUDO) / m
    chance = p * (1 - p) * (1 / n + 1 / m)
    return math.sqrt(max(0.0, float(np.average((p - q) ** 2 - chance, weights=m))))


def _moved_by_one_step(old: Floats, new: Floats) -> Floats:
    """The old table with the outcome's log odds moved alike in all bins, so that its share is as now."""
    n = old.sum(axis=0) + 2 * PSEUDO
    odds = np.log((old[1] + PSEUDO) / (old[0] + PSEUDO))
    rows, wanted = new.sum(axis=0), float(new[1].sum())
    low, high = -10.0, 10.0
    for _ in range(50):
        step = (low + high) / 2
        low, high = (step, high) if float(rows @ _share(odds + step)) < wanted else (low, step)
    share = _share(odds + low)
    return np.array((n * (1 - share), n * share)) - PSEUDO


def _share(odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-odds))
