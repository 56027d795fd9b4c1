"""Does the alarm ring for what noise cannot explain, and only then?"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.monitor.level import Level, observe
from trueup.loop.policy import Cadence

CADENCE = Cadence()


def after(*losses: float, standard_error: float = 0.0) -> Level:
    """The level after such losses; the metric is 1 - loss."""
    level = Level()
    for loss in losses:
        level = observe(level, loss=loss, value=1 - loss, standard_error=standard_error, cadence=CADENCE)
    return level


def test_two_windows_are_needed_to_know_what_is_usual() -> None:
    """The first two only teach, however far apart they are."""
    assert not after(0.1).alarm
    assert not after(0.1, 0.9).alarm


def test_a_rise_beyond_noise_is_an_alarm_and_is_not_learnt() -> None:
    """The usual losses stay as they were."""
    level = after(0.20, 0.21, 0.20, 0.19, 0.40)
    assert level.alarm
    assert level.rise == pytest.approx(0.2)
    assert 0.40 not in level.usual


def test_a_second_alarm_in_a_row_accepts_the_new_level() -> None:
    """An honest shift does not eat the budget."""
    level = after(0.20, 0.21, 0.20, 0.40, 0.41)
    assert not level.alarm
    assert level.usual == (0.41,)
    assert not after(0.20, 0.21, 0.20, 0.40, 0.41, 0.42, 0.41).alarm


def test_a_rise_that_is_small_in_the_metric_is_no_alarm() -> None:
    """Five per cent of the metric's own level is the least."""
    quiet = (0.200, 0.200, 0.200, 0.200)
    assert not after(*quiet, 0.235).alarm
    assert after(*quiet, 0.245).alarm


def test_a_rise_within_noise_of_rows_is_no_alarm() -> None:
    """A metric of few rows may move a lot."""
    assert after(0.2, 0.2, 0.2, 0.3).alarm
    assert not after(0.2, 0.2, 0.2, 0.3, standard_error=0.06).alarm


def test_a_rise_within_noise_of_windows_is_no_alarm() -> None:
    """Windows that always differ by so much are no surprise."""
    assert not after(0.1, 0.3, 0.1, 0.3, 0.1, 0.35).alarm


def test_an_improvement_is_never_an_alarm() -> None:
    """It is learnt."""
    level = after(0.4, 0.4, 0.4, 0.1)
    assert not level.alarm
    assert level.usual[-1] == 0.1


def test_only_the_newest_windows_are_usual() -> None:
    """Six are compared with."""
    assert len(after(*([0.2] * 20)).usual) == CADENCE.alarm_windows


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_limit_is_that_of_the_research(losses: list[float]) -> None:
    """Alarm exactly when the rise is above both the share of the metric and two standard deviations."""
    before, level = after(*losses[:-1]), after(*losses)
    if len(before.usual) < 2:
        return
    mean = sum(before.usual) / len(before.usual)
    sd = math.sqrt(sum((one - mean) ** 2 for one in before.usual) / (len(before.usual) - 1))
    limit = max(0.05 * abs(sum(1 - loss for loss in losses) / len(losses)), 2 * sd)
    rise = losses[-1] - mean
    if abs(rise - limit) > 1e-9:
        assert level.alarm == (rise > limit and not before.alarm)
