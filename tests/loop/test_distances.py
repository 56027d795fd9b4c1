"""Do our distances equal those of a library, and do they hold what their names promise?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from trueup.errors import Incompatible
from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.monitor.distances.chi_squared import chi_squared
from trueup.loop.monitor.distances.jensen_shannon import jensen_shannon
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


def test_categories_have_no_wasserstein() -> None:
    """Levels lie nowhere, so the distance between them is refused and not invented."""
    with pytest.raises(Incompatible, match="levels have no distance"):
        wasserstein(Counts.of([1, 2]), Counts.of([2, 1]))


def test_tails_are_scipys() -> None:
    """Our tails of Student's t and of the negative binomial are scipy's, far out as well."""
    t = np.array([-3.0, 0.0, 0.5, 2.0, 8.0, 40.0])
    for freedom in (3.0, 11.5, 400.0):
        expected = stats.t.sf(t, freedom)
        assert student_above(t, np.full(6, freedom)) == pytest.approx(expected, rel=1e-6, abs=1e-200)
    events, shape, odds = np.array([0.0, 5, 100, 2000]), np.array([2.0, 2, 900, 2]), np.array([0.5, 0.1, 0.5, 0.1])
    expected = stats.nbinom.sf(events - 1, shape, 1 - odds)
    assert negative_binomial_above(events, shape, odds) == pytest.approx(expected, rel=1e-6, abs=1e-60)
