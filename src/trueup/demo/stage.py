"""The demo's world: a project folder, a stream with one corrupted week, and a planted bad candidate."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.loop.events import PersonAsked
from trueup.loop.policy import Policy
from trueup.runtime.stream import Stream, read_stream
from trueup.sdk.backtest import plan
from trueup.sdk.project import OPERATOR, Project, open_project

if TYPE_CHECKING:
    from pathlib import Path


ZONE = ZoneInfo("Europe/Lisbon")
CORRUPTED = (datetime(2008, 8, 18, tzinfo=ZONE), datetime(2008, 8, 25, tzinfo=ZONE))  # balance in thousandths: x1000
PLANTED = datetime(2009, 5, 12, tzinfo=ZONE)  # somebody asks for a recipe that shuffles its labels
FACTOR = 1000
FILE = """\
trueup: 1
model: bank
data: history.parquet              # the first weeks train the first version; later rows come over HTTP
time: timestamp
label: subscribed
metric: average_precision          # shown, alerted on and in the SLO; the proof uses a proper loss
sensitive: [age]
timezone: Europe/Lisbon
window: 1 week
min_rows: 500                      # a thinner window stays open
mode: act                          # observe | suggest | act
feedback:
  label_delay: 14 days
  outcomes: independent
monitor:
  false_alerts: 1 per 90 days
  rules:
    - {name: is_probability, expect: "score BETWEEN 0 AND 1"}
  quarantine: {missing: 20 points, unseen: 20 %, out_of_range: 20 %}
decide:
  triggers:
    - drift: calibrated
    - freshness: learned
    - slo: {at_least: 0.04, for: 2 windows}
  hold: {cooldown: 2 windows, runs: 12 per year, min_labels: 500}
train:
  rows: [all, last 6 windows, recency]
  limits: {time: 5 min, memory: 2 GB}
  seed: 7
validate: {prove: routine, keep_skill: 80 %}
deploy:
  steps: [{canary: 20 %}]
  guard: {latency_p99: 10 s, errors: 1 %}   # wide on purpose: latency is the one thing that only HTTP has
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything the demo plays with."""

    project: Project
    policy: Policy
    stream: Stream
    until: float  # end of the history
    wishes: tuple[PersonAsked, ...]


def set_stage(folder: Path) -> Stage:
    """Write the project and read the stream; the history goes into the project's file, the rest over HTTP."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trueup.yaml").write_text(FILE, encoding="utf-8")
    source = resources.files("trueup.demo").joinpath("garbage.py").read_text(encoding="utf-8")
    (folder / "garbage.py").write_text(source, encoding="utf-8")
    table = bank()
    pq.write_table(table, folder / "history.parquet")
    policy = open_project(folder).policy
    delay = policy.feedback.label_delay or 0.0
    stream = read_stream(table, policy.schema, time="timestamp", delay=delay)
    _, _, until = plan(stream, policy, None)
    past = stream.between(-np.inf, until)
    pq.write_table(table.slice(0, past.stop), folder / "history.parquet")
    shutil.rmtree(folder / ".trueup", ignore_errors=True)
    wish = PersonAsked(
        time=PLANTED.timestamp(), wish="train", who=OPERATOR, note="a new recipe", code="garbage.py:build"
    )
    return Stage(project=open_project(folder), policy=policy, stream=stream, until=until, wishes=(wish,))


def bank() -> pa.Table:
    """The Bank Marketing stream, one week of `balance` in another unit."""
    with resources.as_file(resources.files("trueup").joinpath("data", "bank_marketing.parquet")) as path:
        table = pq.read_table(path)
    times = table.column("timestamp").cast(pa.timestamp("us")).cast(pa.int64()).to_numpy() / 1e6
    week = (times >= CORRUPTED[0].timestamp()) & (times < CORRUPTED[1].timestamp())
    balance = table.column("balance").to_numpy()
    column = pa.array(np.where(week, balance * FACTOR, balance), table.schema.field("balance").type)
    return table.set_column(table.schema.get_field_index("balance"), "balance", column)
