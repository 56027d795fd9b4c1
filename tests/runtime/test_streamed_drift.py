"""Are the figures of `drift` those of the rows themselves, however they are read?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats

from trueup.adapters.tables import open_rows
from trueup.loop.monitor.two_tables import compare
from trueup.loop.policy import QuarantinePolicy
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile
from trueup.profiling.beside import numbers_beside, plain_blocks
from trueup.profiling.gathered import Gathered
from trueup.runtime.drift import drift

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trueup.stats.arrays import Floats

DRAWS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda rng, rows: rng.normal(size=rows),
    "heavy": lambda rng, rows: rng.standard_t(3, size=rows) * 10 + 50,
    "long": lambda rng, rows: rng.lognormal(0, 2, size=rows),
    "zeros": lambda rng, rows: np.where(rng.random(rows) < 0.4, 0.0, rng.exponential(20.0, size=rows)),
    "whole": lambda rng, rows: rng.poisson(7.0, size=rows).astype(float),
    "cents": lambda rng, rows: np.round(rng.gamma(2.0, 30.0, size=rows), 2),
    "far": lambda rng, rows: 1e9 + rng.normal(size=rows),
}


def drawn(seed: int, rows: int, factor: float = 1.0) -> pa.Table:
    """Columns of many shapes, and levels."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {name: pa.array(factor * draw(rng, rows)) for name, draw in DRAWS.items()}
    columns["plan"] = rng.choice(["a", "b", "c", "d"], size=rows, p=[0.6, 0.3, 0.09, 0.01]).tolist()
    return pa.table(columns)


def exact_psi(before: Floats, after: Floats) -> float:
    """PSI on the reference's own deciles, a value that holds several of them in a bin of its own."""
    cuts = np.unique(np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf"))
    p, q = (
        np.bincount(np.searchsorted(cuts, side, side="left"), minlength=len(cuts) + 1) / len(side)
        for side in (before, after)
    )
    p, q = np.maximum(p, 1e-9), np.maximum(q, 1e-9)
    return float(np.sum((q - p) * np.log(q / p)))


@pytest.mark.parametrize("factor", [1.0, 1.02, 1.3])
def test_distances_are_those_of_the_rows(tmp_path: Path, factor: float) -> None:
    """KS within 0.001, Wasserstein within 0.0005 standard deviations, and both in their brackets, from Parquet."""
    sides = drawn(1, 60_000), drawn(2, 150_000, factor)
    for name, side in zip(("before", "after"), sides, strict=True):
        pq.write_table(side, tmp_path / f"{name}.parquet", row_group_size=40_000)
    answer = drift(open_rows(tmp_path / "before.parquet"), open_rows(tmp_path / "after.parquet"))
    for one in (one for one in answer["columns"] if one["kind"] == "numeric"):
        before, after = (np.asarray(side.column(one["column"])) for side in sides)
        low, high = one["ks"]
        exact = float(stats.ks_2samp(before, after, method="asymp").statistic)
        assert low - 1e-9 <= exact <= high + 1e-9
        assert exact - low <= 1e-3
        low, high = one["wasserstein"]
        exact = float(stats.wasserstein_distance(before, after)) / float(np.std(before))
        slack = 1e-6 * max(exact, 1.0)
        assert low - slack <= exact <= high + slack
        assert exact - low <= max(5e-4, 1e-8 * exact)  # nine digits are told


@pytest.mark.parametrize("rows", [20, 700, 3_000])
def test_a_short_reference_is_as_well_known(rows: int) -> None:
    """KS within 0.001 and its bracket as narrow, also where 20 rows a bin would leave only a few bins."""
    sides = drawn(8, rows), drawn(9, 5_000, 1.1)
    for one in (one for one in drift(*sides)["columns"] if one["kind"] == "numeric"):
        before, after = (np.asarray(side.column(one["column"])) for side in sides)
        low, high = one["ks"]
        exact = float(stats.ks_2samp(before, after, method="asymp").statistic)
        assert low - 1e-9 <= exact <= high + 1e-9
        assert exact - low <= 1e-3
        if rows <= 1_000:
            assert high - low <= 1e-9


def test_psi_is_that_of_the_rows() -> None:
    """Within 0.001 of the figure on the reference's deciles: empty bins are filled up by half a row only."""
    sides = drawn(3, 100_000), drawn(4, 150_000, 1.1)
    moves = {one["column"]: one for one in drift(*sides)["columns"]}
    for name in ("normal", "heavy", "long", "cents"):
        before, after = (np.asarray(side.column(name)) for side in sides)
        assert moves[name]["psi"] == pytest.approx(exact_psi(before, after), abs=1e-3)


def with_holes(table: pa.Table) -> pa.Table:
    """The same rows, and a column of which every fifth value is missing."""
    holes = [None if n % 5 == 0 else float(n) for n in range(len(table))]
    return table.append_column("holes", pa.array(holes, pa.float64()))


@pytest.mark.parametrize("rows", [1, 30, 5_000])
def test_streamed_counts_are_those_of_the_journal(rows: int) -> None:
    """Edges, bins, missing, magnitudes and results are what the loop's own profile of a table gives."""
    sides = with_holes(drawn(5, rows)), with_holes(drawn(6, 3_000, 1.2))
    columns = tuple(
        Column(name=name, kind="categorical" if name == "plan" else "numeric") for name in sides[0].column_names
    )
    edges = edges_of(sides[0], Schema(task="regression", label="", features=columns))
    before, after = (profile(side, edges) for side in sides)
    told = {one["column"]: one for one in drift(*sides)["columns"]}
    for move in compare(edges, before, after, QuarantinePolicy()):
        found = told[move.column]
        assert (found["psi"], found["result"], found["moved"]) == (move.psi, move.result, move.moved)

    for column in (one for one in edges.columns if one.numbers):
        chunks = [side.column(column.name).chunks for side in sides]
        left, right = (partial(plain_blocks, one) for one in chunks)
        (beside,) = numbers_beside([column.name], "numeric", left, right)
        assert beside.edges == column
        for one, kept in ((beside.before, before.column(column.name)), (beside.after, after.column(column.name))):
            assert abs(one.sum - kept.sum) <= one.total  # each value of the journal is rounded to a step
            assert replace(one, sum=0) == replace(kept, sum=0)


def test_a_reference_larger_than_what_is_kept_is_cut_at_its_quantiles() -> None:
    """Of 200,000 values 16,384 are kept at most; each is counted, and no decile is off by a thousandth of the rows."""
    rng = np.random.default_rng(7)
    values = rng.lognormal(0, 2, size=200_000)
    kept = Gathered(most=16_384)
    for start in range(0, len(values), 10_000):
        kept.add(values[start : start + 10_000])
    found = kept.ordered()
    summary = kept.summary(found)
    assert len(found) <= 16_384
    assert summary is not None
    assert (summary.known, summary.low, summary.high) == (200_000, values.min(), values.max())
    assert (summary.mean, summary.sd) == pytest.approx((values.mean(), values.std()))
    shares = [float(np.mean(values <= found[len(found) * n // 10])) for n in range(1, 10)]
    assert np.abs(np.array(shares) - np.arange(1, 10) / 10).max() < 1e-3


def test_of_a_reference_that_is_not_kept_every_row_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second pass counts what the first let go: missing and infinite rows, the distances, and PSI to a hundredth."""
    monkeypatch.setattr("trueup.profiling.beside.Gathered", partial(Gathered, most=4_096))
    monkeypatch.setattr("trueup.runtime.by_column.BLOCK", 10_000)
    before, after = drawn(10, 60_000).select(["long"]), drawn(11, 60_000, 1.1).select(["long"])
    values = np.asarray(before.column("long")).copy()
    values[:600], values[600:900] = np.nan, np.inf
    (found,) = drift(pa.table({"long": pa.array(values)}), after)["columns"]
    kept, other = values[900:], np.asarray(after.column("long"))
    low, high = found["ks"]
    exact = float(stats.ks_2samp(kept, other, method="asymp").statistic)
    assert found["infinite"] == [300, 0]
    assert low - 1e-9 <= exact <= high + 1e-9
    assert exact - low <= 1e-3
    assert found["psi"] == pytest.approx(exact_psi(kept, other), abs=0.01)
