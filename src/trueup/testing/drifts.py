"""What can happen to a world's rows? Drifts of known size, from one window on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

Kind = Literal["none", "shift", "spread", "segment", "missing", "unit", "rename"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One change of one column or of some rows.

    `shift` moves a column's hidden normal value, so that a category's mix moves by it too; a gradual drift is a shift
    whose size the caller raises from window to window.
    """

    kind: Kind = "none"
    column: int = 0
    size: float = 0.0  # shift: sd; spread and unit: factor; missing and segment: share of rows
    columns: int = 1  # shift: so many in a row

    def hidden(self, values: Floats, dice: np.random.Generator) -> Floats:
        """The rows' hidden values with the drift in them."""
        match self.kind:
            case "shift":
                values[:, self.column : self.column + self.columns] += self.size
            case "spread":
                values[:, self.column] *= self.size
            case "segment":
                new = dice.random(len(values)) < self.size
                far = np.where(np.arange(values.shape[1]) % 4 == 0, 2.0, 0.0)  # unlike anybody in every fourth column
                values[new] = 0.5 * values[new] + far
            case _:
                pass
        return values

    def absent(self, columns: int) -> Floats:
        """The share of values that go missing, by column."""
        share = np.zeros(columns)
        if self.kind == "missing":
            share[self.column] = self.size
        return share

    def factor(self, place: int) -> float:
        """What a column's numbers are multiplied by."""
        return self.size if self.kind == "unit" and place == self.column else 1.0

    def renamed(self, place: int, level: str) -> str:
        """What one of a column's levels is called."""
        return "LEVEL-0" if (self.kind, place, level) == ("rename", self.column, "level 0") else level


CALM = Drift()
