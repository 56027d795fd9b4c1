"""What does the loop know at this tick that bears on acting?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trueup.loop.decide.cause import Cause
from trueup.loop.decide.freshness import Freshness, Worth
from trueup.loop.monitor.alert import Alert
from trueup.loop.monitor.label_watch import LabelWatch
from trueup.loop.monitor.level import Level
from trueup.loop.monitor.limit import Beyond
from trueup.loop.monitor.performance import loss

NOTABLE: Final = 0.05  # of the metric; less below its mean is called as usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How what was served did on one labelled window."""

    window: int
    value: float  # the metric
    low: float  # its interval
    high: float
    share: float = 1.0  # of the window's rows that have a label


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A KPI, or a number of one slice, over the last labelled windows."""

    name: str  # of the KPI or metric
    slice: str  # empty: all rows
    points: tuple[Served, ...]  # newest last


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training that was paid for, whether or not a version came of it."""

    time: float
    cpu_seconds: float
    failed: bool = False
    offset: float = 0.0  # seconds that the project's wall clock was ahead of UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a trigger or a hold may look at; nothing else counts."""

    time: float
    window: int  # number of the newest closed window
    fresh_labels: bool  # a window's labels matured since the last decision
    freshness: Freshness
    worth: Worth
    level: Level
    served: tuple[Served, ...]  # newest last
    alerts: tuple[Alert, ...]  # standing
    broken_rules: tuple[str, ...]  # broken in more answers than allowed, since the last decision
    runs: tuple[Run, ...]  # newest last
    labels_since: int  # labelled rows since the last training
    busy: str  # what is in flight; empty: nothing
    replaceable: bool  # what is in flight is a challenger in shadow, which an alarm may replace
    quarantined: bool  # the newest closed window is in quarantine
    metric: str = ""  # that the level and what was served are in
    waiting: str = ""  # what waits for a person's yes; empty: nothing
    figures: tuple[Figure, ...] = ()  # beside what was served
    offset: float = 0.0  # seconds that the project's wall clock is ahead of UTC
    beyond: tuple[Beyond, ...] = ()  # columns that are beyond a limit of the owner's for as long as that says
    outcomes: LabelWatch | None = None  # what is usual of the labels, and what came lately
    far: tuple[float, ...] = ()  # shares of rows unlike the reference, per window since the last training, newest last
    dropped: str = ""  # how the served metric became worse, where it is confirmed and no training was ordered since
    matured: int = 0  # number of the newest labelled window
    called: tuple[Cause, ...] = ()  # causes that call for a training, and whose rows have labels

    @property
    def low(self) -> bool:
        """Whether what is served is clearly worse than its own mean, alarm or not: an accepted level is not usual."""
        if not (self.metric and self.served):
            return False
        newest, mean = self.served[-1], self.level.mean
        gap = loss(self.metric, newest.value) - loss(self.metric, mean)
        return gap > NOTABLE * abs(mean) and not newest.low <= mean <= newest.high

    def points(self, name: str, slice_name: str) -> tuple[Served, ...]:
        """The last windows of a number by its name, of all rows or of a slice; empty name: the metric."""
        if name in {"", self.metric} and not slice_name:
            return self.served
        wanted = (name or self.metric, slice_name)
        return next((one.points for one in self.figures if (one.name, one.slice) == wanted), ())

    @property
    def since_training(self) -> int:
        """Windows that ended since the last training, this one counted."""
        return self.window - self.freshness.trained_after
