"""Does the edge tell the core where the clocks stand, and look when a schedule is due?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from trueup.loop.policy import Policy, Trigger, Windowing
from trueup.runtime.calendar import offset_at, schedule_moments
from trueup.testing.toy import PLAIN

ZONE: Final = "Europe/Lisbon"
DAY: Final = 86_400.0


def policy(**settings: float) -> Policy:
    """A project in Lisbon with a schedule."""
    trigger = Trigger(name="schedule", settings=tuple(sorted(settings.items())))
    window = Windowing(unit="time", length=DAY, timezone=ZONE)
    return replace(PLAIN, window=window, decide=replace(PLAIN.decide, triggers=(trigger,)))


def local(text: str) -> float:
    """Seconds since the epoch of a moment on Lisbon's clocks."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


def clock(moments: list[float]) -> list[str]:
    """Day and hour on Lisbon's clocks."""
    return [dt.datetime.fromtimestamp(one, tz=ZoneInfo(ZONE)).strftime("%d %H:%M") for one in moments]


def test_the_offset_is_that_of_the_moment() -> None:
    """Winter and summer differ; where nothing is counted on the wall clock there is none."""
    wall = policy(every=DAY, wall=1.0)
    assert [offset_at(local(text), wall) for text in ("2024-01-01", "2024-07-01")] == [0.0, 3600.0]
    assert offset_at(local("2024-07-01"), policy(every=DAY)) == 0.0


def test_a_backtest_looks_when_a_schedule_is_due() -> None:
    """At the hour of the clocks, also in the night in which they change; or every 24 hours to the second."""
    after, upto = local("2024-03-29"), local("2024-04-02")
    at = schedule_moments(policy(every=DAY, wall=1.0, at=5400.0), after=after, upto=upto)
    assert clock(at) == ["29 01:30", "30 01:30", "31 02:30", "01 01:30"]
    assert clock(schedule_moments(policy(every=DAY, wall=1.0), after=after, upto=upto)) == [
        "30 00:00",
        "31 00:00",
        "01 00:00",
    ]
    exact = schedule_moments(policy(every=DAY), after=after, upto=upto)
    assert [one - after for one in exact] == [DAY, 2 * DAY, 3 * DAY]
    assert clock(exact)[-1] == "01 01:00"


def test_a_schedule_that_is_denser_than_any_look_is_left_to_the_ticks() -> None:
    """A second's schedule over years is no list of moments."""
    assert schedule_moments(policy(every=1.0), after=0.0, upto=1e8) == []
    assert schedule_moments(policy(), after=0.0, upto=1e8) == []
