"""Does a canary's exposure add up, and are its limits judged as often right as promised?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import Incompatible
from trueup.loop.deploy.exposure import Exposure, guard, limit_checks, requests_needed
from trueup.loop.policy import Guard
from trueup.stats import binomial
from trueup.stats.intervals import wilson

LIMITS = Guard()


def seen(requests: int, *, errors: int = 0, slow: int = 0, broken_rules: int = 0) -> Exposure:
    """What the canary did."""
    return Exposure(version="v2", requests=requests, errors=errors, slow=slow, broken_rules=broken_rules)


@st.composite
def exposures(draw: st.DrawFn) -> Exposure:
    """Any tick's exposure."""
    requests = draw(st.integers(0, 10_000))
    errors = draw(st.integers(0, requests))
    slow, broken = (draw(st.integers(0, requests - errors)) for _ in range(2))
    return seen(requests, errors=errors, slow=slow, broken_rules=broken)


@given(exposures(), exposures(), exposures())
def test_exposures_add_in_any_order_and_grouping(a: Exposure, b: Exposure, c: Exposure) -> None:
    """Ticks make a release's exposure whichever way they are added."""
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)


def test_exposures_of_two_arms_do_not_add_up() -> None:
    """The canary's answers are not the champion's."""
    with pytest.raises(Incompatible, match="v2"):
        seen(10) + replace(seen(10), version="v1")


def test_376_requests_without_an_event_prove_one_per_cent() -> None:
    """The smallest proof of a limit of 1 % at alpha .05 is 376 clean requests."""
    assert guard(seen(375), LIMITS, alpha=0.05).outcome == "inconclusive"
    assert guard(seen(376), LIMITS, alpha=0.05).outcome == "pass"


@pytest.mark.parametrize("name", ["errors", "slow", "broken_rules"])
def test_one_broken_limit_fails_the_canary(name: str) -> None:
    """Whatever the other limits say, and the sentence names the one."""
    found = guard(seen(500, **{name: 30}), LIMITS, alpha=0.05)
    assert found.outcome == "fail"
    assert found.reason.startswith(name.replace("_", " "))


def test_no_requests_are_no_data() -> None:
    """Nothing is shown before the first answer."""
    found = guard(seen(0), LIMITS, alpha=0.05)
    assert (found.outcome, requests_needed(seen(0), LIMITS, alpha=0.05)) == ("no_data", None)


def test_a_canary_that_never_answers_fails() -> None:
    """Errors alone are enough, although nothing could be slow."""
    assert guard(seen(5, errors=5), LIMITS, alpha=0.05).outcome == "fail"


def test_evidence_is_the_hand_computed_likelihood_ratio() -> None:
    """Three events in 400 requests at a limit of 1 %: the mean of five ratios, each written out."""
    ratios = [(part**3) * ((1 - 0.01 * part) / 0.99) ** 397 for part in (0, 0.1, 0.25, 0.5, 0.75)]
    assert np.exp(binomial.log_evidence_below(3, 400, 0.01)) == pytest.approx(np.mean(ratios))
    ratios = [(part**3) * ((1 - 0.01 * part) / 0.99) ** 397 for part in (1.25, 1.5, 2, 4, 8)]
    assert np.exp(binomial.log_evidence_above(3, 400, 0.01)) == pytest.approx(np.mean(ratios))
    errors = limit_checks(seen(400, errors=3), LIMITS, alpha=0.05)[0]
    assert dict(errors.figures)["evidence_against"] == pytest.approx(np.mean(ratios))


def test_requests_needed_lead_to_a_pass() -> None:
    """As many further requests at the same rates, and no fewer, show all limits to be kept."""
    start = seen(400, errors=1, slow=2)
    needed = requests_needed(start, LIMITS, alpha=0.05)
    assert needed is not None
    growth = (400 + needed) / 400
    assert binomial.log_evidence_below(2 * growth, 399 * growth, 0.01) == pytest.approx(np.log(20), abs=0.01)
    assert requests_needed(seen(2000), LIMITS, alpha=0.05) == 0
    assert requests_needed(seen(1000, errors=10), LIMITS, alpha=0.05) is None


def test_a_limit_everything_keeps_shows_nothing() -> None:
    """A limit of 100 % cannot be proven and cannot be broken; a limit of 0 is broken by one event."""
    assert binomial.log_evidence_above(50, 50, 1.0) == binomial.log_evidence_below(0, 50, 1.0) == 0.0
    assert guard(seen(10, errors=1), Guard(errors=0.0), alpha=0.05).outcome == "fail"


def test_peeking_after_every_request_keeps_both_errors_small() -> None:
    """A service exactly at its limit passes in at most 5 % and fails in at most 5 %, looked at 5,000 times."""
    rng = np.random.default_rng(1)
    events = np.cumsum(rng.random((1000, 5000)) < 0.01, axis=1)
    trials = np.arange(1, 5001)
    log_odds = np.log(0.99)
    ever = []
    for parts in (binomial.BELOW[1:], binomial.ABOVE):
        logs = [np.log(part) * events + (np.log1p(-0.01 * part) - log_odds) * (trials - events) for part in parts]
        clean = [np.where(events == 0, -log_odds * trials, -np.inf)] if parts[0] < 1 else []
        ever.append(np.mean(np.max(np.logaddexp.reduce(logs + clean) - np.log(5), axis=1) >= np.log(20)))
    assert max(ever) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1000)


def test_wilson_agrees_with_the_textbook() -> None:
    """Ten of a hundred lie between 5.5 and 17.4 %; of nothing, anywhere."""
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
