"""Isolation forest: after how few random cuts does a row stand alone?

Prefer it to `mahalanobis` where the reference has several clusters with room between them; it is about 50 times slower
and needs a second more to load. It does not see columns that only stopped varying together.

Grown by scikit-learn on the scores, read as plain arrays: no pickle is kept, and scoring needs numpy only.
Source: Liu, Ting and Zhou 2008.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from trueup.profiling.outliers.scores import Small
    from trueup.stats.arrays import Floats

TREES: Final = 100
SAMPLE: Final = 256  # rows that a tree sees
EULER: Final = 0.5772156649


def fit(scores: Small, seed: int) -> Mapping[str, NDArray[np.float32]]:
    """The trees, side by side: the column and value of each cut, where it leads to, and how deep its end is."""
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, scores.shape[1]), random_state=seed)
    trees = [one.tree_ for one in forest.fit(scores.T).estimators_]
    nodes = max(tree.node_count for tree in trees)
    shape = (len(trees), nodes)
    column, cut, depth = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    low, high = (np.tile(np.arange(nodes, dtype=np.float64), (len(trees), 1)) for _ in range(2))
    for place, tree in enumerate(trees):
        inner = np.flatnonzero(tree.children_left >= 0)
        column[place, inner], cut[place, inner] = tree.feature[inner], tree.threshold[inner]
        low[place, inner], high[place, inner] = tree.children_left[inner], tree.children_right[inner]
        depth[place, : tree.node_count] = _depths(tree.children_left, tree.children_right, tree.n_node_samples)
    parts = {"column": column, "cut": cut, "low": low, "high": high, "depth": depth}
    return {name: values.astype(np.float32) for name, values in parts.items()}


def distance(scores: Small, parts: Mapping[str, NDArray[np.float32]]) -> Floats:
    """Minus the mean number of cuts after which a row stands alone: the greater, the further out."""
    rows = np.arange(scores.shape[1])
    total = np.zeros(scores.shape[1])
    levels = int(np.ceil(np.log2(SAMPLE)))
    for column, cut, low, high, depth in zip(*(parts[name] for name in _PARTS), strict=True):
        columns, below, above = column.astype(np.int64), low.astype(np.int64), high.astype(np.int64)
        at = np.zeros(len(rows), np.int64)
        for _ in range(levels):
            at = np.where(scores[columns[at], rows] <= cut[at], below[at], above[at])
        total += depth[at]
    return -total / len(parts["cut"])


def blame(scores: Small, parts: Mapping[str, NDArray[np.float32]]) -> Floats:
    """How far out each column is, by its mean squared score: the trees do not say it by column."""
    del parts
    return np.asarray((scores**2).mean(axis=1), np.float64)


def among_others(distances: Floats) -> Floats:
    """The same: a tree sees few rows, so a row of the reference is hardly judged by itself."""
    return distances


_PARTS: Final = ("column", "cut", "low", "high", "depth")


def _depths(left: NDArray[np.int64], right: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    """How deep each end is, the cuts that its rows would still have needed counted in."""
    depth = np.zeros(len(left))
    for node in range(len(left)):  # children come after their parent
        if left[node] >= 0:
            depth[left[node]] = depth[right[node]] = depth[node] + 1
    many = np.maximum(rows.astype(np.float64), 2.0)
    more = 2.0 * (np.log(np.maximum(many - 1.0, 1.0)) + EULER) - 2.0 * (many - 1.0) / many
    return depth + np.where(rows > 2, more, np.where(rows == 2, 1.0, 0.0))
