"""Do verdicts follow from the stored evidence, by rules that can be computed by hand?"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from typing import Final, Literal

import numpy as np
import pytest

from trueup.loop.monitor.performance import MetricDifference, Scored
from trueup.loop.policy import ValidatePolicy
from trueup.loop.validate import evidence
from trueup.loop.validate.check import Case, Check
from trueup.loop.validate.checks import CHECKS
from trueup.loop.validate.comparison import Comparison, Rung, Units, compare
from trueup.loop.validate.loss import declare
from trueup.loop.validate.verdict import (
    AFTER_ALERT,
    PROMISE,
    ROUTINE,
    STRICT,
    Rule,
    champion_below_rival,
    mirrored,
    weigh,
)
from trueup.stats import betting

POLICY: Final = ValidatePolicy()
LOSS: Final = declare("binary", np.tile([0.0, 1.0], 500))
Side = Literal["candidate", "champion"]


def difference(worse: float, standard_error: float = 0.01) -> MetricDifference:
    """How much worse the candidate is in the metric."""
    return MetricDifference(
        candidate="v2", champion="v1", metric="accuracy", difference=worse, standard_error=standard_error, rows=100
    )


def answers(y: np.ndarray[tuple[int], np.dtype[np.float64]], error: float) -> Scored:
    """A version that is off by so much on every row."""
    return Scored(version=f"off by {error:g}", scores=np.abs(y - error))


def compared(rows: int, *, candidate: float, champion: float, cohort: int | None = None) -> Comparison:
    """Both versions off by a constant; the naive rival, at .5, is off by .5."""
    y = np.tile([0.0, 1.0], (rows + 1) // 2)[:rows]
    new, old = replace_version(answers(y, candidate), "v2"), replace_version(answers(y, champion), "v1")
    return compare(LOSS, y, new, old, units=Units(rows=cohort or rows))


def replace_version(scored: Scored, version: str) -> Scored:
    """The same answers under a short name."""
    return Scored(version=version, scores=scored.scores)


def check(name: str, comparison: Comparison, found: MetricDifference | None = None, *, deff: float = 1.0) -> Check:
    """One check of some evidence."""
    return CHECKS[name](Case(comparison=comparison, difference=found, policy=POLICY, design_effect=deff))


def figures(found: Check) -> dict[str, float]:
    """A check's figures by name."""
    return dict(found.figures)


GOOD: Final = compared(400, candidate=0.2, champion=0.2)
BAD: Final = compared(400, candidate=0.6, champion=0.2)
FEW: Final = compared(10, candidate=0.2, champion=0.2)
NONE: Final = compared(0, candidate=0.2, champion=0.2, cohort=50)


def test_evidence_is_the_hand_computed_product() -> None:
    """Thirty rows at a node's own value: each bet's winnings are (1 - b v)^30, the evidence their mean."""
    node = 35
    place = float(betting.nodes()[node])
    rung = Rung(keep=0.8, rival=0, masses=((node, 30 * betting.MASS),))
    found = replace(GOOD, units=30, rungs=(rung,))
    bets = np.array([0.01, 0.03, 0.08, 0.2, 0.4, 0.7, 0.95, 0.95, 0.95, 0.95])
    exact = np.mean((1 - bets * place) ** 30)
    assert math.exp(evidence.log_evidence_for(found, 0.8, design_effect=1.0)) == pytest.approx(exact)
    assert math.exp(evidence.log_evidence_for(found, 0.8, design_effect=3.0)) == pytest.approx(
        np.mean((1 - bets * place) ** 10)
    )
    against = np.mean((1 + bets * place) ** 30)
    assert math.exp(evidence.log_evidence_against(found, 0.8, design_effect=1.0)) == pytest.approx(against)


def test_an_equal_candidate_passes_with_all_of_the_skill() -> None:
    """Same answers as a good champion: proven, 100 % of its skill kept."""
    found = check("proof", GOOD)
    assert found.outcome == "pass"
    assert figures(found)["skill_kept"] == pytest.approx(1.0)
    assert figures(found)["evidence_needed"] == 20


def test_skill_kept_is_the_hand_computed_share() -> None:
    """Losses .09 against .04 and a rival's .25: 16 of 21 parts of the skill."""
    kept = evidence.skill_kept(compared(200, candidate=0.3, champion=0.2))
    assert kept == pytest.approx((0.25 - 0.09) / (0.25 - 0.04), rel=0.01)
    assert evidence.skill_kept(compared(200, candidate=0.3, champion=0.6)) is None


def test_a_harmful_candidate_fails() -> None:
    """Off by .6 where the champion is off by .2: shown worse."""
    assert check("proof", BAD).outcome == "fail"
    assert check("harm", BAD).outcome == "fail"
    assert "less than 80 %" in check("proof", BAD).reason


def test_a_few_rows_are_inconclusive_and_say_what_is_missing() -> None:
    """Ten rows prove nothing; the figure says how many more of the same kind would."""
    found = check("proof", FEW)
    assert found.outcome == "inconclusive"
    more = int(figures(found)["rows_needed"])
    assert check("proof", compared(10 + more, candidate=0.2, champion=0.2)).outcome == "pass"
    assert check("proof", compared(10 + more - 6, candidate=0.2, champion=0.2)).outcome == "inconclusive"
    assert f"about {more:,} more rows" in found.reason


def test_what_cannot_be_proven_says_never() -> None:
    """A candidate that keeps 70 % of the skill needs no number of rows."""
    found = check("proof", compared(20, candidate=0.33, champion=0.2))
    assert found.outcome == "inconclusive"
    assert "rows_needed" not in figures(found)
    assert "no number of such rows" in found.reason


def test_dependent_rows_need_more_evidence() -> None:
    """A design effect of 40 turns a proof on 400 rows into none."""
    assert check("proof", GOOD, deff=40.0).outcome == "inconclusive"
    assert check("harm", BAD, deff=1000.0).outcome == "inconclusive"


def test_every_rival_must_be_beaten() -> None:
    """A candidate as good as the champion that is below one rival is not proven."""
    low = declare("binary", np.repeat([0.0, 1.0], [800, 200]))
    y = np.repeat([0.0, 1.0], [950, 50])
    scores = np.full(1000, 0.2)
    sides = Scored(version="v2", scores=scores), Scored(version="v1", scores=scores)
    found = compare(low, y, *sides, units=Units(rows=1000))
    assert evidence.estimate(found, 0.0, 1) > 0  # half the old base rate does better
    assert check("proof", found).outcome == "inconclusive"


def test_better_than_the_champion_is_a_proof_of_its_own() -> None:
    """Where no one beats the rivals by much, a candidate ahead of them and far ahead of the champion passes."""
    y = np.tile([0.0, 1.0], 150)
    new, old = np.where(y > 0, 0.51, 0.49), np.where(y > 0, 0.1, 0.9)
    loss = replace(LOSS, rivals=((0.5,), (0.25,), (1.0,)))
    found = compare(loss, y, Scored(version="v2", scores=new), Scored(version="v1", scores=old), units=Units(rows=300))
    assert math.exp(evidence.log_evidence_for(found, 0.0, design_effect=1.0)) < 20
    assert check("proof", found).outcome == "pass"


def test_below_the_rival_but_better_than_the_champion_is_no_failure() -> None:
    """Keeping a worse champion would not be the safe choice."""
    found = compared(400, candidate=0.6, champion=0.8)
    assert math.exp(evidence.log_evidence_against(found, 0.0, design_effect=1.0)) > 20
    assert check("proof", found).outcome != "fail"


def test_a_thin_reference_cannot_prove() -> None:
    """Rates from a hundred rows mean too little for a pass; a failure still counts."""
    thin = declare("binary", np.tile([0.0, 1.0], 50))
    y = np.tile([0.0, 1.0], 200)
    old = Scored(version="v1", scores=np.abs(y - 0.2))
    good = compare(thin, y, Scored(version="v2", scores=np.abs(y - 0.2)), old, units=Units(rows=400))
    bad = compare(thin, y, Scored(version="v2", scores=np.abs(y - 0.7)), old, units=Units(rows=400))
    assert check("proof", good).outcome == "no_data"
    assert check("proof", bad).outcome == "fail"


@pytest.mark.parametrize(
    ("rule", "comparison", "worse", "go", "word"),
    [
        (ROUTINE, GOOD, 0.0, "on", "proven"),
        (ROUTINE, FEW, 0.0, "on", "not shown worse"),
        (ROUTINE, GOOD, 0.1, "drop", "shown worse"),
        (ROUTINE, BAD, 0.0, "drop", "shown worse"),
        (ROUTINE, compared(8, candidate=0.55, champion=0.5), 0.0, "shadow", "undecided"),
        (STRICT, GOOD, 0.0, "on", "proven"),
        (STRICT, FEW, 0.0, "shadow", "undecided"),
        (STRICT, GOOD, 0.1, "drop", "shown worse"),
        (STRICT, BAD, 0.0, "drop", "shown worse"),
        (AFTER_ALERT, GOOD, 0.0, "on", "proven"),
        (AFTER_ALERT, FEW, 0.0, "on", "not shown worse"),
        (AFTER_ALERT, compared(8, candidate=0.55, champion=0.5), 0.0, "on", "not shown worse"),
        (AFTER_ALERT, BAD, 0.0, "drop", "shown worse"),
        (AFTER_ALERT, GOOD, 0.1, "drop", "shown worse"),
    ],
)
def test_a_rule_decides_as_written(rule: Rule, comparison: Comparison, worse: float, go: str, word: str) -> None:
    """Drop what is shown worse; else each rule asks for what it asks for, and its word says no more than that."""
    verdict = weigh(rule, comparison, difference(worse), POLICY, design_effect=1.0)
    assert (verdict.go, verdict.word) == (go, word)


@pytest.mark.parametrize("rule", [ROUTINE, STRICT, AFTER_ALERT])
def test_without_rows_a_candidate_waits(rule: Rule) -> None:
    """No comparison, or one of nothing, is no data: shadow, whatever the rule."""
    for comparison in (None, NONE):
        verdict = weigh(rule, comparison, None, POLICY, design_effect=1.0)
        assert (verdict.go, verdict.word) == ("shadow", "no labelled rows")
        assert "pass" not in {one.outcome for one in verdict.checks}


@pytest.mark.parametrize("rule", [ROUTINE, STRICT, AFTER_ALERT])
def test_too_few_labels_are_invalid(rule: Rule) -> None:
    """Below 80 % of the cohort's labels nothing goes on: the first to drop in are no fair sample."""
    half = compared(200, candidate=0.2, champion=0.2, cohort=400)
    assert weigh(rule, half, None, POLICY).word == "invalid"
    assert weigh(rule, half, None, POLICY).go == "shadow"
    assert weigh(rule, half, None, POLICY, enough=0.4).go == "on"


@pytest.mark.parametrize("rule", [ROUTINE, STRICT, AFTER_ALERT])
def test_a_candidate_without_usable_answers_is_dropped(rule: Rule) -> None:
    """One row without a probability is enough."""
    y = np.tile([0.0, 1.0], 100)
    scores = np.abs(y - 0.2)
    scores[7] = math.nan
    broken = compare(
        LOSS, y, Scored(version="v2", scores=scores), replace_version(answers(y, 0.2), "v1"), units=Units(rows=200)
    )
    assert (weigh(rule, broken, None, POLICY).go, weigh(rule, broken, None, POLICY).word) == ("drop", "invalid")


def test_the_first_window_after_a_promotion_looks_at_the_metric_too() -> None:
    """Take back when the metric is shown worse on the first window, or the loss at any time."""
    assert mirrored(GOOD, difference(0.1), POLICY).outcome == "fail"
    assert mirrored(GOOD, None, POLICY).outcome != "fail"
    assert mirrored(BAD, None, POLICY).outcome == "fail"
    assert mirrored(BAD, None, POLICY, design_effect=1000.0).outcome != "fail"


def test_only_the_owners_margin_takes_a_release_back() -> None:
    """Shown worse than the old champion while it keeps more than 80 % of its skill: dropped before, not after."""
    little = compared(4000, candidate=0.22, champion=0.2)
    assert check("harm", little).outcome == "fail"
    assert weigh(AFTER_ALERT, little, difference(0.0), POLICY).go == "drop"
    assert mirrored(little, None, POLICY).outcome == "inconclusive"
    assert mirrored(NONE, None, POLICY).outcome == "no_data"
    found = mirrored(BAD, None, POLICY)
    assert "is shown to keep less than 80 % of the skill of v1" in found.reason


def test_a_champion_below_the_rival_is_named() -> None:
    """Worse than the base rate is a state of its own; better is proven the same way."""
    itself = compared(400, candidate=0.7, champion=0.7)
    assert champion_below_rival(itself, POLICY).outcome == "fail"
    assert champion_below_rival(GOOD, POLICY).outcome == "pass"
    assert champion_below_rival(FEW, POLICY).outcome == "inconclusive"
    assert champion_below_rival(NONE, POLICY).outcome == "no_data"


def test_several_candidates_share_one_alpha() -> None:
    """At alpha / 3 the evidence needed is 60."""
    found = weigh(ROUTINE, GOOD, None, replace(POLICY, alpha=POLICY.alpha / 3))
    proof = next(one for one in found.checks if one.name == "proof")
    assert figures(proof)["evidence_needed"] == pytest.approx(60)


def test_every_check_is_in_the_catalogue_under_its_own_name() -> None:
    """A check's name is the catalogue's."""
    assert all(check(name, GOOD, difference(0.0)).name == name for name in CHECKS)


def test_sentences_are_for_people() -> None:
    """No internal word is shown; evidence reads as so much of what would be proof."""
    verdicts = [
        weigh(rule, one, difference(0.0), POLICY) for rule in (ROUTINE, STRICT, AFTER_ALERT) for one in (GOOD, BAD, FEW)
    ]
    text = " ".join(one.reason for verdict in verdicts for one in verdict.checks)
    assert not [word for word in ("wealth", "fold", "martingale", "rung", "nan", "inf ") if word in text]
    assert "of the 20 that would be proof" in text


def test_a_verdict_is_derived_again_from_what_was_written_down() -> None:
    """Evidence that went through JSON gives the same verdict, figure for figure: that is what audit does."""
    written = json.loads(json.dumps(asdict(GOOD)))
    rungs = tuple(
        Rung(keep=one["keep"], rival=one["rival"], masses=tuple(map(tuple, one["masses"]))) for one in written["rungs"]
    )
    read = replace(GOOD, rungs=rungs)
    assert weigh(ROUTINE, read, difference(0.0), POLICY) == weigh(ROUTINE, GOOD, difference(0.0), POLICY)


def test_the_promise_is_worded_as_proven() -> None:
    """The sentence speaks of the units so far, at any moment, and of nothing to come."""
    assert "averaged over the units counted so far" in PROMISE
    assert PROMISE.endswith("it says nothing about rows to come")
