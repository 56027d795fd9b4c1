"""Writes `recorded.jsonl` anew: a small stream with one change and one broken window, through the whole loop.

Run it when a format or a rule of the core was changed on purpose: `python tests/golden/record.py`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from trueup.assembly import backtest_house
from trueup.loop.events import PersonAsked
from trueup.runtime.backtest import Script, play
from trueup.runtime.features import infer_schema
from trueup.runtime.stream import read_stream
from trueup.sdk.backtest import plain_policy, plan

ROWS = 240  # a window's
WINDOWS = 18
CHANGED = 11  # the label follows another rule from this window on
BROKEN = 14  # a column comes in another unit


def stream(seed: int = 7) -> pa.Table:
    """Two columns, of which one decides the label until the change and the other one after it."""
    rng = np.random.default_rng(seed)
    rows = ROWS * WINDOWS
    window = np.arange(rows) // ROWS + 1
    amount, kind = rng.lognormal(3.0, 0.5, rows), rng.choice(["red", "green", "blue"], rows)
    logit = np.where(window < CHANGED, 3.0 * (np.log(amount) - 3.0), 3.0 * (kind == "red") - 1.0)
    label = np.where(rng.random(rows) < 1 / (1 + np.exp(-logit)), "yes", "no")
    shown = np.where(window == BROKEN, 1000.0 * amount, amount)
    columns = {"order": np.arange(rows), "amount": shown.round(2), "kind": kind, "label": label}
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def main() -> None:
    """Play, and write every entry of the journal on a line."""
    table = stream()
    schema = infer_schema(table, label="label", time="order")
    policy = plain_policy("golden", schema, "accuracy", rows=ROWS, delay=0.0)
    rows = read_stream(table, schema, time="order", delay=0.0)
    _, _, until = plan(rows, policy, None)
    wish = PersonAsked(time=ROWS * 5.5, wish="train", who="the operator", note="once more")
    with tempfile.TemporaryDirectory() as scratch:
        house = backtest_house(Path(scratch), policy, project=None)
        try:
            house.driver.adopt(policy, text_hash="golden", code_hash="", time=0.0)
            play(rows, house.driver, house.world, Script(history_until=until, wishes=(wish,)))
        finally:
            house.close()
        lines = [entry.payload for entry in house.driver.journal.read()]
    (Path(__file__).parent / "recorded.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
