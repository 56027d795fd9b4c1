"""How much does each fit of a version count? Weights learnt from every window's labels.

Source: research/policy.md section 2, step 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARPNESS = 100.0  # K: a mix that is worse by 1 % of the loss counts e times less


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendLosses:
    """How each mix on the grid would have done on one window, in the metric's loss."""

    window: int
    losses: tuple[float, ...]  # in the order of `grid`


def grid(fits: int) -> tuple[tuple[float, ...], ...]:
    """Every mix of weights 0, 1/2 and 1 that sums to one.

    >>> grid(2)
    ((0.0, 1.0), (0.5, 0.5), (1.0, 0.0))
    """
    return tuple(mix for mix in product((0.0, 0.5, 1.0), repeat=fits) if sum(mix) == 1.0)


def even(fits: int) -> tuple[float, ...]:
    """The weights of a version without a track record."""
    return (1.0 / fits,) * fits


def weights(track: Sequence[BlendLosses], fits: int, *, windows: int, decay: float) -> tuple[float, ...]:
    """The average mix, each counted by exp(-K (L - Lmin) / Lmin) of its loss over the last windows.

    >>> good, bad = BlendLosses(window=1, losses=(0.2, 0.3, 0.4)), BlendLosses(window=2, losses=(0.2, 0.3, 0.4))
    >>> weights((good, bad), 2, windows=12, decay=0.85)
    (0.0, 1.0)
    """
    mixes = grid(fits)
    recent = [row for row in track if len(row.losses) == len(mixes)][-windows:]
    if not recent:
        return even(fits)
    newest = recent[-1].window
    ages = np.array([decay ** (newest - row.window) for row in recent])
    loss = ages @ np.array([row.losses for row in recent]) / ages.sum()
    best = max(float(loss.min()), 1e-9)
    count = np.exp(-SHARPNESS * (loss - loss.min()) / best)
    mean = count @ np.array(mixes) / count.sum()
    return tuple(round(float(weight), 6) for weight in mean)


def blend(raws: np.ndarray, mix: Sequence[float]) -> np.ndarray:
    """The weighted mean of the fits' scores; `raws` is (fits, rows) or (fits, rows, classes)."""
    return np.tensordot(np.asarray(mix) / sum(mix), raws, axes=1)
