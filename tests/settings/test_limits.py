"""Do limits, calendar and schedule of an owner mean what they say, and is refused what cannot work?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, get_args

import pytest

from settings.shortest import SHORT
from trueup.errors import BadSettings
from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.policy import Known, Policy, Trigger
from trueup.loop.schema import Column, Schema
from trueup.settings import load
from trueup.settings.triggers import DriftRule

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = Schema(
    task="binary",
    label="subscribed",
    features=(Column(name="balance", kind="numeric"), Column(name="job", kind="categorical")),
    classes=("0", "1"),
)


def policy(folder: Path, line: str) -> Policy:
    """What a project file with this line asks of the loop."""
    (folder / "trueup.yaml").write_text(SHORT + line, encoding="utf-8")
    return load(folder).policy(SCHEMA, clock=True)


def test_an_owners_own_drift_limit_reaches_the_trigger(tmp_path: Path) -> None:
    """Distance, column, limit and patience arrive under the trigger's names."""
    line = "decide: {triggers: [{drift: {metric: psi, column: balance, above: 0.25, for: 3 windows}}]}\n"
    wanted = (("above", 0.25), ("column", "balance"), ("metric", "psi"), ("windows", 3.0))
    assert policy(tmp_path, line).decide.triggers == (Trigger(name="drift", settings=wanted),)


def test_a_limit_on_all_columns_for_two_of_three_windows(tmp_path: Path) -> None:
    """What is left out stays out of the policy, so that the loop asks it of each column."""
    line = "decide: {triggers: [{drift: {metric: mean_sd, above: 3, for: 2 of 3 windows}}]}\n"
    wanted = (("above", 3.0), ("metric", "mean_sd"), ("times", 2.0), ("windows", 3.0))
    assert policy(tmp_path, line).decide.triggers == (Trigger(name="drift", settings=wanted),)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("above: 1, for: 4 of 3 windows", "decide.triggers.drift.for: '4 of 3 windows' can never be, or always is"),
        ("above: 1, for: 0 of 3 windows", "decide.triggers.drift.for: '0 of 3 windows' can never be, or always is"),
        ("above: 1, metric: pis", "decide.triggers.drift.metric is 'pis'; did you mean 'psi'?"),
        ("above: 1, metric: ks, column: job", "ks is for numbers, and 'job' is categorical"),
    ],
)
def test_a_limit_that_cannot_work_is_refused(tmp_path: Path, limit: str, words: str) -> None:
    """Never met, always met, no such distance, or no meaning for such a column."""
    with pytest.raises(BadSettings, match=re.escape(words)):
        policy(tmp_path, f"decide: {{triggers: [{{drift: {{{limit}}}}}]}}\n")


def test_every_distance_may_be_named() -> None:
    """The project file knows the catalogue, and nothing beside it."""
    assert set(get_args(DriftRule.model_fields["metric"].annotation)) == DISTANCES.keys()


def test_the_calendar_reaches_the_loop(tmp_path: Path) -> None:
    """Days as people write them, one alone or several, of one year or of every one."""
    line = (
        "monitor: {calendar: [{name: Black Friday, from: 2026-11-27, to: 2026-11-30, effect: skip}, "
        "{name: Yule, from: 12-24, to: 1-2, effect: widen, factor: 3}, {name: Day, from: 7-4, effect: widen}]}\n"
    )
    assert policy(tmp_path, line).monitor.calendar == (
        Known(name="Black Friday", first="2026-11-27", last="2026-11-30", effect="skip"),
        Known(name="Yule", first="12-24", last="01-02", effect="widen", factor=3.0),
        Known(name="Day", first="07-04", last="07-04", effect="widen"),
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("from: 2026-11-31, effect: skip", "monitor.calendar.from: '2026-11-31' is no day"),
        ("from: Friday, effect: skip", "monitor.calendar.from: 'Friday' is no day"),
        ("from: 2026-11-27, to: 2026-11-26, effect: skip", "x ends on 2026-11-26, before it begins on 2026-11-27"),
        ("from: 2026-11-27, to: 11-28, effect: skip", "x: only one of its days has a year"),
        ("from: 2026-11-27, effect: ignore", "monitor.calendar.effect is 'ignore'; write skip or widen"),
        ("from: 2026-11-27, effect: skip, factor: 2", "x: what is skipped has no limits"),
        ("from: 2026-11-27, effect: widen, factor: 1", "monitor.calendar.factor is 1; write more than 1"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(tmp_path: Path, event: str, words: str) -> None:
    """No such day, an end before the beginning, half a year, no such effect, a factor that does nothing."""
    with pytest.raises(BadSettings, match=re.escape(words)):
        policy(tmp_path, f"monitor: {{calendar: [{{name: x, {event}}}]}}\n")


def test_a_calendar_needs_a_clock_and_names(tmp_path: Path) -> None:
    """Order numbers have no days, and messages tell events by their names."""
    twice = "monitor: {calendar: [{name: x, from: 1-1, effect: skip}, {name: x, from: 2-1, effect: skip}]}\n"
    with pytest.raises(BadSettings, match="two events are called 'x'"):
        policy(tmp_path, twice)
    (tmp_path / "trueup.yaml").write_text(SHORT + "window: 100 rows\n" + twice, encoding="utf-8")
    with pytest.raises(BadSettings, match="a calendar needs a clock"):
        load(tmp_path).policy(SCHEMA, clock=False)


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("every: 24 hours", {"every": 86_400.0}),
        ("every: 1 day", {"every": 86_400.0, "wall": 1.0}),
        ("every: 1 day, at: 2:30", {"every": 86_400.0, "wall": 1.0, "at": 9_000.0}),
        ("every: 7 windows", {"every": 604_800.0, "wall": 1.0}),
    ],
)
def test_hours_are_exact_and_days_are_those_of_the_clock(tmp_path: Path, rule: str, wanted: dict[str, float]) -> None:
    """Which of the two a schedule is counted in is told by its unit."""
    [trigger] = policy(tmp_path, f"decide: {{triggers: [{{schedule: {{{rule}}}}}]}}\n").decide.triggers
    assert dict(trigger.settings) == wanted


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("every: 24 hours, at: 02:00", "24 hours has no hour of its own"),
        ("every: 1 day, at: 24:00", "'24:00' is no hour of the day"),
        ("every: 1 day, at: two", "'two' is no hour of the day"),
    ],
)
def test_an_hour_belongs_to_days(tmp_path: Path, rule: str, words: str) -> None:
    """Anything else is refused."""
    with pytest.raises(BadSettings, match=re.escape(words)):
        policy(tmp_path, f"decide: {{triggers: [{{schedule: {{{rule}}}}}]}}\n")


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ("drift: {metric: ks, above: 1.5}", "ks lies between 0 and 1, and is never above 1.5"),
        ("drift: {metric: jensen_shannon, above: 2}", "jensen_shannon lies between 0 and 1, and is never above 2"),
        ("slo: {at_least: 1.5}", "average_precision lies between 0 and 1, so it is never 1.5"),
        ("slo: {at_least: 0}", "so it is never below 0"),
        ("slo: {at_most: 1}", "so it is never above 1"),
        ("slo: {metric: log_loss, at_most: -1}", "log_loss is 0 or more, so it is never -1"),
        ("slo: {metric: rate, at_least: 7}", "rate lies between 0 and 1"),
        ("drift: {metric: ks, above: 0.99}", ""),
        ("drift: {metric: psi, above: 1.5}", ""),
        ("slo: {metric: log_loss, at_most: 1.5}", ""),
        ("slo: {metric: average, at_least: 1000}", ""),
    ],
)
def test_a_limit_that_nothing_can_cross_is_refused_with_the_range(tmp_path: Path, trigger: str, words: str) -> None:
    """It would be silent for ever, or never kept; what has no bound takes any limit."""
    kpis = "monitor: {kpis: [{metric: log_loss}, {name: rate, mean_of: label}, {name: average, mean_of: balance}]}\n"
    line = f"{kpis}decide: {{triggers: [{{{trigger}}}]}}\n"
    if not words:
        assert policy(tmp_path, line).decide.triggers
        return
    with pytest.raises(BadSettings, match=re.escape(words)):
        policy(tmp_path, line)
