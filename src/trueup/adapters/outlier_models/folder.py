"""Outlier models as Parquet files of one folder, named by the hash of their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.outlier_models.layout import decoded, encoded
from trueup.hashed import HashedFolder

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.profiling.outliers.model import OutlierModel


class FolderOutlierModels:
    """Outlier models in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """The folder need not be there yet."""
        self._files = HashedFolder(folder, "outlier model")

    def write(self, model: OutlierModel) -> str:
        """Store a model; the same one again keeps the file that is there."""
        return self._files.write(encoded(model))

    def read(self, name: str) -> OutlierModel:
        """The model of this hash."""
        return decoded(self._files.read(name))
