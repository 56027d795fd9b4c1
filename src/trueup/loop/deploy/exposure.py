"""What did one arm do live, and does it keep its limits?

Source: research/proof.md section 6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.errors import Incompatible
from trueup.loop.validate.check import Check
from trueup.stats import binomial, intervals

if TYPE_CHECKING:
    from trueup.loop.policy import Guard
    from trueup.loop.validate.check import Outcome

MOST: Final = 1e6  # evidence is shown up to this
TOO_MANY: Final = 1e7  # more requests than this are called never


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What one arm did live during one tick; exposures of the same arm add up."""

    version: str
    requests: int  # answered, errors included
    errors: int  # no answer, or 5xx
    slow: int  # answers slower than the guard's limit, frozen at the release's start
    broken_rules: int  # answers that break a business rule

    def __add__(self, other: Exposure) -> Exposure:
        """The same arm over both ticks."""
        if other.version != self.version:
            raise Incompatible("exposures of two versions do not add up", self.version, other.version)
        return replace(
            self,
            requests=self.requests + other.requests,
            errors=self.errors + other.errors,
            slow=self.slow + other.slow,
            broken_rules=self.broken_rules + other.broken_rules,
        )


def guard(exposure: Exposure, limits: Guard, *, alpha: float) -> Check:
    """Every limit together: one that is shown broken fails it, all shown kept pass it; any look is allowed."""
    checks = limit_checks(exposure, limits, alpha=alpha)
    ranked = [check for rank in ("fail", "no_data", "inconclusive") for check in checks if check.outcome == rank]
    needed = requests_needed(exposure, limits, alpha=alpha)
    figures = tuple((f"{check.name}.{name}", number) for check in checks for name, number in check.figures)
    if not ranked:
        reason = f"all limits are shown to be kept on {exposure.requests:,} requests"
        return Check(name="guard", outcome="pass", reason=reason, figures=figures)
    worst, reason = ranked[0], ranked[0].reason
    if worst.outcome == "inconclusive":
        more = "no number of such requests" if needed is None else f"about {needed:,} more requests"
        reason = f"{reason}; {more} would do"
    figures += () if needed is None else (("requests_needed", float(needed)),)
    return Check(name="guard", outcome=worst.outcome, reason=reason, figures=figures)


def limit_checks(exposure: Exposure, limits: Guard, *, alpha: float) -> tuple[Check, ...]:
    """One check a limit: shown to be kept, shown to be broken, or neither yet."""
    return tuple(
        _check(name, events, trials, limit, alpha=alpha) for name, events, trials, limit in _counts(exposure, limits)
    )


def requests_needed(exposure: Exposure, limits: Guard, *, alpha: float) -> int | None:
    """Further requests until every limit is shown to be kept, if they are like these; None: never, at these rates."""
    if exposure.requests == 0:
        return None
    needed = math.log(1 / alpha)
    growths = [
        binomial.growth_needed_below(events, trials, limit, needed)
        for _, events, trials, limit in _counts(exposure, limits)
    ]
    most = max(growths)
    more = (most - 1) * exposure.requests
    return max(0, math.ceil(more)) if more < TOO_MANY else None


def _counts(exposure: Exposure, limits: Guard) -> list[tuple[str, int, int, float]]:
    """Per limit: its name, events, chances for one, and the limit; without an answer nothing is slow."""
    answers = exposure.requests - exposure.errors
    return [
        ("errors", exposure.errors, exposure.requests, limits.errors),
        ("slow", exposure.slow, answers, limits.slow),
        ("broken_rules", exposure.broken_rules, answers, limits.broken_rules),
    ]


def _check(name: str, events: int, trials: int, limit: float, *, alpha: float) -> Check:
    title = name.replace("_", " ")
    if trials <= 0:
        return Check(name=name, outcome="no_data", reason=f"{title}: there were no requests yet", figures=())
    needed = math.log(1 / alpha)
    below = binomial.log_evidence_below(events, trials, limit)
    above = binomial.log_evidence_above(events, trials, limit)
    outcome: Outcome = "fail" if above >= needed else "pass" if below >= needed else "inconclusive"
    low, high = intervals.wilson(events, trials)
    found = "is shown to be broken" if outcome == "fail" else "is shown to be kept" if outcome == "pass" else "is open"
    shown = math.floor(_shown(above if outcome == "fail" else below))
    return Check(
        name=name,
        outcome=outcome,
        reason=(
            f"{title}: {events:,} of {trials:,} ({100 * low:.2g} to {100 * high:.2g} %), "
            f"the limit of {100 * limit:g} % {found} (evidence {shown:,}, {1 / alpha:.0f} are proof)"
        ),
        figures=(
            ("events", float(events)),
            ("trials", float(trials)),
            ("limit", limit),
            ("evidence", _shown(below)),
            ("evidence_against", _shown(above)),
            ("evidence_needed", 1 / alpha),
        ),
    )


def _shown(log_evidence: float) -> float:
    return MOST if log_evidence >= math.log(MOST) else math.exp(log_evidence)
