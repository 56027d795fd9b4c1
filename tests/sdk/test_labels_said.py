"""Are label alerts and estimates said where people look: status, explain, and the story of a backtest?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.events import LabelsMatured, WindowClosed
from trueup.loop.feedback.returned import Returned
from trueup.loop.monitor.estimate import BLIND, score_bins
from trueup.loop.schema import Schema
from trueup.runtime.driver import Driver
from trueup.runtime.explain import Sources, explain
from trueup.runtime.explain_labels import label_evidence
from trueup.runtime.story import Chronicle
from trueup.sdk.status import Json, status
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN


def lived(scenario: Scenario, *, scored: bool = False) -> Driver:
    """A driver that has heard a life; with scores, if asked for."""
    driver, rng = Driver(MemoryJournal()), np.random.default_rng(1)
    for event in scenario.heard:
        if scored and isinstance(event, WindowClosed | LabelsMatured):
            scores = rng.random(1000)
            labels = (rng.random(1000) < scores).astype(float)
            bins = score_bins(scores, labels if isinstance(event, LabelsMatured) else None)
            driver.take(replace(event, scores=bins))
        else:
            driver.take(event)
    return driver


def asked(what: str, driver: Driver) -> Json:
    """What is said when somebody asks why."""
    sources = Sources(
        chronicle=Chronicle(driver.journal),
        log=MemoryPredictionLog(PLAIN.schema),
        fine=MemoryFineProfiles(),
        waiting=lambda: (),
    )
    return explain(what, sources, driver.rules, driver.journal.head())


def test_a_label_alert_is_explained_with_its_classes() -> None:
    """Old and new shares stand below the sentence, the status says that the mix moved, and a remedy is proposed."""
    scenario = Scenario().start()
    for _ in range(3):
        scenario.closed().labels(positive=700).tick()
    driver = lived(scenario)
    alert = next(one for one in Chronicle(driver.journal).alerts if one.kind == "label")

    told = asked(f"alert {alert.number}", driver)
    classes = '"no" 50 % -> 30 % · "yes" 50 % -> 70 %'
    rows = "6,000 labels of the project's first windows -> 1,000 of this one"
    assert f"{rows}: {classes}" in told["evidence"]
    assert "proposed: recalibrate" in " ".join(told["evidence"])
    assert told["alert"]["kind"] == "label"
    assert told["alert"]["windows"]["first"] == 7
    assert status(driver, Chronicle(driver.journal), driver.rules)["health"].startswith("the mix of y moved; ")


def test_numbers_are_told_by_ranges() -> None:
    """A label that is a number has its ranges told, the ones that moved most first; without labels nothing is."""
    schema = Schema(task="regression", label="minutes", features=())
    before = Returned(rows=100, labelled=100, counts=(50, 30, 20), edges=(1.0, 2.5))
    now = replace(before, counts=(15, 30, 55))
    [line] = label_evidence([before], now, schema)
    assert line.endswith("up to 1 50 % -> 15 % · above 2.5 20 % -> 55 % · 1 to 2.5 30 % -> 30 %")
    assert label_evidence([before], None, schema) == label_evidence([], now, schema) == []


def test_an_estimate_stands_beside_what_it_cannot_see() -> None:
    """Status and explain say the estimate, and its blindness in the same line; the story has it for every window."""
    driver = lived(Scenario().start().windows(5), scored=True)
    chronicle = Chronicle(driver.journal)

    said = status(driver, chronicle, driver.rules)["estimate"]
    assert said.startswith("estimated accuracy 0.7")
    assert said.endswith(BLIND)
    decision = next(one for one in chronicle.decisions if one.window == 9)
    assert any(BLIND in line for line in asked(str(decision.number), driver)["evidence"])
    summary = chronicle.estimates.summary()
    assert (summary["metric"], summary["windows"], summary["blind"]) == ("accuracy", 4, BLIND)
    assert driver.state.estimates is not None
    assert chronicle.estimates.watch == driver.state.estimates
