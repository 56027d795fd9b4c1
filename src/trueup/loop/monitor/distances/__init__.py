"""How far did a distribution move? One file a distance; a new one is one more line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.errors import Incompatible
from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances.chi_squared import chi_squared
from trueup.loop.monitor.distances.jensen_shannon import jensen_shannon
from trueup.loop.monitor.distances.ks import ks, ks_bracket
from trueup.loop.monitor.distances.kullback_leibler import kullback_leibler
from trueup.loop.monitor.distances.mean_sd import mean_sd
from trueup.loop.monitor.distances.psi import psi
from trueup.loop.monitor.distances.wasserstein import wasserstein

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Distance = Callable[[Counts, Counts], float]
    Bracket = Callable[[Counts, Counts], tuple[float, float]]

DISTANCES: Final[Mapping[str, Distance]] = {
    "chi_squared": chi_squared,
    "jensen_shannon": jensen_shannon,
    "kl": kullback_leibler,
    "ks": ks,
    "mean_sd": mean_sd,
    "psi": psi,
    "wasserstein": wasserstein,
}
BRACKETS: Final[Mapping[str, Bracket]] = {"ks": ks_bracket}  # of those that bins only bound


def needs_numbers(name: str) -> bool:
    """Whether a distance has no meaning for categories.

    >>> needs_numbers("psi"), needs_numbers("ks")
    (False, True)
    """
    nothing = Counts.of([1, 1])
    try:
        DISTANCES[name](nothing, nothing)
    except Incompatible:
        return True
    return False
