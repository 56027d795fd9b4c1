"""What do a window's rows look like beside the champion's own, as far as it tells causes apart?

A profile says how far each column moved; these figures say how: whether one value holds too many rows, whether numbers
fit once divided, whether a new level stands where an old one is missing, whether two columns changed places, whether a
column left the others behind. They are shares and distances, and a level or value by name only from 20 rows on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One exact value or level that gained rows."""

    column: str
    value: str  # as text; empty: fewer than 20 rows have it, or the column is sensitive
    rows: int
    share: float  # of the rows with a value
    usual: float  # the same of the reference
    most: float  # largest share that any one value has in a window of the reference
    new: bool  # the reference never had it
    far: bool  # beyond the reference's range, or a usual sign for "no value"
    rest: float  # distance of the other rows from the reference's other rows
    others: int  # different values beside it; of a level: levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescaled:
    """The usual change of unit that explains a column's move best."""

    column: str
    factor: float  # values were multiplied by it
    offset: float  # and this was added
    part: float  # share of rows that were
    before: float  # distance from the reference, as it is
    after: float  # the same, once that part is turned back
    same: bool  # where values are alike by nature: the new ones, turned back, are values that were there
    apart: float  # residual beside the other columns, in standard deviations
    agrees: float  # the same, once turned back
    plain: float = 1.0  # distance once moved and stretched to the reference's middle; 1: not known, in old journals


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A number's mean beside what the other columns make expect, in standard deviations of its normal scores."""

    column: str
    shift: float  # as it is
    residual: float  # what the others do not explain
    error: float  # standard error of the residual, day-to-day noise included
    explained: float  # share of the column's variance that the others explain
    before: float  # distance from the reference
    after: float  # the same, once moved and stretched to the reference's quartiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A never-seen level beside the known one whose rows it may hold."""

    column: str
    old: str  # empty: fewer than 20 rows have it
    new: str
    lost: float  # share of rows that the old one lost
    left: float  # share of rows that it still has
    gained: float  # share of rows of the new one
    error: float  # of the difference of the two, sampling alone
    advantage: float  # log likelihood of a new name over a new kind of rows
    same_words: bool  # but for case, blanks and signs
    blank: bool  # the new one is a usual word for "no value"
    filled: bool  # the old one is: values are known now
    after: float  # distance from the reference, once named back


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """Two columns whose values fit better the other way round."""

    left: str
    right: str
    part: float  # share of rows whose marginals were exchanged, as it fits best
    better: float  # share of rows that fit the reference better the other way round; of levels: 0
    usual: float  # the same in the reference
    before: float  # larger distance of the two from the reference
    after: float  # the same, once exchanged back
    untied: float = 0.0  # mean change of their correlations with all other columns; of levels: 0
    tied: float = 0.0  # the same, once all rows are exchanged back


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptoms:
    """What one window's rows showed beside the reference; only what stands out is listed."""

    rows: int
    repeated: float  # share of rows that repeat another one of the window
    repeated_usual: float  # the most that a window of the reference had
    far: float  # share of rows that are further out, in all columns together, than 99 % of the reference
    far_usual: float
    far_error: float  # standard error of it, day-to-day noise included
    near: tuple[tuple[str, float], ...] = ()  # distance of a column from the reference, the far rows left out
    atoms: tuple[Atom, ...] = ()
    rescaled: tuple[Rescaled, ...] = ()
    residuals: tuple[Residual, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    exchanged: tuple[Exchanged, ...] = ()
