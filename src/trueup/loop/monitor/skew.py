"""In how many rows did the model see another value than training would have?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.monitor.alert import Severity

LEAST_ROWS: Final = 20  # fewer tell nothing about a share
MODERATE, MAJOR = 0.05, 0.2  # share of rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SkewCount:
    """How many rows of one column differ between the log and the owner's table."""

    column: str
    rows: int  # compared
    differing: int

    @property
    def share(self) -> float:
        """Of the rows."""
        return self.differing / self.rows if self.rows else 0.0

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return "major" if self.share >= MAJOR else "moderate" if self.share >= MODERATE else "minor"


def skewed(counts: Iterable[SkewCount], above: float) -> tuple[SkewCount, ...]:
    """The columns beyond the limit, the worst first."""
    found = [one for one in counts if one.rows >= LEAST_ROWS and one.share > above]
    return tuple(sorted(found, key=lambda one: (-one.share, one.column)))
