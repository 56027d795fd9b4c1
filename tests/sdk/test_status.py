"""Does the status say whose figure it shows, and how many alerts there were of late?"""

from __future__ import annotations

import re

from trueup.adapters.journal.memory import MemoryJournal
from trueup.loop.events import PersonAsked, WindowClosed
from trueup.loop.monitor.outliers import FarRows
from trueup.runtime.driver import Driver
from trueup.runtime.story import Chronicle
from trueup.sdk.status import Json, status
from trueup.testing.scenario import Scenario
from trueup.testing.toy import ROWS, profile, slice_of


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
    """A count, the stretch it is of in round numbers, and what the budget allows; nobody reads them as all false."""
    found = told(Scenario().start().promoted(0.15))["false_alerts"]
    assert re.fullmatch(r"[\d,]+ alerts? in the last [\d,]+ (days|windows?); 1 may be false", found)


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
