"""How long is a span on this project's time axis?"""

from __future__ import annotations

from dataclasses import dataclass

from trueup.errors import BadQuantity
from trueup.loop.policy import Windowing
from trueup.settings.quantity import Span


@dataclass(frozen=True, slots=True)
class Axis:
    """What one window is, and what the time column counts."""

    clock: bool  # the time column holds moments (seconds since the epoch), not plain order numbers
    window: Span

    def windowing(self, *, min_rows: int, timezone: str) -> Windowing:
        """How the axis is cut."""
        least = min(min_rows, int(self.window.size)) if self.window.dimension == "rows" else min_rows
        match self.window.dimension:
            case "rows" if not float(self.window.size).is_integer():
                raise BadQuantity(f"{self.window} is no whole number of rows", "write window: 1000 rows")
            case "rows":
                return Windowing(unit="rows", length=self.window.size, min_rows=least, timezone=timezone)
            case "time" if self.clock:
                return Windowing(unit="time", length=self.window.size, min_rows=min_rows, timezone=timezone)
            case "time":
                raise BadQuantity("the time column holds plain order numbers, not moments", "write window: 1000 rows")
            case _:
                raise BadQuantity("a window cannot be counted in windows", "write window: 1 day or window: 1000 rows")

    def length(self, span: Span) -> float:
        """A span in the units of the time column: seconds, or order numbers."""
        match span.dimension:
            case "windows" if self._runs_along:
                return span.amount * self.window.size
            case "windows":
                raise BadQuantity(f"{span} have no fixed length: windows are counted in rows", "write it in days")
            case "time" if self.clock:
                return span.size
            case "time":
                mend = "write it in rows or windows"
                raise BadQuantity(f"{span} cannot be told: the time column holds plain order numbers", mend)
            case "rows" if not self.clock:
                return span.size
            case _:
                raise BadQuantity(f"{span} have no fixed length: the time column holds moments", "write it in days")

    def windows(self, span: Span) -> float:
        """A span counted in windows."""
        if span.dimension == "windows":
            return span.amount
        if span.dimension == self.window.dimension and span.dimension == "rows":
            return span.size / self.window.size
        if not self._runs_along:
            raise BadQuantity(f"{span} cannot be counted in windows of rows", "write it in windows")
        return self.length(span) / self.window.size

    @property
    def _runs_along(self) -> bool:
        """Whether a window's length and the time column count the same thing."""
        return (self.window.dimension == "time") == self.clock
