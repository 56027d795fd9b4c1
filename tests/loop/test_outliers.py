"""Is a share of far rows told when it is no chance, once an episode, and acted on only when it lasts?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from trueup.loop.actions import Notify, Train
from trueup.loop.events import WindowClosed
from trueup.loop.monitor.outliers import LEARNT, FarRows, OutlierAlert, Outskirts, heed, shares_since
from trueup.loop.policy import DecidePolicy, Hold, MonitorPolicy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, profile, slice_of

BUDGET: Final = MonitorPolicy().windows_per_alert("far rows")
ROWS: Final = 1000
OOD: Final = replace(PLAIN, decide=DecidePolicy(triggers=(Trigger(name="ood"),), hold=Hold(min_labels=0)))


def told(shares: list[float], known: Outskirts | None = None, *, model: str = "a") -> list[int]:
    """The windows, counted from 0, in which an alert opens."""
    known = Outskirts() if known is None else known
    opened = []
    for place, share in enumerate(shares):
        known, alert = heed(known, slice_of(place + 1), far(share, model=model), BUDGET)
        opened += [place] if alert is not None else []
    return opened


def far(share: float, *, rows: int = ROWS, model: str = "a", usual: int = 0) -> FarRows:
    """So many rows of a window are far; the reference has so many usual windows."""
    return FarRows(
        model=model,
        rows=rows,
        far=round(rows * share),
        reference=20_000,
        columns=("age", "balance"),
        usual=((ROWS, ROWS // 100),) * usual,
    )


def watching(wobble: float = 0.0) -> Outskirts:
    """What is known after so many windows that swing about the usual share."""
    known = Outskirts()
    for place in range(2 * LEARNT):
        known, _ = heed(known, slice_of(place + 1), far(0.01 + wobble * (place % 2 * 2 - 1)), BUDGET)
    assert known.windows == 2 * LEARNT
    return known


def test_usual_windows_are_quiet() -> None:
    """About one row in a hundred is far; a little more is no concern even if it is no chance."""
    assert told([0.01, 0.012, 0.008, 0.02, 0.011] * 6) == []
    assert told([0.025] * 10, watching()) == []


def test_what_lasts_is_told_once_and_again_after_it_was_over() -> None:
    """One episode is one incident; three quiet windows end it."""
    episode = [0.033] * 5
    assert told([*episode, 0.01, 0.01, *episode], watching(0.004)) == [1]
    assert told([*episode, 0.01, 0.01, 0.01, *episode], watching(0.004)) == [1, 9]


def test_a_flood_is_told_at_once_and_a_ripple_not_at_all() -> None:
    """Overwhelming in one window; while only chance is known, three windows and a larger share are asked for."""
    assert told([0.4], watching()) == [0]
    assert told([0.06, 0.01, 0.01, 0.01], watching(0.008)) == []
    assert told([0.4] * 4) == [2]
    assert told([0.04] * 6) == []


def test_a_stream_that_wobbles_gets_wider_limits() -> None:
    """The same share is an alert for a steady stream, and none for one that swings as far by itself."""
    assert told([0.033, 0.033], watching(0.004)) == [1]
    assert told([0.033, 0.033], watching(0.01)) == []


def test_the_references_own_windows_teach_the_noise() -> None:
    """Told with a model's first window, so that watching begins at once; a new model keeps the noise."""
    known, _ = heed(Outskirts(), slice_of(1), far(0.01, usual=LEARNT), BUDGET)
    assert known.windows == LEARNT + 1
    again, _ = heed(known, slice_of(2), far(0.01, model="b"), BUDGET)
    assert (again.windows, len(again.shares)) == (LEARNT + 2, 1)


def test_a_small_rise_that_a_moved_column_explains_is_not_told_twice() -> None:
    """The column has an alert of its own; a large rise, or one that no moved column explains, is told."""
    for share, moved, tells in (
        (0.06, {"age"}, False),
        (0.15, {"age"}, False),
        (0.06, {"balance"}, True),
        (0.3, {"age"}, True),
    ):
        known, alerts = watching(), []
        for place in (1, 2, 3):
            known, alert = heed(known, slice_of(100 + place), far(share), BUDGET, moved)
            alerts += [alert] if alert is not None else []
        assert bool(alerts) == tells


def test_a_thin_window_is_not_judged() -> None:
    """Nineteen rows, all far, and nobody is told."""
    known, alert = heed(watching(), slice_of(99), far(1.0, rows=19), BUDGET)
    assert alert is None
    assert shares_since(known, 0, 99) == ()


@pytest.mark.parametrize(("share", "severity"), [(0.06, "minor"), (0.15, "moderate"), (0.3, "major")])
def test_an_alert_says_how_grave_it_is(share: float, severity: str) -> None:
    """By the rise of the share, and in words that an owner understands."""
    known, alert = watching(), None
    for place in (1, 2):
        known, found = heed(known, slice_of(100 + place), far(share), BUDGET)
        alert = alert or found
    assert isinstance(alert, OutlierAlert)
    assert alert.severity == severity
    assert alert.sentence.startswith(f"{100 * share:.0f} % of rows are farther out")
    assert alert.sentence.endswith("than 99 % of the rows the champion learnt from, most of all in age, balance")


# ---- through the whole loop


def closed(scenario: Scenario, share: float | None) -> Scenario:
    """A window with such a share of far rows closes, its labels come, and the clock strikes."""
    window = slice_of(scenario.state.closed + 1)
    outliers = None if share is None else far(share)
    scenario.now = window.end
    scenario.take(WindowClosed(time=window.end, window=window, profile=profile(), fine="", outliers=outliers))
    return scenario.labels().tick()


def alerts(scenario: Scenario) -> list[Notify]:
    """What was told about far rows."""
    return [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "ood"]


def trainings(scenario: Scenario) -> int:
    """Trainings ordered since the first."""
    return sum(isinstance(one, Train) for one in scenario.actions) - 1


def test_one_burst_trains_nothing_and_what_lasts_trains_once() -> None:
    """Above 15 % for one window: no; for two in a row: exactly one training, until two more come after it."""
    scenario = Scenario(OOD).start()
    for share in (0.01, 0.4, 0.01, 0.4):
        closed(scenario, share)
    assert trainings(scenario) == 0
    closed(scenario, 0.4)
    assert trainings(scenario) == 1
    assert "40 % of rows are unlike those the champion learnt from" in scenario.last.decisions[-1].headline
    scenario.failed()
    closed(scenario, 0.4)
    assert trainings(scenario) == 1
    closed(scenario, 0.4)
    assert trainings(scenario) == 2


def test_people_are_told_of_an_episode_once() -> None:
    """Kind ood, with a number; without counted rows nothing is said."""
    scenario = Scenario(PLAIN).start()
    for share in (0.01, 0.3, 0.3, 0.3, 0.3, 0.3):
        closed(scenario, share)
    (notice,) = alerts(scenario)
    assert (notice.kind, notice.severity, notice.number > 0) == ("ood", "major", True)
    assert alerts(closed(Scenario(PLAIN).start(), None)) == []


def test_a_window_that_was_not_counted_is_no_evidence() -> None:
    """Two windows above the limit with one between them that nobody counted: not two in a row up to now."""
    scenario = Scenario(OOD).start()
    for share in (0.4, None):
        closed(scenario, share)
    assert trainings(scenario) == 0
