"""Engines that keep the prediction log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PREDICTION_LOGS: Final[Mapping[str, str]] = {
    "delta": "trueup.adapters.predictions.delta:DeltaPredictionLog",
    "memory": "trueup.adapters.predictions.memory:MemoryPredictionLog",
}
