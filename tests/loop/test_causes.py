"""Does a proven cause decide what becomes of a window, and is it told with its proof?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.actions import Notify, Quarantine, Train
from trueup.loop.advance.found import Found, remember
from trueup.loop.decide.cause import Cause
from trueup.loop.decide.causes import CAUSES
from trueup.loop.decide.judgement import causes, evidence
from trueup.loop.decide.remedies import PROPOSALS, REMEDIES, action
from trueup.loop.monitor.moves import moves
from trueup.loop.monitor.symptoms import Atom, Rescaled, Residual, Symptoms
from trueup.loop.monitor.truth import Outcomes, stayed
from trueup.loop.policy import Trigger
from trueup.loop.step import Step
from trueup.testing.scenario import Scenario
from trueup.testing.toy import EDGES, PLAIN, ROWS, profile

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import Profile

CALM: Final = Symptoms(rows=ROWS, repeated=0.0, repeated_usual=0.0, far=0.01, far_usual=0.01, far_error=0.002)
FAR: Final = replace(CALM, far=0.2)
TIMES_1000: Final = Rescaled(
    column="x",
    factor=1000.0,
    offset=0.0,
    part=1.0,
    before=0.75,
    after=0.01,
    same=True,
    apart=2.0,
    agrees=0.0,
)
ALONE: Final = Residual(column="x", shift=-1.2, residual=-1.1, error=0.03, explained=0.4, before=0.4, after=0.02)
LEFT: Final = replace(CALM, residuals=(ALONE,))
DRIFT: Final = replace(PLAIN, decide=replace(PLAIN.decide, triggers=(Trigger(name="drift"),)))
SCORES: Final = tuple(range(20, 120, 5))  # rows by score


def quarantines(scenario: Scenario) -> list[int]:
    """The windows that were kept out."""
    return [one.window for one in scenario.actions if isinstance(one, Quarantine)]


def test_every_cause_has_a_remedy_and_a_proposal() -> None:
    """A cause without an answer would be a riddle."""
    assert CAUSES.keys() == REMEDIES.keys() == PROPOSALS.keys()


def test_a_proven_cause_keeps_a_window_out_below_the_limits() -> None:
    """A tenth of the values is missing: the owner's limit is a fifth, but none was ever missing before."""
    scenario = Scenario().start().closed(missing=ROWS // 10, symptoms=CALM)

    decision = scenario.last.decisions[-1]
    assert decision.remedy == "quarantine"
    assert "missing values: values of x are missing: 10 % of its rows, 0 % at most before" in decision.headline
    assert decision.reasons[-1] == "proposed: keep the window out, and ask where the data come from"
    told = next(one for one in scenario.last.actions if isinstance(one, Notify))
    assert (told.kind, told.about.cause, told.severity) == ("quality", "missing values", "major")


def test_without_symptoms_only_the_limits_count() -> None:
    """A journal from before the causes leads where it led."""
    assert not quarantines(Scenario().start().closed(missing=ROWS // 10))


def test_what_lasts_is_a_changed_world() -> None:
    """Three windows with a tenth missing are kept out, the fourth is flagged: it trains by proof only."""
    scenario = Scenario().start()
    for _ in range(4):
        scenario.closed(missing=ROWS // 10, symptoms=CALM)
    assert (quarantines(scenario), scenario.state.flagged) == ([7, 8, 9], (10,))


def test_another_unit_never_is() -> None:
    """A thousand times as much, for six windows: all are kept out; a factor of two is believed after three."""
    large, small = Scenario().start(), Scenario().start()
    for _ in range(6):
        large.closed(low=ROWS, symptoms=replace(CALM, rescaled=(TIMES_1000,)))
        small.closed(low=ROWS, symptoms=replace(CALM, rescaled=(replace(TIMES_1000, factor=2.0),)))
    assert quarantines(large) == [7, 8, 9, 10, 11, 12]
    assert quarantines(small) == [7, 8, 9]


def test_a_lone_number_is_a_question_that_waits_for_nobody() -> None:
    """It is written down once, the window counts, and nothing is open before a person."""
    scenario = Scenario().start().closed(low=ROWS // 2, symptoms=LEFT)
    asked = scenario.last.decisions[-1]
    assert (asked.remedy, asked.headline.split("?")[0]) == ("ask", "is x right")
    assert "train without it" in asked.reasons[0]
    assert not quarantines(scenario)
    assert not scenario.state.pending

    assert not scenario.closed(low=ROWS // 2, symptoms=LEFT).last.decisions


def test_rows_of_a_new_kind_train_once_they_have_labels() -> None:
    """For the trigger `drift` it is an urgent reason, with its proof; before the labels it is none."""
    scenario = Scenario(DRIFT).start().closed(symptoms=FAR)
    assert not scenario.state.called
    scenario.labels().tick()
    assert isinstance(scenario.wanted(Train), Train)
    assert any("further out than 99 %" in reason for reason in scenario.last.decisions[0].reasons)


def test_an_owner_without_that_trigger_is_told_and_left_alone() -> None:
    """A cause makes no training where the project asks for none."""
    scenario = Scenario(replace(DRIFT, decide=replace(DRIFT.decide, triggers=())))
    scenario.start().closed(symptoms=FAR).labels().tick()
    assert "nothing" in scenario.remedies[-1]
    assert any(isinstance(one, Notify) and one.about.cause == "new segment" for one in scenario.actions)


def test_a_stuck_value_is_not_one_of_many_alike() -> None:
    """Where no two values were alike a twentieth is proof; where half of them were, it is not."""
    atom = Atom(
        column="x", value="4.2", rows=50, share=0.05, usual=0.0, most=0.001, new=True, far=False, rest=0.01, others=900
    )
    for most, proven in ((0.001, True), (0.5, False)):
        seen = evidence(EDGES, (profile(),), profile(), replace(CALM, atoms=(replace(atom, most=most),)))
        assert [one.name for one in causes(seen)] == ["stuck_value"] * proven


@given(st.integers(50, 900), st.integers(0, 3))
def test_a_window_like_an_accepted_one_never_moved(low: int, windows: int) -> None:
    """However far a column swings: once it was accepted so far out, it is no news."""
    accepted = (profile(), *(profile(low=low) for _ in range(windows + 1)))
    assert not [one for one in moves(EDGES, accepted, profile(low=low)) if one.moved]


@given(st.floats(-2.0, 2.0))
def test_one_step_of_the_log_odds_is_another_mix_of_outcomes(step: float) -> None:
    """Whatever the step: each outcome's scores are as they were, and the score still ranks."""
    rows = [float(one) for one in SCORES]
    shares = [0.1 + 0.8 * place / len(rows) for place in range(len(rows))]
    no, yes = tuple(n * (1 - p) for n, p in zip(rows, shares, strict=True)), _yes(rows, shares)
    before, weight = Outcomes(rows=(no, yes)), 2.0**step
    now = Outcomes(rows=(no, tuple(weight * one for one in yes)))
    found = stayed((before, before, before), now)
    assert found is not None
    assert found.ranked < 0.2
    assert found.shape < 0.2


def test_labels_of_a_turned_score_prove_another_rule() -> None:
    """High scores mean what low ones meant: no step of the log odds mends it, and no column moved."""
    rows = [float(one) for one in SCORES]
    shares = [0.1 + 0.8 * place / len(rows) for place in range(len(rows))]
    yes = _yes(rows, shares)
    no = tuple(n - one for n, one in zip(rows, yes, strict=True))
    truth = stayed([Outcomes(rows=(no, yes))] * 3, Outcomes(rows=(yes, no)))
    found = causes(evidence(EDGES, (profile(),), profile(), CALM, truth))
    assert [one.name for one in found] == ["concept_drift"]
    assert action(found) == "retrain"


def _yes(rows: list[float], shares: list[float]) -> tuple[float, ...]:
    return tuple(n * p for n, p in zip(rows, shares, strict=True))


def test_repeats_that_come_by_themselves_are_not_twice_loaded() -> None:
    """A stream with a tenth of repeats may have 16 %; a quarter is beyond twice of that."""
    natural = replace(CALM, repeated_usual=0.1)
    found = {
        share: causes(evidence(EDGES, (profile(),), profile(), replace(natural, repeated=share), None))
        for share in (0.16, 0.25)
    }
    assert (found[0.16], [one.name for one in found[0.25]]) == ((), ["repeated_rows"])


def test_a_small_factor_of_some_rows_must_beat_a_plain_move() -> None:
    """Four fifths in miles, or all rows a little further: where both fit alike, nothing is kept out."""
    miles = replace(TIMES_1000, factor=1.609344, part=0.8, before=0.2, after=0.03, apart=0.0, plain=0.04)
    for plain, wanted in ((0.04, []), (0.15, ["unit_change"])):
        shown = replace(CALM, rescaled=(replace(miles, plain=plain),))
        found = causes(evidence(EDGES, (profile(),), profile(low=500), shown, None))
        assert [one.name for one in found if one.name == "unit_change"] == wanted


def test_two_broken_things_in_one_window_are_both_told() -> None:
    """The cheaper proof hides nothing: sentence, cause and proposals name both."""
    both = replace(CALM, repeated=0.3)
    scenario = Scenario().start().closed(missing=ROWS // 10, symptoms=both)

    told = next(one for one in scenario.last.actions if isinstance(one, Notify))
    assert told.about.cause in {"missing values and repeated rows", "repeated rows and missing values"}
    assert "missing values:" in told.sentence
    assert "repeated rows:" in told.sentence
    assert len([one for one in scenario.last.decisions[-1].reasons if one.startswith("proposed: ")]) == 2


def test_labels_that_follow_another_rule_are_no_mere_mix() -> None:
    """The label alert names the cause that the labels proved, and proposes what mends it."""
    drifted = Cause(
        name="concept_drift", columns=(), proof="the same scores met other labels", figures=(), confidence=0.9
    )
    scenario = Scenario().start()
    for _ in range(3):
        scenario.closed()
        scenario.state = replace(scenario.state, called=(drifted,))
        scenario.labels(positive=700)

    abouts = [one.about for one in scenario.actions if isinstance(one, Notify) and one.kind == "label" and one.number]
    assert [(one.cause, one.proposed) for one in abouts] == [("concept drift", "retrain")]


def _rows_of(year: int) -> Profile:
    """A window of a toy world in which x is the year, a little mixed with the next one."""
    column = replace(profile().columns[0], counts=tuple(ROWS if place == year else 0 for place in range(4)), sum=0)
    return replace(profile(), columns=(replace(column, sum=round(ROWS * (year - EDGES.columns[0].mean))),))


def test_a_column_that_only_grows_is_asked_about_once() -> None:
    """A year is new in each window: it is no broken sensor, and one question is enough; a number that went back is."""
    grown = tuple(_rows_of(year) for year in (0, 0, 0, 1, 3))
    back = tuple(_rows_of(year) for year in (1, 0, 1, 0, 2))
    found = causes(evidence(EDGES, (profile(), *grown), _rows_of(3), LEFT, None))
    assert [(one.name, one.columns) for one in found] == [("growing_column", ("x",))]
    assert found[0].proof.endswith("train without column x")
    gone = causes(evidence(EDGES, (profile(), *back), _rows_of(3), LEFT, None))
    assert "growing_column" not in {one.name for one in gone}

    scenario = Scenario().start().closed()
    step = Step(state=replace(scenario.state, seen=()))
    once = remember(step, Found(causes=found))
    again = remember(once, Found(causes=found))
    assert (len(once.decisions), len(again.decisions)) == (1, 1)
    assert again.state.growing == ("x",)


def test_what_is_broken_is_told_with_how_sure_that_is() -> None:
    """A proven cause is as sure as its proof."""
    scenario = Scenario().start().closed(missing=ROWS // 10, symptoms=CALM)
    told = next(one for one in scenario.last.actions if isinstance(one, Notify) and one.number)
    assert told.about.confidence == 0.99
