"""What do a window's labels say: what of score and outcome stayed as it was?

Score and outcome go together in three ways: how often each score comes, what a score's outcome is, and which scores
an outcome had. If only the mix of rows changed, a score still means what it meant. If only the mix of outcomes changed,
the scores of each outcome are as they were. If the rule changed, the scores come as they did and mean something else.
Source: Moreno-Torres et al. 2012 (covariate shift, prior shift, concept shift).

A forecast of numbers has no mix to tell apart from its rule: its errors are as they were, or they are not.
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
FILLED: Final = 3.0  # rows expected in a cell that tells as much as a full one
STEPS: Final = 500
FURTHEST: Final = 10.0  # of the log odds


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Rows by outcome, and within it by score; of one window or of some."""

    rows: tuple[tuple[float, ...], ...]  # two outcomes: from low scores to high; more: by answer and how sure it was
    names: tuple[str, ...] = ()  # of the outcomes; empty: there are two, and the second is the one that counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stayed:
    """How far each way in which score and outcome go together is from what it was, day-to-day noise taken off."""

    rows: int
    reference: int  # rows it is compared with
    outcome: str = ""  # that moved most; empty: there are two
    numbers: bool = False  # the outcomes are numbers, of which only `meaning` and `off` are known
    share_before: float = 0.0  # of the outcome
    share: float = 0.0
    surprise: float = 0.0  # standard errors of the share's move
    meaning: float  # excess of chi-squared per degree of freedom: outcome, given the score; of numbers: errors
    shape: float = 0.0  # the same: score, given the outcome
    mix: float = 0.0  # the same: score
    off: float  # mean distance of a score's outcome from what it was, in points of share; of numbers: growth of errors
    ranked: float = 0.0  # the same as `meaning`, once all scores are moved by one step of the log odds per outcome


def stayed(before: Sequence[Outcomes], now: Outcomes) -> Stayed | None:
    """One window against earlier ones of the same version; None where either side is thin."""
    tables = [_table(one) for one in before]
    if not tables:
        return None
    reference, current = np.sum(tables, axis=0), _table(now)
    if min(reference.sum(), current.sum()) < LEAST_ROWS:
        return None
    cut = _cuts(reference.sum(axis=0), max(BINS, 2 * len(now.names)))
    old, new = _binned(reference, cut), _binned(current, cut)
    binned = [_binned(table, cut) for table in tables]
    noise = np.array([_distances(old - one, one) for one in binned]) if len(tables) > 1 else np.ones((1, 3))
    usual = np.maximum(1.0, noise.mean(axis=0))
    meaning, shape, mix = (np.array(_distances(old, new)) / usual).tolist()
    ranked = _meaning(_moved_by_one_step(old, new), new) / float(usual[0])
    spread = math.sqrt(len(old) - 1)  # over more degrees of freedom the same excess is more than chance
    place, surprise = _most_surprising(old.sum(axis=1), new.sum(axis=1))
    return Stayed(
        rows=round(float(new.sum())),
        reference=round(float(old.sum())),
        outcome=now.names[place] if now.names else "",
        share_before=float(old[place].sum() / old.sum()),
        share=float(new[place].sum() / new.sum()),
        surprise=surprise,
        meaning=1 + spread * (meaning - 1),
        shape=shape,
        mix=mix,
        off=_off(old, new),
        ranked=1 + spread * (ranked - 1),
    )


def errors_stayed(before: Sequence[Floats], now: Floats, sizes: Floats) -> Stayed | None:
    """One window's errors of forecasts against earlier ones: rows by error, whose sizes are given.

    `off` is the part by which the mean error grew, beyond what it did in any of the earlier windows.
    """
    tables = [np.asarray(one, float) for one in before]
    if not tables or min(sum(float(one.sum()) for one in tables), float(now.sum())) < LEAST_ROWS:
        return None
    old, new = np.sum(tables, axis=0), np.asarray(now, float)
    cut = _cuts(old, BINS)
    binned = [np.add.reduceat(one, [0, *cut]) for one in (old, new, *tables)]
    noise = [_two_samples(binned[0] - one, one) for one in binned[2:]] if len(tables) > 1 else [1.0]
    means = [float(one @ sizes / one.sum()) for one in tables if one.any()]
    return Stayed(
        rows=round(float(new.sum())),
        reference=round(float(old.sum())),
        numbers=True,
        meaning=_two_samples(binned[0], binned[1]) / max(1.0, float(np.mean(noise))),
        off=max(0.0, float(new @ sizes / new.sum()) / max(*means, 1e-12) - 1.0),
    )


def _table(one: Outcomes) -> Floats:
    return np.array(one.rows, float)


def _most_surprising(before: Floats, now: Floats) -> tuple[int, float]:
    """The outcome whose share moved by most standard errors, the last of two, and by how many."""
    p, q = before / before.sum(), now / now.sum()
    error = np.sqrt(np.maximum(p * (1 - p), 1e-6) * (1 / before.sum() + 1 / now.sum()))
    apart = (q - p) / error
    place = len(p) - 1 if len(p) == 2 else int(np.argmax(np.abs(apart)))
    return place, float(apart[place])


def _cuts(rows: Floats, bins: int) -> list[int]:
    """Places that cut the scores into bins of about as many rows."""
    upto = np.cumsum(rows) / rows.sum()
    return sorted({int(np.searchsorted(upto, part / bins)) + 1 for part in range(1, bins)} - {len(rows)})


def _binned(table: Floats, cuts: list[int]) -> Floats:
    return np.add.reduceat(table, [0, *cuts], axis=1)


def _distances(old: Floats, new: Floats) -> tuple[float, float, float]:
    """Meaning, shape and mix: chi-squared of two samples, per degree of freedom."""
    shape = sum(_two_samples(one, other) for one, other in zip(old, new, strict=True)) / len(old)
    return _meaning(old, new), shape, _two_samples(old.sum(axis=0), new.sum(axis=0))


def _meaning(old: Floats, new: Floats) -> float:
    """Outcome given the score: a test of two samples of outcomes in each bin; what hardly occurs counts for less."""
    p, q, n, m = _shares_by_bin(old, new)
    pooled = (n * p + m * q) / (n + m)
    chi = np.sum((p - q) ** 2 / (pooled * (1 / n + 1 / m)), axis=0)
    free = np.minimum(1.0, pooled * np.minimum(n, m) / FILLED).sum(axis=0) - 1
    return float(np.mean(chi / np.clip(free, 1.0, None)))


def _shares_by_bin(old: Floats, new: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Shares of the outcomes in each bin on either side, and rows that they are of."""
    n, m = (side.sum(axis=0) + len(side) * PSEUDO for side in (old, new))
    return (old + PSEUDO) / n, (new + PSEUDO) / m, n, m


def _two_samples(old: Floats, new: Floats) -> float:
    """Pearson's chi-squared of two samples over the bins, per degree of freedom."""
    old, new = old + PSEUDO, new + PSEUDO
    n, m = old.sum(), new.sum()
    pooled = (old + new) / (n + m)
    chi = (old - n * pooled) ** 2 / (n * pooled) + (new - m * pooled) ** 2 / (m * pooled)
    return float(np.sum(chi) / max(len(old) - 1, 1))


def _off(old: Floats, new: Floats) -> float:
    p, q, n, m = _shares_by_bin(old, new)
    chance = p * (1 - p) * (1 / n + 1 / m)
    apart = np.sum((p - q) ** 2 - chance, axis=0) / 2
    return math.sqrt(max(0.0, float(np.average(apart, weights=m))))


def _moved_by_one_step(old: Floats, new: Floats) -> Floats:
    """The old table with each outcome's log odds moved alike in all bins, so that its share is as now."""
    n: Floats = old.sum(axis=0) + len(old) * PSEUDO
    share, rows, wanted = (old + PSEUDO) / n, new.sum(axis=0), new.sum(axis=1)
    step = np.zeros(len(old))
    for _ in range(STEPS):
        moved = _tilted(share, step)
        change = np.log(np.maximum(wanted, 1e-9)) - np.log(np.maximum(moved @ rows, 1e-9))
        step = np.clip(step + change, -FURTHEST, FURTHEST)
        if float(np.max(np.abs(change))) < 1e-12:
            break
    return np.asarray(n * _tilted(share, step) - PSEUDO)


def _tilted(share: Floats, step: Floats) -> Floats:
    odds = share * np.exp(step)[:, None]
    return np.asarray(odds / odds.sum(axis=0))
