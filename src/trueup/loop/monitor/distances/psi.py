"""Population stability index, and how much of it is more than chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trueup.loop.monitor.counts import Counts, occupied, shrunk

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def psi(reference: Counts, current: Counts) -> float:
    """How far a distribution moved, weighing gains and losses alike; 0 for equal shares of many rows.

    Prefer it to `wasserstein` when units differ between columns, or for categories; it does not see how *far* mass
    moved, only that it did. The reference gets half a row per used bin, the current side is drawn to the reference by
    as many rows, so empty bins are finite and thin windows are not taken for moved ones.

    Source: Yurdakul and Naranjo 2020, eq. 2; equals the symmetrised Kullback-Leibler divergence.

    >>> round(psi(Counts.of([50, 50]), Counts.of([50, 50])), 3)
    0.0
    >>> round(psi(Counts.of([50, 50]), Counts.of([80, 20])), 3)
    0.406
    """
    before, after = shrunk(*occupied(reference, current))
    return float(np.sum((after - before) * np.log(after / before)))


def psi_by_row(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """The psi of each row of two matrices of counts, and how many of its bins are free (used, less one).

    >>> both = psi_by_row(np.array([[50.0, 50.0, 0.0]]), np.array([[80.0, 20.0, 0.0]]))
    >>> round(float(both[0][0]), 3), float(both[1][0])
    (0.406, 1.0)
    """
    used = (before > 0) | (after > 0)
    bins = used.sum(axis=1, keepdims=True).astype(float)
    p = np.where(used, before + 0.5, 1.0) / np.maximum(before.sum(axis=1, keepdims=True) + bins / 2, 1.0)
    rows = after.sum(axis=1, keepdims=True) + bins / 2
    q = np.where(used, after + bins / 2 * p, p * rows) / np.maximum(rows, 1.0)
    return np.sum((q - p) * np.log(q / p), axis=1), bins[:, 0] - 1.0


def chance(reference: Counts, current: Counts) -> float:
    """The psi that chance alone brings about on average: (bins - 1) (1/n + 1/m).

    Source: Yurdakul and Naranjo 2020, section 3.

    >>> round(chance(Counts.of([50, 50]), Counts.of([80, 20])), 3)
    0.02
    """
    bins = len(occupied(reference, current)[0])
    return max(bins - 1, 0) * (1.0 / max(reference.total, 1.0) + 1.0 / max(current.total, 1.0))


def debiased_psi(reference: Counts, current: Counts) -> float:
    """The psi beyond chance: what severity is read from, the same for thin and for thick windows.

    >>> round(debiased_psi(Counts.of([50, 50]), Counts.of([80, 20])), 3)
    0.386
    """
    return max(0.0, psi(reference, current) - chance(reference, current))
