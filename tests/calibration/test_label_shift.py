"""Does the label alert keep its part of the budget in worlds that wobble, and does it see ten points?

Worlds: the classes' odds have day-to-day effects (lag-one correlation 0.6) and a weekend of their own, and weekends
have half the labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from trueup.loop.feedback.returned import Returned
from trueup.loop.monitor.label_shift import Setting, look, start
from trueup.loop.policy import MonitorPolicy
from trueup.loop.schema import Schema
from trueup.loop.window import Window

if TYPE_CHECKING:
    from trueup.loop.monitor.label_watch import LabelWatch

REFERENCE: Final = 42  # windows
SETTING: Final = Setting(
    schema=Schema(task="multiclass", label="sentiment", features=(), classes=("negative", "neutral", "positive")),
    budget=MonitorPolicy().windows_per_alert("outcomes"),
    closed=0,
)
USUAL: Final = np.array([0.63, 0.21, 0.16])
TEN_POINTS: Final = np.array([-0.10, 0.10, 0.0])


class World:
    """A stream of days; nothing happens in it beside its own wobble, unless it is told to."""

    def __init__(
        self, seed: int, labels: int, *, days: float = 0.08, weekend: float = 0.25, known: int = REFERENCE
    ) -> None:
        """`days` and `weekend` are effects on the log odds; `known` windows are the reference."""
        self.rng = np.random.default_rng(seed)
        self.labels = labels
        self.days = days
        self.weekend = weekend * self.rng.choice([-1.0, 1.0], size=len(USUAL))
        self.own = self.rng.normal(size=len(USUAL))
        self.number = 0
        seen = [self.day() for _ in range(known)]
        watch = start(tuple(one for _, one in seen), tuple(one for one, _ in seen))
        assert watch is not None
        self.watch: LabelWatch = watch

    def day(self, shift: np.ndarray | float = 0.0) -> tuple[Window, Returned]:
        """The next day's labels."""
        self.own = 0.6 * self.own + 0.8 * self.rng.normal(size=len(USUAL))
        off = self.number % 7 >= 5
        odds = (USUAL + shift) * np.exp(self.days * self.own + self.weekend * off)
        counts = self.rng.multinomial(self.labels // (2 if off else 1), odds / odds.sum())
        self.number += 1
        window = Window(number=self.number, start=self.number - 1.0, end=float(self.number), name=f"day {self.number}")
        total = int(counts.sum())
        return window, Returned(rows=total, labelled=total, counts=tuple(int(one) for one in counts))

    def alerts(self, days: int, shift: np.ndarray | float = 0.0) -> list[int]:
        """The days, counted from 0, at which an alert opens."""
        opened = []
        for day in range(days):
            seen = look(self.watch, *self.day(shift), SETTING)
            self.watch = seen.watch
            opened += [day] if seen.opened else []
        return opened


@pytest.mark.parametrize(("labels", "effect"), [(1000, 0.08), (200, 0.08), (1000, 0.25), (50, 0.0)])
def test_a_quiet_world_keeps_the_label_alerts_part(labels: int, effect: float) -> None:
    """Of 720 quiet windows four at most open a label alert: half of the whole budget, whatever the days do."""
    opened = sum(len(World(900 + seed, labels, days=effect).alerts(180)) for seed in range(4))

    assert opened <= 4


@pytest.mark.parametrize("known", [6, 14])
def test_a_short_reference_learns_the_weekend_by_itself(known: int) -> None:
    """Six or fourteen windows show no week: its swing is learnt on the way, and opens next to nothing until it is."""
    opened = sum(len(World(950 + seed, 1000, known=known).alerts(120)) for seed in range(4))

    assert opened <= 4


def test_ten_points_are_found() -> None:
    """A class that grows from 21 to 31 % of 1,000 labels is found in 19 of 20 worlds, within three days on average."""
    found = [World(700 + seed, 1000).alerts(14, TEN_POINTS)[:1] for seed in range(80)]
    delays = [one[0] for one in found if one]

    assert len(delays) >= 0.95 * len(found)
    assert np.mean(delays) <= 3.0


def test_the_weekend_is_no_news() -> None:
    """What every weekend does is learnt: it opens nothing, although it moves a class by ten points."""
    assert not World(810, 5000, days=0.02, weekend=0.25).alerts(42)
