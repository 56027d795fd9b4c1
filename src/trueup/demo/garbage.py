"""A recipe that is no good: it shuffles the labels before it learns. The demo plants it to show what stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

if TYPE_CHECKING:
    import pandas as pd

    from trueup.loop.schema import Schema
    from trueup.stats.arrays import Floats


class ShuffledLabels:
    """A tree that is sure of what it learnt from shuffled labels."""

    def __init__(self, seed: int, tree: DecisionTreeClassifier | DecisionTreeRegressor) -> None:
        self.seed = seed
        self.tree = tree

    def fit(self, X: pd.DataFrame, y: Floats) -> ShuffledLabels:
        """Learn from rows whose labels belong to other rows."""
        self.tree.fit(_numbers(X), np.random.default_rng(self.seed).permutation(y))
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """Answer with confidence."""
        return np.asarray(self.tree.predict(_numbers(X)))


class ShuffledClasses(ShuffledLabels):
    """The same for classes."""

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Answer with confidence."""
        return np.asarray(self.tree.predict_proba(_numbers(X)))


def build(schema: Schema, seed: int) -> ShuffledLabels:
    """The recipe's entry point, as `train.code` names it."""
    if schema.task == "regression":
        return ShuffledLabels(seed, DecisionTreeRegressor(max_depth=8, random_state=seed))
    return ShuffledClasses(seed, DecisionTreeClassifier(max_depth=8, random_state=seed))


def _numbers(X: pd.DataFrame) -> Floats:
    """What a tree can read of the features, and a column of ones where that is nothing."""
    numbers = X.select_dtypes("number").to_numpy(dtype=np.float64, na_value=0.0)
    return np.column_stack([np.ones(len(X)), numbers])
