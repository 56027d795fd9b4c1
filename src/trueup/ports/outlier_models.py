"""Where is kept what rows are called far by?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from trueup.profiling.outliers.model import OutlierModel


class OutlierModels(Protocol):
    """Keeps outlier models, immutable, by content hash; the journal holds the hash."""

    def write(self, model: OutlierModel) -> str:
        """Store a model and say its hash; again is harmless."""
        ...

    def read(self, name: str) -> OutlierModel:
        """The model of this hash; errors.NotFound if there is none, errors.Corrupted if it is another one."""
        ...
