"""What every store of outlier models promises; an engine subclasses `OutlierModelsContract`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import pytest

from trueup.profiling import edges_of
from trueup.profiling.outliers import OUTLIERS
from trueup.profiling.outliers.model import Measure, OutlierModel, learn
from trueup.testing.contracts.hashed import SCHEMA, HashedContract, LastingHashedContract, rows

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.outlier_models import OutlierModels


def learnt(method: str = "mahalanobis") -> OutlierModel:
    """A model of such rows."""
    found = learn(rows(1), edges_of(rows(1), SCHEMA), method)
    assert found is not None
    return found.model


class OutlierModelsContract(HashedContract[OutlierModel]):
    """Promises of a store; `make` opens the one of a folder."""

    kind = "outlier model"

    @abstractmethod
    def make(self, folder: Path) -> OutlierModels:
        """Open the store of this folder; it is empty at first."""

    def example(self) -> OutlierModel:
        """A model of such rows."""
        return learnt()

    @pytest.mark.parametrize("method", sorted(OUTLIERS))
    def test_a_model_comes_back_and_measures_the_same(self, store: OutlierModels, method: str) -> None:
        """Read and written again it has the same hash, and the same rows are far."""
        model, edges = learnt(method), edges_of(rows(1), SCHEMA)
        name = store.write(model)
        back = store.read(name)
        assert store.write(back) == name
        far = Measure(model, edges).far(rows(2, count=5000))
        assert far == Measure(back, edges).far(rows(2, count=5000)) > 0


class LastingOutlierModelsContract(OutlierModelsContract, LastingHashedContract[OutlierModel]):
    """Promises of a store that outlives its process."""
