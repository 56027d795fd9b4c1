"""What does a backtest hand to its report? A plain dictionary of this shape, and the readings of it all parts share."""

from __future__ import annotations

import math
from typing import Final, Literal, NotRequired, TypedDict

RIPE: Final = 0.8  # share of a window's labels from which its figures no longer move much
OWN: Final = ("trueup.yaml", "trueup")  # what the owner's policy is called in the comparison

Baseline = Literal["served", "low", "high", "never", "every_recent", "every_all"]


class Metric(TypedDict):
    """The metric over all windows: the owner's policy with its interval, and the baselines on the same windows."""

    name: str
    direction: Literal["higher", "lower"]  # which way is better
    trueup: float | None  # None: no labels yet
    low: float | None
    high: float | None
    never: float | None
    every_recent: float | None
    every_all: float | None


class Slice(TypedDict):
    """One window: what came in, how each policy did on it, and who answered."""

    window: int  # number
    name: str
    start: float  # seconds since the epoch, or order number
    end: float
    rows: int
    labels: float  # share of the rows with a known label, 0 to 1
    served: float | None
    low: float | None
    high: float | None
    never: float | None
    every_recent: float | None
    every_all: float | None
    psi: float | None  # retrained whenever a column's psi is above 0.2
    champion: str
    quarantined: bool
    known: NotRequired[list[str]]  # names of the calendar's events in it


class Point(TypedDict):
    """A KPI or a slice's number in one window."""

    window: int
    value: float
    low: float
    high: float
    labels: float  # share of the answers with a known label, 0 to 1


class Course(TypedDict):
    """A KPI, or the metric of a slice, over the windows."""

    name: str
    slice: str  # empty: all answers
    direction: Literal["higher", "lower"]  # which way is better
    points: list[Point]


class Reign(TypedDict):
    """The windows in which one version was champion."""

    version: str
    from_window: int
    to_window: int | None  # the last one, included; None: still champion


class Decided(TypedDict):
    """One decision, `nothing` included."""

    number: int
    window: int
    kind: str  # nothing | train | quarantine | restore | recalibrate | ask | ...
    headline: str
    reasons: list[str]
    otherwise: str  # what would have changed it


class Release(TypedDict):
    """One step on a version's way to traffic, or back."""

    window: int
    version: str
    event: str  # shadow | canary | promoted | refused | taken back | closed
    why: str
    evidence: str


class Alarm(TypedDict):
    """One alert in one window."""

    window: int
    column: str
    kind: str
    severity: str
    sentence: str
    opened: bool  # False: it only lasted or ended here


class Moved(TypedDict):
    """How far one column moved in one window."""

    column: str
    window: int
    psi: float | None


class KeptOut(TypedDict):
    """One window that was kept out of training and evidence."""

    window: int
    why: str


class Limited(TypedDict):
    """One limit of the owner's own, and what it would have done in calm windows."""

    limit: str
    windows: int
    alerts: int
    sentence: str


class Compared(TypedDict):
    """One line of the comparison: what a policy would have come to on the same history."""

    policy: str
    value: float | None
    trainings: int
    promoted: int | None
    false_alerts: int | None  # on the reference windows
    cost_seconds: float | None


class Story(TypedDict):
    """Everything the report shows."""

    model: str
    clock: Literal["time", "order"]
    metric: Metric
    slo: float | None
    cost: dict[str, float | int | str | None]
    series: list[Slice]
    measured: NotRequired[list[Course]]  # KPIs and slices
    versions: list[Reign]
    decisions: list[Decided]
    releases: list[Release]
    alerts: list[Alarm]
    drift: list[Moved]
    quarantined: list[KeptOut]
    reference_windows: int  # of the history, on which false alerts were counted; 0: none were
    false_alerts_on: str  # the column that the project's own are most often on; empty: there were none
    limits: NotRequired[list[Limited]]
    comparison: list[Compared]


def number(value: float | None) -> float | None:
    """The value, or None where there is none: JSON knows neither NaN nor infinity."""
    return value if value is not None and math.isfinite(value) else None


def value_of(one: Slice, key: Baseline) -> float | None:
    """One policy's value in a window, or an end of the champion's interval."""
    return number(one[key])


def figure(value: float | None) -> str:
    """A value as people read it: three figures, thousands grouped, a dash where there is none.

    >>> figure(0.1784), figure(12.345), figure(18204.0), figure(0.00012), figure(None)
    ('0.178', '12.3', '18,204', '0.00012', '-')
    """
    known = number(value)
    if known is None:
        return "-"
    size = abs(known)
    if size != 0 and size < 0.01:
        return f"{known:.2g}"
    whole = len(str(int(size))) if size >= 1 else 0
    return f"{known:,.{max(3 - whole, 0)}f}"


def between(low: float | None, high: float | None) -> str:
    """An interval in brackets; empty where there is none."""
    return "" if number(low) is None or number(high) is None else f" [{figure(low)}, {figure(high)}]"


def many(count: int, one: str, more: str = "") -> str:
    """A count and its noun.

    >>> many(1, "window"), many(3, "window"), many(12, "branch", "branches")
    ('one window', 'three windows', '12 branches')
    """
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    text = words[count] if count < len(words) else f"{count:,}"
    return f"{text} {one if count == 1 else more or one + 's'}"


def windows(story: Story) -> list[Slice]:
    """The windows in their order."""
    return sorted(story["series"], key=lambda one: one["window"])


def own(story: Story) -> Compared | None:
    """The owner's line of the comparison, if it is there."""
    return next((line for line in story["comparison"] if line["policy"] in OWN), None)


def trainings(story: Story) -> int:
    """How often the owner's policy trained."""
    line = own(story)
    return line["trainings"] if line else sum(one["kind"] == "train" for one in story["decisions"])


def trainings_of_every_window(story: Story) -> int | None:
    """How often training on every window would have; None where that baseline was not run."""
    lines = [line["trainings"] for line in story["comparison"] if line["policy"].startswith("every window")]
    return max(lines) if lines else None
