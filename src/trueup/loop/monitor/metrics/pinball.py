"""Pinball loss: how good a number is as a quantile; too low costs its share, too high the rest."""

from __future__ import annotations

import math
import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric, error_of_mean, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

_PERCENT: Final = re.compile(r"pinball_([0-9]{1,2}(?:\.[0-9]{1,3})?)")


def tilted(y: Floats, score: Floats, *, share: float) -> Floats:
    """Each row's loss: least on average where this share of the values comes out below the score.

    At one half it is half of the absolute error.

    Source: Koenker and Bassett 1978.

    >>> tilted(np.array([3.0, 3.0]), np.array([2.0, 4.0]), share=0.9).round(3).tolist()
    [0.9, 0.1]
    """
    under = y - score
    return np.maximum(share * under, (share - 1.0) * under)


@lru_cache(maxsize=16)
def pinball(name: str) -> Metric | None:
    """The metric of such a name: `pinball_90` judges a number as the 90 % quantile; None for any other name.

    >>> pinball("pinball_99.5").name, pinball("pinball_0"), pinball("pin")
    ('pinball_99.5', None, None)
    """
    found = _PERCENT.fullmatch(name)
    share = float(found[1]) / 100.0 if found else 0.0
    return _metric(name, share) if share else None


def _metric(name: str, share: float) -> Metric:
    losses = partial(tilted, share=share)
    return Metric(
        name=name,
        direction="lower",
        tasks=("regression",),
        observe=observe_mean(losses),
        value=mean_of,
        standard_error=error_of_mean,
        row_losses=losses,
        most=math.inf,
    )


PINBALL: Final = _metric("pinball", 0.5)
