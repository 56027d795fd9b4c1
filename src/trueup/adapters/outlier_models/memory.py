"""Outlier models that are gone with the process: for backtests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.outlier_models.layout import decoded, encoded
from trueup.hashed import HashedMemory

if TYPE_CHECKING:
    from trueup.profiling.outliers.model import OutlierModel


class MemoryOutlierModels:
    """Keeps the bytes that a file would hold, so that the hashes are the same."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept = HashedMemory("outlier model")

    def write(self, model: OutlierModel) -> str:
        """Keep a model."""
        return self._kept.write(encoded(model))

    def read(self, name: str) -> OutlierModel:
        """The model of this hash."""
        return decoded(self._kept.read(name))
