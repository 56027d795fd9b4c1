"""Is a window laid beside the champion's own rows, and does an explanation give the cause and its proof?"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from golden.notation import HERE
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.monitor.reference import start
from trueup.loop.schema import Column, Schema
from trueup.loop.state import State
from trueup.loop.window import Window
from trueup.ports.journal import Head
from trueup.profiling import edges_of, profile
from trueup.runtime.explain import Sources, explain
from trueup.runtime.story import Chronicle
from trueup.runtime.symptoms import SymptomTier
from trueup.testing.toy import PLAIN

SCHEMA: Final = Schema(
    task="binary", label="y", features=(Column(name="amount", kind="numeric"),), classes=("no", "yes")
)
DAYS: Final = 10  # of history, 200 rows each


def rows(day: int, *, times: float = 1.0) -> pa.Table:
    """One day's rows."""
    amounts = times * np.random.default_rng(day).lognormal(3.0, 0.5, 200)
    ids = [f"{day}-{number}" for number in range(200)]
    return pa.table({"_id": ids, "_time": pa.array(day + np.arange(200) / 200), "amount": pa.array(amounts)})


def history() -> tuple[MemoryPredictionLog, State]:
    """A log of ten days, and a state whose reference they are."""
    log = MemoryPredictionLog(SCHEMA)
    days = [rows(day) for day in range(DAYS)]
    for day, table in enumerate(days):
        log.append("file", day + 1, table, None)
    edges = edges_of(pa.concat_tables(days), SCHEMA)
    windows = tuple(Window(number=n + 1, start=float(n), end=n + 1.0, name=f"day {n}") for n in range(DAYS))
    return log, State(watch=start(tuple(profile(one, edges) for one in days), windows, edges))


def test_a_window_shows_its_symptoms_beside_the_champions_rows() -> None:
    """A thousand times as much stands out beside the rows of the log; a day like the others does not."""
    log, state = history()
    tier = SymptomTier(log, ())
    calm, broken = (tier.take(rows(11, times=times), state, 12.0) for times in (1.0, 1000.0))
    assert calm is not None
    assert broken is not None
    assert (calm.rescaled, [one.factor for one in broken.rescaled]) == ((), [1000.0])
    assert SymptomTier(log, ()).take(rows(11, times=1000.0), state, 12.0) == broken  # after a restart too


def test_without_a_reference_there_are_no_symptoms() -> None:
    """Before the first version, or when its rows are gone, nothing is said instead of something wrong."""
    _, state = history()
    empty = MemoryPredictionLog(SCHEMA)
    assert SymptomTier(empty, ()).take(rows(11), State(), 12.0) is None
    assert SymptomTier(empty, ()).take(rows(11), state, 12.0) is None


def test_an_alert_and_a_decision_give_cause_proof_and_proposal() -> None:
    """The recorded history holds a change of unit: whoever asks why reads which, how it shows, and what to do."""
    journal = MemoryJournal()
    for position, payload in enumerate((HERE / "recorded.jsonl").read_text(encoding="utf-8").splitlines()):
        journal.append(position, payload)
    chronicle = Chronicle(journal)
    sources = Sources(
        chronicle=chronicle, log=MemoryPredictionLog(SCHEMA), fine=MemoryFineProfiles(), waiting=lambda: ()
    )
    alert = next(one for one in chronicle.alerts if one.about.cause == "unit change")
    told = explain(f"alert {alert.number}", sources, PLAIN, Head())
    assert told["evidence"][:2] == [
        "likely cause: unit change",
        "proposed: keep the window out, and turn the values back",
    ]
    assert "amount comes in another unit (x1000)" in told["sentence"]

    decision = next(one for one in chronicle.decisions if one.remedy == "quarantine")
    told = explain(str(decision.number), sources, PLAIN, Head())
    assert "unit change: amount comes in another unit (x1000)" in told["sentence"]
    assert "proposed: keep the window out, and turn the values back" in told["evidence"]
