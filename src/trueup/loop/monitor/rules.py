"""How many answers broke a business rule?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trueup.errors import Incompatible


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """What one rule said about some answers; counts of the same rule add up."""

    name: str
    rows: int  # answers looked at
    broken: int  # answers for which the rule was false; one that cannot be told (a missing value) is not broken

    def __add__(self, other: RuleCount) -> RuleCount:
        if other.name != self.name:
            raise Incompatible("counts of two rules do not add up", self.name, other.name)
        return replace(self, rows=self.rows + other.rows, broken=self.broken + other.broken)
