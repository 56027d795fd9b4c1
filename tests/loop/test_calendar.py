"""Is a window that everybody knows to be unlike others neither an alarm nor a new usual?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from trueup.loop.actions import Notify
from trueup.loop.advance.found import Found
from trueup.loop.decide.cause import Cause
from trueup.loop.events import HistoryRead
from trueup.loop.monitor.calendar import allowance, usual
from trueup.loop.monitor.symptoms import Rescaled, Symptoms
from trueup.loop.policy import Known, Policy, QuarantinePolicy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS, profile, slice_of

FAR: Final = 600  # rows in the lowest quarter
LIMIT: Final = Trigger(name="drift", settings=(("above", 0.4), ("metric", "psi"), ("windows", 1.0)))
FRIDAY: Final = Known(name="Black Friday", first="2026-11-27", last="2026-11-30", effect="skip")
SALE: Final = Known(name="Sale", first="07-01", last="07-14", effect="widen", factor=2.0)

CALM: Final = Symptoms(rows=ROWS, repeated=0.0, repeated_usual=0.0, far=0.01, far_usual=0.01, far_error=0.002)
TIMES_3: Final = Rescaled(
    column="x", factor=3.0, offset=0.0, part=1.0, before=0.75, after=0.01, same=True, apart=2.0, agrees=0.0
)


def with_calendar(*triggers: Trigger) -> Policy:
    """The plain policy with a calendar."""
    monitor = replace(PLAIN.monitor, calendar=(FRIDAY, SALE))
    return replace(PLAIN, monitor=monitor, decide=replace(PLAIN.decide, triggers=triggers))


def alerts(scenario: Scenario) -> list[str]:
    """Every alert's kind."""
    return [one.kind for one in scenario.actions if isinstance(one, Notify) and one.number]


def news(scenario: Scenario) -> list[str]:
    """What was told beside alerts."""
    return [one.sentence for one in scenario.actions if isinstance(one, Notify) and not one.number]


def test_a_skipped_window_is_neither_judged_nor_learnt_from_but_trains() -> None:
    """A moved column in it is no alert and no new noise; its rows may train. The same without the event is one."""
    scenario = Scenario(with_calendar(LIMIT)).start().windows(2)
    noise = scenario.state.watch
    for _ in range(3):
        scenario.closed(low=FAR, known=("Black Friday",)).labels().tick()
    assert alerts(scenario) == []
    assert scenario.state.watch == noise
    assert scenario.state.trainable[-3:] == (9, 10, 11)
    assert news(scenario) == ["window #9 is Black Friday: neither judged nor learnt from, but its rows train"]

    for _ in range(3):
        scenario.closed(low=FAR).labels().tick()
    assert "drift" in alerts(scenario)


def test_a_fall_of_the_metric_in_a_skipped_window_is_no_alarm() -> None:
    """Nor does it become the usual level."""
    scenario = Scenario(with_calendar()).start().windows(4)
    level = scenario.state.level
    scenario.closed(known=("Black Friday",)).labels(0.5).tick()
    assert (scenario.state.level, alerts(scenario)) == (level, [])
    scenario.closed().labels(0.5)
    assert alerts(scenario) == ["performance"]


def test_a_widened_window_is_judged_by_wider_limits() -> None:
    """What is beyond the limit by less than the factor is quiet, what is beyond the wide one too is not."""
    for low, expected in ((520, []), (900, ["limit"])):
        scenario = Scenario(with_calendar(replace(LIMIT, settings=(("above", 0.2), ("metric", "psi"))))).start()
        scenario.closed(low=low, known=("Sale",))
        assert alerts(scenario)[:1] == expected
        again = Scenario(with_calendar(replace(LIMIT, settings=(("above", 0.2), ("metric", "psi"))))).start()
        assert alerts(again.closed(low=low)) != []


def test_a_widened_window_teaches_no_noise() -> None:
    """It is not what is usual."""
    scenario = Scenario(with_calendar()).start().windows(1)
    before = scenario.state.watch
    scenario.closed(low=300, known=("Sale",))
    after = scenario.state.watch
    assert before is not None
    assert after is not None
    assert after.noise == before.noise


def test_a_wider_level_bears_a_larger_fall() -> None:
    """The alarm of the served metric is widened too."""
    for served, expected in ((0.25, []), (0.5, ["performance"])):
        scenario = Scenario(with_calendar()).start().windows(4).closed(known=("Sale",)).labels(served)
        assert alerts(scenario) == expected
    assert alerts(Scenario(with_calendar()).start().windows(4).closed().labels(0.25)) == ["performance"]


def test_missing_values_stay_broken_on_every_day() -> None:
    """A known event explains new values, not lost ones."""
    scenario = Scenario(with_calendar()).start().closed(missing=ROWS // 2, known=("Black Friday",))
    assert scenario.state.quarantined == (7,)
    plain = QuarantinePolicy()
    skipping = allowance(("Black Friday",), (FRIDAY, SALE)).quarantine(plain)
    widening = allowance(("Sale",), (FRIDAY, SALE)).quarantine(plain)
    assert (skipping.missing, skipping.unseen, skipping.out_of_range) == (plain.missing, 1.0, 1.0)
    assert (widening.missing, widening.unseen) == (plain.missing, 2 * plain.unseen)
    assert allowance(("gone",), (FRIDAY, SALE)).quarantine(plain) == plain


def test_skipped_windows_are_no_reference() -> None:
    """Neither of the first version nor of the next champion; all are taken where none would be left."""
    scenario = Scenario(with_calendar()).history()
    event = scenario.heard[-1]
    assert isinstance(event, HistoryRead)
    odd = replace(event, profiles=(*event.profiles[:-1], profile(low=FAR)), known=((),) * 5 + (("Black Friday",),))
    watch = Scenario(with_calendar()).take(odd).state.watch
    assert watch is not None
    assert watch.level == event.profiles[0] + profile() + profile() + profile() + profile()

    windows, profiles = tuple(slice_of(n) for n in (1, 2)), (profile(), profile(low=FAR))
    assert usual(windows, profiles, (2,)) == (windows[:1], profiles[:1])
    assert usual(windows, profiles, (1, 2)) == (windows, profiles)


def test_a_new_champion_does_not_take_the_event_for_usual() -> None:
    """The level after a promotion is that of the windows without the event."""
    scenario = Scenario(with_calendar(Trigger(name="freshness"))).start()
    scenario.closed(low=FAR, known=("Black Friday",)).labels().tick()
    scenario.promoted()
    line, watch = scenario.state.line(scenario.state.champion), scenario.state.watch
    assert line is not None
    assert watch is not None
    assert watch.level.rows == ROWS * sum(one.number != 7 for one in line.learnt.windows)


@pytest.mark.parametrize("name", ["Black Friday", "Sale"])
def test_what_the_world_may_bring_about_keeps_no_known_window_out(name: str) -> None:
    """A sale triples the amounts and its rows train; the same without the sale, or x1000, is kept out."""
    for factor, known, expected in ((3.0, (name,), ()), (3.0, (), (7,)), (1000.0, (name,), (7,))):
        symptoms = replace(CALM, rescaled=(replace(TIMES_3, factor=factor),))
        scenario = Scenario(with_calendar()).start().closed(low=ROWS, known=known, symptoms=symptoms)
        assert scenario.state.quarantined == expected


def test_broken_data_stays_broken_amid_an_event() -> None:
    """Of all that is found only what a known event may bring about is let go."""

    def cause(name: str, **figures: float) -> Cause:
        return Cause(name=name, columns=("x",), proof="", figures=tuple(figures.items()), confidence=0.9)

    worldly = (cause("renamed_level"), cause("new_segment"), cause("unit_change", factor=0.4))
    broken = tuple(cause(name) for name in ("missing_values", "repeated_rows", "exchanged_columns", "stuck_value"))
    broken += (cause("unit_change", factor=100.0),)
    found = Found(causes=worldly + broken)
    for one in (FRIDAY, SALE):
        assert found.amid(allowance((one.name,), (one,))).causes == broken
    assert found.amid(allowance((), (FRIDAY,))) == found
