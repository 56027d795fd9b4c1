"""Is a habit of the week or of the day believed when it is one, and only then?"""

from __future__ import annotations

import numpy as np
import pytest

from trueup.loop.monitor.season import Clock, habit
from trueup.loop.window import Window

DAY = 86_400.0
HOUR = 3_600.0


def windows(starts: list[float], ends: list[float]) -> list[Window]:
    """Windows by their slices of time."""
    pairs = enumerate(zip(starts, ends, strict=True), start=1)
    return [Window(number=number, start=start, end=end, name=f"{number}") for number, (start, end) in pairs]


def series(period: int, cycles: int, size: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """One signal with a habit of this size at the end of each cycle, and one without."""
    places = np.arange(period * cycles)
    moves = np.random.default_rng(seed).normal(size=(len(places), 2))
    moves[:, 0] += size * (places % period >= period - 2)
    return moves, places


@pytest.mark.parametrize("period", [7, 24])
def test_a_habit_is_learnt_at_its_place(period: int) -> None:
    """The signal with one is foretold by its place in the cycle, the one without by all windows."""
    moves, places = series(period, 6, 6.0)
    found = habit(moves, places)
    usual, behind = found.over([period - 1 + 10 * period], [1.0])

    assert found.period.tolist() == [period, 1]
    assert usual[0] == pytest.approx(6.0, abs=1.5)
    assert abs(usual[1]) < 0.5
    assert behind.tolist() == [6.0, 6.0 * period]


def test_two_cycles_are_no_habit() -> None:
    """What happened twice may be chance."""
    moves, places = series(7, 2, 6.0)

    assert habit(moves, places).period.tolist() == [1, 1]


def test_a_window_is_not_foretold_by_itself() -> None:
    """Each is left out of its own baseline."""
    moves = np.array([[1.0], [2.0], [6.0]])

    assert habit(moves, np.arange(3)).foretold[:, 0].tolist() == [4.0, 3.5, 1.5]


def test_windows_without_a_place_teach_no_habit() -> None:
    """One of several days counts for all places alike; where no window has a place there is no season."""
    moves, places = series(7, 6, 6.0)
    nowhere = habit(moves, np.full(len(places), -1))

    assert nowhere.period.tolist() == [1, 1]
    some = habit(np.vstack((moves, [[40.0, 0.0]])), np.append(places, -1))
    assert some.period.tolist() == [7, 1]
    assert some.over([6], [1.0])[0][0] < 10


def test_what_is_not_known_is_left_out() -> None:
    """A column that was away for some windows is judged by the others."""
    moves, places = series(7, 8, 6.0)
    moves[10:16, 0] = np.nan
    found = habit(moves, places)

    assert found.period[0] == 7
    assert np.isfinite(found.over([3], [1.0])[0]).all()


def test_a_day_of_daylight_saving_is_a_day() -> None:
    """23 and 25 hours move no window to another weekday."""
    starts = [0.0, DAY, 2 * DAY, 3 * DAY - HOUR, 4 * DAY - HOUR, 5 * DAY]
    clock = Clock.of(windows(starts[:-1], starts[1:]))

    assert clock.beat == DAY
    assert [clock.place(one) for one in windows(starts[:-1], starts[1:])] == [0, 1, 2, 3, 4]


def test_a_window_that_stayed_open_covers_several_places() -> None:
    """It has none of its own."""
    clock = Clock(start=0.0, beat=DAY)
    (long,) = windows([2 * DAY], [5 * DAY])

    assert clock.beats(long) == (2, 3, 4)
    assert clock.place(long) == -1


def test_windows_of_rows_have_no_season() -> None:
    """They are of no one length, and the project file says so."""
    lengths = np.random.default_rng(1).exponential(size=20).cumsum().tolist()

    assert Clock.of(windows(lengths[:-1], lengths[1:])).beat == 0.0
    assert Clock().beats(windows([0.0], [1.0])[0]) == ()
