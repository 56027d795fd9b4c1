"""Are KPIs and slices shown wherever the metric is, each with its interval and its labels?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import trueup
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.events import LabelsMatured
from trueup.loop.monitor.measure import PartEvaluation
from trueup.loop.policy import DecidePolicy, Kpi, MonitorPolicy
from trueup.runtime.driver import Driver
from trueup.runtime.explain import Sources, explain
from trueup.runtime.story import Chronicle
from trueup.sdk.status import status
from trueup.testing.scenario import Scenario
from trueup.testing.toy import GOOD, PLAIN, evaluation, share_of

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.events import Event

PROJECT = """\
trueup: 1
model: shop
data: rows.parquet
time: order
label: bought
metric: accuracy
window: 200 rows
monitor:
  kpis:
    - {name: ctr, mean_of: label}
    - {name: profit, code: kpi.py:Profit}
  slices:
    - {column: region}
train: {rows: [all]}
"""
CODE = """\
class Profit:
    def observe(self, rows):
        sent = rows["score"] > 0.5
        return {"sent": sent.sum(), "won": (sent & (rows["label"] == 1)).sum()}

    def value(self, sums):
        return (3 * sums["won"] - sums["sent"]) / sums["sent"] if sums["sent"] else None
"""


def dropped() -> Driver:
    """A life whose click rate falls in window 31, and whose north is worse than the whole; four fifths have labels."""
    kpi = Kpi(name="ctr", kind="mean", of=("label",))
    policy = replace(PLAIN, monitor=MonitorPolicy(kpis=(kpi,)), decide=DecidePolicy(triggers=()))
    scenario = Scenario(policy).start()
    for number in range(24):
        scenario.window(GOOD, share_of("ctr", 0.052 + 0.001 * (number % 3 - 1), rows=20_000))
    north = share_of("ctr", 0.021, rows=5_000, part="region = north")
    scenario.window(GOOD, replace(share_of("ctr", 0.041, rows=20_000), rows=25_000), north)
    driver = Driver(MemoryJournal())
    for event in scenario.heard:
        driver.take(with_part(event))
    return driver


def with_part(event: Event) -> Event:
    """The same event, with the metric of a slice where there are labels."""
    if not isinstance(event, LabelsMatured):
        return event
    return replace(event, parts=(PartEvaluation(slice="region = north", evaluation=evaluation("served", 0.3)),))


def test_status_shows_every_number_beside_what_is_usual() -> None:
    """The metric first, then the KPI with its incident, then the slices; each says how many labels are in."""
    driver = dropped()
    told = status(driver, Chronicle(driver.journal), driver.rules)
    metric, ctr, north, north_ctr = told["numbers"]
    assert (metric["name"], metric["status"], metric["labels"]) == ("accuracy", "watching", 1.0)
    assert (ctr["name"], ctr["labels"], ctr["worse_since"]) == ("ctr", 0.8, ctr["window"])
    assert abs(ctr["usual"] - 0.052) < 0.0005
    assert {north["slice"], north_ctr["slice"]} == {"region = north"}
    assert told["numbers_said"][0].startswith("ctr 0.041 [0.0383, 0.0438], usual 0.052, worse than usual since window")
    assert told["numbers_said"][0].endswith("(80 % of window 31's labels in)")


def test_an_alert_on_a_number_is_explained_with_its_slices() -> None:
    """The whole first, then the slices, the worst first; each with its labels."""
    driver = dropped()
    chronicle = Chronicle(driver.journal)
    number = next(one.number for one in chronicle.alerts if one.subject == "ctr")
    log = MemoryPredictionLog(PLAIN.schema)
    sources = Sources(chronicle=chronicle, log=log, fine=MemoryFineProfiles(), waiting=lambda: ())
    told = explain(f"alert {number}", sources, driver.rules, driver.journal.head())
    assert "ctr fell to 0.041" in told["sentence"]
    assert told["evidence"][:2] == ["proposed: retrain", "ctr was 0.041 [0.0383, 0.0438], 80 % of 25,000 labels in"]
    assert told["evidence"][2].startswith("ctr of region = north was 0.021")


def test_a_project_with_code_and_slices_plays_and_is_audited(tmp_path: Path) -> None:
    """From yaml and Python through a backtest: every window has the numbers, and the journal derives again."""
    rng = np.random.default_rng(3)
    rows = 1600
    x, region = rng.normal(size=rows), rng.choice(["north", "south"], rows)
    bought = (x + rng.normal(size=rows) > 0).astype(int)
    columns = {"order": np.arange(rows), "x": x, "region": region, "bought": bought}
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), tmp_path / "rows.parquet")
    (tmp_path / "trueup.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "kpi.py").write_text(CODE, encoding="utf-8")

    run = trueup.open(tmp_path / "trueup.yaml").backtest(tmp_path / "rows.parquet")

    told = run.json()
    numbers = {(one["name"], one["slice"]): one["points"] for one in told["numbers"]}
    slices = ["", "region = north", "region = south"]
    assert set(numbers) == {
        *((name, part) for name in ("ctr", "profit") for part in slices),
        *(("accuracy", part) for part in slices[1:]),
    }
    assert {len(points) for points in numbers.values()} == {told["windows"]}
    assert all(point["low"] <= point["value"] <= point["high"] for points in numbers.values() for point in points)
    assert all(point["labels"] == 1.0 for points in numbers.values() for point in points)
    assert told["audit"] == "equal"
    assert "KPIs and slices" in run.report.read_text(encoding="utf-8")
