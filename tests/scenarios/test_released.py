"""A window that came in another unit: is it kept out, put right, released, and then learnt as it should have been?"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from scenarios.test_amount import DAY, moment
from scenarios.world import play_rows, policy_of
from trueup.loop.actions import Train
from trueup.loop.events import PersonAsked
from trueup.ports.prediction_log import correction_columns

PROJECT: Final = """\
trueup: 1
model: meter
data: readings.parquet
time: timestamp
label: units
metric: mae
window: 1 day
min_rows: 100
decide:
  triggers: [{freshness: learned}]
  hold: {min_labels: 0}
train: {rows: [last 6 windows]}
"""
ROWS: Final = 240  # a day's
BROKEN: Final = 13  # the window that came multiplied by a thousand
OPERATOR: Final = "the operator"


def readings() -> pa.Table:
    """Sixteen days of a meter; on one of them it told thousandths."""
    rng = np.random.default_rng(5)
    rows = 17 * ROWS
    level = rng.lognormal(3.0, 0.4, rows)
    day = np.arange(rows) // ROWS + 1
    times = np.datetime64("2024-01-01", "us") + (DAY * 1e6 * np.arange(rows) / ROWS).astype("timedelta64[us]")
    columns = {"timestamp": times, "level": np.where(day == BROKEN, 1000 * level, level)}
    columns["units"] = 2 * level + rng.normal(size=rows)
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def test_a_window_that_was_put_right_is_learnt_right() -> None:
    """Kept out while it is broken; after its correction and release a training reads every row of it as corrected."""
    table = readings()
    policy, _ = policy_of(PROJECT, table)
    places = range((BROKEN - 1) * ROWS, BROKEN * ROWS)
    shown = table.column("level").to_numpy()
    corrections = pa.Table.from_pylist(
        [
            {
                "_id": f"r{place:0{len(str(table.num_rows))}d}",
                "_known": moment("2024-01-15"),
                "_fixed": ["level"],
                "_source": OPERATOR,
                "level": float(shown[place]) / 1000,
            }
            for place in places
        ],
        schema=correction_columns(policy.schema),
    )
    wishes = [
        PersonAsked(time=moment("2024-01-15") + 600, wish="release", who=OPERATOR, note="unit mended", window=BROKEN),
        PersonAsked(time=moment("2024-01-16") + 600, wish="train", who=OPERATOR, note=""),
    ]
    told = play_rows(PROJECT, table, moment("2024-01-09"), *wishes, corrections=corrections)

    decided = [one.headline for entry in told.entries for one in entry.decisions if one.remedy == "release"]
    assert decided == ["window 2024-01-13 trains again, the operator released it: unit mended"]
    orders = [action.order for action in told.actions(Train)]
    for order in (one for one in orders if one.version in told.rows):
        rows = told.rows[order.version]
        met = rows.filter(np.asarray(rows.column("_window").to_numpy() == BROKEN))
        released = order.as_of > moment("2024-01-15")
        assert met.num_rows == (ROWS if released else 0), order.version
        assert float(np.max(rows.column("level").to_numpy())) < 1000
    assert any(BROKEN in one.windows for one in orders)
    assert {one.kind for one in orders if BROKEN in one.windows} == {"strict"}
