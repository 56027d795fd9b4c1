"""What did one test of a candidate find, and what was it made of?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.loop.monitor.performance import MetricDifference
from trueup.loop.policy import ValidatePolicy
from trueup.loop.validate.comparison import Comparison

Outcome = Literal["pass", "fail", "inconclusive", "no_data", "invalid", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of a candidate or challenger; nothing but `pass` is a pass."""

    name: str
    outcome: Outcome
    reason: str  # one sentence for people
    figures: tuple[tuple[str, float], ...]  # (what, how much): the numbers behind the sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The stored evidence and the terms on which it is judged: a check depends on nothing else."""

    comparison: Comparison
    difference: MetricDifference | None  # None: the metric is not defined on these rows
    policy: ValidatePolicy
    design_effect: float  # rows worth one independent row, learnt from the champion's days
    enough: float = 0.8  # share of the cohort's rows that must be labelled
