"""Another mix of outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

SURE: Final = 4.0  # standard errors of the share's move
CLEAR: Final = 3.0  # chi-squared per degree of freedom
LEFT: Final = 0.1  # part of it that one step of the log odds may leave
CHANCE: Final = 2.0  # chi-squared per degree of freedom


def label_shift(evidence: Evidence) -> Cause | None:
    """The outcome's share moved, and one step of the log odds puts every score right: it ranks as it did.

    Of several outcomes each has its own step. That is what another mix of outcomes does, each outcome's rows being as
    they were (Saerens et al. 2002).
    """
    truth = evidence.truth
    if truth is None or abs(truth.surprise) < SURE:
        return None
    if len(evidence.moved) > 1 and truth.shape > truth.meaning:
        return None  # other rows, and a score that is a little off on them
    as_it_was = truth.shape <= CHANCE and truth.shape < truth.mix
    if truth.meaning < CLEAR or truth.ranked > max(CHANCE, (3 if as_it_was else 1) * LEFT * truth.meaning):
        return None
    whose = f'the share of "{truth.outcome}"' if truth.outcome else "the outcome's share"
    return Cause(
        name="label_shift",
        columns=(),
        proof=(
            f"{whose} moved from {percent(truth.share_before)} to {percent(truth.share)}, "
            f"and one step of the log odds puts all scores right ({truth.meaning:.0f} times chance before, "
            f"{truth.ranked:.1f} after)"
        ),
        figures=figures(before=truth.share_before, after=truth.share, meaning=truth.meaning, ranked=truth.ranked),
        confidence=0.9,
    )
