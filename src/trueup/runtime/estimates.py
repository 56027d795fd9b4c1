"""What did the scores let expect of each window, and how far off was it? Derived from the journal again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.loop.actions import Quarantine
from trueup.loop.advance.estimates import asked
from trueup.loop.events import LabelsMatured, PolicyChanged, WindowClosed
from trueup.loop.monitor.calendar import allowance
from trueup.loop.monitor.estimate import BLIND, EstimateWatch, expect, settle
from trueup.loop.monitor.performance import value

if TYPE_CHECKING:
    from trueup.loop.monitor.estimate import Asked, Estimate
    from trueup.loop.policy import Known
    from trueup.runtime.codec import Recorded

Json = dict[str, Any]


class Estimates:
    """Every window's estimate, beside what its labels showed."""

    def __init__(self) -> None:
        """Begin with an empty journal."""
        self.by_window: dict[int, Estimate] = {}
        self.watch = EstimateWatch()
        self._asked: Asked | None = None
        self._calendar: tuple[Known, ...] = ()

    def keep(self, recorded: Recorded) -> None:
        """Take one entry in, as the core did."""
        event = recorded.event
        if isinstance(event, PolicyChanged):
            new = asked(event.policy)
            if self._asked is not None and self._asked.metric != new.metric:
                self.watch = EstimateWatch()
            self._asked, self._calendar = new, event.policy.monitor.calendar
        elif isinstance(event, WindowClosed | LabelsMatured) and event.scores is not None and self._asked is not None:
            number = event.window.number
            if isinstance(event, LabelsMatured):
                served = None if event.served is None else value(event.served)
                self.watch = settle(self.watch, number, event.scores, served, self._asked)
            elif self._judged(event, recorded):
                self.watch = expect(self.watch, number, event.scores, self._asked)
            self.by_window.update({one.window: one for one in self.watch.estimates if one.window == number})

    def _judged(self, event: WindowClosed, recorded: Recorded) -> bool:
        """Whether anything was expected of the window: broken and unusual ones are left out."""
        broken = any(isinstance(action, Quarantine) for action in recorded.actions)
        return not broken and allowance(event.known, self._calendar).usual

    def summary(self) -> Json:
        """How many windows were estimated, in which metric, how far off, and what it cannot see."""
        found = [one for one in self.by_window.values() if one.truth is not None]
        off = sum(abs(one.value - (one.truth or 0.0)) for one in found) / len(found) if found else None
        metric = next((one.metric for one in self.by_window.values()), None)
        return {"metric": metric, "windows": len(self.by_window), "labelled": len(found), "off": off, "blind": BLIND}

    def lines(self, window: int) -> list[str]:
        """What was expected of a window, for who asks why; none where nothing was."""
        one = self.by_window.get(window)
        return [] if one is None else [f"before any label: {told(one)} ({BLIND})"]


def told(one: Estimate) -> str:
    """An estimate in words, with what the labels showed where they are in.

    >>> from trueup.loop.monitor.estimate import Estimate
    >>> told(Estimate(window=7, metric="log_loss", value=0.4123, truth=0.42))
    'estimated log loss 0.412 for window 7, its labels showed 0.42'
    """
    name = one.metric.replace("_", " ")
    truth = "" if one.truth is None else f", its labels showed {one.truth:.3g}"
    return f"estimated {name} {one.value:.3g} for window {one.window}{truth}"


def standing(watch: EstimateWatch | None) -> str:
    """The newest estimate for the status, with how far off they usually are; empty where there is none."""
    if watch is None or watch.newest is None:
        return ""
    off = "" if watch.off is None else f", usually off by {watch.off:.2g}"
    return f"{told(watch.newest)}{off}; {BLIND}"
