"""What came in otherwise than agreed: late, early, not at all, in other columns, or unlike the owner's own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.loop.monitor.skew import SkewCount


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRowsCounted:
    """Rows came for a window that had closed; training may read them, evidence stays as it was."""

    time: float
    window: int
    rows: int
    by: float = 0.0  # time units that the earliest one is before the end of the window


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyRowsCounted:
    """Rows came that are stamped in the future."""

    time: float
    rows: int
    by: float  # time units that the latest one is ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsMissed:
    """No row came for longer than usual."""

    time: float
    since: float  # moment of the last row
    usual: float  # time units from one row to the next
    longest: float  # time units: the longest usual wait


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaMisfit:
    """Logged rows did not have the columns that were agreed, since the last tick."""

    time: float
    column: str
    how: Literal["vanished", "appeared", "retyped"]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkewMeasured:
    """Logged features were compared with the owner's table, by id."""

    time: float
    source: str  # name of the table
    above: float  # share of rows that may differ
    counts: tuple[SkewCount, ...]
