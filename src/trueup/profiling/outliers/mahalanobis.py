"""Mahalanobis distance: how far is a row from the middle, in units of how the columns vary together?

Prefer it to `isolation_forest`: it costs next to nothing, and sees values that are usual by themselves but not
together. It does not see a hole in the middle of the reference.

The covariance of the scores gets a ridge of .05, and no column less variance than a half, so that columns that hardly
vary cannot rule the distance. A row of
the reference is judged by all others: with h its distance under the whole covariance of n rows it is h / (1 - h/(n-1)),
so a small reference does not call new rows far only for being new.
Source: Mahalanobis 1936; Sherman and Morrison 1950; research/decision-quality.md, section 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from trueup.profiling.outliers.scores import Small
    from trueup.stats.arrays import Floats

RIDGE: Final = 0.05
LEAST: Final = 0.5  # variance of a column


def fit(scores: Small, seed: int) -> Mapping[str, NDArray[np.float32]]:
    """The middle of the scores, and what makes them independent of each other; no chance is needed."""
    del seed
    whole = scores.astype(np.float64)
    middle = whole.mean(axis=1)
    apart = whole - middle[:, None]
    covariance = apart @ apart.T / max(whole.shape[1], 1)
    still = np.maximum(LEAST - np.diag(covariance), 0.0)
    whitening = np.linalg.inv(np.linalg.cholesky(covariance + np.diag(RIDGE + still)))
    return {"middle": middle.astype(np.float32), "whitening": whitening.astype(np.float32)}


def distance(scores: Small, parts: Mapping[str, NDArray[np.float32]]) -> Floats:
    """The squared distance of each row.

    >>> parts = {"middle": np.zeros(2, np.float32), "whitening": np.eye(2, dtype=np.float32)}
    >>> distance(np.array([[3.0], [4.0]], np.float32), parts).tolist()
    [25.0]
    """
    white = parts["whitening"] @ (scores - parts["middle"][:, None])
    return np.asarray(np.einsum("cr,cr->r", white, white), np.float64)


def blame(scores: Small, parts: Mapping[str, NDArray[np.float32]]) -> Floats:
    """Each column's part of the rows' mean squared distance; a column that takes distance away has a negative one."""
    apart = scores - parts["middle"][:, None]
    pulled = parts["whitening"].T @ (parts["whitening"] @ apart)
    return np.asarray((apart * pulled).mean(axis=1), np.float64)


def among_others(distances: Floats) -> Floats:
    """What the reference's own rows would have been, each judged by the others."""
    others = max(len(distances) - 1, 1)
    return distances / np.maximum(1.0 - distances / others, 1e-6)
