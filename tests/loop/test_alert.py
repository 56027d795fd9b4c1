"""Does the monitor speak when something moved, once, and only then?"""

from __future__ import annotations

import dataclasses

import pyarrow as pa
import pytest

from loop.monitored import SCHEMA, WINDOWS, Stream, day
from trueup.errors import BadData
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.profile import Profile
from trueup.loop.monitor.reference import promote, start
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile


def test_quiet_days_have_no_alert() -> None:
    """Days that wobble as the reference did are read, and nothing is said."""
    stream = Stream(30).days(40)

    assert stream.opened == []
    assert stream.watch.status == "watching"
    assert [reading.column for reading in stream.seen[-1].readings] == ["amount", "plan"]


def test_a_moved_number_is_found_and_named() -> None:
    """A standard deviation up in one column: an alert for it within two days, in words an owner reads."""
    stream = Stream(30).days(5).days(3, shift=1.0)
    alert = next(alert for one in stream.seen for alert in one.alerts)

    assert [column for column, _ in stream.opened] == ["amount"]
    assert stream.opened[0][1] <= 37
    assert alert.severity == "major"
    assert alert.sentence.startswith("amount moved: mean ")


def test_a_moved_category_is_found_and_named() -> None:
    """A level's share rises: the alert says which, from what to what."""
    stream = Stream(30).days(3, gold=0.7)

    assert stream.seen[-1].alerts[0].sentence.startswith('plan moved: "gold" 29 % -> 7')


def test_an_episode_is_one_incident() -> None:
    """However long a column stays moved, one alert is opened; after three quiet days the next one is another."""
    stream = Stream(30).days(6, shift=1.5).days(4).days(3, shift=1.5)
    numbers = [alert.number for one in stream.seen for alert in one.alerts]

    assert [column for column, _ in stream.opened] == ["amount", "amount"]
    assert sorted(set(numbers)) == [1, 2]
    assert [number for one in stream.seen for number in one.closed] == [1]


def test_missing_values_are_found() -> None:
    """Half of a column gone is an alert on the first day, of the kind missing."""
    stream = Stream(30).days(1, missing=0.5)

    assert [(alert.column, alert.kind) for alert in stream.seen[-1].alerts] == [("amount", "missing")]


def test_a_slow_move_is_found_although_each_day_is_small() -> None:
    """A column that creeps up over a month is not learnt as noise."""
    stream = Stream(40)
    for step in range(40):
        stream.days(1, shift=0.02 * step)

    assert "amount" in {column for column, _ in stream.opened}


def test_a_promotion_does_not_blind_the_monitor() -> None:
    """The noise learnt before a promotion still sets the limits after it."""
    stream = Stream(14).days(16).promote(6).days(3)

    assert stream.watch.status == "watching"
    assert stream.watch.noise.windows == 33
    assert [column for column, _ in stream.promote(6).days(2, shift=1.5).opened] == ["amount"]


def test_a_promotion_accepts_the_new_level() -> None:
    """What moved before the new champion was trained is usual for it; going back is the next move."""
    stream = Stream(30).days(6, shift=1.5).promote(6)
    assert stream.watch.incidents == ()

    stream.days(5, shift=1.5)
    assert [column for column, _ in stream.opened] == ["amount"]
    assert [column for column, _ in stream.days(3).opened] == ["amount", "amount"]


def test_silence_means_nothing_while_learning() -> None:
    """With fewer than 14 windows the status says learning, and a large move needs three windows in a row."""
    stream = Stream(4)
    assert stream.watch.status == "learning"

    assert stream.days(2, shift=1.5).opened == []
    assert stream.days(1, shift=1.5).opened == [("amount", 7)]
    assert Stream(4).days(10).watch.status == "watching"


def test_a_column_that_swings_is_learnt_as_noisy() -> None:
    """Weekends and weekdays in turn are no episode for ever: once the swing is known, the alert closes."""
    stream = Stream(6)
    for _ in range(12):
        stream.days(2, shift=0.8).days(2, shift=-0.8)

    assert stream.watch.status == "watching"
    assert stream.watch.incidents == ()


def test_one_static_table_is_enough_to_begin() -> None:
    """A champion trained on one table without windows is watched too, and learns its noise from then on."""
    stream = Stream(1, rows=3000)
    stream.rows = 500

    assert stream.days(16).opened == []
    assert stream.watch.status == "watching"
    assert [column for column, _ in stream.days(3, shift=1.5).opened] == ["amount"]


def test_thin_windows_wait_for_each_other() -> None:
    """A window of ten rows is not judged; its rows count with the next ones, until there are fifty."""
    stream = Stream(30).days(4, rows=15)
    assert [one.watch.status for one in stream.seen] == ["insufficient"] * 3 + ["watching"]
    assert [bool(one.readings) for one in stream.seen] == [False, False, False, True]

    assert stream.watch.noise.windows == 31


def test_an_empty_window_is_insufficient() -> None:
    """No rows, no judgement, no failure."""
    stream = Stream(30)
    seen = observe(stream.watch, day(31), Profile.empty(stream.edges), WINDOWS)

    assert (seen.alerts, seen.readings, seen.watch.status) == ((), (), "insufficient")


def test_a_column_that_never_had_a_value_is_not_watched() -> None:
    """Nothing was learnt about it, so nothing is said about it."""
    empty = pa.table({"amount": pa.nulls(300, pa.float64()), "plan": ["basic"] * 300})
    edges = edges_of(empty, SCHEMA)
    watch = start((profile(empty, edges),), (day(1),), edges)
    seen = observe(watch, day(2), profile(Stream(1).table(), edges), WINDOWS)

    assert {reading.column for reading in seen.readings} == {"plan"}


def test_moments_move_on_by_themselves() -> None:
    """A date that goes on is no drift; only its missing values are watched."""
    schema = Schema(task="binary", label="y", features=(Column(name="at", kind="datetime"),))
    tables = [pa.table({"at": pa.array(range(n * 1000, n * 1000 + 300), pa.timestamp("us"))}) for n in range(40)]
    edges = edges_of(tables[0], schema)
    profiles = [profile(table, edges) for table in tables]
    watch = start(tuple(profiles[:20]), tuple(day(n) for n in range(1, 21)), edges)

    for number, counted in enumerate(profiles[20:], start=21):
        seen = observe(watch, day(number), counted, WINDOWS)
        watch = seen.watch
        assert [reading.kind for reading in seen.readings] == ["missing"]
        assert seen.alerts == ()


def test_a_reference_without_rows_is_refused() -> None:
    """There is no usual level without rows, and the message says what to give."""
    stream = Stream(2)

    with pytest.raises(BadData, match="has no rows"):
        promote(stream.watch, (Profile.empty(stream.edges),), (day(1),), stream.edges)


def test_the_same_journal_gives_the_same_watch() -> None:
    """Replaying the same profiles rebuilds the watch, to the last bit."""
    assert Stream(20, seed=5).days(10).watch == Stream(20, seed=5).days(10).watch
    assert dataclasses.is_dataclass(Stream(20).watch)
