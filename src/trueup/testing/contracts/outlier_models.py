"""What every store of outlier models promises; an engine subclasses `OutlierModelsContract`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.errors import Corrupted, NotFound
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of
from trueup.profiling.outliers import OUTLIERS
from trueup.profiling.outliers.model import Measure, learn

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.outlier_models import OutlierModels
    from trueup.profiling.outliers.model import OutlierModel

COLUMNS: Final = (Column(name="amount", kind="numeric"), Column(name="plan", kind="categorical"))
SCHEMA: Final = Schema(task="binary", label="y", features=COLUMNS)


def rows(seed: int, *, count: int = 500) -> pa.Table:
    """Rows of one number and one level."""
    rng = np.random.default_rng(seed)
    plans = rng.choice(["gold", "basic", "naïve"], size=count).tolist()
    return pa.table({"amount": pa.array(rng.normal(50, 9, size=count)), "plan": pa.array(plans)})


def learnt(method: str = "mahalanobis") -> OutlierModel:
    """A model of such rows."""
    found = learn(rows(1), edges_of(rows(1), SCHEMA), method)
    assert found is not None
    return found.model


class OutlierModelsContract(ABC):
    """Promises of a store; `make` opens the one of a folder."""

    @abstractmethod
    def make(self, folder: Path) -> OutlierModels:
        """Open the store of this folder; it is empty at first."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> OutlierModels:
        """An empty store."""
        return self.make(tmp_path / "outliers")

    @pytest.mark.parametrize("method", sorted(OUTLIERS))
    def test_a_model_comes_back_and_measures_the_same(self, store: OutlierModels, method: str) -> None:
        """Read and written again it has the same hash, and the same rows are far."""
        model, edges = learnt(method), edges_of(rows(1), SCHEMA)
        name = store.write(model)
        back = store.read(name)
        assert store.write(back) == name
        far = Measure(model, edges).far(rows(2, count=5000))
        assert far == Measure(back, edges).far(rows(2, count=5000)) > 0

    def test_a_hash_that_nobody_wrote_is_not_found(self, store: OutlierModels) -> None:
        """No name of a file gets through, and none at all neither."""
        for name in ("", "0" * 64, "../journal"):
            with pytest.raises(NotFound, match="there is no outlier model"):
                store.read(name)


class LastingOutlierModelsContract(OutlierModelsContract):
    """Promises of a store that outlives its process."""

    @abstractmethod
    def damage(self, folder: Path, name: str) -> None:
        """Change a byte of what is kept."""

    def test_another_process_reads_what_was_written(self, tmp_path: Path) -> None:
        """The same folder, opened again."""
        name = self.make(tmp_path).write(learnt())
        assert self.make(tmp_path).write(self.make(tmp_path).read(name)) == name

    def test_damage_is_seen(self, tmp_path: Path) -> None:
        """Other bytes are never read as the model."""
        name = self.make(tmp_path).write(learnt())
        self.damage(tmp_path, name)
        with pytest.raises(Corrupted, match="its bytes are not the ones it is named by"):
            self.make(tmp_path).read(name)
