"""What does the monitor remember from window to window?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from trueup.loop.monitor.noise import LEARNT, Noise
from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.monitor.season import Clock
from trueup.loop.monitor.signals import Kind
from trueup.loop.monitor.wobble import Basis
from trueup.loop.window import Window

Status = Literal["learning", "insufficient", "watching"]

KEPT: Final = 60  # newest profiles kept, for the level of the next champion


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One signal's way through the last windows."""

    column: str
    kind: Kind
    level: str
    trend: float = 0.0  # smoothed, in standard deviations
    side: float = 0.0  # of what is usual, in the newest window: above or below 0
    hits: tuple[bool, bool] = (False, False)  # over the limit in the last two windows, newest last

    @property
    def key(self) -> tuple[str, Kind, str]:
        """The signal's name."""
        return (self.column, self.kind, self.level)

    def followed(self, trend: float, *, over: bool, effect: float) -> Track:
        """The track with one window more."""
        hits = (self.hits[1], over)
        return Track(column=self.column, kind=self.kind, level=self.level, trend=trend, side=effect, hits=hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One episode of a column: it opens once, and closes after quiet windows."""

    number: int  # counts from 1
    column: str
    opened: int  # number of the window
    quiet: int = 0  # windows in a row without a signal over its limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A window's profile, kept for the level of the next champion."""

    window: Window
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Reference of level and reference of noise, apart; what is suspected, and what is known to be wrong."""

    edges: Edges
    level: Profile  # the champion's own rows
    basis: Basis  # windows that the level is an average of
    clock: Clock  # where windows stand in a cycle
    noise: Noise
    tracks: tuple[Track, ...] = ()
    incidents: tuple[Incident, ...] = ()  # open ones
    opened: int = 0  # incidents so far
    carried: Profile | None = None  # rows of windows too thin to judge, counted with the next one
    beats: tuple[int, ...] = ()  # that the carried rows are of
    kept: tuple[Kept, ...] = ()  # oldest first

    @property
    def status(self) -> Status:
        """Whether its silence means anything: only `watching` says that nothing moved."""
        if self.carried is not None:
            return "insufficient"
        return "watching" if self.noise.windows >= LEARNT else "learning"
