"""Are fine profiles fine, do they add up, and do they point at nobody?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trueup.adapters.fine_profiles.layout import encoded
from trueup.errors import Incompatible
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, fine_profile, fine_reference
from trueup.profiling.apart import furthest, quantile, shares, wasserstein
from trueup.profiling.fine import FineLevels, FineNumbers

if TYPE_CHECKING:
    from trueup.loop.schema import Kind
    from trueup.profiling.fine import FineProfile
    from trueup.stats.arrays import Floats

NAME: Final = "f" * 64
NUMBERS = st.one_of(st.none(), st.floats(width=32), st.integers(-3, 3).map(float), st.just(1e308), st.just(-1e308))


def of(values: list[float | None] | Floats) -> pa.Table:
    """A table of one column of numbers."""
    return pa.table({"x": pa.array(values, pa.float64())})


def levels(**counts: int) -> pa.Table:
    """A table of one column of levels."""
    return pa.table({"x": pa.array([name for name, rows in counts.items() for _ in range(rows)], pa.string())})


def reference(table: pa.Table, kind: Kind = "numeric", *, sensitive: tuple[str, ...] = ()) -> FineProfile:
    """The fine profile of a reference."""
    schema = Schema(task="binary", label="y", features=(Column(name="x", kind=kind),))
    return fine_reference(table, edges_of(table, schema, sensitive=sensitive))


def numbers(profile: FineProfile) -> FineNumbers:
    """Its column of numbers."""
    column = profile.column("x")
    assert isinstance(column, FineNumbers)
    return column


def counted(profile: FineProfile) -> FineLevels:
    """Its column of levels."""
    column = profile.column("x")
    assert isinstance(column, FineLevels)
    return column


NORMAL: Final = reference(of(np.random.default_rng(0).normal(100, 15, size=100_000)))


@given(st.lists(NUMBERS, max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_fine_profiles_add_in_any_grouping(rows: list[float | None], i: int, j: int) -> None:
    """Hours make a day whichever way they are added; every row is counted once, whatever number it holds."""
    first, last = sorted((min(i, len(rows)), min(j, len(rows))))
    a, b, c = (fine_profile(of(part), NORMAL, NAME) for part in (rows[:first], rows[first:last], rows[last:]))
    day, whole = numbers((a + b) + c), numbers(fine_profile(of(rows), NORMAL, NAME))

    assert encoded((a + b) + c) == encoded(a + (b + c)) == encoded((c + a) + b)
    assert day.counts.tolist() == whole.counts.tolist()
    assert day.missing == whole.missing == len(rows) - int(day.counts.sum())


def test_thick_bins_are_the_same_however_the_rows_came() -> None:
    """Sums are whole steps: batches of any size give what one pass gives, to the last bit."""
    values = np.random.default_rng(1).normal(100, 15, size=200_000)
    pieces = pa.concat_tables([of(values[start : start + 9_999]) for start in range(0, len(values), 9_999)])
    assert encoded(fine_profile(of(values), NORMAL, NAME)) == encoded(fine_profile(pieces, NORMAL, NAME))


def test_profiles_beside_two_references_refuse_to_add() -> None:
    """The sum would mean nothing."""
    left, right = fine_profile(of([1.0]), NORMAL, NAME), fine_profile(of([1.0]), NORMAL, "e" * 64)
    with pytest.raises(Incompatible, match="fine profiles beside two references do not add up"):
        _ = left + right


def drawn(kind: str, rng: np.random.Generator, rows: int) -> Floats:
    """Values of a kind."""
    draws: dict[str, Floats] = {
        "normal": rng.normal(size=rows),
        "heavy tails": rng.standard_t(3, size=rows),
        "half zeros": rng.gamma(2.0, size=rows) * (rng.random(rows) < 0.5),
        "whole numbers": rng.poisson(30, size=rows).astype(float),
    }
    return draws[kind]


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.5, 40.0])
@pytest.mark.parametrize("kind", ["normal", "heavy tails", "half zeros", "whole numbers"])
def test_distances_hold_the_exact_ones_in_a_narrow_bracket(kind: str, shift: float) -> None:
    """Kolmogorov-Smirnov within 0.001, Wasserstein within 0.0005 standard deviations or 0.2 %, on 400,000 values."""
    rng = np.random.default_rng(7)
    before, after = drawn(kind, rng, 100_000), drawn(kind, rng, 300_000) + shift
    left = reference(of(before))
    right = fine_profile(of(after), left, NAME)

    gap = furthest(numbers(left), numbers(right)).gap
    exact = float(stats.ks_2samp(before, after).statistic)
    assert gap.low - 1e-12 <= exact <= gap.high + 1e-12
    assert exact - gap.low <= 1e-3

    carried = wasserstein(numbers(left), numbers(right))
    assert carried is not None
    exact = float(stats.wasserstein_distance(before, after)) / float(np.std(before))
    slack = 5e-4 + 2e-3 * exact  # the spread that it is measured in comes from the grid too
    assert carried.low - slack <= exact <= carried.high + slack
    if kind != "whole numbers" or shift.is_integer():  # between whole numbers the grid is as wide as they are apart
        assert exact - carried.low <= slack


def test_quantiles_are_those_of_the_rows() -> None:
    """Within a thousandth of the rows, for the reference and for a window far from it."""
    values = np.random.default_rng(3).normal(130, 10, size=5_000)
    column = numbers(fine_profile(of(values), NORMAL, NAME))
    for share in (0.1, 0.5, 0.9):
        assert abs(float(np.mean(values <= quantile(column, share))) - share) < 0.003


def test_the_grid_is_as_fine_as_persons_allow() -> None:
    """1000 quantiles and the tails of a large reference; of a small one as many as leave 20 rows in each bin."""
    assert 1000 <= len(numbers(NORMAL).edges) <= 1040
    for rows in (1, 39, 400, 420, 7_000):
        column = numbers(reference(of(np.random.default_rng(rows).normal(size=rows))))
        inner = column.counts[6:-6]
        assert (len(inner), inner.min(initial=20)) == (max(rows // 20 - 2, 0), 20)


def test_no_value_of_a_single_row_is_told() -> None:
    """Neither the least nor the greatest, no edge, and no sum of a thin bin."""
    values = np.random.default_rng(5).lognormal(8, 2, size=3_000).round(2)
    left = numbers(reference(of(values)))
    assert not set(left.edges.tolist()) & set(values.tolist())

    lonely = numbers(fine_profile(of([61.37]), reference(of(values)), NAME))
    place = int(np.flatnonzero(lonely.counts)[0])
    assert lonely.sums[place] == left.centres[place]


def test_a_value_that_many_rows_hold_has_a_bin_of_its_own() -> None:
    """Half of the rows are zero: what is next to zero is not taken for it."""
    zeros = np.concatenate((np.zeros(5_000), np.random.default_rng(6).gamma(2.0, size=5_000)))
    left = reference(of(zeros))
    right = numbers(fine_profile(of(np.full(100, 1e-9)), left, NAME))
    gap = furthest(numbers(left), right).gap
    assert quantile(numbers(left), 0.25) == 0.0
    assert 0.499 < gap.low <= 0.5 <= gap.high < 0.503


@pytest.mark.parametrize("values", [[], [None, None], [float("nan")], [float("inf")], [5.0] * 30, [1e150, -1e150]])
def test_poor_references_are_counted_all_the_same(values: list[float | None]) -> None:
    """Nothing, one value or the ends of the scale: every finite number is counted, the others are missing."""
    table = of(values) if values else of([None])
    column = numbers(fine_profile(of([5.0, None, float("-inf"), 6.0]), reference(table), NAME))
    assert (int(column.counts.sum()), column.missing) == (2, 2)


def test_a_column_without_spread_has_no_unit_of_distance() -> None:
    """Where every row of the reference has one value, how far is too far is not said in standard deviations."""
    left = reference(of([5.0] * 30))
    right = fine_profile(of(np.repeat([5.0, 7.0], 20)), left, NAME)
    assert wasserstein(numbers(left), numbers(right)) is None
    assert furthest(numbers(left), numbers(right)).gap.low == pytest.approx(0.5)


def test_moments_are_numbers_too() -> None:
    """A column of moments has a grid in seconds."""
    table = pa.table({"x": pa.array(range(0, 10**9, 10**6), pa.timestamp("us"))})
    assert int(numbers(reference(table, "datetime")).counts.sum()) == 1000


def test_rare_levels_are_counted_without_their_names() -> None:
    """A level has its name where 20 rows had it: in the reference, or in the window itself."""
    left = reference(levels(often=50, rare=19), "categorical")
    assert (counted(left).counts, counted(left).other) == ({"often": 50}, 19)

    right = counted(fine_profile(levels(often=1, rare=5, fresh=20, newborn=19), left, NAME))
    assert (right.counts, right.other) == ({"fresh": 20, "often": 1}, 24)
    assert shares(right)["fresh"] == pytest.approx(20 / 45)


def test_levels_of_batches_are_named_by_their_sum() -> None:
    """Twenty rows in two chunks are twenty rows."""
    parts = pa.concat_tables([levels(fresh=10), levels(fresh=10)])
    assert counted(fine_profile(parts, reference(levels(often=50), "categorical"), NAME)).counts == {"fresh": 20}


def test_truths_are_levels() -> None:
    """Both values of a boolean have a count."""
    table = pa.table({"x": pa.array([True] * 30 + [False] * 25 + [None])})
    column = counted(reference(table, "boolean"))
    assert (column.counts, column.missing) == ({"false": 25, "true": 30}, 1)


def test_a_column_of_numbers_and_one_of_levels_do_not_add() -> None:
    """Even under one name."""
    left = fine_profile(of([1.0]), NORMAL, NAME)
    right = fine_profile(levels(a=1), reference(levels(a=50), "categorical"), NAME)
    with pytest.raises(Incompatible):
        _ = left + right
