"""Is a score put right as the rows ask for, and never turned round?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from trueup.errors import Incompatible
from trueup.loop.train.calibration import (
    AS_IS,
    CLASS_RIDGE,
    MASS,
    NODES,
    Calibration,
    calibrate,
    recalibrate,
    reliability,
    shifted,
)

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def drawn(rows: int, slope: float, shift: float, seed: int = 7) -> tuple[Floats, Floats]:
    """Labels, and scores that must be put right by this slope and shift."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-0.5, 1.5, rows)
    truth = 1 / (1 + np.exp(-(slope * logit + shift)))
    return (rng.random(rows) < truth).astype(float), 1 / (1 + np.exp(-logit))


def fitted(y: Floats, raw: Floats) -> tuple[float, float]:
    """Slope and shift by another optimiser on the rows themselves, under the same pull towards (1, 0)."""
    x = np.log(raw) - np.log1p(-raw)

    def loss(parameters: Floats) -> float:
        slope, shift = parameters
        eta = slope * x + shift
        return float(np.sum(np.logaddexp(0.0, eta) - y * eta) + 12.5 * ((slope - 1) ** 2 + shift**2))

    found = minimize(loss, np.array([1.0, 0.0]), method="BFGS")
    return float(found.x[0]), float(found.x[1])


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, 0.8), (2.0, -1.0), (0.3, -2.0)])
def test_slope_and_shift_are_those_of_a_logistic_fit(slope: float, shift: float) -> None:
    """The table of 65 nodes costs next to nothing against a fit on every row."""
    y, raw = drawn(4000, slope, shift)
    found = recalibrate([reliability("binary", y, raw)], [0], 0.85)
    assert [found.slope, found.shift] == pytest.approx(fitted(y, raw), abs=0.02)


def test_older_windows_count_less() -> None:
    """By their age in windows."""
    old, new = reliability("binary", *drawn(2000, 1.0, 2.0)), reliability("binary", *drawn(2000, 1.0, -2.0))
    assert recalibrate([old, new], [5, 0], 0.5).shift < recalibrate([old, new], [1, 0], 0.5).shift < 0


def test_few_rows_change_little() -> None:
    """A hundred pseudo-rows pull towards leaving the score as it is."""
    few = recalibrate([reliability("binary", *drawn(10, 0.2, 2.0))], [0], 0.85)
    many = recalibrate([reliability("binary", *drawn(5000, 0.2, 2.0))], [0], 0.85)
    assert abs(few.slope - 1) < 0.3 * abs(many.slope - 1)
    assert recalibrate([], [], 0.85) == AS_IS
    assert recalibrate([reliability("binary", np.array([]), np.array([]))], [0], 0.85) == AS_IS


def test_a_recalibration_never_turns_a_score_round() -> None:
    """An inverted score ends as the base rate, and says that it is on the floor."""
    y, raw = drawn(3000, 1.0, 0.0)
    found = recalibrate([reliability("binary", y, 1 - raw)], [0], 0.85)
    assert found.slope == 0.0
    assert found.on_the_floor
    assert calibrate(raw, found).tolist() == pytest.approx([y.mean()] * 3000, abs=1e-3)
    assert not AS_IS.on_the_floor


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_slope_is_never_below_zero_and_the_order_of_rows_is_kept(rows: list[tuple[float, bool]]) -> None:
    """Whatever the rows say, a higher score stays the higher one."""
    raw, y = np.array([score for score, _ in rows]), np.array([float(hit) for _, hit in rows])
    found = recalibrate([reliability("binary", y, raw)] * 50, [0] * 50, 1.0)
    assert found.slope >= 0.0
    served = calibrate(np.sort(raw), found)
    assert np.all(np.diff(served) >= 0)
    assert np.all((served >= 0) & (served <= 1))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.integers(0, 30))
def test_two_parts_are_the_whole(rows: list[tuple[float, bool]], cut: int) -> None:
    """Tables add up to one pass over all rows, to the last unit."""
    raw, y = np.array([score for score, _ in rows]), np.array([float(hit) for _, hit in rows])
    parts = reliability("binary", y[:cut], raw[:cut]) + reliability("binary", y[cut:], raw[cut:])
    assert parts == reliability("binary", y, raw)
    assert sum(parts.seen) + sum(parts.met) == MASS * len(rows)


def test_a_rows_mass_keeps_its_mean() -> None:
    """What is split between two nodes lies where the row lies."""
    table = reliability("binary", np.array([1.0]), np.array([0.6]))
    assert NODES @ np.array(table.met) / MASS == pytest.approx(np.log(0.6 / 0.4), abs=1e-6)


def test_tables_of_two_tasks_or_scales_refuse_to_add() -> None:
    """They count different things."""
    one = reliability("regression", np.array([1.0]), np.array([0.0]), scale=2.0)
    with pytest.raises(Incompatible):
        one + replace(one, scale=4.0)
    with pytest.raises(Incompatible):
        one + reliability("binary", np.array([1.0]), np.array([0.5]))


# ---- many classes


def test_class_biases_are_those_of_the_formula_and_bring_the_shares_home() -> None:
    """Log of what came over what was said, pulled by five rows a class."""
    rng = np.random.default_rng(3)
    raw = rng.dirichlet([2.0, 2.0, 2.0], 3000)
    y = rng.choice(3, 3000, p=[0.6, 0.3, 0.1])
    found = recalibrate([reliability("multiclass", y, raw)], [0], 0.85)
    met, said = np.bincount(y, minlength=3), raw.sum(axis=0)
    assert found.biases == pytest.approx(np.log((met + CLASS_RIDGE) / (said + CLASS_RIDGE)), abs=1e-6)

    served = calibrate(raw, found)
    assert served.sum(axis=1).tolist() == pytest.approx([1.0] * 3000)
    before, after = (np.abs(one.mean(axis=0) - met / 3000).sum() for one in (raw, served))
    assert after < 0.35 * before


# ---- regression


def test_a_shift_is_the_median_residual() -> None:
    """Within the grain of the nodes; ten pseudo-rows lie at zero."""
    rng = np.random.default_rng(5)
    forecast = rng.normal(100.0, 10.0, 5000)
    y = forecast + 12.0 + rng.standard_t(3, 5000)
    found = recalibrate([reliability("regression", y, forecast, scale=64.0)], [0], 0.85)
    assert found.shift == pytest.approx(12.0, rel=0.15)
    assert np.abs(np.median(y - shifted(forecast, found))) < 0.15 * 12.0


def test_tables_in_two_scales_are_read_each_in_its_own() -> None:
    """When the cap of the loss was declared anew, older residuals do not change their size."""
    y, forecast = np.full(500, 10.0), np.zeros(500)
    tables = [reliability("regression", y, forecast, scale=scale) for scale in (16.0, 128.0)]
    assert recalibrate(tables, [1, 0], 0.85).shift == pytest.approx(10.0, rel=0.15)


def test_few_residuals_shift_nothing() -> None:
    """Nine rows do not outweigh the ten at zero."""
    few = reliability("regression", np.full(9, 5.0), np.zeros(9), scale=8.0)
    assert recalibrate([few], [0], 0.85) == Calibration()


def test_as_is_leaves_a_score_alone() -> None:
    """To the last bit."""
    raw = np.array([1e-9, 0.3, 1.0])
    assert calibrate(raw, AS_IS) is raw
    assert shifted(raw, AS_IS).tolist() == raw.tolist()
