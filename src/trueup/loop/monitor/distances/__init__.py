"""How far did a distribution move? One file a distance; a new one is one more line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.distances.chi_squared import chi_squared
from trueup.loop.monitor.distances.jensen_shannon import jensen_shannon
from trueup.loop.monitor.distances.psi import psi
from trueup.loop.monitor.distances.wasserstein import wasserstein

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.loop.monitor.counts import Counts

    Distance = Callable[[Counts, Counts], float]

DISTANCES: Final[Mapping[str, Distance]] = {
    "chi_squared": chi_squared,
    "jensen_shannon": jensen_shannon,
    "psi": psi,
    "wasserstein": wasserstein,
}
