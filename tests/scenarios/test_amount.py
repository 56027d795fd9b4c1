"""PSI of the transaction amount above 0.25 for three days in a row: does it train once, on day three?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scenarios.world import play_rows

if TYPE_CHECKING:
    from pathlib import Path

PROJECT: Final = """\
trueup: 1
model: fraud
data: transactions.parquet
time: timestamp
label: fraud
metric: log_loss
window: 1 day
min_rows: 100
ignore: [{ignored}]
decide:
  triggers:
    - drift: {{metric: psi, column: amount, above: 0.25, for: 3 windows}}
  hold: {{min_labels: 0}}
train: {{rows: [last 6 windows]}}
"""
DAY: Final = 86_400.0
SHIFT: Final = 1.6


def moment(text: str) -> float:
    """Seconds since the epoch of a date."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


def synthetic(days: int, shifted: set[int]) -> pa.Table:
    """Some days of payments; on the shifted ones the amounts are half as high again."""
    rng = np.random.default_rng(7)
    rows = 300
    day = np.repeat(np.arange(days), rows)
    times = np.datetime64("2024-01-01", "us") + (86_400e6 * (np.arange(days * rows) / rows)).astype("timedelta64[us]")
    amount = rng.lognormal(3.0, 0.5, days * rows) * np.where(np.isin(day, list(shifted)), SHIFT, 1.0)
    hour = rng.integers(0, 24, days * rows).astype(float)
    fraud = (rng.random(days * rows) < 1 / (1 + np.exp(2.0 - (hour > 20)))).astype(int)
    columns = {"timestamp": times, "amount": amount, "hour": hour, "fraud": fraud}
    return pa.table({name: pa.array(values) for name, values in columns.items()})


@pytest.mark.parametrize(
    ("shifted", "expected"),
    [
        (set(range(12, 26)), ["2024-01-15"]),
        ({12, 13, *range(15, 26)}, ["2024-01-18"]),
        ({12, 13, 15, 16, 18}, []),
    ],
    ids=["three days", "a dip counts anew", "never three in a row"],
)
def test_three_days_beyond_the_limit_train_once(shifted: set[int], expected: list[str]) -> None:
    """On the third day in a row, once an episode; a day within the limit begins the count anew."""
    told = play_rows(PROJECT.format(ignored=""), synthetic(24, shifted), moment("2024-01-09"))

    assert told.trainings() == expected
    own = told.alerts("limit")
    assert [told.name(one.window) for one in own] == expected


@pytest.mark.data
def test_the_shifted_amounts_of_the_payments_train_once(shared_data: Path) -> None:
    """Amounts times 1.6 from the first of August on: one training, when the third such day has closed."""
    table = pq.read_table(shared_data / "fraud_transactions.parquet")
    seconds = table.column("timestamp").cast(pa.timestamp("us")).cast(pa.int64()).to_numpy() / 1e6
    rows = int(np.searchsorted(seconds, moment("2018-08-13")))
    table, seconds = table.slice(0, rows), seconds[:rows]
    days = (seconds - moment("2018-08-01")) / DAY
    factors = {"amount": np.where(days >= 0, SHIFT, 1.0)}
    for width in (1, 7, 30):
        factors[f"cust_avg_amt_{width}d"] = 1 + (SHIFT - 1) * np.clip(days / width, 0, 1)
    for name, factor in factors.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.array(table.column(name).to_numpy() * factor))
    told = play_rows(PROJECT.format(ignored="customer_id, terminal_id"), table, moment("2018-05-30"))

    assert told.trainings() == ["2018-08-03"]
    assert [told.name(one.window) for one in told.alerts("limit")] == ["2018-08-03"]
