"""What would this policy have done on logged history? Real training and proof, simulated clock, real label delay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trueup.errors import BadData
from trueup.loop.events import PersonAsked
from trueup.loop.monitor.alert import Reading
from trueup.runtime.calendar import schedule_moments
from trueup.runtime.driver import Driver
from trueup.runtime.gather import Gather
from trueup.runtime.pulse import begin, pulse
from trueup.runtime.stream import outcomes, predictions, score_lists
from trueup.runtime.windows import ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.loop.policy import Policy
    from trueup.loop.step import Step
    from trueup.runtime.carry_out import World
    from trueup.runtime.desk import Desk
    from trueup.runtime.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a long piece of work is."""

    done: float  # 0 to 1
    windows: int
    trainings: int
    promotions: int


@dataclass(slots=True, kw_only=True)
class Played:
    """What a backtest went through."""

    driver: Driver
    readings: list[tuple[int, Reading]] = field(default_factory=list)  # with the window's number

    def keep(self, steps: Sequence[Step]) -> None:
        """Remember what is not in the journal because it can be derived again."""
        for step in steps:
            self.readings.extend((step.state.closed, reading) for reading in step.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What happens besides the rows."""

    history_until: float  # end of the rows that train the first version
    wishes: tuple[PersonAsked, ...] = ()


def play(
    stream: Stream,
    driver: Driver,
    world: World,
    script: Script,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> Played:
    """Send a stream through the loop; the driver has adopted its policy already."""
    policy = driver.rules
    gather = Gather(world.shop.log, policy, world.shop.load, world.fine, world.outliers, world.kpis)
    gather.awaits(float(stream.times[-1]))
    played = Played(driver=driver)
    sender = Sender(stream, world)
    sender.history(script.history_until)
    played.keep(begin(driver, gather, world, until=script.history_until))
    since, waiting = script.history_until, sorted(script.wishes, key=lambda wish: wish.time)
    for now in moments(stream, policy, script.history_until):
        sender.answer(since, now)
        sender.post(now)
        while waiting and waiting[0].time <= now:
            driver.take(waiting.pop(0))
        played.keep(pulse(driver, gather, world, since=since, now=now))
        since = now
        if on_progress is not None:
            on_progress(_progress(driver, stream, now))
    return played


def moments(stream: Stream, policy: Policy, after: float) -> tuple[float, ...]:
    """Every tick until the last row is in, and then the moments at which its labels still come."""
    last = float(np.nextafter(stream.times[-1], np.inf))
    looks = ticks(stream.times, policy.window, after=after, upto=last)
    found = sorted({*looks, *schedule_moments(policy, after=after, upto=looks[-1] if looks else last)})
    if not found:
        raise BadData("the table", "has no rows after its history", "give more rows, or a shorter history")
    latest = float(np.nextafter(stream.known[-1], np.inf))
    if latest > found[-1]:
        found.append(latest)
    return tuple(found)


def _progress(driver: Driver, stream: Stream, now: float) -> Progress:
    state = driver.state
    span = float(stream.times[-1] - stream.times[0]) or 1.0
    return Progress(
        done=min(max((now - float(stream.times[0])) / span, 0.0), 1.0),
        windows=state.closed,
        trainings=len(state.runs),
        promotions=sum(decision.remedy == "promote" for decision in driver.decisions),
    )


class Sender:
    """Plays the world of a file: asks the desk, posts what became known."""

    def __init__(self, stream: Stream, world: World) -> None:
        """Take the stream and the world it goes through."""
        self._stream = stream
        self._desk: Desk = world.desk
        self._log = world.shop.log
        self._by_known = np.argsort(stream.known, kind="stable")
        self._posted = 0
        self._sequence = world.shop.log.last("file")

    def history(self, until: float) -> None:
        """Rows from before the first version: nobody answered them."""
        rows = self._stream.between(-np.inf, until)
        self._write(predictions(self._stream, rows, _arm=pa.array(["external"] * (rows.stop - rows.start))), None)
        self.post(until)

    def answer(self, since: float, now: float) -> None:
        """Rows of this tick are asked and answered by whoever is in service."""
        rows = self._stream.between(since, now)
        count = rows.stop - rows.start
        if not count:
            return
        table = self._stream.features.slice(rows.start, count)
        answers = self._desk.answer(table, self._stream.names(rows))
        self._write(
            predictions(
                self._stream,
                rows,
                _version=pa.array(answers.versions),
                _arm=pa.array(answers.arms),
                _score=score_lists(answers.scores),
                _raw=score_lists(answers.raws),
                _seconds=pa.array(np.zeros(count)),
                _error=pa.array([bool(error) for error in answers.errors]),
            ),
            None,
        )

    def post(self, now: float) -> None:
        """Outcomes that became known by now, of rows that were asked."""
        order, start = self._by_known, self._posted
        end = int(np.searchsorted(self._stream.known[order], now, side="left"))
        if end > start:
            self._write(None, outcomes(self._stream, np.sort(order[start:end])))
            self._posted = end

    def _write(self, asked: pa.Table | None, came: pa.Table | None) -> None:
        self._sequence += 1
        self._log.append("file", self._sequence, asked, came)
