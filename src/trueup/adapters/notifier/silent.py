"""Tells nobody: what a backtest would have said is in its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.loop.actions import Ask, Notify, Quarantine


class SilentNotifier:
    """Keeps still."""

    def send(self, message: Notify | Quarantine | Ask) -> None:
        """Say nothing."""
