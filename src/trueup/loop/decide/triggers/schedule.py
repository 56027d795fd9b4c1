"""Training by the calendar, for owners who must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.decide.situation import Run, Situation
    from trueup.loop.policy import DecidePolicy, Trigger

DAY: Final = 86_400.0  # seconds on the wall clock


def schedule(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """It is `every` time units since the last training that gave a version, or the hour `at` of such a day has come.

    Settings every (time units), wall (1: counted on the project's wall clock, so that a day is a day when the clocks
    change), at (seconds after midnight on it). It costs no token of the budget: the owner has said how often.
    """
    del policy
    if due_since(trigger, situation.runs, time=situation.time, offset=situation.offset) is None:
        return None
    return Reason(
        trigger=trigger.name,
        short="the schedule asks for it",
        sentence="the last training is as long ago as the schedule allows",
        urgent=True,
        gain=None,
        otherwise="had a training run since",
        budgeted=False,
    )


def due_since(trigger: Trigger, runs: Sequence[Run], *, time: float, offset: float) -> float | None:
    """The moment since which a training is due; None: it is not.

    A training that was due counts from the moment at which it was: what is late does not make the next one late.

    >>> from trueup.loop.decide.situation import Run
    >>> from trueup.loop.policy import Trigger
    >>> daily, late = Trigger(name="schedule", settings=(("every", 24.0),)), (0.0, 24.5, 49.0)
    >>> due_since(daily, [Run(time=one, cpu_seconds=1.0) for one in late], time=72.0, offset=0.0)
    72.0
    """
    every, wall = float(trigger.setting("every", 0.0)), bool(trigger.setting("wall", 0.0))
    done = [one.time + (one.offset if wall else 0.0) for one in runs if not one.failed]
    if not every or not done:
        return None
    settings = dict(trigger.settings)
    mark = _on_the_hour(done[-1], float(settings["at"])) if "at" in settings else _last_mark(done, every)
    ahead = offset if wall else 0.0
    return mark + every - ahead if time + ahead - mark >= every else None


def _on_the_hour(moment: float, at: float) -> float:
    """The last time that the hour had come by this moment."""
    return (moment - at) // DAY * DAY + at


def _last_mark(done: Sequence[float], every: float) -> float:
    """When the last training was due; one that came before it was due counts from when it came."""
    mark = done[0]
    for moment in done[1:]:
        passed = (moment - mark) // every
        mark = mark + passed * every if passed >= 1 else moment
    return mark
