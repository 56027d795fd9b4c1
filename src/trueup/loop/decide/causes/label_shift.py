"""Another mix of outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

SURE: Final = 4.0  # standard errors of the share's move
AS_BEFORE: Final = 3.0  # chi-squared per degree of freedom


def label_shift(evidence: Evidence) -> Cause | None:
    """The share of the outcome moved while the scores of each outcome are as they were: only the mix is another.

    The score still ranks as it did; moving its log odds by one step puts it right.
    """
    truth = evidence.truth
    if truth is None or abs(truth.surprise) < SURE:
        return None
    same = truth.shape <= AS_BEFORE and truth.shape <= min(truth.meaning, truth.mix if truth.mix > AS_BEFORE else 1e9)
    if not same or truth.ranked > AS_BEFORE or truth.meaning <= AS_BEFORE:
        return None
    return Cause(
        name="label_shift",
        columns=(),
        proof=(
            f"the outcome's share moved from {percent(truth.share_before)} to {percent(truth.share)}, "
            f"while each outcome's scores are as they were"
        ),
        figures=figures(before=truth.share_before, after=truth.share, surprise=truth.surprise, shape=truth.shape),
        confidence=0.9,
    )
