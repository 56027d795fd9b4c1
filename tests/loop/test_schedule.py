"""Is a schedule exact, asked once, and paid by nobody but its owner?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.actions import Train
from trueup.loop.decide.situation import Run
from trueup.loop.decide.triggers.schedule import DAY, due_since
from trueup.loop.events import ClockStruck
from trueup.loop.policy import Hold, Mode, Policy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import LENGTH, PLAIN

HOUR: Final = 3600.0


def schedule(**settings: float) -> Trigger:
    """A schedule with these settings."""
    return Trigger(name="schedule", settings=tuple(sorted(settings.items())))


def runs(*moments: float, offset: float = 0.0) -> list[Run]:
    """Trainings at these moments."""
    return [Run(time=one, cpu_seconds=1.0, offset=offset) for one in moments]


def scheduled(every: float, mode: Mode = "act") -> Policy:
    """The plain policy with a schedule and nothing else; labels are no hold."""
    return replace(
        PLAIN,
        mode=mode,
        decide=replace(PLAIN.decide, triggers=(schedule(every=every),), hold=Hold(runs=0, min_labels=0)),
    )


@given(st.lists(st.floats(0, 0.9), min_size=1, max_size=30))
def test_lateness_does_not_add_up(late: list[float]) -> None:
    """However late each training ran, the next one is due a whole number of days after the first."""
    done = [0.0, *(number + delay for number, delay in enumerate(late, start=1))]
    assert due_since(schedule(every=1.0), runs(*done), time=len(done) + 0.5, offset=0.0) == pytest.approx(len(done))


def test_a_training_for_another_reason_begins_the_count_anew() -> None:
    """So long after the last one, whatever that was for; a failed one does not count."""
    daily = schedule(every=24.0)
    assert due_since(daily, runs(0.0, 10.0), time=33.0, offset=0.0) is None
    assert due_since(daily, runs(0.0, 10.0), time=34.0, offset=0.0) == 34.0
    failed = [*runs(0.0), Run(time=24.0, cpu_seconds=1.0, failed=True)]
    assert due_since(daily, failed, time=25.0, offset=0.0) == 24.0
    assert due_since(daily, [], time=99.0, offset=0.0) is None
    assert due_since(schedule(), runs(0.0), time=99.0, offset=0.0) is None


def test_a_day_on_the_wall_clock_may_have_23_or_25_hours() -> None:
    """The offset of the zone moves the moment, not the hour; exact hours do not know of it."""
    for before, after, hours in ((10 * HOUR, 11 * HOUR, 23), (11 * HOUR, 10 * HOUR, 25)):
        done = runs(0.0, offset=before)
        wall, exact = schedule(every=DAY, wall=1.0), schedule(every=DAY)
        assert due_since(wall, done, time=hours * HOUR - 1, offset=after) is None
        assert due_since(wall, done, time=hours * HOUR, offset=after) == hours * HOUR
        assert due_since(exact, done, time=DAY - 1, offset=after) is None
        assert due_since(exact, done, time=DAY, offset=after) == DAY


def test_an_hour_that_comes_twice_counts_once() -> None:
    """After the clocks went back the same hour is not due again that night."""
    nightly = schedule(every=DAY, wall=1.0, at=2.5 * HOUR)
    done = runs(2.5 * HOUR)  # at half past two, when the clocks showed UTC
    assert due_since(nightly, done, time=3.5 * HOUR, offset=-HOUR) is None
    assert due_since(nightly, done, time=2.5 * HOUR + DAY + HOUR, offset=-HOUR) == 2.5 * HOUR + DAY + HOUR


def test_the_hour_stays_after_a_training_for_another_reason() -> None:
    """With `at` the next one is at that hour again; every second day it is left out once."""
    late = runs(20 * HOUR)
    assert (
        due_since(schedule(every=DAY, wall=1.0, at=2 * HOUR), late, time=DAY + 2 * HOUR, offset=0.0) == DAY + 2 * HOUR
    )
    other = schedule(every=2 * DAY, wall=1.0, at=2 * HOUR)
    assert due_since(other, late, time=DAY + 2 * HOUR, offset=0.0) is None
    assert due_since(other, late, time=2 * DAY + 2 * HOUR, offset=0.0) == 2 * DAY + 2 * HOUR


def test_a_schedule_is_asked_without_any_news_and_once() -> None:
    """At the tick at which it is due; while it is held, looks every few seconds write nothing more."""
    scenario = Scenario(scheduled(1.5 * LENGTH)).start().window()
    assert scenario.state.training is None
    scenario.take(ClockStruck(time=scenario.now + LENGTH / 2))
    assert scenario.wanted(Train).order.version == "v2"

    held = Scenario(
        replace(scheduled(0.5 * LENGTH), decide=replace(scheduled(0.5 * LENGTH).decide, hold=Hold(min_labels=9**9)))
    )
    held.start()
    told = [held.take(ClockStruck(time=held.now + LENGTH * part)).last.decisions for part in (0.5, 0.05, 0.05)]
    assert [len(one) for one in told] == [1, 0, 0]


def test_a_scheduled_training_costs_no_token() -> None:
    """Neither by itself nor after a person's yes; and it needs none."""
    scenario = Scenario(scheduled(LENGTH)).start()
    for _ in range(6):
        tokens = scenario.state.freshness.tokens
        scenario.window()
        assert scenario.state.freshness.tokens >= tokens
        scenario.trained().loaded().exposed()
    assert scenario.state.versions == 7

    asking = Scenario(scheduled(LENGTH, "suggest")).start().window()
    tokens = asking.state.freshness.tokens
    asking.answer(granted=True)
    assert asking.state.training is not None
    assert asking.state.freshness.tokens == tokens


def test_what_held_a_schedule_back_asks_it_again_when_it_ends() -> None:
    """A canary on its way is not thrown over; when it ends, the training begins at the next tick, news or not."""
    scenario = Scenario(scheduled(LENGTH)).start().window().trained().loaded()
    assert scenario.stage == "canary"
    scenario.window()
    assert "in flight" in scenario.last.decisions[0].held[0]
    scenario.exposed().take(ClockStruck(time=scenario.now + 1.0))
    assert scenario.state.training is not None
