"""Outlier models that are gone with the process: for backtests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.outlier_models.layout import decoded, encoded, name_of
from trueup.errors import NotFound

if TYPE_CHECKING:
    from trueup.profiling.outliers.model import OutlierModel


class MemoryOutlierModels:
    """Keeps the bytes that a file would hold, so that the hashes are the same."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[str, bytes] = {}

    def write(self, model: OutlierModel) -> str:
        """Keep a model."""
        content = encoded(model)
        name = name_of(content)
        self._kept[name] = content
        return name

    def read(self, name: str) -> OutlierModel:
        """The model of this hash."""
        if name not in self._kept:
            raise NotFound("outlier model", name[:12], "this process has written none of that hash")
        return decoded(name, self._kept[name])
