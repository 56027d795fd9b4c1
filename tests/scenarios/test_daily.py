"""A daily schedule on the last week: is it exact when the clocks change?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scenarios.test_amount import DAY
from scenarios.world import Told, play_rows
from trueup.loop.actions import Train

if TYPE_CHECKING:
    from pathlib import Path

ZONE: Final = "Australia/Melbourne"
PROJECT: Final = """\
trueup: 1
model: energy
data: demand.parquet
time: timestamp
label: demand_mw
metric: mae
timezone: Australia/Melbourne
window: 1 day
min_rows: 40
decide:
  triggers: [{{schedule: {schedule}}}]
  hold: {{min_labels: 0}}
train: {{rows: [last 7 windows]}}
deploy: {{steps: [{{canary: 50 %}}], min_requests: 5}}
"""


def local(text: str) -> float:
    """Seconds since the epoch of a moment on Melbourne's clocks."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


def demand(first: str, days: int) -> pa.Table:
    """Half-hourly demand over some days, by the hour."""
    rng = np.random.default_rng(3)
    rows = 48 * days
    seconds = local(first) + 1800.0 * np.arange(rows)
    hour = seconds / 3600 % 24
    heat = rng.normal(size=rows)
    columns = {
        "timestamp": (seconds * 1e6).astype("datetime64[us]"),
        "hour": hour,
        "heat": heat,
        "demand_mw": 500 + 80 * np.sin(hour / 4) + 30 * heat + rng.normal(size=rows),
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def ordered(told: Told) -> list[float]:
    """The moments at which trainings after the first one were ordered."""
    return [action.order.as_of for action in told.actions(Train)][1:]


def clock(moments: list[float]) -> list[str]:
    """Day and hour on Melbourne's clocks."""
    return [dt.datetime.fromtimestamp(one, tz=ZoneInfo(ZONE)).strftime("%m-%d %H:%M") for one in moments]


@pytest.mark.parametrize("first", ["2012-09-27", "2013-03-28"], ids=["spring", "autumn"])
def test_24_hours_are_24_hours_when_the_clocks_change(first: str) -> None:
    """One training every 24 hours to the second, on days of 23 and 25 hours too, each on the last week."""
    until = local(first) + 8 * DAY
    told = play_rows(PROJECT.format(schedule="{every: 24 hours}"), demand(first, 14), until)

    moments = ordered(told)
    assert len(moments) >= 5
    assert np.diff([until, *moments]).tolist() == [DAY] * len(moments)
    newest = told.actions(Train)[-1].order
    assert [scope.title for scope in newest.scopes] == ["last 7 windows"]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("2012-09-26", ["10-06 02:30", "10-07 03:30", "10-08 02:30", "10-09 02:30"]),  # 02:30 is left out on the 7th
        ("2013-03-27", ["04-06 02:30", "04-07 02:30", "04-08 02:30", "04-09 02:30"]),  # 02:30 comes twice on the 7th
    ],
    ids=["spring", "autumn"],
)
def test_a_daily_hour_is_the_clocks_own(first: str, expected: list[str]) -> None:
    """At half past two, once a day, whatever the clocks do that night.

    The first one comes hours after the first version, so new rows must judge it, and the second one waits for that.
    """
    told = play_rows(PROJECT.format(schedule="{every: 1 day, at: 02:30}"), demand(first, 15), local(first) + 8 * DAY)
    assert clock(ordered(told))[2:6] == expected


@pytest.mark.data
@pytest.mark.parametrize("schedule", ["{every: 24 hours}", "{every: 1 day, at: 02:00}"])
def test_the_demand_of_victoria_is_learnt_every_day(shared_data: Path, schedule: str) -> None:
    """Over the night of 7 October 2012: exactly 24 hours apart, or at two on the clocks of Melbourne."""
    table = pq.read_table(shared_data / "energy_demand_vic.parquet")
    seconds = np.asarray(table.column("timestamp").cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()) / 1e6
    table = table.filter((seconds >= local("2012-09-21")) & (seconds < local("2012-10-11")))
    until = local("2012-10-03")
    moments = ordered(told := play_rows(PROJECT.format(schedule=schedule), table, until))

    assert told.state.quarantined == ()
    if "at" in schedule:
        nights = [f"10-{day:02d} {3 if day == 7 else 2:02d}:00" for day in range(3, 11)]
        assert clock(moments)[2:] == nights[2:], "the second one waits until new rows have judged the first"
    else:
        assert np.diff([until, *moments]).tolist() == [DAY] * 7
