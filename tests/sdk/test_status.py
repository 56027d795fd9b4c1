"""Does the status say whose figure it shows, and how many alerts there were of late?"""

from __future__ import annotations

import re
from dataclasses import replace

from trueup.adapters.journal.memory import MemoryJournal
from trueup.loop.events import LabelsMatured, PersonAsked, WindowClosed
from trueup.loop.monitor.outliers import FarRows
from trueup.loop.policy import Trigger
from trueup.runtime.driver import Driver
from trueup.runtime.story import Chronicle
from trueup.sdk.status import Json, status
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS, came_back, profile, slice_of

LIMIT = Trigger(name="drift", settings=(("above", 0.25), ("column", "x"), ("metric", "psi")))
LIMITED = replace(PLAIN, decide=replace(PLAIN.decide, triggers=(LIMIT,)))


def told(scenario: Scenario, *, rolled_back: bool = False) -> Json:
    """The status of a life."""
    driver = Driver(MemoryJournal())
    for event in scenario.heard:
        driver.take(event)
    if rolled_back:
        driver.take(PersonAsked(time=driver.state.time, wish="rollback", who="the operator", note=""))
    return status(driver, Chronicle(driver.journal), driver.rules)


def test_a_figure_that_another_version_earned_is_named_as_its() -> None:
    """After a rollback the newest labels are those of the version that was taken back."""
    served = Scenario().start().promoted(0.15).window(0.15)
    before, after = told(served), told(served, rolled_back=True)
    assert before["champion"] == "v2"
    assert "answered" not in before["health"]
    assert after["champion"] == "v1"
    assert after["health"].endswith("as v2 answered")


def test_alerts_are_counted_where_one_false_one_is_bearable() -> None:
    """Only what chance may bring about may be false; broken data and the owner's limits stand apart."""
    assert re.fullmatch(r"0 alerts in the last [\d,]+ days", told(Scenario().start().promoted(0.15))["false_alerts"])
    moved = Scenario(LIMITED).start().closed(low=600).closed(low=600).closed(low=600).closed(missing=ROWS // 2)
    found = told(moved)["false_alerts"]
    assert re.fullmatch(
        r"3 alerts in the last [\d,]+ days: 1 of the monitor, of which 1 may be false; 1 over your limits; 1 broken",
        found,
    )


def test_a_missed_objective_is_in_the_health_before_it_may_train() -> None:
    """One window beyond it is enough to be told, in the words of the objective; a kept one is not told."""
    slo = Trigger(name="slo", settings=(("at_least", 0.99), ("windows", 3.0)))
    scenario = Scenario(replace(PLAIN, metric="accuracy", decide=replace(PLAIN.decide, triggers=(slo,)))).start()
    assert told(scenario.closed().labels())["health"].startswith("accuracy 0.")
    assert " under its 0.99; accuracy " in told(scenario)["health"]
    kept = Trigger(name="slo", settings=(("at_least", 0.01),))
    scenario = Scenario(replace(PLAIN, metric="accuracy", decide=replace(PLAIN.decide, triggers=(kept,)))).start()
    assert told(scenario.closed().labels())["health"].startswith("ok: accuracy ")


def test_the_owner_sees_what_the_monitor_says_of_calm_windows() -> None:
    """A count on the owner's own windows before the first version, in words that promise nothing."""
    found = told(Scenario().start())["measured"]
    assert found == {
        "windows": 6,
        "alerted": 0,
        "sentence": "0 of your own 6 calm windows would have had an alert",
    }


def test_rows_unlike_the_reference_are_shown_beside_what_is_usual() -> None:
    """Of the newest window; nothing where they were not counted."""
    scenario = Scenario().start()
    window = slice_of(scenario.state.closed + 1)
    far = FarRows(model="a", rows=ROWS, far=31, reference=6 * ROWS)
    scenario.take(WindowClosed(time=window.end, window=window, profile=profile(), fine="", outliers=far))
    assert told(scenario)["far_rows"] == "3.1 % of rows are unlike those v1 learnt from; about 1 % is usual"
    assert told(scenario.labels().closed())["far_rows"] == ""


def test_thumbs_that_are_still_learnt_say_so() -> None:
    """Whose silence means nothing yet: how many windows are known, of how many; nothing where nobody gave a thumb."""
    scenario = Scenario().start()
    assert told(scenario.closed().labels())["thumbs"] == ""
    for ups in (90, 9):
        scenario.closed()
        window = next(one for one in scenario.state.windows if one.number > scenario.state.matured)
        back = replace(came_back(), ups=ups, downs=1)
        event = LabelsMatured(
            time=scenario.now,
            window=window,
            rows=ROWS,
            labelled=ROWS,
            served=None,
            lines=(),
            pairs=(),
            returned=back,
        )
        scenario.take(event)
    few = "20 thumbs a window are needed, the newest has 10"
    assert told(scenario)["thumbs"] == f"thumbs: learning, 1 of 14 windows; {few}"
