"""Who is told?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from trueup.loop.actions import Ask, Notify, Quarantine


class Notifier(Protocol):
    """Tells people; a message may arrive twice after a crash, so it carries its action's id."""

    def send(self, message: Notify | Quarantine | Ask) -> None:
        """Tell it."""
