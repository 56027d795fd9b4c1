"""Worlds that wobble by themselves, with known drifts to put in: what does a monitor say of them?

Numbers of six shapes and categories of 2 to 60 levels hang on one common factor; days have effects that last, half of
the columns have a habit of the week (or of the day's hours), quiet times have half the rows, some values are missing.
Nothing else happens unless a drift is put in, so every alert before it is a false one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from trueup.loop.schema import Column, Schema
from trueup.loop.window import Window
from trueup.testing.drifts import CALM

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.stats.arrays import Flags, Floats
    from trueup.testing.drifts import Drift

NUMBERS: Final = 0.6  # share of the columns that are numbers
COMMON: Final = 0.5  # weight of the common factor in every column
LASTS: Final = 0.6  # of a day's effect in the next one
ALIKE: Final = 0.8  # correlation of the rows of one user
LEVELS: Final = (2, 3, 8, 60)
SHAPES: Final[tuple[Callable[[Floats], Floats], ...]] = (
    lambda x: 100 + 20 * x,  # normal
    lambda x: np.exp(0.8 * x + 3),  # log-normal
    lambda x: np.sinh(1.2 * x),  # heavy tails on both sides
    lambda x: np.maximum(0.0, x),  # half of it zero
    lambda x: np.floor(np.exp(0.7 * x + 0.5)),  # counts
    lambda x: x + 3 * np.sign(x),  # two humps
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What wobbles in a world although nothing is wrong."""

    rows: int = 1000  # a window's, in busy times
    columns: int = 20
    period: int = 7  # windows of a cycle: 7 days or 24 hours
    season: tuple[float, float] = (0.1, 0.6)  # least and greatest shift in the quiet part, in sd; half of the columns
    effect: tuple[float, float] = (0.02, 0.12)  # least and greatest sd of the day effects, in sd of the rows
    quiet_rows: float = 0.5  # of the busy times' rows
    per_user: int = 1  # rows that each user has
    missing: float = 0.08  # share at most, in a third of the columns


IID: Final = Habits(season=(0.0, 0.0), effect=(0.0, 0.0), quiet_rows=1.0)  # windows that differ by sampling alone


class World:
    """A stream of windows by its seed; any window can be asked for, and is always the same."""

    def __init__(self, seed: int, habits: Habits, windows: int) -> None:
        """Draw what the world is like, and the effects of so many windows."""
        dice = np.random.default_rng([seed, 0])
        self.seed, self.habits = seed, habits
        count = habits.columns
        self.numbers = round(NUMBERS * count)
        self.missing = dice.uniform(0.01, max(habits.missing, 0.01), count) * (dice.random(count) < 1 / 3)
        self.effects = self._days(dice, windows) + self._habit(dice, windows)

    @property
    def schema(self) -> Schema:
        """The columns by name and kind."""
        columns = (
            Column(name=self.name(place), kind="numeric" if place < self.numbers else "categorical")
            for place in range(self.habits.columns)
        )
        return Schema(task="binary", label="y", features=tuple(columns))

    def name(self, place: int) -> str:
        """Of a column."""
        return f"n{place}" if place < self.numbers else f"c{place}"

    def quiet(self, number: int) -> bool:
        """Whether a window lies in the quiet part of its cycle: two days of seven, eight hours of 24."""
        period = self.habits.period
        return number % period >= period - max(2, period // 3)

    def rows(self, number: int) -> int:
        """How many rows a window has, give or take chance."""
        usual = self.habits.rows * (self.habits.quiet_rows if self.quiet(number) else 1.0)
        return max(1, round(usual * float(np.exp(0.05 * np.random.default_rng([self.seed, number, 1]).normal()))))

    def drawn(self, number: int, drift: Drift = CALM) -> tuple[Floats, Flags]:
        """The hidden values of a window's rows and columns, numbered from 0, and which of them are missing."""
        dice = np.random.default_rng([self.seed, number, 2])
        hidden = drift.hidden(self._hidden(dice, self.rows(number)) + self.effects[number], dice)
        return hidden, dice.random(hidden.shape) < self.missing + drift.absent(self.habits.columns)

    def table(self, number: int, drift: Drift = CALM) -> pa.Table:
        """The rows of a window."""
        hidden, absent = self.drawn(number, drift)
        columns = [
            self._numbers(place, hidden[:, place], absent[:, place], drift)
            if place < self.numbers
            else self._levels(place, hidden[:, place], absent[:, place], drift)
            for place in range(self.habits.columns)
        ]
        return pa.table(columns, names=list(self.schema.names))

    def window(self, number: int) -> Window:
        """Its slice of time; a day, or an hour, is one unit long."""
        return Window(number=number + 1, start=float(number), end=number + 1.0, name=f"window {number + 1}")

    def _days(self, dice: np.random.Generator, windows: int) -> Floats:
        """Effects that last from window to window, half of each shared by all columns."""
        count = self.habits.columns
        sd, sign = dice.uniform(*self.habits.effect, count), dice.choice([-1.0, 1.0], count)
        shocks = dice.normal(size=(windows, count + 1)) * np.sqrt(1 - LASTS**2)
        shocks[0] /= np.sqrt(1 - LASTS**2)
        for number in range(1, windows):
            shocks[number] += LASTS * shocks[number - 1]
        effects: Floats = sd * (shocks[:, :count] + sign * shocks[:, count:]) / np.sqrt(2)
        return effects

    def _habit(self, dice: np.random.Generator, windows: int) -> Floats:
        """The shift of the quiet part of a cycle, up or down, in half of the columns."""
        count = self.habits.columns
        size = dice.uniform(*self.habits.season, count) * dice.choice([-1.0, 1.0], count) * (dice.random(count) < 0.5)
        shifts: Floats = size * np.array([[self.quiet(number)] for number in range(windows)], float)
        return shifts

    def _hidden(self, dice: np.random.Generator, rows: int) -> Floats:
        """A normal value for each row and column, one factor in all of them; a user's rows are much alike."""
        count, each = self.habits.columns, self.habits.per_user
        drawn = dice.normal(size=(rows, count + 1))
        if each > 1:
            users = np.repeat(dice.normal(size=(-(-rows // each), count + 1)), each, axis=0)[:rows]
            drawn = np.sqrt(ALIKE) * users + np.sqrt(1 - ALIKE) * drawn
        hidden: Floats = COMMON * drawn[:, count:] + np.sqrt(1 - COMMON**2) * drawn[:, :count]
        return hidden

    def _numbers(self, place: int, hidden: Floats, absent: Flags, drift: Drift) -> pa.Array[Any]:
        """What is seen of hidden normal values."""
        return pa.array(SHAPES[place % len(SHAPES)](hidden) * drift.factor(place), mask=absent)

    def _levels(self, place: int, hidden: Floats, absent: Flags, drift: Drift) -> pa.Array[Any]:
        levels = levels_of(place - self.numbers)
        names = np.array([drift.renamed(place, f"level {number}") for number in range(levels)], dtype=object)
        seen: pa.Array[Any] = pa.array(names[np.searchsorted(CUTS[levels], hidden)], mask=absent)
        return seen


def levels_of(category: int) -> int:
    """How many levels a world's categories have, by their order."""
    return LEVELS[category % len(LEVELS)]


def _cuts(levels: int) -> Floats:
    """Where a normal value is cut so that the levels' shares fall like one over their rank."""
    shares = np.cumsum(1 / np.arange(1, levels + 1))
    grid = np.linspace(-6, 6, 24_001)
    below = np.cumsum(np.exp(-(grid**2) / 2))
    cuts: Floats = np.interp(shares[:-1] / shares[-1], below / below[-1], grid)
    return cuts


CUTS: Final = {levels: _cuts(levels) for levels in LEVELS}
