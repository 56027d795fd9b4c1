"""Do the stores of outlier models keep the contract of the port?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.outlier_models import OUTLIER_MODELS
from trueup.adapters.outlier_models.folder import FolderOutlierModels
from trueup.adapters.outlier_models.memory import MemoryOutlierModels
from trueup.profiling.outliers.model import OutlierModel
from trueup.testing.contracts.hashed import HashedFolderContract
from trueup.testing.contracts.outlier_models import LastingOutlierModelsContract, OutlierModelsContract, learnt

if TYPE_CHECKING:
    from pathlib import Path


class TestMemory(OutlierModelsContract):
    """The store of backtests."""

    def make(self, folder: Path) -> MemoryOutlierModels:
        """The folder is not needed."""
        del folder
        return MemoryOutlierModels()


class TestFolder(LastingOutlierModelsContract, HashedFolderContract[OutlierModel]):
    """The store of a project."""

    def make(self, folder: Path) -> FolderOutlierModels:
        """The folder need not be there."""
        return FolderOutlierModels(folder)

    def test_both_stores_give_one_hash(self, tmp_path: Path) -> None:
        """What a backtest says of rows, a live project says too."""
        assert FolderOutlierModels(tmp_path).write(learnt()) == MemoryOutlierModels().write(learnt())


def test_the_catalogue_names_what_is_tested_here() -> None:
    """An engine in the catalogue without a contract test would be a promise nobody checked."""
    assert set(OUTLIER_MODELS) == {"folder", "memory"}
