"""The loop on a running service: drain what was accepted, take in what people said, look, act."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trueup.loop.advance.intake import misfit_key
from trueup.loop.intake import EarlyRowsCounted, LateRowsCounted, SchemaMisfit
from trueup.loop.step import Step
from trueup.runtime.carry_out import reopen, settle
from trueup.runtime.drain import Drained, Stamps, drain
from trueup.runtime.gather import Gather
from trueup.runtime.misfit import Misfits
from trueup.runtime.pulse import begin, pulse
from trueup.runtime.stream import outcomes, predictions
from trueup.runtime.windows import history_end

if TYPE_CHECKING:
    from trueup.loop.events import Event
    from trueup.loop.policy import Policy
    from trueup.ports.spool import Spool
    from trueup.runtime.carry_out import World
    from trueup.runtime.driver import Driver
    from trueup.runtime.stream import Stream

EARLY = 60.0  # seconds in the future that are no matter: clocks differ
HISTORY = "history"  # the log's name for the project's own data


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look came to."""

    steps: tuple[Step, ...]
    predictions: int  # rows drained
    outcomes: int


class Live:
    """Drives one model from its log; one thread at a time."""

    def __init__(self, driver: Driver, world: World, policy: Policy, spool: Spool) -> None:
        """Take the loop and the spool it drains."""
        self.driver = driver
        self.world = world
        self.spool = spool
        self._gather = Gather(world.shop.log, policy, world.shop.load, world.fine, world.outliers, world.kpis)
        self.misfits = Misfits()
        self._windowing = policy.window
        self._lock = threading.Lock()
        self._since = driver.state.time  # the moment of the last look

    def start(self, history: Stream | None) -> tuple[Step, ...]:
        """Go on where the journal ends, and train the first version from the history if there is none."""
        with self._lock:
            reopen(self.driver, self.world)
            steps = settle(self.driver, self.world)
            if history is not None and not self.driver.state.champion:
                self._load(history)
                until = history_end(float(history.times[-1]), self._windowing)
                steps += begin(self.driver, self._gather, self.world, until=until)
            self._since = self.driver.state.time
            return tuple(steps)

    def look(self, now: float) -> Looked:
        """Everything that is due by now."""
        with self._lock:
            drained, steps = self._take_over(now)
            if self.driver.state.champion:
                steps += pulse(self.driver, self._gather, self.world, since=self._since, now=now)
                self._since = now
            return Looked(steps=tuple(steps), predictions=drained.predictions, outcomes=drained.outcomes)

    def heed(self) -> tuple[Step, ...]:
        """Carry out what others wrote since the last look, say a rollback or a yes; nothing where there is none."""
        with self._lock:
            if not self.driver.catch_up():
                return ()
            return tuple(settle(self.driver, self.world))

    def put_away(self) -> Looked:
        """What was accepted goes into the log without a look at it: the last thing before a stop."""
        with self._lock:
            drained, steps = self._take_over()
            return Looked(steps=tuple(steps), predictions=drained.predictions, outcomes=drained.outcomes)

    def close(self) -> None:
        """Let go of the spool."""
        self.spool.close()

    def _take_over(self, now: float = np.inf) -> tuple[Drained, list[Step]]:
        """From the spool into the log; rows of closed windows, and of the future, are counted."""
        state = self.driver.state
        closed = state.windows[-1].end if state.windows else -np.inf
        patience = EARLY if self._windowing.unit == "time" else np.inf
        drained = drain(self.spool, self.world.shop.log, flush=True, between=(closed, now + patience))
        self.driver.catch_up()
        return drained, [self.driver.take(event) for event in self._odd(drained.stamps)]

    def _odd(self, stamps: Stamps) -> list[Event]:
        """What came in as it should not; what the loop was told of this window already is not told again."""
        state = self.driver.state
        events: list[Event] = []
        if stamps.late:
            late = LateRowsCounted(time=state.time, window=state.closed, rows=stamps.late, by=stamps.late_by)
            events.append(late)
        told = {what for what, window in state.heard if window >= state.closed}
        if stamps.early and "early" not in told:
            events.append(EarlyRowsCounted(time=state.time, rows=stamps.early, by=stamps.early_by + EARLY))
        for (column, how), rows in self.misfits.take().items():
            if misfit_key(column, how) not in told:
                events.append(SchemaMisfit(time=state.time, column=column, how=how, rows=rows))
        return events

    def _load(self, history: Stream) -> None:
        """The project's own rows, once."""
        log = self.world.shop.log
        everything = slice(0, history.rows)
        arms = pa.array(["external"] * history.rows)
        log.append(HISTORY, 1, predictions(history, everything, _arm=arms), None)
        log.append(HISTORY, 2, None, outcomes(history, np.arange(history.rows)))
