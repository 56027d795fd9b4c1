"""Does the proof hold its promise: at the exact boundary, how often does it ever pass, looked at all the time?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from trueup.loop.monitor.performance import Scored
from trueup.loop.policy import ValidatePolicy
from trueup.loop.validate.check import Case
from trueup.loop.validate.checks import CHECKS
from trueup.loop.validate.comparison import Comparison, Units, compare
from trueup.loop.validate.loss import declare, row_losses
from trueup.stats import betting
from trueup.stats.clustering import DaySums, day_sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.stats.arrays import Floats, Integers

ALPHA: Final = 0.05
REPEATS: Final = 400
ROWS: Final = 5000
PER_DAY: Final = 100
HALF: Final = declare("binary", np.tile([0.0, 1.0], 1000))
RARE: Final = declare("binary", np.repeat([0.0, 1.0], [1980, 20]))
TABLE: Final = np.log1p(-np.outer(betting.nodes(), betting.BETS))  # winnings of a unit at a node, per bet


def at_most(alpha: float, repeats: int) -> float:
    """What a true chance of alpha hardly ever exceeds in so many repeats: two standard errors above it."""
    return alpha + 2 * math.sqrt(alpha * (1 - alpha) / repeats)


def evidence_path(differences: Floats, design_effect: float = 1.0) -> Floats:
    """The log evidence after each unit, as the histograms of all units so far would give it."""
    places = betting.nodes()
    below = np.clip(np.searchsorted(places, differences, side="right") - 1, 0, 99)
    share = ((differences - places[below]) / (places[below + 1] - places[below]))[:, None]
    logs = np.cumsum((1 - share) * TABLE[below] + share * TABLE[below + 1], axis=0) / design_effect
    most = logs.max(axis=1)
    return np.asarray(most + np.log(np.mean(np.exp(logs - most[:, None]), axis=1)))


def rare_harm(rng: np.random.Generator, rows: int) -> Floats:
    """Mostly a small gain, at times a disaster."""
    return np.where(rng.random(rows) < 0.05, 0.95, -0.05)


def rare_gain(rng: np.random.Generator, rows: int) -> Floats:
    """Mostly a small loss, at times a large gain."""
    return np.where(rng.random(rows) < 0.05, -0.95, 0.05)


def even(rng: np.random.Generator, rows: int) -> Floats:
    """As good as it is bad, by little."""
    return 0.1 * rng.uniform(-1, 1, size=rows)


def louder_by_day(rng: np.random.Generator, rows: int) -> Floats:
    """All losses are larger on some days than on others."""
    return np.asarray(rng.uniform(0.1, 3.0, size=rows // PER_DAY).repeat(PER_DAY) * 0.3 * rng.uniform(-1, 1, size=rows))


def rare_class(rng: np.random.Generator, rows: int) -> Floats:
    """A constant too high at 1 %, with the rate set to where its clipped log loss is a rival's."""
    new, old = 0.02, 0.005
    lead = math.log(new / old)
    rate = -math.log((1 - new) / (1 - old)) / (lead - math.log((1 - new) / (1 - old)))
    y = (rng.random(rows) < rate).astype(np.float64)
    raw = row_losses(RARE, y, np.full(rows, new)) - row_losses(RARE, y, np.full(rows, old))
    return np.asarray(raw / RARE.harm(1.0))


@pytest.mark.parametrize("world", [rare_harm, rare_gain, even, louder_by_day, rare_class])
def test_at_the_boundary_it_hardly_ever_passes(world: Callable[[np.random.Generator, int], Floats]) -> None:
    """Looked at after each of 5,000 rows with a true difference of 0: in at most 5 % does it ever pass."""
    rng = np.random.default_rng(1)
    ever = [evidence_path(world(rng, ROWS)).max() >= math.log(1 / ALPHA) for _ in range(REPEATS)]
    assert np.mean(ever) <= at_most(ALPHA, REPEATS)


def by_days(rng: np.random.Generator, rows: int, correlation: float) -> tuple[Floats, Integers]:
    """Differences with a mean of 0 that share part of their variance by day."""
    days = np.arange(rows) // PER_DAY
    shared = rng.normal(size=days[-1] + 1)[days]
    mixed = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * rng.normal(size=rows)
    return np.clip(0.15 * mixed, -1, 1), days


@pytest.mark.parametrize("correlation", [0.005, 0.02])
def test_days_that_move_together_are_paid_for(correlation: float) -> None:
    """With the design effect, true or learnt from 60 other days, it passes in at most 5 %; without it too often."""
    rng = np.random.default_rng(2)
    true, repeats = 1 + (PER_DAY - 1) * correlation, REPEATS // 2
    ever = {"without": 0, "true": 0, "learnt": 0}
    for _ in range(repeats):
        values, days = by_days(rng, 60 * PER_DAY, correlation)
        learnt = day_sums(days, values).design_effect
        values, _ = by_days(rng, 2 * ROWS, correlation)
        for name, deff in (("without", 1.0), ("true", true), ("learnt", learnt)):
            ever[name] += int(evidence_path(values, deff).max() >= math.log(1 / ALPHA))
    assert ever["true"] / repeats <= at_most(ALPHA, repeats)
    assert ever["learnt"] / repeats <= at_most(ALPHA, repeats)
    assert correlation < 0.01 or ever["without"] / repeats > 0.10


def test_a_mean_that_wanders_fools_it_only_while_it_is_better() -> None:
    """Good and bad phases in turn: it may pass while better so far, hardly ever while not better so far."""
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(REPEATS):
        swing = 0.15 * 0.3 * np.sin(2 * np.pi * np.arange(ROWS) / 2000)
        path = evidence_path(np.clip(swing + 0.3 * rng.uniform(-1, 1, size=ROWS), -1, 1))
        so_far = np.cumsum(swing)
        wrong += int(np.any((path >= math.log(1 / ALPHA)) & (so_far >= 0)))
    assert wrong / REPEATS <= at_most(ALPHA, REPEATS)


def on_the_bar(rng: np.random.Generator, rows: int, keep: float) -> tuple[Floats, Scored, Scored]:
    """A candidate whose expected Brier loss is that of the bar on every row."""
    truth = rng.uniform(0.15, 0.85, size=rows)
    inward = np.where(truth > 0.5, -1.0, 1.0)
    off = np.sqrt(keep * 0.05**2 + (1 - keep) * (truth - HALF.rivals[0][0]) ** 2)
    y = (rng.random(rows) < truth).astype(np.float64)
    champion = truth + 0.05 * rng.choice([-1.0, 1.0], size=rows)
    return y, Scored(version="v2", scores=truth + inward * off), Scored(version="v1", scores=champion)


def outcomes(windows: list[Comparison], design_effect: float = 1.0) -> set[str]:
    """What the proof says at the looks after each window."""
    total, found = windows[0], set[str]()
    for index, window in enumerate(windows):
        total = window if index == 0 else total + window
        case = Case(comparison=total, difference=None, policy=ValidatePolicy(), design_effect=design_effect)
        found.add(CHECKS["proof"](case).outcome)
    return found


def test_the_whole_path_from_scores_to_check_holds_alpha() -> None:
    """A candidate exactly on the bar, 20 looks at 100 rows each: it passes in at most 5 %, fails in at most 5 %."""
    rng = np.random.default_rng(4)
    repeats, found = 100, []
    for _ in range(repeats):
        windows = []
        for _ in range(20):
            y, new, old = on_the_bar(rng, 100, 0.8)
            windows.append(compare(HALF, y, new, old, units=Units(rows=100)))
        found.append(outcomes(windows))
    assert np.mean(["pass" in one for one in found]) <= at_most(ALPHA, repeats)
    assert np.mean(["fail" in one for one in found]) <= at_most(ALPHA, repeats)


def moving_days(rng: np.random.Generator, days: int, off: float) -> tuple[Floats, Scored, Scored, Integers]:
    """A champion off by .1, a candidate off by `off` to the other side, in a world whose rates move by the day."""
    day = np.arange(days * PER_DAY) // PER_DAY
    known = rng.uniform(0.3, 0.7, size=len(day))
    moved = known + 0.1 * rng.uniform(-1, 1, size=days)[day]
    y = (rng.random(len(day)) < moved).astype(np.float64)
    return y, Scored(version="v2", scores=known + off), Scored(version="v1", scores=known - 0.1), day


def test_a_design_effect_learnt_from_the_champion_repairs_moving_days() -> None:
    """As the loop does it: learnt from the champion against the rival on 40 days, used on a candidate on the bar."""
    rng = np.random.default_rng(5)
    spread = 0.4**2 / 12  # of the known rate about the rival's one half
    off = math.sqrt(0.8 * 0.1**2 + 0.2 * spread)  # the days' own movement is in every loss alike
    repeats, passed, plain = 60, 0, 0
    for _ in range(repeats):
        y, _, champion, day = moving_days(rng, 40, off)
        noise: DaySums = compare(HALF, y, champion, champion, units=Units(rows=len(y), days=day)).days
        y, candidate, champion, _ = moving_days(rng, 30, off)
        windows = []
        for start in range(0, len(y), 2 * PER_DAY):
            part = slice(start, start + 2 * PER_DAY)
            new, old = (Scored(version=one.version, scores=one.scores[part]) for one in (candidate, champion))
            windows.append(compare(HALF, y[part], new, old, units=Units(rows=2 * PER_DAY)))
        passed += "pass" in outcomes(windows, noise.design_effect)
        plain += "pass" in outcomes(windows)
    assert passed / repeats <= at_most(ALPHA, repeats)
    assert passed < plain
