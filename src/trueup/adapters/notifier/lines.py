"""Tells the terminal, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.actions import Ask, Notify, Quarantine

if TYPE_CHECKING:
    from collections.abc import Callable


class LineNotifier:
    """Hands one line a message to whoever prints it."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Take the way to print a line."""
        self._tell = tell

    def send(self, message: Notify | Quarantine | Ask) -> None:
        """Say it in one line."""
        match message:
            case Notify():
                label = f"alert {message.number} ({message.severity})" if message.number else "note"
                self._tell(f"{label}: {message.sentence}")
            case Quarantine() if message.rows:
                self._tell(f"quarantine: {message.because[0]}")
            case Quarantine():
                self._tell(f"quarantine: window {message.window} is kept out: {message.because[0]}")
            case Ask():
                self._tell(f"waiting for a yes: {message.sentence} - approve with: trueup approve {message.decision}")
