"""When is a window's truth in?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.errors import Incompatible
from trueup.loop.feedback.maturity import BINS, PATIENCE, ArrivalCurve, Arrivals, is_mature
from trueup.loop.policy import FeedbackPolicy

EMPTY = ArrivalCurve(unit=1.0, counts=(0,) * BINS)
LEARNT = FeedbackPolicy()
DECLARED = FeedbackPolicy(label_delay=14.0)
counts = st.lists(st.integers(0, 100), min_size=BINS, max_size=BINS).map(tuple)


def mature(labelled: int, age: float, policy: FeedbackPolicy, curve: ArrivalCurve = EMPTY) -> bool:
    """Of 100 rows in a window of 7 time units, so many labels, so long after its end."""
    return is_mature(Arrivals(rows=100, labelled=labelled), age=age, length=7.0, curve=curve, policy=policy)


def test_eighty_per_cent_of_the_labels_are_enough() -> None:
    """At any age, whether or not a delay was declared."""
    for policy in (LEARNT, DECLARED):
        assert mature(80, 0.0, policy)
        assert not mature(79, 0.0, policy)


def test_the_owner_says_what_is_enough() -> None:
    """The share is the policy's."""
    assert mature(50, 0.0, FeedbackPolicy(label_delay=14.0, enough=0.5))


def test_after_the_declared_delay_nobody_waits() -> None:
    """Whatever has come by then is all there is."""
    assert not mature(0, 13.9, DECLARED)
    assert mature(0, 14.0, DECLARED)


def test_a_declared_delay_is_waited_for_although_labels_usually_come_sooner() -> None:
    """The owner knows better than the curve."""
    soon = ArrivalCurve(unit=1.0, counts=(100,) + (0,) * (BINS - 1))
    assert not mature(70, 5.0, DECLARED, soon)


def test_without_a_declared_delay_the_usual_age_of_labels_decides() -> None:
    """When 95 % of the labels that ever come have come, the window is judged."""
    curve = ArrivalCurve(unit=1.0, counts=(0,) * 8 + (95,) + (0,) * (BINS - 10) + (5,))
    assert curve.age(0.95) == pytest.approx(10.0)
    assert not mature(40, 9.9, LEARNT, curve)
    assert mature(40, 10.0, LEARNT, curve)
    assert not mature(0, 10.0, LEARNT, curve), "no label of this window came yet"


def test_after_four_windows_nobody_waits_any_longer() -> None:
    """A model is not left unjudged for ever because nothing is known of its labels."""
    assert not mature(0, PATIENCE * 7.0 - 0.1, LEARNT)
    assert mature(0, PATIENCE * 7.0, LEARNT)


def test_a_window_without_rows_has_nothing_to_wait_for() -> None:
    """It is mature at once, and covers nothing."""
    nobody = Arrivals(rows=0, labelled=0)
    assert nobody.coverage == 0.0
    assert is_mature(nobody, age=0.0, length=7.0, curve=EMPTY, policy=DECLARED)


def test_a_curve_without_labels_knows_no_age() -> None:
    """Zero, which nobody takes for one."""
    assert EMPTY.age(0.95) == 0.0


@settings(max_examples=25)
@given(counts, counts, counts)
def test_curves_add_in_any_grouping(a: tuple[int, ...], b: tuple[int, ...], c: tuple[int, ...]) -> None:
    """Windows may be learnt from in any order."""
    x, y, z = (ArrivalCurve(unit=2.0, counts=one) for one in (a, b, c))
    assert (x + y) + z == x + (y + z)
    assert x + y == y + x


def test_curves_of_two_units_refuse_to_add() -> None:
    """Their bins mean different ages."""
    with pytest.raises(Incompatible, match="arrival curves do not add up"):
        EMPTY + ArrivalCurve(unit=2.0, counts=EMPTY.counts)
