"""Is what was learnt remembered as it was, and believed neither too early nor for ever?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loop.monitored import POLICY, SCHEMA, Stream, day
from trueup.errors import BadData
from trueup.loop.monitor.calm import measured_alerts
from trueup.loop.monitor.noise import BELIEVED, REMEMBERED, Noise
from trueup.loop.monitor.reference import promote
from trueup.loop.monitor.signals import Signal
from trueup.profiling import edges_of, profile


def signal(value: float, column: str = "amount", rows: int = 100) -> Signal:
    """A column's place, as far from the level as told."""
    return Signal(
        column=column,
        kind="location",
        level="",
        value=value,
        usual=0.0,
        row=0.1,
        rows=rows,
        reference=1000,
    )


def taught(count: int, *, first: int = 1) -> Noise:
    """A noise of so many windows."""
    noise = Noise()
    for number in range(first, first + count):
        noise = noise.taught(number, number, [signal(float(number))], whole=True)
    return noise


def test_a_fresh_window_is_not_believed_where_others_are_enough() -> None:
    """Fourteen windows later it is; where little is known, it is at once."""
    key = signal(0.0).key
    few, many = taught(10), taught(60)

    assert np.isfinite(few.of([key])[0]).sum() == 10
    assert np.isfinite(many.of([key])[0]).sum() == 60 - BELIEVED


def test_what_came_before_an_alert_is_not_believed() -> None:
    """A move may have begun small: its column forgets the fresh windows, others do not."""
    noise = taught(60).taught(61, 61, [signal(1.0), signal(1.0, "plan")], whole=True)
    doubted = noise.doubted({"amount"})

    assert np.isnan(doubted.moves[-BELIEVED:, 0]).all()
    assert np.isfinite(doubted.moves[:-BELIEVED, 0]).all()
    assert np.isfinite(doubted.moves[-1, 1])
    assert noise.doubted({"unheard of"}) == noise.doubted(set()) == noise


def test_only_so_many_windows_are_remembered() -> None:
    """The state stays small, and the count goes on."""
    noise = taught(REMEMBERED + 30)

    assert (len(noise.moves), noise.windows, noise.numbers[0]) == (REMEMBERED, REMEMBERED + 30, 31)


def test_equal_lessons_are_equal_noises() -> None:
    """What is rebuilt from a journal compares equal, and hashes alike."""
    assert taught(5) == taught(5)
    assert hash(taught(5)) == hash(taught(5))
    assert taught(5) != taught(6)
    assert taught(5) != replace(taught(5), fresh=0)
    assert taught(5) != "noise"


def test_a_window_can_be_told_more_about_later() -> None:
    """Signals that a new champion brings are filled in where the window is remembered, and nowhere else."""
    noise = taught(5)
    more = noise.told(3, [signal(0.5, "plan")])

    assert more.moves[2].tolist() == [3.0, 0.5]
    assert np.isnan(more.moves[3, 1])
    assert noise.told(99, [signal(0.5, "plan")]) == noise
    assert noise.told(3, []) == noise


def test_a_slow_move_is_not_noise_before_it_is_an_alert() -> None:
    """Half a standard deviation over three weeks is told, and the noise is as small after it as before."""
    stream = Stream(40, rows=1000)
    for step in range(21):
        stream.days(1, shift=0.025 * step)
    key = signal(0.0).key
    spread = np.nanstd(stream.watch.noise.of([key])[0])

    assert "amount" in {column for column, _ in stream.opened}
    assert spread < 1.5 * np.nanstd(Stream(40, rows=1000).watch.noise.of([key])[0])


def test_a_promotion_on_other_edges_keeps_what_is_known() -> None:
    """New bins, the same noise: the limits after it are those before it, and a real move is told at once."""
    stream = Stream(40).days(10)
    tables = [stream.table() for _ in range(6)]
    edges = edges_of(tables[0], SCHEMA)
    profiles = tuple(profile(table, edges) for table in tables)
    stream.watch = promote(stream.watch, profiles, tuple(day(number) for number in range(45, 51)), edges)
    stream.edges = edges

    assert stream.watch.noise.windows == 50
    assert stream.days(6).opened == []
    assert [column for column, _ in stream.days(2, shift=1.5).opened] == ["amount"]


def test_profiles_on_other_edges_are_refused() -> None:
    """They were counted otherwise, and the message says on what to count them."""
    stream = Stream(3)
    other = edges_of(stream.table(), SCHEMA)

    with pytest.raises(BadData, match="was counted on edges"):
        promote(stream.watch, (stream.watch.kept[0].profile,), (day(1),), other)


def test_a_champion_of_long_ago_is_taken_to_be_where_the_windows_are() -> None:
    """None of its windows is kept: there is nothing to measure its distance by."""
    stream = Stream(40).days(10)
    old = tuple(replace(day(number), number=number) for number in range(-9, -3))
    profiles = tuple(one.profile for one in stream.watch.kept[-6:])
    stream.watch = promote(stream.watch, profiles, old, stream.edges)

    assert stream.days(6).opened == []


def test_calm_windows_are_counted_by_the_others_of_them() -> None:
    """One strange day among forty is the one that is counted, and none where all are alike."""
    calm, strange = Stream(40), Stream(40)
    windows = tuple(day(number) for number in range(1, 41))
    profiles = [one.profile for one in calm.watch.kept]
    assert measured_alerts(profiles, windows, calm.edges, POLICY).alerted == 0

    profiles[20] = profile(strange.table(shift=3.0), calm.edges)
    found = measured_alerts(profiles, windows, calm.edges, POLICY)
    assert (found.windows, found.alerted) == (40, 1)
    assert found.sentence == "1 of your own 40 calm windows would have had an alert, most often on amount"

    profiles[30] = profile(strange.table(missing=0.9), calm.edges)  # the contract keeps it out
    assert measured_alerts(profiles, windows, calm.edges, POLICY).alerted == 2


def test_one_window_measures_nothing() -> None:
    """There are no others to judge it by: no figure is made up."""
    stream = Stream(1)
    found = measured_alerts([stream.watch.kept[0].profile], (day(1),), stream.edges, POLICY)

    assert (found.windows, found.sentence) == (0, "")


@pytest.mark.parametrize("number", [1, 40])
def test_leaving_a_window_out_is_never_having_had_it(number: int) -> None:
    """The first as well as the last."""
    whole = taught(40)
    left = whole.without(number)

    assert left.windows == 39
    assert number not in left.numbers
