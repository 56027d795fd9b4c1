"""Does the whole loop notice that one class comes more often, although the inputs look as before?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from trueup.assembly import backtest_house
from trueup.loop.actions import Notify
from trueup.loop.policy import Hold, Trigger
from trueup.runtime import codec
from trueup.runtime.backtest import Script, play
from trueup.runtime.features import infer_schema
from trueup.runtime.stream import read_stream
from trueup.sdk.backtest import plain_policy, plan

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.runtime.codec import Recorded

ROWS: Final = 400  # a window's
WINDOWS: Final = 26
MORE: Final = 20  # windows before there are more neutral ones
CLASSES: Final = ("negative", "neutral", "positive")
USUAL: Final = np.array([0.63, 0.21, 0.16])
SHIFTED: Final = np.array([0.51, 0.33, 0.16])


def mixes() -> np.ndarray:
    """The class of every row, by its place in `CLASSES`."""
    rng = np.random.default_rng(11)
    parts = [rng.choice(3, ROWS, p=USUAL if window < MORE else SHIFTED) for window in range(WINDOWS)]
    return np.concatenate(parts)


def drawn(tweets: pa.Table, label: str) -> pa.Table:
    """Rows drawn anew from a table, so that their classes come in the wanted mix, in a new order."""
    rng, wanted = np.random.default_rng(12), mixes()
    classes = np.array(tweets.column(label).to_pylist())
    places = np.empty(len(wanted), np.int64)
    for code, name in enumerate(CLASSES):
        at = wanted == code
        places[at] = rng.choice(np.flatnonzero(classes == name), int(at.sum()))
    order = pa.array(np.arange(len(wanted)))
    return tweets.take(places).append_column("order", order)


def played(table: pa.Table, folder: Path) -> list[Recorded]:
    """The journal of a backtest in which label shift is the only reason to train."""
    schema = infer_schema(table, label="sentiment", time="order")
    policy = plain_policy("tweets", schema, "accuracy", rows=ROWS, delay=0.0)
    hold = Hold(min_labels=ROWS)
    policy = replace(policy, decide=replace(policy.decide, triggers=(Trigger(name="label_shift"),), hold=hold))
    rows = read_stream(table, schema, time="order", delay=0.0)
    *_, until = plan(rows, policy, ROWS * 15.0)
    house = backtest_house(folder, policy, project=None)
    try:
        house.driver.adopt(policy, text_hash="tweets", code_hash="", time=0.0)
        play(rows, house.driver, house.world, Script(history_until=until))
        return [codec.decode(entry.payload) for entry in house.driver.journal.read()]
    finally:
        house.close()


def check(journal: list[Recorded]) -> None:
    """One label alert soon after the change, no drift alert, and one training for it."""
    notices = [action for entry in journal for action in entry.actions if isinstance(action, Notify)]
    alerts = [(one.kind, one.window) for one in notices if one.number]
    assert [kind for kind, _ in alerts if kind in {"label", "drift", "quality"}] == ["label"]
    [window] = [window for kind, window in alerts if kind == "label"]
    assert MORE < window <= MORE + 3
    [sentence] = [one.sentence for one in notices if one.kind == "label" and one.number]
    assert '"neutral" 2' in sentence  # of 100
    assert "% -> 3" in sentence
    trained = [one for entry in journal for one in entry.decisions if one.remedy == "train"]
    assert [one.headline for one in trained[1:]] == ["train: labels come in another mix"]


def test_more_neutral_labels_fire_label_shift_and_nothing_else(tmp_path: Path) -> None:
    """A class grows from 21 to 33 %; the inputs, which tell little of it, do not move: one alert, one training."""
    rng = np.random.default_rng(5)
    labels = rng.choice(3, 6000, p=USUAL)
    columns = {
        "words": rng.poisson(14 + labels).astype(float),
        "airline": rng.choice(["a", "b", "c"], 6000),
        "sentiment": np.array(CLASSES)[labels],
    }
    table = pa.table({name: pa.array(values.tolist()) for name, values in columns.items()})
    check(played(drawn(table, "sentiment"), tmp_path))


@pytest.mark.data
def test_more_neutral_tweets_fire_label_shift_and_nothing_else(shared_data: Path, tmp_path: Path) -> None:
    """The same with real tweets, drawn anew so that only the mix of their sentiments changes."""
    tweets = pq.read_table(shared_data / "airline_tweets.parquet", columns=["airline", "text", "sentiment"])
    length = pc.utf8_length(tweets.column("text")).cast(pa.float64())
    tweets = tweets.drop_columns(["text"]).append_column("length", length)
    tweets = tweets.set_column(0, "airline", tweets.column("airline").cast(pa.string()))
    tweets = tweets.set_column(1, "sentiment", tweets.column("sentiment").cast(pa.string()))
    check(played(drawn(tweets, "sentiment"), tmp_path))
