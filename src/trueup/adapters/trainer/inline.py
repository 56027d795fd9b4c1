"""Training in the caller's own process: quick to start, without limits; for tests and backtests of trusted code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from trueup.adapters.trainer.fitting import Fitting
from trueup.ports.trainer import Trained

if TYPE_CHECKING:
    from trueup.ports.bundles import Bundles
    from trueup.ports.models import Recipes
    from trueup.ports.snapshots import Snapshots
    from trueup.ports.trainer import TrainingRun


class InlineTrainer:
    """Fits in this process and this thread; `seconds` and `memory` are not enforced."""

    def __init__(self, snapshots: Snapshots, bundles: Bundles, recipes: Recipes) -> None:
        self._fitting = Fitting(snapshots, bundles, recipes)

    def train(self, run: TrainingRun) -> Trained:
        """Fit, store the bundle, report."""
        begun = time.process_time()
        made = self._fitting.make(run)
        return Trained(
            run=run.id,
            bundle=made.bundle,
            fits=made.fits,
            notes=made.notes,
            cpu_seconds=time.process_time() - begun,
            attempts=1,
        )

    def cancel(self, run: str) -> bool:  # noqa: ARG002 - the port's signature
        """There is never a run to stop: `train` has returned before anyone can ask in this thread."""
        return False

    def close(self) -> None:
        """Nothing is held."""
