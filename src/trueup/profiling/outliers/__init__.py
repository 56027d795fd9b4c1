"""How far is each row from the reference, in all columns together? One file a method, one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from trueup.profiling.outliers import isolation_forest, mahalanobis
from trueup.profiling.outliers.scores import Small
from trueup.stats.arrays import Floats

Parts = Mapping[str, NDArray[np.float32]]


class Fit(Protocol):
    """Learns from the scores of the reference, one line a column."""

    def __call__(self, scores: Small, seed: int) -> Parts:
        """What `distance` needs to know."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to say how far out a row is."""

    fit: Fit
    distance: Callable[[Small, Parts], Floats]  # of each row: the greater, the further out
    blame: Callable[[Small, Parts], Floats]  # of each column: its part in how far out the rows are
    among_others: Callable[[Floats], Floats]  # the reference's own distances, each row judged by the others


OUTLIERS: Final[Mapping[str, Method]] = {
    "isolation_forest": Method(
        fit=isolation_forest.fit,
        distance=isolation_forest.distance,
        blame=isolation_forest.blame,
        among_others=isolation_forest.among_others,
    ),
    "mahalanobis": Method(
        fit=mahalanobis.fit,
        distance=mahalanobis.distance,
        blame=mahalanobis.blame,
        among_others=mahalanobis.among_others,
    ),
}
