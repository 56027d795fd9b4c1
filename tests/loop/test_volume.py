"""Is the number of rows watched as it should be: sudden changes told, weekends and what lasts not?"""

from __future__ import annotations

import math
from dataclasses import replace

from loop.monitored import WINDOWS, Stream, day
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.budget import looks, share
from trueup.loop.monitor.season import Clock
from trueup.loop.monitor.signals import measure, volume
from trueup.profiling import profile


def test_half_the_rows_are_an_alert_of_their_own() -> None:
    """It says from how many to how many, and no column is blamed."""
    stream = Stream(30).days(3).days(1, rows=200)
    (alert,) = stream.seen[-1].alerts

    assert (alert.column, alert.kind, alert.severity) == ("rows", "rows", "moderate")
    assert alert.sentence == "rows moved: 500 -> 200 a window"
    assert [one.column for one in stream.seen[-1].readings] == ["amount", "plan"]


def test_no_rows_at_all_are_told_at_once() -> None:
    """Nothing can be said about the columns, but the silence itself is news."""
    stream = Stream(30).days(3)
    stream.day(profile(stream.table().slice(0, 0), stream.edges))
    (alert,) = stream.seen[-1].alerts

    assert (alert.column, alert.severity, stream.watch.status) == ("rows", "major", "insufficient")
    assert alert.sentence == "rows moved: 500 -> 0 a window"


def test_a_tenth_less_is_nobodys_concern() -> None:
    """However sure it is: the floor is 30 %."""
    assert Stream(30).days(20, rows=440).opened == []


def test_a_number_of_rows_that_lasts_becomes_usual() -> None:
    """A stream may grow: one alert, and after some windows it closes by itself; a single outage teaches nothing."""
    lasting = Stream(30).days(20, rows=1500)
    assert [column for column, _ in lasting.opened] == ["rows"]
    assert lasting.watch.incidents == ()

    outage = Stream(30).days(1, rows=60).days(10).days(1, rows=60)
    assert [column for column, _ in outage.opened] == ["rows", "rows"]


def test_weekends_are_no_outage() -> None:
    """Half the rows on two days of seven are usual there, and the full number is not."""
    stream = Stream(0, rows=500, learn=[500 if number % 7 < 5 else 250 for number in range(42)])
    for number in range(42, 70):
        stream.days(1, rows=500 if number % 7 < 5 else 250)
    assert stream.opened == []

    stream.days(5).days(1, rows=500)
    assert [column for column, _ in stream.opened] == ["rows"]


def test_a_window_that_stayed_open_is_counted_per_day() -> None:
    """Three days in one window, with three times the rows, are as usual."""
    stream = Stream(30)
    long = replace(day(31), end=34.0)
    seen = observe(stream.watch, long, profile(stream.table(rows=1500), stream.edges), WINDOWS)

    assert seen.alerts == ()


def test_windows_of_rows_have_no_volume() -> None:
    """Their number of rows is what the owner chose."""
    stream = Stream(30)
    stream.watch = replace(stream.watch, clock=Clock())

    assert stream.days(3, rows=1500).opened == []


def test_a_promotion_changes_nothing_about_the_number_of_rows() -> None:
    """A standing episode goes on, and is not told twice."""
    stream = Stream(30).days(2, rows=150)
    assert len(stream.opened) == 1

    stream.promote(6).days(1, rows=150)
    assert len(stream.opened) == 1
    assert [alert.opened for alert in stream.seen[-1].alerts if alert.column == "rows"] == [False]


def test_every_look_has_an_even_part_of_the_budget() -> None:
    """All looks of a window together spend what the columns have; what cannot count spends nothing."""
    stream = Stream(30)
    signals = measure(stream.edges, stream.watch.level, profile(stream.table(), stream.edges))
    asked = looks((*signals, volume(500, 1)))

    assert asked == 9  # place, width and a share, each in the trend too; two shapes; the rows
    assert math.isclose(share(90.0, asked) * asked * 90, 1.0)
