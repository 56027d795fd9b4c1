"""How do columns go together? Every row as normal scores, and the scores' covariance in the reference.

A number's score is the normal quantile of its rank in the reference; a frequent level is one where a row has it. From
the inverse of the covariance follow, without any fit, each column's regression on all the others and how far out a row
is in all of them together.
Source: Mahalanobis 1936; Whittaker 1990, section 5.8 (the inverse covariance holds the partial regressions).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.profiling.symptoms.columns import Levels, Numbers
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.profiling.symptoms.columns import Values
    from trueup.stats.arrays import Integers

MOST: Final = 200  # scores; further columns are not looked at together
MOST_LEVELS: Final = 4  # of a column
LEAST_SHARE: Final = 0.05  # of a level that has a score
RIDGE: Final = 0.05
FAR: Final = 0.99  # of the reference is not far out
LEAST_ROWS: Final = 20  # of a window that teaches how much a mean wobbles
SHARES: Final = (np.arange(4001) + 0.5) / 4001
QUANTILES: Final = np.array([NormalDist().inv_cdf(float(share)) for share in SHARES])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Score:
    """One coordinate of a row: a number's normal score, or whether it has a level."""

    column: str
    ordered: Floats  # of numbers: the reference's values
    level: str  # of levels
    mean: float
    sd: float

    def of(self, values: Values) -> Floats:
        """The coordinate of every row; 0 where there is no value."""
        if isinstance(values, Numbers):
            return (normal(self.ordered, values.values) - self.mean) / self.sd
        places = [place for place, name in enumerate(values.names) if name == self.level]
        has = np.isin(values.codes, places)
        return np.where(values.codes < 0, 0.0, (has - self.mean) / self.sd)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """The reference's rows, all columns together."""

    scores: tuple[Score, ...]
    covariance: Floats
    inverse: Floats  # of the covariance
    wobble: Floats  # variance of a window's mean residual, sampling left out; per score
    limit: float  # squared distance that 99 % of the reference keep
    usual_far: float
    far_wobble: float  # variance of a window's share of far rows, sampling left out

    def places(self, column: str) -> list[int]:
        """A column's coordinates."""
        return [place for place, one in enumerate(self.scores) if one.column == column]

    def rows(self, table: Mapping[str, Values]) -> Floats:
        """The coordinates of every row."""
        if not self.scores:
            return np.zeros((len(_codes(next(iter(table.values())))) if table else 0, 0))
        return np.column_stack([one.of(table[one.column]) for one in self.scores])

    def residual(self, means: Floats) -> Floats:
        """Of each coordinate's mean, what the means of the others do not explain."""
        return np.asarray(means @ self.inverse / np.diag(self.inverse))


def normal(ordered: Floats, values: Floats) -> Floats:
    """Normal scores by mid-rank; 0 for missing ones."""
    below, upto = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    share = (below + upto) / 2 / max(len(ordered), 1)
    edge = 0.5 / max(len(ordered), 1)
    return np.where(np.isnan(values), 0.0, np.interp(np.clip(share, edge, 1 - edge), SHARES, QUANTILES))


def learn(table: Mapping[str, Values], windows: Integers) -> Joint:
    """How the reference's columns go together; `windows` says for each row which window it is of."""
    scores = tuple(score for values in table.values() for score in _scores(values))[:MOST]
    if not scores:
        nothing = np.zeros(0)
        return Joint(
            scores=(),
            covariance=np.zeros((0, 0)),
            inverse=np.zeros((0, 0)),
            wobble=nothing,
            limit=np.inf,
            usual_far=0.0,
            far_wobble=0.0,
        )
    rows = np.column_stack([one.of(table[one.column]) for one in scores])
    covariance = np.asarray(np.cov(rows, rowvar=False)).reshape(len(scores), -1)
    inverse = np.asarray(np.linalg.inv(covariance + RIDGE * np.eye(len(scores))), np.float64)
    distance = np.einsum("ij,ij->i", rows @ inverse, rows)
    limit = float(np.quantile(distance, FAR))
    residuals = rows @ inverse / np.diag(inverse)
    out = (distance > limit).astype(float)
    return Joint(
        scores=scores,
        covariance=covariance,
        inverse=inverse,
        wobble=_wobble(residuals, windows),
        limit=limit,
        usual_far=float(out.mean()),
        far_wobble=float(_wobble(out[:, None], windows)[0]),
    )


def _scores(values: Values) -> Sequence[Score]:
    if isinstance(values, Numbers):
        ordered = values.ordered
        score = normal(ordered, values.values)
        spread = float(score.std())
        column = values.edges.name
        return [Score(column=column, ordered=ordered, level="", mean=float(score.mean()), sd=spread)] if spread else []
    counts = values.counts
    total = max(sum(counts.values()), 1)
    frequent = sorted((name for name in counts if name in values.edges.levels), key=lambda name: (-counts[name], name))
    return [
        Score(
            column=values.edges.name, ordered=np.empty(0), level=name, mean=share, sd=float(np.sqrt(share - share**2))
        )
        for name in frequent[:MOST_LEVELS]
        if LEAST_SHARE <= (share := counts[name] / total) <= 1 - LEAST_SHARE
    ]


def _wobble(rows: Floats, windows: Integers) -> Floats:
    """How much windows' means differ beyond what sampling explains, as a variance."""
    parts = [rows[windows == number] for number in np.unique(windows).tolist()]
    parts = [one for one in parts if len(one) >= LEAST_ROWS]
    if len(parts) < 2:
        return np.zeros(rows.shape[1])
    means = np.array([one.mean(axis=0) for one in parts])
    sampling = np.mean([one.var(axis=0) / len(one) for one in parts], axis=0)
    return np.asarray(np.maximum(means.var(axis=0, ddof=1) - sampling, 0.0))


def _codes(values: Values) -> Floats | Integers:
    return values.codes if isinstance(values, Levels) else values.values
