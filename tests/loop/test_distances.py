"""Do our distances equal those of a library, and do they hold what their names promise?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from trueup.errors import Incompatible
from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import DISTANCES, needs_numbers
from trueup.loop.monitor.distances.chi_squared import chi_squared
from trueup.loop.monitor.distances.jensen_shannon import jensen_shannon
from trueup.loop.monitor.distances.ks import ks_bracket
from trueup.loop.monitor.distances.kullback_leibler import kullback_leibler
from trueup.loop.monitor.distances.mean_sd import mean_sd
from trueup.loop.monitor.distances.psi import debiased_psi, psi
from trueup.loop.monitor.distances.wasserstein import wasserstein
from trueup.stats.tails import negative_binomial_above, student_above

if TYPE_CHECKING:
    from trueup.stats.arrays import Integers

FEW = 6
ROWS = st.lists(st.integers(0, 1000), min_size=FEW, max_size=FEW).filter(lambda rows: sum(rows) > 0)
PLACES = [-2.0, -1.0, 0.0, 0.5, 1.0, 4.0]


def both(before: list[int], after: list[int]) -> tuple[Counts, Counts]:
    """Counts of the same bins."""
    return Counts.of(before, PLACES), Counts.of(after, PLACES)


@pytest.mark.parametrize("name", sorted(DISTANCES))
@given(rows=ROWS, others=ROWS)
def test_a_distance_is_zero_for_equals_and_never_below(name: str, rows: list[int], others: list[int]) -> None:
    """Every distance is nothing for equal shares of many rows, and finite and not negative for others."""
    distance = DISTANCES[name]

    many = [1000 * count for count in rows]
    assert distance(*both(many, many)) == pytest.approx(0.0, abs=1e-5)
    assert 0.0 <= distance(*both(rows, others)) < np.inf


@pytest.mark.parametrize("name", sorted(DISTANCES))
@given(part=st.floats(0.1, 0.45))
def test_a_larger_shift_is_a_larger_distance(name: str, part: float) -> None:
    """Twice as many rows moved from the lowest bin to the highest are further away, by every distance."""
    rows = [10_000.0, 500, 500, 500, 500, 500]

    def moved(share: float) -> Counts:
        count = 10_000 * share
        return Counts.of([rows[0] - count, *rows[1:-1], rows[-1] + count], PLACES)

    distance, before = DISTANCES[name], Counts.of(rows, PLACES)
    assert distance(before, moved(0.0)) < distance(before, moved(part)) < distance(before, moved(2 * part))


@pytest.mark.parametrize("name", sorted(DISTANCES))
def test_empty_bins_survive(name: str) -> None:
    """Bins that one side or both never use, and sides without rows, give a finite number."""
    some, other, none = [0, 0, 9, 1, 0, 0], [5, 0, 0, 0, 5, 0], [0] * FEW
    for before, after in ((some, other), (some, none), (none, other), (none, none)):
        assert 0.0 <= DISTANCES[name](*both(before, after)) < np.inf


@pytest.mark.parametrize("name", sorted(DISTANCES))
def test_a_distance_for_numbers_refuses_levels(name: str) -> None:
    """What has no meaning for categories is refused and not invented; everything else takes them."""
    levels = Counts.of([1, 2]), Counts.of([2, 1])
    if not needs_numbers(name):
        assert DISTANCES[name](*levels) >= 0.0
        return
    with pytest.raises(Incompatible, match=r"levels have no (distance|order|mean)"):
        DISTANCES[name](*levels)


@given(ROWS, ROWS)
def test_kullback_leibler_is_scipys(before: list[int], after: list[int]) -> None:
    """With many rows our divergence is scipy's, where both sides use the same bins."""
    many, others = ([1_000_000 * (count + 1) for count in rows] for rows in (before, after))

    expected = stats.entropy(others, many)
    assert kullback_leibler(*both(many, others)) == pytest.approx(float(expected), rel=1e-3, abs=1e-5)


@given(st.lists(st.floats(-3, 3), min_size=5, max_size=60), st.lists(st.floats(-3, 3), min_size=5, max_size=60))
def test_the_rows_own_ks_lies_in_its_bracket(before: list[float], after: list[float]) -> None:
    """Scipy's distance of the rows is never outside what the bins allow."""
    edges = np.array([-1.0, 0.0, 0.5, 2.0])
    binned = (np.bincount(np.searchsorted(edges, rows, "left"), minlength=5).tolist() for rows in (before, after))
    low, high = ks_bracket(*(Counts.of(rows, [-2, -0.5, 0.25, 1, 3]) for rows in binned))

    assert low - 1e-9 <= float(stats.ks_2samp(before, after, method="asymp").statistic) <= high + 1e-9


def test_a_mean_is_told_in_standard_deviations_of_its_windows() -> None:
    """Three standard deviations of the windows' means away is 3; where the windows are not known, of sampling."""
    places = np.array([-1.0, 1.0])
    before = Counts(np.array([5000.0, 5000.0]), places, 0.0, wobble=0.1)
    assert mean_sd(before, Counts(np.array([3500.0, 6500.0]), places, 0.3)) == pytest.approx(3.0)
    alone = Counts(np.array([5000.0, 5000.0]), places, 0.0)
    assert mean_sd(alone, Counts(np.array([5000.0, 5000.0]), places, 0.3)) == pytest.approx(0.3 / math.sqrt(2e-4))


@given(ROWS, ROWS)
def test_jensen_shannon_is_scipys(before: list[int], after: list[int]) -> None:
    """Our Jensen-Shannon distance is scipy's in base 2."""
    expected = jensenshannon(before, after, base=2)

    assert jensen_shannon(*both(before, after)) == pytest.approx(float(np.nan_to_num(expected)), abs=1e-6)


@given(ROWS, ROWS)
def test_wasserstein_is_scipys(before: list[int], after: list[int]) -> None:
    """Our Wasserstein distance is scipy's on the bins' places."""
    expected = stats.wasserstein_distance(PLACES, PLACES, before, after)

    assert wasserstein(*both(before, after)) == pytest.approx(float(expected), abs=1e-9)


@given(ROWS, ROWS)
def test_chi_squared_is_scipys(before: list[int], after: list[int]) -> None:
    """Our chi-squared is scipy's statistic of the two-row table, without a correction."""
    pairs = [pair for pair in zip(before, after, strict=True) if sum(pair)]
    expected = stats.chi2_contingency(np.array(pairs).T, correction=False).statistic

    assert chi_squared(*both(before, after)) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


def test_psi_is_the_symmetrised_divergence() -> None:
    """With many rows our psi is the sum of scipy's two Kullback-Leibler divergences."""
    before, after = [4000, 3000, 2000, 1000], [1000, 2000, 3000, 4000]
    expected = stats.entropy(before, after) + stats.entropy(after, before)

    assert psi(Counts.of(before), Counts.of(after)) == pytest.approx(float(expected), rel=0.005)


@pytest.mark.parametrize("rows", [50, 200, 5000])
def test_debiased_psi_is_nothing_under_chance(rows: int) -> None:
    """Where nothing moved the debiased psi stays far below minor, in thin windows too."""
    rng = np.random.default_rng(rows)
    shares = np.full(10, 0.1)
    reference: Integers = rng.multinomial(20_000, shares)
    windows = [rng.multinomial(rows, shares) for _ in range(200)]
    found = [debiased_psi(Counts.of(reference.tolist()), Counts.of(window.tolist())) for window in windows]

    assert np.mean(found) < 0.05


def test_tails_are_scipys() -> None:
    """Our tails of Student's t and of the negative binomial are scipy's, far out as well."""
    t = np.array([-3.0, 0.0, 0.5, 2.0, 8.0, 40.0])
    for freedom in (3.0, 11.5, 400.0):
        expected = stats.t.sf(t, freedom)
        assert student_above(t, np.full(6, freedom)) == pytest.approx(expected, rel=1e-6, abs=1e-200)
    events, shape, odds = np.array([0.0, 5, 100, 2000]), np.array([2.0, 2, 900, 2]), np.array([0.5, 0.1, 0.5, 0.1])
    expected = stats.nbinom.sf(events - 1, shape, 1 - odds)
    assert negative_binomial_above(events, shape, odds) == pytest.approx(expected, rel=1e-6, abs=1e-60)
