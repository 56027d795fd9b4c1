"""Between which values does a measured number lie, and how sure is a sign?"""

from __future__ import annotations

import math
from typing import Final

Z95: Final = 1.959963984540054  # half width of a 95 % interval, in standard errors


def normal_below(z: float) -> float:
    """The chance that a standard normal number is below z.

    >>> normal_below(0.0)
    0.5
    """
    return 0.5 * math.erfc(-z / math.sqrt(2))


def normal(
    value: float, standard_error: float, *, least: float = -math.inf, most: float = math.inf
) -> tuple[float, float]:
    """The 95 % interval of a value with a normal error, cut at the bounds the value cannot leave."""
    half = Z95 * standard_error
    return max(least, value - half), min(most, value + half)


def wilson(events: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """The interval of a rate; right for few events too, where the normal one is not.

    Source: Wilson 1927.

    >>> [round(bound, 4) for bound in wilson(0, 376)]
    [0.0, 0.0101]
    """
    if trials <= 0:
        return 0.0, 1.0
    rate = events / trials
    shrunk = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / shrunk
    half = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / shrunk
    return (0.0 if events == 0 else max(0.0, centre - half), 1.0 if events == trials else min(1.0, centre + half))
