"""Is the evidence of a comparison exact to add, compact, and never more than its rows say?"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trueup.errors import BadData, Incompatible, NotFound
from trueup.loop.monitor.performance import Scored
from trueup.loop.validate import evidence
from trueup.loop.validate.comparison import Comparison, Units, compare
from trueup.loop.validate.loss import ProofLoss, declare, rival_losses, row_losses
from trueup.stats import betting
from trueup.stats.clustering import DaySums, day_sums

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

HALF: Final = declare("binary", np.tile([0.0, 1.0], 500))
RARE: Final = declare("binary", np.repeat([0.0, 1.0], [990, 10]))
MANY: Final = declare("multiclass", np.tile([0.0, 1.0, 2.0], 400), 3)
NUMBER: Final = declare("regression", np.linspace(-1.0, 5.0, 1200))
LOSSES: Final = [HALF, RARE, MANY, NUMBER]
KINDS: Final = ["brier", "log", "multiclass", "absolute"]


def pair(loss: ProofLoss, y: Floats, new: Floats, old: Floats, **units: object) -> Comparison:
    """The comparison of v2 with v1."""
    given_units = Units(rows=len(y), **units)  # type: ignore[arg-type]  # a test hands on what it was given
    return compare(loss, y, Scored(version="v2", scores=new), Scored(version="v1", scores=old), units=given_units)


def rows(loss: ProofLoss, size: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Labels, and scores of two versions, anywhere they may be."""
    rng = np.random.default_rng(seed)
    if loss.kind == "multiclass":
        spread = [rng.dirichlet([0.5, 0.5, 0.5], size=size) for _ in range(2)]
        return rng.integers(3, size=size).astype(np.float64), spread[0], spread[1]
    if loss.kind == "absolute":
        return 3 * rng.normal(size=size), 3 * rng.normal(size=size), 3 * rng.normal(size=size)
    return (rng.random(size) < 0.5).astype(np.float64), rng.beta(0.3, 0.3, size=size), rng.beta(0.3, 0.3, size=size)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """A comparison of a few rows of a few entities on a few days."""
    size = draw(st.integers(0, 12))
    unit = st.floats(0, 1)
    y = draw(arrays.arrays(np.float64, size, elements=st.sampled_from([0.0, 1.0])))
    new, old = (draw(arrays.arrays(np.float64, size, elements=unit)) for _ in range(2))
    entities = draw(st.none() | arrays.arrays(np.int64, size, elements=st.integers(0, 4)))
    days = draw(st.none() | arrays.arrays(np.int64, size, elements=st.integers(0, 3)))
    return pair(draw(st.sampled_from([HALF])), y, new, old, entities=entities, days=days)


@given(comparisons(), comparisons(), comparisons())
def test_comparisons_add_exactly_in_any_order_and_grouping(a: Comparison, b: Comparison, c: Comparison) -> None:
    """Windows make a release's evidence whichever way they are added, to the last bit."""
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)


@pytest.mark.parametrize("loss", LOSSES, ids=KINDS)
def test_the_sum_of_windows_is_one_pass_over_all(loss: ProofLoss) -> None:
    """Two windows added are what both at once would have been."""
    y, new, old = rows(loss, 300, seed=1)
    days = np.arange(300) // 20
    both = pair(loss, y, new, old, days=days)
    parts = [pair(loss, y[part], new[part], old[part], days=days[part]) for part in (slice(0, 130), slice(130, 300))]
    assert parts[0] + parts[1] == both


@pytest.mark.parametrize("loss", LOSSES, ids=KINDS)
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.8, 0.9, 1.0])
def test_a_histogram_never_claims_more_than_its_rows(loss: ProofLoss, keep: float) -> None:
    """For and against, the evidence of the integer histogram is at most the exact one (up to 2^-20 a row)."""
    y, new, old = rows(loss, 400, seed=2)
    found = pair(loss, y, new, old)
    raw = row_losses(loss, y, new) - keep * row_losses(loss, y, old) - (1 - keep) * rival_losses(loss, y, 0)
    d = raw / loss.harm(keep)
    exact_for = betting.log_mean(np.log1p(-np.outer(betting.BETS, d)).sum(axis=1))
    exact_against = betting.log_mean(np.log1p(np.outer(betting.BETS, d / loss.stretch(keep))).sum(axis=1))
    slack = 400 * 19 * 0.2 * 2**-20
    assert evidence.log_evidence_for(found, keep, design_effect=1.0) <= exact_for + slack
    assert evidence.log_evidence_against(found, keep, design_effect=1.0) <= exact_against + slack
    assert evidence.estimate(found, keep) == pytest.approx(raw.mean(), abs=1e-6)


@given(arrays.arrays(np.float64, st.integers(1, 40), elements=st.floats(-3, 1)))
def test_a_split_keeps_units_and_mean(d: Floats) -> None:
    """Each unit's mass is whole and its mean is kept to the rounding of one part in 2^20."""
    histogram = betting.split(d, 3.0)
    assert int(histogram.sum()) == len(d) * betting.MASS
    assert betting.mean(histogram, 3.0) == pytest.approx(float(d.mean()), abs=1e-6)


@pytest.mark.parametrize("outside", [1.01, -1.01, math.nan])
def test_a_difference_out_of_bounds_is_refused(outside: float) -> None:
    """A bound that does not hold makes every promise void, so it is an error."""
    with pytest.raises(BadData, match="bounds"):
        betting.split(np.array([0.0, outside]))


@pytest.mark.parametrize("loss", LOSSES, ids=KINDS)
@pytest.mark.parametrize("keep", [0.55, 0.7, 0.85, 0.97])
def test_a_margin_between_two_kept_ones_is_valid_and_cheap(loss: ProofLoss, keep: float) -> None:
    """A margin asked for later gets at most the evidence it would have had, and most of it; log loss pays most."""
    rng = np.random.default_rng(3)
    y, new, old = rows(loss, 600, seed=3)
    if loss.kind in {"brier", "log"}:
        old = np.clip(0.75 * y + 0.125 + 0.1 * rng.normal(size=600), 0.01, 0.99)
        new = np.clip(old + 0.03 * rng.normal(size=600), 0.01, 0.99)
    sides = Scored(version="v2", scores=new), Scored(version="v1", scores=old)
    later = compare(loss, y, *sides, units=Units(rows=600))
    declared = compare(loss, y, *sides, units=Units(rows=600), keep_skill=keep)
    between = evidence.log_evidence_for(later, keep, design_effect=1.0)
    exact = evidence.log_evidence_for(declared, keep, design_effect=1.0)
    assert between <= exact + 0.02
    if exact > 3:
        assert between >= (0.75 if loss.kind == "log" else 0.95) * exact
    assert evidence.estimate(later, keep) == pytest.approx(evidence.estimate(declared, keep), abs=1e-6)


def test_comparisons_at_two_margins_add_up_to_what_both_know() -> None:
    """When the owner changes `keep_skill`, earlier evidence still counts, by the margins around it."""
    y, new, old = rows(HALF, 100, seed=4)
    sides = Scored(version="v2", scores=new), Scored(version="v1", scores=old)
    before = compare(HALF, y, *sides, units=Units(rows=100))
    after = compare(HALF, y, *sides, units=Units(rows=100), keep_skill=0.7)
    total = before + after
    assert total.rung(0.7) is None
    assert evidence.estimate(total, 0.7) == pytest.approx(evidence.estimate(after, 0.7), abs=1e-6)


def test_a_margin_outside_the_kept_ones_is_not_found() -> None:
    """Above the champion's own level nothing was kept."""
    y, new, old = rows(HALF, 20, seed=5)
    with pytest.raises(NotFound, match="margin"):
        evidence.estimate(pair(HALF, y, new, old), 1.2)


def test_evidence_under_two_losses_does_not_add_up() -> None:
    """A loss declared anew starts the evidence anew; so do other versions."""
    y, new, old = rows(HALF, 50, seed=6)
    found = pair(HALF, y, new, old)
    other = declare("binary", np.tile([0.0, 1.0, 1.0], 300))
    assert other.loss_id != HALF.loss_id
    with pytest.raises(Incompatible, match=HALF.loss_id):
        found + pair(other, y, new, old)
    with pytest.raises(Incompatible, match="versions"):
        found + replace(found, candidate="v9")


def test_a_loss_keeps_its_id_through_the_journal() -> None:
    """Floats rounded to 12 significant digits leave the content, and its hash, as they were."""
    for loss in LOSSES:
        journey = json.loads(json.dumps(asdict(loss)), parse_float=lambda text: float(f"{float(text):.12g}"))
        back = ProofLoss(
            **{**journey, "rates": tuple(journey["rates"]), "rivals": tuple(map(tuple, journey["rivals"]))}
        )
        assert back.loss_id == loss.loss_id


def test_the_loss_fits_the_task_and_the_base_rate() -> None:
    """Brier at 50 %, log loss within a factor 5 at 1 %, half Brier for classes, capped error for numbers."""
    assert [loss.kind for loss in LOSSES] == KINDS
    assert RARE.low == pytest.approx(RARE.rates[0] / 5)
    assert 1 - RARE.high == pytest.approx((1 - RARE.rates[0]) / 5)
    assert [rival[0] / RARE.rates[0] for rival in RARE.rivals] == pytest.approx([1, 0.5, 2])
    assert [rival[0] for rival in NUMBER.rivals] == pytest.approx([2, 2, 4.5], abs=0.01)
    assert NUMBER.cap == pytest.approx(2.97, abs=0.01)
    assert all(len(loss.rivals) == 3 for loss in LOSSES)


def test_a_frequent_class_is_treated_like_a_rare_one() -> None:
    """At 99 % the clip and the rivals are those of 1 %, mirrored."""
    often = declare("binary", np.repeat([0.0, 1.0], [10, 990]))
    assert (1 - often.high, 1 - often.low) == pytest.approx((RARE.low, RARE.high))
    assert [1 - rival[0] for rival in often.rivals] == pytest.approx([rival[0] for rival in RARE.rivals])
    assert often.harm(0.8) == pytest.approx(RARE.harm(0.8))


@pytest.mark.parametrize("rival", [0, 1, 2])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.8, 1.0])
def test_greatest_harm_and_gain_are_never_exceeded_and_reached(keep: float, rival: int) -> None:
    """H(k) and G(k) are exact: the worst and the best answers just reach them."""
    y = np.repeat([0.0, 1.0], 4)
    new, old = np.tile([0.0, 0.0, 1.0, 1.0], 2), np.tile([0.0, 1.0, 0.0, 1.0], 2)
    d = row_losses(RARE, y, new) - keep * row_losses(RARE, y, old) - (1 - keep) * rival_losses(RARE, y, rival)
    assert d.max() == pytest.approx(RARE.harm(keep, rival))
    assert -d.min() == pytest.approx(RARE.gain(keep, rival))


def test_a_constant_label_can_still_be_declared() -> None:
    """Labels that never change leave no cap of zero and no rate of zero."""
    assert declare("regression", np.full(30, 4.0)).cap == 1.0
    assert 0 < declare("binary", np.zeros(30)).rates[0] < 0.05
    with pytest.raises(BadData, match="reference labels"):
        declare("binary", np.zeros(0))


def test_entities_that_repeat_count_once() -> None:
    """Five equal rows of a customer are the evidence of one."""
    y, new, old = rows(HALF, 60, seed=7)
    five = pair(HALF, *(np.repeat(one, 5) for one in (y, new, old)), entities=np.repeat(np.arange(60), 5))
    assert five.rungs == pair(HALF, y, new, old).rungs
    assert (five.units, five.labelled) == (60, 300)


def test_entities_may_be_text() -> None:
    """Names of customers group as numbers do."""
    y, new, old = rows(HALF, 40, seed=8)
    numbers = np.arange(40) // 2
    named = np.array([f"c-{number:02d}" for number in numbers], dtype=object)
    assert pair(HALF, y, new, old, entities=named) == pair(HALF, y, new, old, entities=numbers)


def test_answers_that_cannot_be_judged_are_counted_not_hidden() -> None:
    """A candidate without a probability is counted as unusable; a champion without one leaves the row unlabelled."""
    y, new, old = rows(HALF, 50, seed=9)
    new[:3], old[3:5] = [math.nan, 1.5, -0.1], math.inf
    found = pair(HALF, y, new, old)
    assert (found.rows, found.labelled, found.unusable, found.units) == (50, 48, 3, 45)


def test_probabilities_of_classes_must_add_up_to_one() -> None:
    """Scores that are no probabilities cannot be judged."""
    y, new, old = rows(MANY, 50, seed=10)
    new[0] = [1.0, 1.0, 1.0]
    assert pair(MANY, y, new, old).unusable == 1


def test_more_labels_than_rows_are_refused() -> None:
    """The cohort cannot be smaller than its labelled part."""
    y, new, old = rows(HALF, 20, seed=11)
    with pytest.raises(BadData, match="score each labelled row"):
        compare(HALF, y, Scored(version="b", scores=new), Scored(version="a", scores=old), units=Units(rows=19))


def test_a_comparison_is_compact() -> None:
    """The evidence of 2,000 rows with entities and days is under 12 kB of JSON."""
    rng = np.random.default_rng(12)
    y, new, old = rows(RARE, 2000, seed=12)
    names = np.array([f"c-{one}" for one in rng.integers(900, size=2000)], dtype=object)
    found = pair(RARE, y, new, old, entities=names, days=np.arange(2000) // 100)
    assert len(json.dumps(asdict(found), separators=(",", ":"))) < 12_000


def test_the_design_effect_is_that_of_the_days() -> None:
    """Days that share a fifth of the variance make 100 rows of a day worth about five."""
    rng = np.random.default_rng(13)
    days = np.repeat(np.arange(200), 100)
    values = 0.05 * (rng.normal(size=200)[days] + 2 * rng.normal(size=20_000))
    found = day_sums(days, values)
    assert found.correlation == pytest.approx(0.2, abs=0.05)
    assert found.design_effect == pytest.approx(1 + 99 * 0.2, rel=0.25)
    assert day_sums(days, 0.1 * rng.normal(size=20_000)).design_effect < 1.3


def test_a_few_days_say_nothing_about_days() -> None:
    """Before 14 days the design effect is 1: the evidence speaks of these days only."""
    days = np.repeat(np.arange(13), 10)
    assert day_sums(days, days / 13).design_effect == 1.0
    assert DaySums().design_effect == 1.0
    assert day_sums(np.arange(20), np.arange(20) / 20).design_effect == 1.0  # one row a day


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-1, 1)), max_size=30), st.integers(0, 30))
def test_day_sums_add_exactly(found: list[tuple[int, float]], cut: int) -> None:
    """A day cut in two is the same day."""
    days, values = np.array([day for day, _ in found], dtype=np.int64), np.array([one for _, one in found])
    first, second = day_sums(days[:cut], values[:cut]), day_sums(days[cut:], values[cut:])
    assert first + second == second + first == day_sums(days, values)


def test_only_the_newest_year_of_days_is_kept() -> None:
    """The reference of noise does not grow without end."""
    days = np.arange(500)
    total = day_sums(days, np.ones(500)) + DaySums()
    assert (len(total.days), total.days[-1]) == (366, 499)
