"""One turn of the loop: what came in since the last look, in a fixed order, and all that follows from it.

Live and backtest call the same function; they differ in who moves the clock and who fills the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import UsageError
from trueup.loop.advance.ticks import newly_due
from trueup.loop.events import ClockStruck
from trueup.runtime.calendar import offset_at
from trueup.runtime.carry_out import settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.events import Event
    from trueup.loop.step import Step
    from trueup.runtime.carry_out import World
    from trueup.runtime.driver import Driver
    from trueup.runtime.gather import Gather


def pulse(driver: Driver, gather: Gather, world: World, *, since: float, now: float) -> list[Step]:
    """Look at everything between two moments, and act on it."""
    steps = settle(driver, world)
    exposure = gather.exposure(driver.state, now)
    if exposure is not None:
        steps += _take(driver, world, (exposure,))
    steps += _take(driver, world, gather.rules(driver.state, since, now))
    steps += _take(driver, world, gather.closed(driver.state, now))
    steps += _take(driver, world, gather.silence(driver.state, now))
    while (matured := gather.matured(driver.state, now)) is not None:
        steps += _take(driver, world, (matured,))
    offset = offset_at(now, driver.rules)
    due = newly_due(driver.state, driver.rules, time=now, offset=offset) is not None
    if driver.state.news or driver.state.wishes or due:
        steps += _take(driver, world, (ClockStruck(time=now, offset=offset),))
    return steps


def begin(driver: Driver, gather: Gather, world: World, *, until: float) -> list[Step]:
    """Read the history and train the first version; without one there is nobody to answer, and the reason is told."""
    steps = _take(driver, world, (gather.history(until),))
    if not driver.state.champion:
        last = driver.decisions[-1]
        said = f"{last.headline}: {'; '.join(last.reasons)}"
        raise UsageError(f"{said}; mend it and start again, nothing is lost")
    return steps


def _take(driver: Driver, world: World, events: Iterable[Event]) -> list[Step]:
    steps: list[Step] = []
    for event in events:
        steps.append(driver.take(event))
        steps += settle(driver, world)
    return steps
