"""Are the owner's numbers and slices what their definition says?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import BadAnswer
from trueup.loop.monitor.measure import interval, mean_sums, mean_value, ratio_sums, ratio_value
from trueup.loop.monitor.performance import value
from trueup.loop.policy import Kpi, MonitorPolicy, Policy, Slice, Windowing
from trueup.loop.schema import Column, Schema
from trueup.profiling.codes import code
from trueup.runtime.measured import Answered, Measured
from trueup.runtime.slices import LEAST_ROWS, MOST_LEVELS, slices_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.monitor.measure import Measure
    from trueup.stats.arrays import Floats

SCHEMA: Final = Schema(
    task="binary",
    label="bought",
    features=(
        Column(name="region", kind="categorical"),
        Column(name="age", kind="numeric"),
        Column(name="price", kind="numeric"),
    ),
    classes=("no", "yes"),
)
ROWS: Final = 400


def policy(*kpis: Kpi, slices: tuple[Slice, ...] = (), sensitive: tuple[str, ...] = ()) -> Policy:
    """What the owner wants measured."""
    return Policy(
        model="shop",
        schema=SCHEMA,
        metric="accuracy",
        window=Windowing(unit="rows", length=ROWS),
        monitor=MonitorPolicy(kpis=kpis, slices=slices),
        sensitive=sensitive,
    )


def answered(rows: int = ROWS, seed: int = 1) -> Answered:
    """Answers of which nine in ten have a label."""
    rng = np.random.default_rng(seed)
    labelled = rng.random(rows) < 0.9
    labels = [
        ("yes" if one < 0.3 else "no") if known else None for one, known in zip(rng.random(rows), labelled, strict=True)
    ]
    table = pa.table(
        {
            "region": pa.array(rng.choice(["north", "south", "tiny"], rows, p=[0.6, 0.38, 0.02])),
            "age": pa.array(np.where(rng.random(rows) < 0.1, np.nan, rng.uniform(18, 80, rows))),
            "price": pa.array(rng.gamma(2.0, 10.0, rows)),
            "_label": pa.array(labels, pa.string()),
        }
    )
    return Answered(table=table, scores=rng.random(rows), labelled=labelled)


class Wins:
    """A KPI as the owner's code gives it: the share of wins among what was offered."""

    code_hash = "c0de" * 16

    def observe(self, rows: pa.Table) -> Mapping[str, float]:
        """Offers are scores of a half or more."""
        offered = np.asarray(rows.column("score")) >= 0.5
        return {"offered": float(offered.sum()), "won": float((offered & (np.asarray(rows.column("label")) > 0)).sum())}

    def value(self, sums: Mapping[str, float]) -> float | None:
        """None without an offer."""
        return sums["won"] / sums["offered"] if sums["offered"] else None

    def standard_error(self, sums: Mapping[str, float]) -> float | None:
        """The owner does not say."""
        return sums.get("error")


class Broken(Wins):
    """Code that raises."""

    def observe(self, rows: pa.Table) -> Mapping[str, float]:
        """There is no such column."""
        if rows.num_rows:
            raise BadAnswer("KPI wins: observe() raised KeyError ('nope')", "mend it")
        return {}


CTR: Final = Kpi(name="ctr", kind="mean", of=("label",))
PER_YEAR: Final = Kpi(name="per_year", kind="ratio", of=("price", "age"))
WINS: Final = Kpi(name="wins", kind="code", of=("kpi.py:Wins",))


def measures(found: Answered, *kpis: Kpi, slices: tuple[Slice, ...] = ()) -> dict[tuple[str, str], Measure]:
    """What was measured, by name and slice."""
    made, _ = Measured(policy(*kpis, slices=slices), {"wins": Wins()}).of(found)
    return {(one.name, one.slice): one for one in made}


def test_a_mean_is_of_the_labelled_answers() -> None:
    """The click rate, with Wilson's interval, and how many labels are in."""
    rows = answered()
    found = measures(rows, CTR)["ctr", ""]
    labels = [one for one in rows.table.column("_label").to_pylist() if one is not None]
    assert (found.rows, found.labelled) == (ROWS, len(labels))
    assert found.value == pytest.approx(np.mean([one == "yes" for one in labels]))
    bounds = interval(found)
    assert bounds is not None
    assert bounds[0] < (found.value or 0.0) < bounds[1]


def test_a_ratio_leaves_out_rows_where_a_part_is_missing() -> None:
    """Prices over ages, where both are known; its error is that of many samples."""
    found = [measures(answered(seed=seed), PER_YEAR)["per_year", ""] for seed in range(60)]
    rows = answered(seed=59)
    age, price = (np.asarray(rows.table.column(name))[rows.labelled] for name in ("age", "price"))
    there = np.isfinite(age)
    assert found[-1].value == pytest.approx(price[there].sum() / age[there].sum())
    values, errors = np.array([(one.value, one.standard_error) for one in found], dtype=float).T
    assert errors.mean() == pytest.approx(values.std(), rel=0.25)


def test_the_owners_code_gets_an_error_though_it_gives_none() -> None:
    """A jackknife over groups of rows says what a share of as many offers would."""
    found = measures(answered(), WINS)["wins", ""]
    sums = dict(found.sums)
    share = sums["won"] / sums["offered"]
    assert found.value == pytest.approx(share)
    assert found.standard_error == pytest.approx((share * (1 - share) / sums["offered"]) ** 0.5, rel=0.35)
    assert (found.code, found.problem) == ("c0dec0dec0de", "")


def test_code_that_raises_gives_no_number_and_says_why() -> None:
    """The other numbers of the window stand."""
    made, _ = Measured(policy(CTR, WINS), {"wins": Broken()}).of(answered())
    assert made[0].value is not None
    assert (made[1].value, "KeyError" in made[1].problem) == (None, True)


def test_code_whose_sums_do_not_add_up_is_told() -> None:
    """A mean is no sum: windows and slices of it could not be put together."""

    class Mean(Wins):
        """Divides too early."""

        def observe(self, rows: pa.Table) -> Mapping[str, float]:
            """The mean score."""
            return {"offered": 1.0, "won": float(np.asarray(rows.column("score")).mean())}

    made, _ = Measured(policy(WINS), {"wins": Mean()}).of(answered())
    assert (made[0].value, "not the sum" in made[0].problem) == (None, True)


def test_slices_partition_the_rows_with_a_value() -> None:
    """Levels and stretches with enough labelled rows; a thin level is not named."""
    rows = answered()
    slices = (Slice(column="region"), Slice(column="age", edges=(30.0, 50.0)))
    made, parts = Measured(policy(CTR, slices=slices), {}).of(rows)
    names = [one.slice for one in parts]
    assert names == ["region = north", "region = south", "age < 30", "30 <= age < 50", "age >= 50"]
    assert [one.slice for one in made] == ["", *names]
    known = int((np.isfinite(np.asarray(rows.table.column("age"))) & rows.labelled).sum())
    assert sum(one.evaluation.labelled for one in parts[2:]) == known
    assert all(value(one.evaluation) is not None and one.evaluation.rows > one.evaluation.labelled for one in parts)


def test_sensitive_levels_stand_under_their_codes() -> None:
    """No level of a sensitive column is named in the evidence."""
    made, parts = Measured(policy(CTR, slices=(Slice(column="region"),), sensitive=("region",)), {}).of(answered())
    assert f"region = {code('north')}" in {one.slice for one in parts}
    assert "north" not in repr((made, parts))


def test_a_column_of_many_levels_gives_the_most_frequent_ones() -> None:
    """At most twenty, each with enough rows."""
    levels = np.repeat([f"level {number}" for number in range(40)], np.arange(1, 41) * 2)
    table = pa.table({"region": levels.tolist(), "_label": ["yes"] * len(levels)})
    found = [name for name, _ in slices_of(table, (Slice(column="region"),), ())]
    assert len(found) == MOST_LEVELS
    assert "region = level 39" in found
    assert all(int(name.rpartition(" ")[2]) * 2 + 2 >= LEAST_ROWS for name in found)


def test_another_metric_is_measured_beside_the_one_shown() -> None:
    """Of all answers and of each slice."""
    recall = Kpi(name="recall", kind="metric", of=("recall",))
    _, parts = Measured(policy(recall, slices=(Slice(column="region"),)), {}).of(answered())
    found = [(one.slice, one.evaluation.metric) for one in parts]
    assert found[:3] == [("", "recall"), ("region = north", "accuracy"), ("region = north", "recall")]


def test_many_classes_are_shown_to_the_owner_with_the_answer() -> None:
    """The greatest probability is the score, and the class that was said stands beside the one that came."""
    schema = replace(SCHEMA, task="multiclass", classes=("a", "b", "c"))
    seen: list[pa.Table] = []

    class Looks(Wins):
        """Keeps what it saw."""

        def observe(self, rows: pa.Table) -> Mapping[str, float]:
            """Right answers."""
            seen.append(rows)
            right = np.asarray(rows.column("label")) == np.asarray(rows.column("answer"))
            return {"offered": float(len(right)), "won": float(right.sum())}

    table = pa.table({"region": ["x"] * 3, "age": [1.0] * 3, "price": [1.0] * 3, "_label": ["a", "b", "c"]})
    scores = np.array([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    rows = Answered(table=table, scores=scores, labelled=np.ones(3, dtype=bool))
    made, _ = Measured(replace(policy(WINS), schema=schema), {"wins": Looks()}).of(rows)
    assert made[0].value == pytest.approx(2 / 3)
    assert seen[0].column("score").to_pylist() == [0.6, 0.5, 0.7]


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30), st.integers(1, 29))
def test_sums_of_two_tables_are_the_sums_of_both(values: list[float], cut: int) -> None:
    """Hours make a day, in means and in ratios."""
    whole = np.array(values)
    a, b = whole[:cut], whole[cut:]
    for made in (mean_sums, lambda one: ratio_sums(one, np.abs(one) + 1.0)):
        both = [x + y for (_, x), (_, y) in zip(made(a), made(b), strict=True)]
        assert [one for _, one in made(whole)] == pytest.approx(both, abs=1e-6)


def test_no_rows_are_no_number() -> None:
    """Nothing is measured of nothing, and one row has no error."""
    none: Floats = np.zeros(0)
    assert mean_value(dict(mean_sums(none))) == (None, None)
    assert ratio_value(dict(ratio_sums(none, none))) == (None, None)
    assert mean_value(dict(mean_sums(np.ones(1)))) == (1.0, None)
    assert ratio_value(dict(ratio_sums(np.ones(1), np.ones(1)))) == (1.0, None)
