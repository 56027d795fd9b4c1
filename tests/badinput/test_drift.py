"""Does `drift` say what is known of any column that a file may hold, and no more?"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trueup.loop.schema import Column
from trueup.profiling.levels import Levels, counted
from trueup.runtime.drift import drift

ROWS = 2_000
NUMBERS = np.random.default_rng(1).normal(50, 9, size=ROWS)


def told(before: Any, after: Any) -> dict[str, Any]:
    """What is said of one column, through JSON."""
    sides = [one if isinstance(one, pa.Array) else pa.array(one) for one in (before, after)]
    answer = drift(*(pa.table({"x": side}) for side in sides))
    (found,) = json.loads(json.dumps(answer["columns"], allow_nan=False))
    return dict(found)


def spoilt(*values: float, share: float = 0.01) -> pa.Array[Any]:
    """Usual numbers, a share of which are these."""
    kept = NUMBERS.copy()
    kept[: int(share * ROWS)] = np.resize(np.array(values), int(share * ROWS))
    return pa.array(kept)


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        (NUMBERS, spoilt(math.inf, -math.inf), "as before"),
        (spoilt(math.inf, -math.inf), spoilt(math.inf), "as before"),
        (NUMBERS, spoilt(math.inf, share=0.5), "broken"),
        (NUMBERS, spoilt(math.nan, share=0.5), "broken"),
        (NUMBERS, [math.nan] * ROWS, "broken"),
        (NUMBERS, pa.nulls(ROWS, pa.float64()), "broken"),
        (NUMBERS, pa.nulls(ROWS), "broken"),
        (pa.nulls(ROWS, pa.float64()), NUMBERS, "changed"),
        (pa.nulls(ROWS), ["a", "b"] * 1_000, "changed"),
        ([math.inf] * ROWS, NUMBERS, "changed"),
        ([math.inf] * ROWS, [math.inf] * ROWS, "insufficient"),
        ([math.inf] * ROWS, [-math.inf] * ROWS, "insufficient"),
        ([math.inf] * ROWS, [None] * ROWS, "insufficient"),
        ([math.inf] * ROWS, [math.inf] * 1_990 + [1.0] * 10, "insufficient"),
        ([math.inf] * 1_990 + [1.0] * 10, [math.inf] * 1_990 + [1.0] * 10, "insufficient"),
        (NUMBERS, [math.inf] * ROWS, "broken"),
        ([5.0] * ROWS, [math.inf] * ROWS, "changed"),
        ([math.nan] * ROWS, [math.nan] * ROWS, "insufficient"),
        (pa.nulls(ROWS, pa.string()), pa.nulls(ROWS, pa.string()), "insufficient"),
        ([1.0] * 19 + [None] * 1_981, [2.0] * 15 + [None] * 1_985, "insufficient"),
        (NUMBERS, spoilt(1e18), "as before"),
        (spoilt(1e18), NUMBERS, "as before"),
        (spoilt(1e308, -1e308), spoilt(1e308), "as before"),
        ([5.0] * ROWS, [5.0] * ROWS, "as before"),
        ([5.0] * ROWS, [6.0] * ROWS, "changed"),
        ([], NUMBERS, "insufficient"),
        (NUMBERS, [], "insufficient"),
        (NUMBERS[:1], NUMBERS, "insufficient"),
        (NUMBERS, NUMBERS[:19], "insufficient"),
        ([f"person {n}" for n in range(ROWS)], [f"someone {n}" for n in range(ROWS)], "as before"),
    ],
)
def test_a_poor_column_has_a_result(before: Any, after: Any, result: str) -> None:
    """Infinities, nothing, one value, giants, names, a handful of rows: a status, no exception, valid JSON."""
    if len(before) == 0 or len(after) == 0:
        before, after = (pa.array(side, pa.float64()) for side in (before, after))
    assert told(before, after)["result"] == result


def test_infinities_are_counted_and_left_out_of_distances() -> None:
    """They are told apart, and the distance of the finite numbers is that of the same rows."""
    found = told(NUMBERS, spoilt(math.inf, -math.inf))
    assert found["infinite"] == [0, 20]
    assert found["ks"][1] < 0.02
    assert found["wasserstein"][1] < 0.05


def test_nothing_but_infinities_is_told_as_such() -> None:
    """A reference without a finite value has no psi, and the words say what it had."""
    found = told([math.inf] * ROWS, NUMBERS)
    assert (found["psi"], found["moved"], found["infinite"]) == (None, "infinite 100 % -> 0 %", [ROWS, 0])
    found = told([math.inf] * ROWS, [-math.inf] * ROWS)
    assert (found["psi"], found["cause"]) == (None, "too few finite values to tell: 0 -> 0")


LARGEST = 1.7e308
GIANTS: tuple[tuple[Any, Any], ...] = (
    (NUMBERS / 50 * 1e308, np.full(ROWS, LARGEST)),
    (NUMBERS, np.full(ROWS, LARGEST)),
    (np.full(ROWS, LARGEST), np.full(ROWS, -LARGEST)),
    (np.resize([LARGEST, -LARGEST], ROWS), np.zeros(ROWS)),
    (LARGEST * np.linspace(-1, 1, ROWS), LARGEST / 2 * np.linspace(-1, 1, ROWS)),
    (LARGEST - 1e307 * np.linspace(0, 1, ROWS), LARGEST - 1e306 * np.linspace(0, 1, ROWS)),
)


@pytest.mark.parametrize(("before", "after"), GIANTS)
def test_the_largest_floats_overflow_nothing(before: Any, after: Any) -> None:
    """Numbers whose sum or distance no float holds: no warning, and no infinite mean."""
    found = told(np.minimum(before, LARGEST), after)
    assert found["result"] != "as before"
    assert "inf" not in found["moved"]
    assert "nan" not in found["moved"]


def test_the_mean_of_the_largest_floats_is_theirs() -> None:
    """To a bin's width, although their sum is none."""
    before, after = GIANTS[-1]
    means = [float(one) for one in told(before, after)["moved"].removeprefix("mean ").split(" -> ")]
    assert means == pytest.approx([1.65e308, 1.6995e308], rel=0.01)


def test_a_mean_of_zeros_is_zero() -> None:
    """Fixed-point sums are told no finer than they are counted."""
    found = told(np.random.default_rng(2).normal(0.03, 0.02, ROWS), np.zeros(ROWS))
    assert found["moved"].endswith("-> 0 in all rows")


def test_a_giant_does_not_hide_the_rest() -> None:
    """One value of 1e18 stretches no other bin: half a standard deviation is still found."""
    found = told(spoilt(1e18, share=0.0005), pa.array(NUMBERS + 4.5))
    assert (found["result"], found["psi"] > 0.15) == ("changed", True)


def test_what_one_level_for_every_row_can_tell_is_said() -> None:
    """As before is said of missing values only."""
    found = told([f"person {n}" for n in range(ROWS)], [f"someone {n}" for n in range(ROWS)])
    assert found["cause"] == "no level is frequent enough to be compared: only missing values are"


@pytest.mark.parametrize(
    "kind",
    [pa.float16(), pa.float32(), pa.int8(), pa.uint8(), pa.int16(), pa.uint32(), pa.int64(), pa.uint64()],
)
def test_every_width_of_number_is_read(kind: pa.DataType) -> None:
    """Whatever the width, with holes and in slices: the same answer as from float64."""
    before, after = (np.clip(np.rint(NUMBERS + shift), 0, 120) for shift in (0, 9))
    holes = np.arange(ROWS) % 7 == 0
    sides = [pa.array(side.tolist(), mask=holes).cast(kind, safe=False)[3:] for side in (before, after)]
    plain = [side.cast(pa.float64()) for side in sides]
    assert told(*sides) == told(*plain)


def test_integers_wider_than_53_bits_lose_their_last_digits_only() -> None:
    """2**60 and its neighbours are one value; what lies further apart is told."""
    large = 2**60
    assert told([large + n % 3 for n in range(ROWS)], [large] * ROWS)["result"] == "as before"
    assert told([large + n for n in range(ROWS)], [large + 2**58] * ROWS)["result"] == "changed"


UNITS: tuple[Any, ...] = (pa.date32(), pa.date64(), *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns")))


@pytest.mark.parametrize("kind", UNITS)
def test_dates_and_moments_of_every_unit_are_read(kind: Any) -> None:
    """Moments move on by themselves; their missing values are watched."""
    days = pa.array(range(ROWS), pa.int32()).cast(pa.date32()).cast(kind)
    assert told(days, days)["result"] == "as before"
    gone = pa.concat_arrays([days.slice(0, 1_000), pa.nulls(1_000, kind)])
    assert told(days, gone)["result"] == "broken"


def test_moments_between_microseconds_are_read() -> None:
    """Nanoseconds that are no whole microsecond are no reason to stop."""
    odd = pa.array([1_700_000_000_000_000_001 + n for n in range(ROWS)], pa.timestamp("ns", "UTC"))
    assert told(odd, odd)["result"] == "as before"


def test_decimals_are_numbers() -> None:
    """Money as decimals, in both widths."""
    money = [Decimal(f"{value:.2f}") for value in NUMBERS]
    assert told(pa.array(money), pa.array(money, pa.decimal256(50, 2)))["result"] == "as before"
    assert told(pa.array(money), pa.array([one + 9 for one in money]))["result"] == "changed"


def test_levels_by_the_hundred_thousand_take_bounded_memory() -> None:
    """Of a reference's levels so many are kept; the frequent ones are named, and counted to the row."""
    levels = Levels(Column(name="x", kind="categorical"), most=1_000)
    blocks = [
        pa.array([f"λ{start + n}" if n % 10 else "often" for n in range(10_000)]) for start in range(0, 200_000, 10_000)
    ]
    for block in blocks:
        levels.add(block)
        assert len(levels._counts) <= 2_000 + 10_000
    edges = levels.edges()
    assert (edges.levels, edges.open_ended, edges.known) == (("often",), True, 200_000)
    found = counted(edges, levels.places(edges), blocks)
    assert (found.counts, found.unseen, found.missing) == ((20_000, 180_000), 0, 0)


def test_many_levels_beside_few_are_unseen() -> None:
    """Where the reference knows its levels, a hundred thousand others are as many unseen rows."""
    found = told(["a", "b"] * 1_000, [f"ß{n}" for n in range(100_000)])
    assert (found["result"], found["moved"]) == ("broken", "never-seen levels 0 % -> 100 %")


def test_levels_without_a_name_are_missing() -> None:
    """A dictionary may hold a null: rows that point at it have no level."""
    codes = pa.array([0, 1, 2, None] * 500, pa.int8())
    odd = pa.DictionaryArray.from_arrays(codes, pa.array(["a", None, "b"]))
    assert told(odd, pa.array(["a", None, "b", None] * 500))["result"] == "as before"


def test_numbers_kept_as_codes_are_numbers() -> None:
    """How a file stores a column of numbers changes nothing."""
    whole = pa.array(np.rint(NUMBERS).tolist())
    assert told(whole.dictionary_encode(), whole) == told(whole, whole)


def test_texts_views_and_large_texts_are_texts() -> None:
    """Every kind of text is a level, of either side."""
    plain = pa.array(["a", "b", None, "a"] * 500)
    for kind in (pa.large_string(), pa.string_view()):
        assert told(plain.cast(kind), plain)["result"] == "as before"
        assert told(plain, plain.cast(kind))["result"] == "as before"


def test_truths_may_be_kept_as_codes() -> None:
    """How a file stores its truths changes nothing."""
    plain = pa.array([True, False, None, True] * 500)
    assert told(plain.dictionary_encode(), plain) == told(plain, plain)
