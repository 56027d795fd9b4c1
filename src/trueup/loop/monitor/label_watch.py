"""What is remembered of the labels that came back, and what is suspected of them?"""

from __future__ import annotations

from dataclasses import dataclass

from trueup.loop.monitor.reading import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One window's labels, as the watch keeps them."""

    number: int  # of the window
    place: int  # of the window in time, in usual windows
    epoch: int  # windows of one level have one number
    counts: tuple[int, ...]  # labels by class or bin


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReading:
    """How far one window's labels are from what is usual."""

    window: int
    labels: int
    p: float  # chance of a mix at least as far off when nothing is wrong
    limit: float  # p below this counts
    over: bool  # it does, and the move is one that matters
    psi: float  # beyond chance
    severity: Severity
    moved: str  # in words
    learning: bool  # so little is known of noise that only what lasts counts


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelIncident:
    """One episode: it opens once, and ends after quiet windows or with a champion that has learnt it."""

    opened: int  # number of the window
    since: int  # number of the first window that was over the limit
    told: int  # number of the newest closed window when it opened: labels may be late
    quiet: int = 0  # windows in a row within the limit


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWatch:
    """What is usual of the labels, and what is suspected."""

    edges: tuple[float, ...]  # between the bins of a number
    unit: float  # a usual window, time units
    level: tuple[Seen, ...]  # the champion's own windows
    quiet: tuple[Seen, ...]  # that noise is learnt from, oldest first
    waiting: tuple[Seen, ...] = ()  # suspect ones, which teach when what they showed has passed by itself
    calm: int = 0  # windows in a row up to the newest that are not suspect
    recent: tuple[Seen, ...] = ()  # newest windows, for the level of the next champion
    epoch: int = 0
    trend: tuple[float, ...] = ()  # smoothed distance by class, in standard deviations
    hits: tuple[bool, ...] = ()  # over the limit in the last two windows, newest last
    incident: LabelIncident | None = None
    reading: LabelReading | None = None  # of the newest window that was judged
    course: tuple[float, ...] = ()  # psi from the champion's own labels, window by window, newest last
