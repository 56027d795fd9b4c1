"""Engines that keep outlier models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTLIER_MODELS: Final[Mapping[str, str]] = {
    "folder": "trueup.adapters.outlier_models.folder:FolderOutlierModels",
    "memory": "trueup.adapters.outlier_models.memory:MemoryOutlierModels",
}
