"""Is a candidate judged only on rows that neither it nor the champion has learnt from?"""

from __future__ import annotations

from trueup.loop.actions import Train
from trueup.testing.scenario import Scenario
from trueup.testing.toy import BETTER


def test_rows_the_champion_has_learnt_from_judge_nobody() -> None:
    """Right after a training nothing is left to judge on: the candidate waits in shadow, and new rows judge it."""
    scenario = Scenario().start().ask("train").tick()
    order = scenario.wanted(Train).order
    assert (order.judge, order.judge_half) == (None, False)
    scenario.trained(BETTER)
    shadow = scenario.last.decisions[0]
    assert (shadow.remedy, shadow.verdict) == ("shadow", "no labelled rows")
    assert shadow.reasons == ("no labelled rows since v1 was trained, nothing to judge on yet",)
    assert scenario.closed().labels().remedies[-1] == "canary v2"


def test_the_newest_labelled_window_judges_once_the_champion_has_not_seen_it() -> None:
    """The same wish one labelled window later is judged at once, by that window and no older one."""
    scenario = Scenario().start().window().ask("train").tick()
    assert scenario.wanted(Train).order.judge == 7
    promoted = Scenario().start().promoted()
    learnt = promoted.state.alive("v2").trained_after
    promoted.ask("train").tick()
    assert promoted.wanted(Train).order.judge is None
    assert promoted.trained(BETTER).stage == "shadow"
    assert promoted.closed().labels().state.matured > learnt
