"""What is freshness worth here? Learnt from how much the last trainings helped.

Source: research/policy.md section 2, steps 3 and 4 (an economic order quantity with a learnt rate of ageing).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.loop.policy import Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much better the newer of two lines did on one labelled window."""

    window: int
    gain: float  # relative to the metric's level; clipped per window of age
    age: float  # how many windows older the data of the older line is


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What the loop knows of the worth of training, and what it may still spend."""

    gains: tuple[Gain, ...] = ()
    tokens: float = 0.0  # trainings in hand
    trained_after: int = 0  # the window whose end started the last training


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """The learnt loss per window of staleness, and the interval at which a training pays."""

    rate: float  # posterior mean: share of the metric lost per window of staleness
    upper: float  # one posterior standard deviation above it
    interval: float  # windows between trainings; infinite when freshness is worth nothing


def start(window: int, cadence: Cadence) -> Freshness:
    """At the first version: the first tokens, no gains yet."""
    return Freshness(tokens=cadence.first_tokens, trained_after=window)


def earn(freshness: Freshness, cadence: Cadence) -> Freshness:
    """One more window went by."""
    return replace(freshness, tokens=min(cadence.most_tokens, freshness.tokens + cadence.rate))


def spend(freshness: Freshness, window: int) -> Freshness:
    """A training was ordered at this window's end."""
    return replace(freshness, tokens=freshness.tokens - 1.0, trained_after=window)


def refreshed(freshness: Freshness, window: int) -> Freshness:
    """A training that costs no token was ordered at this window's end."""
    return replace(freshness, trained_after=window)


def learn(freshness: Freshness, gain: Gain, cadence: Cadence) -> Freshness:
    """The newest pair of lines met one more labelled window."""
    most = cadence.clip * gain.age
    kept = replace(gain, gain=max(-most, min(most, gain.gain)))
    return replace(freshness, gains=(*freshness.gains, kept)[-40:])


def forget(freshness: Freshness, since: int) -> Freshness:
    """A line was shown bad: what it showed since then says nothing about freshness."""
    return replace(freshness, gains=tuple(gain for gain in freshness.gains if gain.window < since))


def worth(freshness: Freshness, window: int, cadence: Cadence) -> Worth:
    """The posterior rate of ageing after the gains so far, and the interval that balances it with the price.

    >>> from trueup.loop.policy import Cadence
    >>> round(worth(Freshness(), 10, Cadence()).interval, 3)
    3.0
    """
    prior = 2.0 * cadence.price / cadence.prior_interval**2
    rate, spread = prior, 0.0
    if freshness.gains:
        rate, spread = _posterior(freshness, window, cadence, prior)
    interval = math.inf if rate <= 0.0 else max(1.0, math.sqrt(2.0 * cadence.price / rate))
    upper = rate + spread
    if upper > cadence.surely_useless:
        interval = min(interval, cadence.longest)
    return Worth(rate=rate, upper=upper, interval=interval)


def _posterior(freshness: Freshness, window: int, cadence: Cadence, prior: float) -> tuple[float, float]:
    """Normal prior (mean and sd both `prior`), decayed least squares through the origin."""
    count = [cadence.decay ** (window - gain.window) for gain in freshness.gains]
    ages = [gain.age for gain in freshness.gains]
    gains = [gain.gain for gain in freshness.gains]
    reach = sum(a * d for a, d in zip(count, ages, strict=True))
    estimate = sum(a * g for a, g in zip(count, gains, strict=True)) / reach
    misfit = sum(a * (g - estimate * d) ** 2 for a, g, d in zip(count, gains, ages, strict=True))
    noise = (cadence.noise**2 + misfit) / (1.0 + sum(count))
    variance = noise * sum(a * a for a in count) / reach**2
    known = 1.0 / prior**2 + 1.0 / variance
    return (prior / prior**2 + estimate / variance) / known, 1.0 / math.sqrt(known)
