"""How likely is a value at least as far out? Tails of Student's t and of the negative binomial distribution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

MOST_TERMS: Final = 600
TINY: Final = 1e-300


def student_above(t: Floats, freedom: Floats) -> Floats:
    """P(T >= t) of Student's t, elementwise.

    Source: Abramowitz and Stegun 26.7.1.

    >>> round(float(student_above(np.array([2.0]), np.array([10.0]))[0]), 5)
    0.03669
    """
    half = 0.5 * incomplete_beta(freedom / 2, np.full_like(freedom, 0.5), freedom / (freedom + t * t))
    return np.where(t >= 0, half, 1.0 - half)


def negative_binomial_above(events: Floats, shape: Floats, odds: Floats) -> Floats:
    """P(X >= events) where X counts events of an unknown rate known only from a gamma with this shape; elementwise.

    `odds` = rows now / (rows now + rows behind the shape).

    Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions, eq. 5.31.

    >>> round(float(negative_binomial_above(np.array([3.0]), np.array([2.0]), np.array([0.5]))[0]), 4)
    0.3125
    """
    tail = incomplete_beta(np.maximum(events, 1.0), shape, odds)
    return np.where(events < 1, 1.0, tail)


def incomplete_beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """The regularised incomplete beta function I_x(a, b), elementwise, by Lentz's continued fraction.

    Source: DLMF 8.17.22; Press et al., Numerical Recipes, section 6.4.

    >>> round(float(incomplete_beta(np.array([2.0]), np.array([3.0]), np.array([0.4]))[0]), 4)
    0.5248
    """
    x = np.clip(x, 0.0, 1.0)
    turned = x > (a + 1) / (a + b + 2)
    p, q = np.where(turned, b, a), np.where(turned, a, b)
    y = np.where(turned, 1.0 - x, x)
    logs = [math.lgamma(c + d) - math.lgamma(c) - math.lgamma(d) for c, d in zip(p.tolist(), q.tolist(), strict=True)]
    front = np.exp(np.array(logs) + p * np.log(np.maximum(y, TINY)) + q * np.log1p(-np.minimum(y, 1 - 1e-16))) / p
    tail = np.where(y > 0, front * _fraction(p, q, y), 0.0)
    return np.where(turned, 1.0 - tail, tail)


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    c = np.ones_like(x)
    d = 1.0 / _positive(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _positive(1.0 + even * d)
        c = _positive(1.0 + even / c)
        value = value * d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _positive(1.0 + odd * d)
        c = _positive(1.0 + odd / c)
        value = value * d * c
        if not np.any(np.abs(d * c - 1.0) > 1e-9):
            break
    return value


def _positive(value: Floats) -> Floats:
    """All parts of the fraction are, where it is used (x below its mean); this guards the division from rounding."""
    return np.maximum(value, TINY)
