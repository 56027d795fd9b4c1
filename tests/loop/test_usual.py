"""Is what is usual learnt from quiet windows, by season and by champion, and nothing claimed too early?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.monitor.kpi import HELD, KEPT, SURE, Terms, Vigil, observe
from trueup.loop.monitor.usual import LEARNT, Sight, Usual, usual
from trueup.loop.policy import PARTS, Kpi, MonitorPolicy

TERMS: Final = Terms(windows=90.0, share=True)


def sight(window: int, value: float, *, reign: int = 1, labelled: int = 1000, clock: bool = True) -> Sight:
    """One window's number, with the sampling noise of a share."""
    variance = value * (1 - value) / max(labelled, 1)
    moment = window if clock else 0
    return Sight(window=window, moment=moment, reign=reign, value=value, variance=variance, labelled=labelled)


def quiet(
    windows: int, *, weekend: float = 0.0, seed: int = 1, reign: int = 1, clock: bool = True
) -> tuple[Sight, ...]:
    """Windows that wobble by sampling, with worse weekends if so."""
    rng = np.random.default_rng(seed)
    rates = [0.1 + weekend * (number % 7 >= 5) for number in range(windows)]
    drawn = [float(rng.binomial(1000, rate)) / 1000 for rate in rates]
    return tuple(sight(number, value, reign=reign, clock=clock) for number, value in enumerate(drawn))


def watched(known: tuple[Sight, ...]) -> Vigil:
    """A vigil over these windows."""
    vigil = Vigil(name="error")
    for one in known:
        vigil = observe(vigil, one, TERMS)
    return vigil


def expected(known: tuple[Sight, ...], now: Sight) -> Usual:
    """What is usual, where that is known."""
    found = usual(known, now)
    assert found is not None
    return found


def test_nothing_is_usual_before_fourteen_windows() -> None:
    """And nothing is called unusual."""
    assert usual(quiet(LEARNT - 1), sight(50, 0.9)) is None
    assert usual(quiet(LEARNT), sight(50, 0.9)) is not None


def test_a_weekend_is_compared_with_weekends() -> None:
    """With a habit of the week the same number is usual on a Sunday and bad on a Monday."""
    known = quiet(42, weekend=0.1)
    sunday, monday = expected(known, sight(48, 0.2)), expected(known, sight(49, 0.2))
    assert sunday.period == 7
    assert sunday.value == pytest.approx(0.2, abs=0.02)
    assert monday.value == pytest.approx(0.1, abs=0.02)
    assert monday.chance(0.2) < 1e-4
    assert sunday.chance(0.2) > 0.05


def test_without_a_habit_all_windows_are_alike() -> None:
    """Nor is there one where windows are counted in rows."""
    assert expected(quiet(42), sight(48, 0.1)).period == 1
    assert expected(quiet(42, weekend=0.1, clock=False), sight(48, 0.1, clock=False)).period == 1


def test_fewer_rows_are_noisier() -> None:
    """The same number is less of a surprise where it rests on a tenth of the rows."""
    known = quiet(42)
    many, few = expected(known, sight(50, 0.14)), expected(known, sight(50, 0.14, labelled=100))
    assert many.chance(0.14) < 0.01 < few.chance(0.14)


def test_a_new_champion_begins_near_the_old_level_and_soon_has_its_own() -> None:
    """Its first window is judged by the old level; after some, by its own."""
    old = quiet(42)
    first = expected(old, sight(42, 0.1, reign=2))
    assert first.value == pytest.approx(0.1, abs=0.01)
    new = tuple(sight(42 + number, 0.07, reign=2) for number in range(10))
    later = expected((*old, *new), sight(52, 0.07, reign=2))
    assert later.value == pytest.approx(0.07, abs=0.005)
    assert later.doubt < first.doubt


def test_a_level_that_ended_while_something_was_wrong_is_no_measure() -> None:
    """The next champion is not judged before it has windows of its own."""
    old = quiet(42)
    assert usual(old, sight(42, 0.1, reign=2), anew=1) is None
    own = tuple(sight(42 + number, 0.3, reign=2) for number in range(3))
    found = usual((*old, *own), sight(45, 0.3, reign=2), anew=1)
    assert found is not None
    assert found.value == pytest.approx(0.3, abs=0.01)


def test_numbers_that_never_change_are_no_trouble() -> None:
    """Without any noise the same is usual, and anything worse is not."""
    known = tuple(replace(sight(number, 0.1), variance=0.0) for number in range(20))
    found = expected(known, replace(sight(30, 0.1), variance=0.0))
    assert found.chance(0.1) > 0.4
    assert found.chance(0.11) < 1e-6
    assert replace(found, noise=0.0, doubt=0.0, value=0.1).chance(0.1) == 1.0
    assert replace(found, noise=0.0, doubt=0.0).chance(0.2) == 0.0


@given(st.lists(st.floats(0.05, 0.15), min_size=20, max_size=40), st.floats(-3, 3))
def test_another_zero_changes_nothing(values: list[float], shift: float) -> None:
    """What counts is the distance from what is usual."""
    known = [replace(sight(number, value), variance=1e-4) for number, value in enumerate(values)]
    now = replace(sight(60, 0.2), variance=1e-4)
    moved = [replace(one, value=one.value + shift) for one in known]
    here, there = usual(known, now), usual(moved, now)
    assert here is not None
    assert there is not None
    assert there.value - shift == pytest.approx(here.value, abs=1e-6)
    assert there.chance(0.2 + shift) == pytest.approx(here.chance(0.2), rel=1e-3, abs=1e-9)


# ---- the vigil


def test_thin_windows_are_not_judged_and_not_learnt() -> None:
    """Nineteen labels say nothing either way."""
    vigil = watched(quiet(20))
    after = observe(vigil, sight(20, 0.9, labelled=19), TERMS)
    assert after.seen is not None
    assert (after.seen.status, after.seen.alarm, after.known) == ("insufficient", False, vigil.known)


def test_a_full_reference_is_not_slid_along() -> None:
    """A slow decline under one champion is not learnt away; a new champion's windows do come in."""
    vigil = watched(tuple(sight(number, 0.1 + 0.001 * (number % 5)) for number in range(KEPT + 20)))
    assert [one.window for one in vigil.known] == list(range(KEPT))
    after = observe(vigil, sight(200, 0.1, reign=2), TERMS)
    assert [one.window for one in after.known] == [*range(1, KEPT), 200]


def test_a_window_teaches_when_two_weeks_have_passed_without_an_incident() -> None:
    """At once while little is known; then the newest ones wait, and an incident drops them."""
    vigil = watched(quiet(SURE + HELD + 3))
    assert (len(vigil.known), len(vigil.waiting)) == (SURE + 3, HELD)

    after = observe(vigil, sight(SURE + HELD + 3, 0.3), TERMS)
    assert (after.known, after.waiting, after.since) == (vigil.known, (), SURE + HELD + 3)


def test_what_is_hardly_off_and_lasts_is_an_incident() -> None:
    """No window is over the limit by itself; together they are, and the incident ends as any other."""
    vigil, opened = watched(quiet(SURE)), []
    for number in range(SURE, SURE + 12):
        vigil = observe(vigil, sight(number, 0.125), replace(TERMS, windows=500.0))
        opened.append(vigil.seen is not None and vigil.seen.opened and vigil.seen.lasting)
    assert opened.count(True) == 1
    for number in range(SURE + 12, SURE + 15):
        vigil = observe(vigil, sight(number, 0.1), TERMS)
    assert (vigil.since, vigil.trend) == (0, 0.0)


def test_an_incident_goes_on_while_it_is_bad_and_ends_after_three_windows_as_usual() -> None:
    """One opening, however the bad windows swing; windows of an incident are never learnt."""
    vigil = watched(quiet(42))
    known = vigil.known
    opened: list[bool] = []
    for number, value in enumerate([0.2, 0.13, 0.2, 0.1, 0.1, 0.2, 0.1, 0.1]):
        vigil = observe(vigil, sight(42 + number, value), TERMS)
        opened.append(vigil.seen is not None and vigil.seen.opened)
    assert opened == [True, *([False] * 7)]
    assert (vigil.since, vigil.quiet) == (42, 2)
    vigil = observe(vigil, sight(50, 0.1), TERMS)
    assert (vigil.since, vigil.opened, vigil.known) == (0, 1, known)


def test_a_new_champion_ends_an_incident() -> None:
    """What was wrong was wrong with the old one."""
    vigil = observe(watched(quiet(42)), sight(42, 0.2), TERMS)
    assert vigil.since == 42
    after = observe(vigil, sight(43, 0.2, reign=2), TERMS)
    assert (after.since, after.anew) == (0, 1)
    assert after.seen is not None
    assert after.seen.status == "learning"


def test_the_strict_detector_needs_more_evidence_and_starts_anew_after_an_alarm() -> None:
    """Its wealth grows while events are too many, and is spent by the alarm."""
    strict = replace(TERMS, guarantee="strict")
    vigil = watched(quiet(42))
    first = observe(vigil, sight(42, 0.125), strict, (125.0, 1000.0))
    assert (first.seen is not None and first.seen.alarm, first.wealth > 0.0) == (False, True)
    second = observe(first, sight(43, 0.2), strict, (200.0, 1000.0))
    assert (second.seen is not None and second.seen.alarm, second.wealth) == (True, 0.0)
    assert observe(vigil, sight(42, 0.2), strict).seen == observe(vigil, sight(42, 0.2), TERMS).seen


def test_one_budget_is_shared_by_all_that_is_watched() -> None:
    """All false alerts together stay one in ninety windows, however many KPIs there are."""
    kpi = Kpi(name="ctr", kind="mean", of=("label",))
    for kpis in ((), (kpi,), (kpi, kpi)):
        policy = MonitorPolicy(windows_per_false_alert=90.0, kpis=kpis)
        numbers = {watched: 1 + len(kpis) if watched == "performance" else 1 for watched in PARTS}
        rate = sum(count / policy.windows_per_alert(watched) for watched, count in numbers.items())
        assert rate == pytest.approx(1 / 90)


def test_a_new_champion_every_window_teaches_no_noise() -> None:
    """With nothing to tell level from noise by, nothing is called unusual."""
    known = tuple(sight(number, 0.1, reign=number) for number in range(20))
    assert usual(known, sight(20, 0.9, reign=20)) is None
