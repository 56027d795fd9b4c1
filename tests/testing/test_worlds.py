"""Are the shipped worlds what they say, and the same for everyone?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from trueup.profiling import edges_of, profile
from trueup.testing.counted import Counted
from trueup.testing.drifts import Drift
from trueup.testing.worlds import Habits, World

WORLD = World(3, Habits(rows=600), 30)


def test_a_window_is_always_the_same() -> None:
    """By seed and number, whatever was asked before."""
    again = World(3, Habits(rows=600), 30)
    again.table(2)

    assert again.table(7) == WORLD.table(7)
    assert World(4, Habits(rows=600), 30).table(7) != WORLD.table(7)


@pytest.mark.parametrize(
    "drift",
    [
        Drift(),
        Drift(kind="shift", column=1, size=0.5),
        Drift(kind="spread", column=0, size=1.5),
        Drift(kind="missing", column=14, size=0.2),
        Drift(kind="segment", size=0.1),
    ],
    ids=lambda drift: drift.kind,
)
def test_counting_without_a_table_is_counting_the_rows(drift: Drift) -> None:
    """Both ways give the same profile, but for a row or two on an edge."""
    edges = edges_of(pa.concat_tables([WORLD.table(number) for number in range(20)]), WORLD.schema)
    fast, slow = Counted(WORLD, edges).profile(25, drift), profile(WORLD.table(25, drift), edges)

    assert fast.rows == slow.rows
    for one, other in zip(fast.columns, slow.columns, strict=True):
        assert one.missing == other.missing
        assert np.abs(np.array(one.counts) - np.array(other.counts)).max() <= 3 + other.unseen
        assert abs(one.out_of_range - other.out_of_range) <= 2


def test_a_drift_of_what_is_written_down_needs_rows() -> None:
    """A unit or a name is no matter of hidden values."""
    edges = edges_of(WORLD.table(0), WORLD.schema)

    with pytest.raises(ValueError, match="shows in rows only"):
        Counted(WORLD, edges).profile(1, Drift(kind="unit", column=0, size=1000.0))


def test_a_week_has_a_weekend_and_a_day_has_a_night() -> None:
    """Two days of seven, eight hours of 24, with half the rows."""
    days, hours = World(1, Habits(), 14), World(1, Habits(period=24), 48)

    assert [number for number in range(14) if days.quiet(number)] == [5, 6, 12, 13]
    assert sum(hours.quiet(number) for number in range(24)) == 8
    assert days.rows(5) < 0.7 * days.rows(4)


def test_users_have_rows_that_are_alike() -> None:
    """Five rows of a user differ less than five rows of anybody."""
    hidden, _ = World(1, Habits(per_user=5, missing=0.0), 2).drawn(0)
    mine = hidden[:500, 0].reshape(100, 5)

    assert mine.std(axis=1).mean() < 0.6 * hidden[:, 0].std()


def test_a_unit_and_a_name_change_what_is_seen() -> None:
    """Times a thousand in one column, another word for the main level in another."""
    times = WORLD.table(3, Drift(kind="unit", column=0, size=1000.0)).column(0).to_numpy()
    renamed = WORLD.table(3, Drift(kind="rename", column=12)).column(12).to_pylist()

    assert np.nanmedian(times) == pytest.approx(1000 * np.nanmedian(WORLD.table(3).column(0).to_numpy()))
    assert {"LEVEL-0", "level 1"} <= set(renamed)
    assert "level 0" not in renamed
