"""Engines that fit models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TRAINERS: Final[Mapping[str, str]] = {
    "inline": "trueup.adapters.trainer.inline:InlineTrainer",
    "process": "trueup.adapters.trainer.process:ProcessTrainer",
}
