"""Does what stands out in a window stand out in its symptoms, and nothing else?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of
from trueup.profiling.symptoms import remember, symptoms
from trueup.profiling.symptoms.numbers import finer, unit

if TYPE_CHECKING:
    from trueup.loop.monitor.symptoms import Symptoms
    from trueup.loop.schema import Kind

ROWS: Final = 2000
KINDS: Final[dict[str, Kind]] = {"amount": "numeric", "age": "numeric", "load": "numeric", "plan": "categorical"}


def day(seed: int, rows: int = ROWS) -> dict[str, Any]:
    """One day's columns; age and load go together."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, rows)
    return {
        "amount": rng.lognormal(3, 0.5, rows),
        "age": age,
        "load": 0.8 * (age - 40) / 10 + 0.6 * rng.normal(size=rows),
        "plan": rng.choice(["basic", "gold", "team"], rows, p=[0.5, 0.3, 0.2]).tolist(),
    }


def seen(columns: dict[str, Any], *, sensitive: tuple[str, ...] = ()) -> Symptoms:
    """The symptoms of a day beside four others."""
    past = [pa.table(day(seed)) for seed in range(4)]
    schema = Schema(
        task="binary",
        label="",
        features=tuple(Column(name=name, kind=kind) for name, kind in KINDS.items()),
    )
    whole = pa.concat_tables(past)
    edges = edges_of(whole, schema, sensitive=sensitive)
    found = symptoms(remember(whole, np.repeat(np.arange(4), ROWS), edges, sensitive=sensitive), pa.table(columns))
    assert found is not None
    return found


def test_a_day_like_the_others_has_next_to_none() -> None:
    """Nothing repeats, nothing is far out, and nothing is listed."""
    found = seen(day(9))
    assert (found.repeated, found.repeated_usual) == (0.0, 0.0)
    assert found.far < 0.02
    assert not any((found.atoms, found.rescaled, found.renamed, found.exchanged, found.residuals))


def test_each_thing_shows_where_it_is() -> None:
    """A unit, a word, a lone move, an exchange, a value, a part loaded twice."""
    base = day(9)
    assert [(one.column, one.factor) for one in seen({**base, "amount": 1000 * base["amount"]}).rescaled] == [
        ("amount", 1000.0)
    ]
    words = ["Gold " if one == "gold" else one for one in base["plan"]]
    assert [(one.old, one.new, one.same_words) for one in seen({**base, "plan": words}).renamed] == [
        ("gold", "Gold ", True)
    ]
    lone = {one.column: one.residual for one in seen({**base, "age": base["age"] + 10}).residuals}
    assert lone["age"] > 0.7
    pair = seen({**base, "age": base["amount"], "amount": base["age"]}).exchanged
    assert {"age", "amount"} in [{one.left, one.right} for one in pair if one.after < 0.1 and one.part == 1.0]
    stuck = seen({**base, "load": np.where(np.arange(ROWS) % 4, base["load"], 7.5)}).atoms
    assert [(one.column, one.value, one.new, one.rows) for one in stuck] == [("load", "7.5", True, ROWS // 4)]
    twice = pa.concat_tables([pa.table(base), pa.table(base).slice(0, ROWS // 2)])
    assert seen({name: twice.column(name) for name in base}).repeated == pytest.approx(1 / 3, abs=1e-3)


@pytest.mark.parametrize(
    "values", [np.full(ROWS, 22.4), np.full(ROWS, 1.0), 20 + np.arange(ROWS) % 4, np.full(ROWS, 4e4)]
)
def test_one_value_or_a_handful_is_no_other_unit(values: Any) -> None:
    """A sensor that stands still fits no factor, wherever it stopped: its value is what stands out."""
    base = day(9)
    amounts = np.where(np.arange(ROWS) % 5 < 3, values, base["amount"])
    for found in (seen({**base, "amount": values}), seen({**base, "amount": amounts})):
        assert [one.column for one in found.rescaled] == []
        assert found.atoms[0].column == "amount"


def test_whole_numbers_that_stay_whole_were_not_multiplied_by_a_fraction() -> None:
    """Amounts grew to those in feet, and are whole as before: the world did that, where a unit leaves decimals."""
    whole = np.floor(np.random.default_rng(3).lognormal(6, 1.0, 2 * ROWS))
    before, after = np.sort(whole[:ROWS]), np.sort(whole[ROWS:] / 0.3048)
    fit = unit(before, after)
    assert round(fit.factor, 2) == 3.28
    assert finer(before, after, fit)
    assert not finer(before, np.floor(after), fit)


def test_few_values_may_come_in_another_unit() -> None:
    """Three prices, then the same three in pence: few values on both sides are no handful of many."""
    prices = np.array([1.5, 2.5, 7.0])[np.arange(ROWS) % 3]
    fit = unit(np.sort(prices), np.sort(100 * prices))
    assert (fit.factor, fit.part) == (100.0, 1.0)


def test_no_sensitive_value_and_no_rare_level_is_written() -> None:
    """A sensitive column's value stays away, its levels stand under codes, and 19 rows name nobody."""
    base = day(9)
    values = {**base, "load": np.where(np.arange(ROWS) % 4, base["load"], 7.5)}
    values["plan"] = ["Mrs Smith" if one == "gold" else one for one in base["plan"]]
    told = json.dumps(asdict(seen(values, sensitive=("load", "plan"))))
    assert "7.5" not in told
    assert "Smith" not in told
    rare = [*base["plan"][:-19], *["Mrs Smith"] * 19]
    assert "Smith" not in json.dumps(asdict(seen({**base, "plan": rare})))


def test_it_stays_small() -> None:
    """Even where everything is broken: under 2 kB a column."""
    base = day(9)
    broken = {**base, "amount": base["age"], "age": 1000 * base["amount"], "plan": ["x"] * ROWS, "load": np.zeros(ROWS)}
    assert len(json.dumps(asdict(seen(broken)))) < 2000 * len(KINDS)


@pytest.mark.parametrize(
    "values",
    [
        pa.nulls(ROWS, pa.float64()),
        pa.array(np.full(ROWS, np.inf)),
        pa.array(np.full(ROWS, np.nan)),
        pa.array(np.full(ROWS, 1e18)),
        pa.array(np.where(np.arange(ROWS) % 2, np.inf, -1e300)),
        pa.array(np.arange(ROWS)),
    ],
)
def test_no_column_is_too_odd(values: Any) -> None:
    """Nothing but missing, infinite, huge or whole numbers: figures all the same, every one finite."""
    found = asdict(seen({**day(9), "amount": values}))
    flat = json.dumps(found)
    assert "NaN" not in flat
    assert "Infinity" not in flat


def test_a_thin_window_and_a_table_of_moments_have_none() -> None:
    """Fifty rows are the least; moments move on by themselves."""
    schema = Schema(task="binary", label="", features=(Column(name="at", kind="datetime"),))
    table = pa.table({"at": pa.array(np.arange(100), pa.timestamp("us"))})
    assert symptoms(remember(table, np.zeros(100, np.int64), edges_of(table, schema)), table) is None
    thin = pa.table({"a": [1.0] * 49})
    schema = Schema(task="binary", label="", features=(Column(name="a", kind="numeric"),))
    assert symptoms(remember(thin, np.zeros(49, np.int64), edges_of(thin, schema)), thin) is None
