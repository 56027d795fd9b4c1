"""Does the whole loop notice that labels stop, before their time is over?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.assembly import backtest_house
from trueup.loop.actions import Notify
from trueup.loop.events import LabelsCounted
from trueup.loop.policy import DecidePolicy
from trueup.runtime import codec
from trueup.runtime.audit import audit
from trueup.runtime.backtest import Script, play
from trueup.runtime.features import infer_schema
from trueup.runtime.stream import read_stream
from trueup.sdk.backtest import plain_policy, plan

if TYPE_CHECKING:
    from pathlib import Path

ROWS: Final = 100  # a window's
WINDOWS: Final = 24
LATE: Final = 250.0  # rows after which a label is known
STOPPED: Final = 15  # windows after which no row gets a label, until
AGAIN: Final = 19


def table() -> pa.Table:
    """One column that decides the label, which is never known for some windows."""
    rng = np.random.default_rng(2)
    rows = np.arange(ROWS * WINDOWS)
    x = rng.normal(size=len(rows))
    label = np.where(x + rng.normal(size=len(rows)) > 0, "yes", "no")
    absent = (rows >= ROWS * STOPPED) & (rows < ROWS * AGAIN)
    columns = {"order": pa.array(rows), "x": pa.array(x.round(3)), "label": pa.array(label.tolist(), mask=absent)}
    return pa.table(columns)


def test_labels_that_stop_are_told_once_and_when_they_are_back(tmp_path: Path) -> None:
    """Four windows without labels bring one count ahead of its time, one alert, and one word that they are back."""
    data = table()
    schema = infer_schema(data, label="label", time="order")
    policy = replace(plain_policy("m", schema, "accuracy", rows=ROWS, delay=LATE), decide=DecidePolicy(triggers=()))
    rows = read_stream(data, schema, time="order", delay=LATE)
    *_, until = plan(rows, policy, ROWS * 6.0)
    house = backtest_house(tmp_path, policy, project=None)
    try:
        house.driver.adopt(policy, text_hash="m", code_hash="", time=0.0)
        play(rows, house.driver, house.world, Script(history_until=until))
        journal = [codec.decode(entry.payload) for entry in house.driver.journal.read()]
        assert audit(house.driver.journal).equal
    finally:
        house.close()
    counts = [entry.event for entry in journal if isinstance(entry.event, LabelsCounted)]
    notices = [one for entry in journal for one in entry.actions if isinstance(one, Notify) and one.kind == "label"]

    assert [one.window.number for one in counts] == [STOPPED + 1]
    assert counts[0].time < ROWS * (STOPPED + 1) + LATE
    assert [one.severity for one in notices] == ["major", "info"]
    assert notices[0].sentence.startswith(f"labels stopped: 0 % of window #{STOPPED + 1} (100 rows) are in after ")
    assert notices[1].sentence.startswith("labels are back: 8")  # judged with four fifths
    assert notices[1].sentence.endswith(f"% of window #{AGAIN + 1} (100 rows) are in")
