"""Do the weights of a version's fits follow what each mix would have done?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.deploy.version import learn
from trueup.loop.policy import TrainPolicy
from trueup.loop.train.blend import BlendLosses, blend, even, grid, weights
from trueup.loop.train.order import version_number
from trueup.testing.scenario import Scenario
from trueup.testing.toy import line

DECAY = 0.85


def track(*losses: tuple[float, ...]) -> tuple[BlendLosses, ...]:
    """One row of losses a window."""
    return tuple(BlendLosses(window=number, losses=row) for number, row in enumerate(losses, start=1))


def mixed(*losses: tuple[float, ...], fits: int = 2) -> tuple[float, ...]:
    """The weights after such windows."""
    return weights(track(*losses), fits, windows=12, decay=DECAY)


@pytest.mark.parametrize(("fits", "mixes"), [(1, 1), (2, 3), (3, 6)])
def test_the_grid_holds_every_mix_of_halves(fits: int, mixes: int) -> None:
    """As in the research: {0, 1/2, 1}, summing to one."""
    assert len(grid(fits)) == mixes
    assert all(sum(mix) == 1.0 for mix in grid(fits))


@given(st.lists(st.lists(st.floats(0.01, 1.0), min_size=6, max_size=6).map(tuple), min_size=1, max_size=15))
def test_weights_are_a_mix(losses: list[tuple[float, ...]]) -> None:
    """Never negative, and one in all."""
    found = mixed(*losses, fits=3)
    assert min(found) >= 0.0
    assert sum(found) == pytest.approx(1.0, abs=1e-5)


def test_without_a_track_every_fit_counts_alike() -> None:
    """Nothing is known, so nothing is preferred; a track of another number of fits is none."""
    assert mixed() == even(2) == (0.5, 0.5)
    assert mixed((0.1, 0.2, 0.3), fits=3) == even(3)


def test_equal_losses_are_an_even_mix() -> None:
    """By symmetry."""
    assert mixed((0.2, 0.2, 0.2)) == pytest.approx((0.5, 0.5))


def test_one_per_cent_of_the_loss_is_a_factor_of_e() -> None:
    """The formula of the research, by hand: grid (0,1), (1/2,1/2), (1,0)."""
    counts = np.exp([0.0, -1.0, -2.0])
    first = (counts @ [0.0, 0.5, 1.0]) / counts.sum()
    assert mixed((0.200, 0.202, 0.204))[0] == pytest.approx(first, abs=1e-6)


def test_newer_windows_count_more() -> None:
    """A fit that has become better takes over."""
    assert mixed((0.20, 0.21, 0.22), (0.22, 0.21, 0.20))[0] > 0.5


def test_a_gap_between_windows_ages_the_older_one() -> None:
    """Age is in windows, not in places of the list."""
    near = (BlendLosses(window=1, losses=(0.2, 0.3, 0.4)), BlendLosses(window=2, losses=(0.4, 0.3, 0.2)))
    far = (near[0], BlendLosses(window=20, losses=(0.4, 0.3, 0.2)))
    assert weights(far, 2, windows=12, decay=DECAY)[0] >= weights(near, 2, windows=12, decay=DECAY)[0]


def test_windows_beyond_the_memory_do_not_count() -> None:
    """Only the newest twelve are read."""
    old, new = (0.1, 0.5, 0.9), (0.3, 0.2, 0.1)
    assert mixed(*([old] * 3 + [new] * 12)) == mixed(*([new] * 12))


def test_a_blend_is_the_weighted_mean_of_the_fits() -> None:
    """For one score a row, and for one a class."""
    raws = np.array([[0.0, 0.4], [1.0, 0.8]])
    assert blend(raws, (0.25, 0.75)).tolist() == pytest.approx([0.75, 0.7])
    classes = np.stack([np.eye(3), np.full((3, 3), 1 / 3)])
    assert blend(classes, (0.5, 0.5)).sum(axis=1).tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_a_line_remembers_as_many_windows_as_it_may() -> None:
    """Track and tables are bounded, and a window in which the metric is undefined adds no losses."""
    policy = TrainPolicy(blend_windows=3, calibration_windows=2)
    known = Scenario().start().state.lines[0]
    seen = line("v1", 0.2, window=7, fits=3)
    for window in range(7, 12):
        known = learn(known, seen.losses, seen.reliability, window, policy)
    assert (len(known.track), [number for number, _ in known.tables]) == (3, [10, 11])
    assert len(learn(known, None, seen.reliability, 12, policy).track) == 3


def test_a_version_has_a_number() -> None:
    """It is in its name."""
    assert version_number("v12") == 12
