"""How much does each signal wobble from window to window when nothing is wrong?

Sampling noise shrinks with a window's rows, day-to-day noise does not; both are learnt from windows without an alert,
and kept when a new champion resets the level. This is what is remembered; `wobble` makes the sums of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from trueup.loop.monitor.signals import VOLUME, Kind
from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from trueup.loop.monitor.signals import Signal

Key: TypeAlias = tuple[str, Kind, str]

LEARNT: Final = 14  # windows; before, only sampling noise is known
REMEMBERED: Final = 168  # windows: seven days of hours, or half a year of days
BELIEVED: Final = 14  # windows later a quiet window is learnt from: a slow move is not noise before it is an alert
RECENT: Final = 72  # windows that the number of rows is compared with: a stream may grow


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What each signal had in quiet windows, seen from the level; survives promotions, so they blind nobody."""

    keys: tuple[Key, ...] = ()  # of the signals
    numbers: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # of the windows
    places: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # of the windows on the clock
    moves: Floats = field(
        default_factory=lambda: np.zeros((0, 0))
    )  # windows x signals, from the level; psi: beyond chance; NaN: nothing learnt
    chances: Floats = field(
        default_factory=lambda: np.zeros((0, 0))
    )  # windows x signals: variance by sampling alone; psi: what it is on average
    windows: int = 0  # learnt from, forgotten ones counted
    fresh: int = 0  # newest windows that are not believed yet

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Noise):
            return NotImplemented
        mine, its = ((one.numbers, one.places, one.moves, one.chances) for one in (self, other))
        alike = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, its, strict=True))
        return alike and (self.keys, self.windows, self.fresh) == (other.keys, other.windows, other.fresh)

    def __hash__(self) -> int:
        return hash((self.keys, self.windows))

    def of(self, keys: Sequence[Key]) -> tuple[Floats, Floats]:
        """The moves and chances of some signals, in this order; unknown ones are columns of NaN.

        Fresh windows are left out where there are others enough.
        """
        known = {key: place for place, key in enumerate(self.keys)}
        places = [known.get(key, len(self.keys)) for key in keys]
        unknown = np.full((len(self.places), 1), np.nan)
        moves, chances = (np.hstack((one, unknown))[:, places] for one in (self.moves, self.chances))
        volume = np.array([key == VOLUME for key in keys], dtype=bool)
        moves[:-RECENT, volume] = np.nan
        old = len(moves) - self.fresh
        enough = np.isfinite(moves[:old]).sum(axis=0) >= LEARNT
        moves[old:, enough & ~volume] = np.nan
        chances[np.isnan(moves)] = np.nan
        return moves, chances

    def taught(self, number: int, place: int, signals: Sequence[Signal], *, whole: bool) -> Noise:
        """With one window more, of which only these signals are known; `whole`: it counts as one learnt from."""
        wide = self._with_keys([one.key for one in signals])
        at = {key: place for place, key in enumerate(wide.keys)}
        row = np.full((2, len(wide.keys)), np.nan)
        for one in signals:
            row[:, at[one.key]] = one.move, one.chance
        return Noise(
            keys=wide.keys,
            numbers=np.append(self.numbers, number)[-REMEMBERED:],
            places=np.append(self.places, place)[-REMEMBERED:],
            moves=np.vstack((wide.moves, row[:1]))[-REMEMBERED:],
            chances=np.vstack((wide.chances, row[1:]))[-REMEMBERED:],
            windows=self.windows + whole,
            fresh=min(self.fresh + 1, BELIEVED),
        )

    def doubted(self, columns: Collection[str]) -> Noise:
        """What fresh windows taught of these columns is not believed: it may be how their move began."""
        suspect = np.array([key[0] in columns for key in self.keys], dtype=bool)
        if not columns or not self.fresh or not suspect.any():
            return self
        moves = self.moves.copy()
        moves[-self.fresh :, suspect] = np.nan
        return replace(self, moves=moves)

    def told(self, number: int, signals: Sequence[Signal]) -> Noise:
        """With more signals of a window that is remembered already; without it, nothing is learnt."""
        found = np.flatnonzero(self.numbers == number)
        if not len(found) or not signals:
            return self
        wide = self._with_keys([one.key for one in signals])
        at = {key: place for place, key in enumerate(wide.keys)}
        moves, chances = wide.moves.copy(), wide.chances.copy()
        for one in signals:
            moves[found[-1], at[one.key]], chances[found[-1], at[one.key]] = one.move, one.chance
        return replace(wide, moves=moves, chances=chances)

    def without(self, number: int) -> Noise:
        """As it would be had one of its windows not been."""
        kept = self.numbers != number
        return Noise(
            keys=self.keys,
            numbers=self.numbers[kept],
            places=self.places[kept],
            moves=self.moves[kept],
            chances=self.chances[kept],
            windows=self.windows - 1,
            fresh=min(self.fresh, int(kept.sum())),
        )

    def seen_from(self, level: Mapping[Key, float]) -> Noise:
        """The same windows beside another level, that lies so far from the one before."""
        by = np.array([level.get(key, 0.0) for key in self.keys])
        return replace(self, moves=self.moves - by)

    def _with_keys(self, keys: Sequence[Key]) -> Noise:
        known = set(self.keys)
        new = tuple(key for key in keys if key not in known)
        unknown = np.full((len(self.places), len(new)), np.nan)
        moves, chances = (np.hstack((one, unknown)) for one in (self.moves, self.chances))
        return replace(self, keys=(*self.keys, *new), moves=moves, chances=chances) if new else self
