"""Is the worth of freshness what the research says it is?"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.decide.freshness import Freshness, Gain, earn, forget, learn, spend, start, worth
from trueup.loop.policy import Cadence

CADENCE = Cadence()


def by_the_book(gains: list[tuple[int, float, float]], now: int) -> tuple[float, float]:
    """Mean and upper of the posterior, written down straight from research/policy.md section 2, step 3."""
    prior = 2 * CADENCE.price / CADENCE.prior_interval**2
    a = [CADENCE.decay ** (now - window) for window, _, _ in gains]
    reach = sum(w * d for w, (_, _, d) in zip(a, gains, strict=True))
    est = sum(w * g for w, (_, g, _) in zip(a, gains, strict=True)) / reach
    v = (CADENCE.noise**2 + sum(w * (g - est * d) ** 2 for w, (_, g, d) in zip(a, gains, strict=True))) / (1 + sum(a))
    se2 = v * sum(w * w for w in a) / reach**2
    mean = (prior / prior**2 + est / se2) / (1 / prior**2 + 1 / se2)
    return mean, mean + math.sqrt(1 / (1 / prior**2 + 1 / se2))


def seen(*gains: tuple[int, float, float]) -> Freshness:
    """What was learnt from such gains: (window, gain, age)."""
    known = start(6, CADENCE)
    for window, gain, age in gains:
        known = learn(known, Gain(window=window, gain=gain, age=age), CADENCE)
    return known


def test_before_any_gain_the_prior_asks_for_every_third_window() -> None:
    """The price and the prior interval give each other."""
    found = worth(start(6, CADENCE), 6, CADENCE)
    assert found.interval == pytest.approx(3.0)
    assert found.rate == found.upper == pytest.approx(2 * 0.06 / 9)


@given(
    st.lists(
        st.tuples(st.integers(7, 30), st.floats(-0.1, 0.1), st.sampled_from([1.0, 2.0, 3.0, 5.0])),
        min_size=1,
        max_size=12,
    )
)
def test_the_posterior_is_that_of_the_research(gains: list[tuple[int, float, float]]) -> None:
    """Whatever was seen, mean and upper follow its formulas."""
    found = worth(seen(*gains), 30, CADENCE)
    mean, upper = by_the_book(gains, 30)
    assert [found.rate, found.upper] == pytest.approx([mean, upper])


@given(st.lists(st.tuples(st.integers(7, 30), st.floats(-1, 1), st.floats(1, 6)), max_size=8))
def test_an_interval_is_at_least_a_window_and_long_only_when_surely_useless(
    gains: list[tuple[int, float, float]],
) -> None:
    """Never below one window; above `longest` only while even the optimistic rate is next to nothing."""
    found = worth(seen(*gains), 30, CADENCE)
    assert found.interval >= 1.0
    assert found.interval <= CADENCE.longest or found.upper <= CADENCE.surely_useless


def test_trainings_that_never_help_are_given_up() -> None:
    """Gains of nothing, again and again, make the interval long."""
    useless = seen(*((window, -0.002, 3.0) for window in range(7, 27)))
    assert worth(useless, 26, CADENCE).interval > 10


def test_trainings_that_help_a_lot_come_every_window() -> None:
    """A loss of 10 % a window is worth a training each time."""
    found = worth(seen(*((window, 0.3, 3.0) for window in range(7, 12))), 11, CADENCE)
    assert found.interval == pytest.approx(math.sqrt(0.12 / found.rate))
    assert found.interval < 1.3


def test_one_gain_counts_for_no_more_than_its_clip() -> None:
    """A change of the world is not a rate."""
    assert seen((7, 5.0, 2.0)).gains[0].gain == pytest.approx(0.2)
    assert seen((7, -5.0, 2.0)).gains[0].gain == pytest.approx(-0.2)


def test_an_old_gain_counts_less() -> None:
    """Five windows are about the memory."""
    old = worth(seen((7, 0.3, 3.0), (20, 0.0, 3.0)), 20, CADENCE)
    new = worth(seen((7, 0.0, 3.0), (20, 0.3, 3.0)), 20, CADENCE)
    assert old.rate < new.rate


def test_tokens_are_earned_spent_and_capped() -> None:
    """A window earns its share of a training, a training costs one, more than three are never in hand."""
    rich = start(6, CADENCE)
    for _ in range(20):
        rich = earn(rich, CADENCE)
    assert rich.tokens == CADENCE.most_tokens
    assert spend(rich, 26) == replace(rich, tokens=2.0, trained_after=26)


def test_what_a_bad_line_showed_is_forgotten() -> None:
    """From its first window on; older gains stay."""
    known = seen((7, 0.1, 1.0), (8, 0.1, 1.0), (9, 0.1, 1.0))
    assert [gain.window for gain in forget(known, 8).gains] == [7]


def test_only_the_newest_gains_are_kept() -> None:
    """A long life does not grow the state without end."""
    assert len(seen(*((window, 0.0, 1.0) for window in range(100))).gains) == 40
