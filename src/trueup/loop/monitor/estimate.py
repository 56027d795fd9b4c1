"""How well is the model doing on rows whose labels are not in yet?

An estimate from the scores alone: labelled windows show how often each score was right, and a window without labels is
credited with that. Covariate shift shows in it at once; what the scores cannot know does not. So it is an early word to
people and nothing else: it never promotes, and never overrules labels.
Source: NannyML's confidence-based estimation (arXiv 2401.08348); isotonic regression, Barlow et al. 1972;
research/decision-quality.md section 7 for what it sees and what it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metrics import METRICS
from trueup.loop.monitor.performance import finite_rows, loss
from trueup.loop.schema import Task
from trueup.stats.tails import student_above

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

BLIND: Final = "blind to concept drift and to broken sensors; never promotes, never overrules labels"
LOW: Final = (0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
EDGES: Final = (*LOW, 0.5, *(1 - one for one in reversed(LOW)))  # between the bins of scores
KEPT: Final = 12  # labelled windows that show how often a score is right
SHOWN: Final = 60  # estimates that are remembered
ENOUGH: Final = 200  # labelled rows before anything is estimated
TRUST: Final = 5.0  # rows by which a bin is drawn to its own mean score
STANDING_IN: Final = 4000  # rows that stand in for a window's, at most
LEARNT: Final = 14  # estimates before a fall can be told from their wobble
NOTABLE: Final = 0.05  # of the metric; a smaller fall is nobody's concern
AGAIN: Final = 2  # windows in a row that make a fall


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBins:
    """Served scores of a window by size; of many classes, the likeliest one's."""

    rows: tuple[int, ...]  # by bin
    sums: tuple[float, ...]  # of the scores, by bin
    hits: tuple[int, ...] = ()  # rows of the second class, or that the likeliest class was right for; empty: no labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one window's scores let expect, and what its labels showed later."""

    window: int
    metric: str
    value: float
    truth: float | None = None  # the same metric once the labels were in


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateWatch:
    """How often scores are right, and what was expected of the windows so far."""

    labelled: tuple[ScoreBins, ...] = ()  # newest windows, oldest first
    estimates: tuple[Estimate, ...] = ()  # oldest first
    falls: int = 0  # windows in a row, up to the newest, that are expected to be clearly worse than usual

    @property
    def newest(self) -> Estimate | None:
        """Of the newest window that anything could be said of."""
        return self.estimates[-1] if self.estimates else None

    @property
    def off(self) -> float | None:
        """By how much the estimates missed what labels showed, on average; None before three are known."""
        gaps = [abs(one.value - one.truth) for one in self.estimates if one.truth is not None]
        return sum(gaps) / len(gaps) if len(gaps) >= 3 else None

    @property
    def usual(self) -> float | None:
        """The mean of the estimates before the newest; None before there are any."""
        before = [one.value for one in self.estimates[:-1]]
        return sum(before) / len(before) if before else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is estimated, and how often a false word is bearable."""

    metric: str
    task: Task
    budget: float  # windows for one false alert

    @property
    def name(self) -> str:
        """The metric that is estimated: of many classes always the accuracy."""
        return self.metric if self.task == "binary" else "accuracy"


def score_bins(scores: Floats, labels: Floats | None) -> ScoreBins:
    """Count served scores; of many classes (rows, classes), the likeliest one's.

    >>> sum(score_bins(np.array([0.2, 0.9]), np.array([0.0, 1.0])).hits)
    1
    """
    usable = finite_rows(scores)
    scores, labels = scores[usable], None if labels is None else labels[usable]
    top = scores if scores.ndim == 1 else scores.max(axis=1)
    places, count = np.searchsorted(EDGES, top, side="right"), len(EDGES) + 1
    hits: tuple[int, ...] = ()
    if labels is not None:
        right = labels > 0 if scores.ndim == 1 else scores.argmax(axis=1) == labels
        hits = tuple(int(one) for one in np.bincount(places, weights=right, minlength=count))
    return ScoreBins(
        rows=tuple(int(one) for one in np.bincount(places, minlength=count)),
        sums=tuple(float(f"{one:.12g}") for one in np.bincount(places, weights=top, minlength=count)),
        hits=hits,
    )


def expect(watch: EstimateWatch, window: int, scores: ScoreBins, asked: Asked) -> EstimateWatch:
    """The watch with what is to be expected of one more window; unchanged where nothing can be said."""
    if sum(sum(one.rows) for one in watch.labelled) < ENOUGH or not sum(scores.rows):
        return watch
    found = _value(asked, scores, how_often(watch.labelled))
    if found is None:
        return watch
    one = Estimate(window=window, metric=asked.name, value=found)
    watch = replace(watch, estimates=(*watch.estimates, one)[-SHOWN:])
    return replace(watch, falls=watch.falls + 1 if _fell(watch, asked.budget) else 0)


def settle(watch: EstimateWatch, window: int, scores: ScoreBins, served: float | None, asked: Asked) -> EstimateWatch:
    """The watch after a window's labels: how often scores are right, and how far off its estimate was.

    `served` is the metric that was measured; of many classes the scores' own hits tell the accuracy.
    """
    total = sum(scores.rows)
    truth = served if asked.task == "binary" else sum(scores.hits) / total if total else None
    known = tuple(replace(one, truth=truth) if one.window == window else one for one in watch.estimates)
    return replace(watch, labelled=(*watch.labelled, scores)[-KEPT:], estimates=known)


def how_often(labelled: tuple[ScoreBins, ...]) -> Floats:
    """By bin, the share of rows that a score is right for: counted, drawn to the score, and never falling.

    >>> one = score_bins(np.full(1000, 0.75), np.repeat([0.0, 1.0], 500))
    >>> round(float(how_often((one,))[12]), 2)
    0.5
    """
    rows, sums, hits = (np.sum([getattr(one, name) for one in labelled], axis=0) for name in ("rows", "sums", "hits"))
    middle = (np.array((0.0, *EDGES)) + np.array((*EDGES, 1.0))) / 2
    score = np.where(rows > 0, sums / np.maximum(rows, 1), middle)
    return _rising((hits + TRUST * score) / (rows + TRUST), rows + TRUST)


def _rising(shares: Floats, weights: Floats) -> Floats:
    """The nearest shares that never fall: neighbours that do are put together."""
    blocks: list[list[float]] = []  # share, weight, bins
    for share, weight in zip(shares.tolist(), weights.tolist(), strict=True):
        blocks.append([share, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            both = last[1] + before[1]
            blocks.append([(last[0] * last[1] + before[0] * before[1]) / both, both, last[2] + before[2]])
    return np.repeat([one[0] for one in blocks], [int(one[2]) for one in blocks])


def _value(asked: Asked, scores: ScoreBins, share: Floats) -> float | None:
    """The metric of a window whose rows are right as often as `share` says by bin."""
    rows = np.asarray(scores.rows, float)
    if asked.task == "multiclass":
        return float(rows @ share / rows.sum())
    mean = np.asarray(scores.sums) / np.maximum(rows, 1.0)
    fewer = min(1.0, STANDING_IN / rows.sum())
    positive, other = (np.diff(np.rint(np.cumsum(fewer * rows * part)), prepend=0.0) for part in (share, 1 - share))
    counts = np.concatenate((positive, other)).astype(np.int64)
    labels = np.repeat(np.repeat([1.0, 0.0], len(rows)), counts)
    chosen = METRICS[asked.metric]
    return chosen.value(chosen.observe(labels, np.repeat(np.concatenate((mean, mean)), counts)))


def _fell(watch: EstimateWatch, budget: float) -> bool:
    """The newest estimate against the ones before: beyond their wobble, and by enough to matter."""
    *before, newest = (loss(one.metric, one.value) for one in watch.estimates)
    if len(before) < LEARNT:
        return False
    usual, spread = float(np.mean(before)), float(np.std(before, ddof=1))
    level = float(np.mean([one.value for one in watch.estimates[:-1]]))
    t = (newest - usual) / max(spread * np.sqrt(1 + 1 / len(before)), 1e-12)
    p = float(student_above(np.array([t]), np.array([len(before) - 1.0]))[0])
    return newest - usual > NOTABLE * abs(level) and p < 1.0 / budget
