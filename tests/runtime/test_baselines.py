"""Are the plain policies played fairly, and are false alerts counted where nothing was wrong?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from trueup.adapters.models.recipes import LocalRecipes
from trueup.runtime.baselines import NAMES, baselines
from trueup.runtime.calm import calm
from trueup.runtime.features import infer_schema
from trueup.runtime.stream import read_stream
from trueup.runtime.windows import cut, opening
from trueup.sdk.backtest import plain_policy

if TYPE_CHECKING:
    from trueup.loop.policy import Policy
    from trueup.loop.window import Window
    from trueup.runtime.baselines import Baselines
    from trueup.runtime.stream import Stream

WINDOW = 200
HISTORY = 6


def world(level: np.ndarray) -> tuple[Stream, Policy, tuple[Window, ...]]:
    """One column around a level by window, and a label that follows it."""
    dice = np.random.default_rng(5)
    size = WINDOW * len(level)
    x = dice.normal(size=size) + np.repeat(level, WINDOW)
    bought = (x + dice.normal(size=size) > np.median(x)).astype(int)
    table = pa.table({"order": pa.array(np.arange(size)), "x": pa.array(x), "bought": pa.array(bought)})
    schema = infer_schema(table, label="bought", time="order")
    policy = plain_policy("shop", schema, "roc_auc", rows=WINDOW, delay=0.0)
    stream = read_stream(table, schema, time="order", delay=0.0)
    windows, _ = cut(stream.times, opening(0.0, policy.window), policy.window, now=np.inf)
    return stream, policy, windows


@pytest.fixture(scope="module")
def moved_once() -> Baselines:
    """Calm, then at another level from the second judged window on."""
    stream, policy, windows = world(np.array([0.0] * (HISTORY + 1) + [3.0] * 11))
    return baselines(stream, policy, windows, LocalRecipes(), history=HISTORY)


def test_a_world_that_moved_trains_the_psi_rule_until_its_rows_are_used_to_it(moved_once: Baselines) -> None:
    """It trains after the window that moved, goes on while its rows are of both worlds, and then is quiet."""
    assert 1 <= moved_once.psi.trainings < moved_once.recent.trainings == 11
    assert 0 < moved_once.psi.seconds < moved_once.recent.seconds


def test_the_psi_rule_serves_the_very_fit_that_every_window_has_at_that_moment(moved_once: Baselines) -> None:
    """Up to its first training it answers as the first model, in the window after as `every window, recent`."""
    assert moved_once.psi.values[:2] == (moved_once.recent.values[0], moved_once.never.values[1])
    assert moved_once.psi.values[2] == moved_once.recent.values[2]
    assert len(NAMES) == 4


def test_a_calm_history_has_no_false_alert() -> None:
    """Each window of it is judged by the others, by both rules."""
    stream, policy, windows = world(np.zeros(16))
    found = calm(stream, policy, windows)

    assert (found.windows, found.trueup, found.psi) == (16, 0, 0)


def test_days_that_wobble_alarm_the_customary_rule_and_not_ours() -> None:
    """A level that goes to and fro by more than sampling is usual there: psi > 0.2 does not know, the monitor does."""
    stream, policy, windows = world(np.tile([0.0, 0.9, -0.6], 10))
    found = calm(stream, policy, windows)

    assert found.psi > 5
    assert found.trueup <= 1


def test_a_history_of_one_window_measures_nothing() -> None:
    """There are no others to judge it by: no figure is made up."""
    stream, policy, windows = world(np.zeros(3))

    assert calm(stream, policy, windows[:1]).windows == 0
