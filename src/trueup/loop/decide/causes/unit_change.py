"""Numbers come in another unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.symptoms import Rescaled

LARGE: Final = 5.0  # a factor that no move of the world brings about by itself
HUGE: Final = 50.0  # one that no few rows of another kind bring about
FAR: Final = 0.12  # distance from which on a small factor is worth naming
WHOLE: Final = 0.95  # share of rows from which on a small factor is one of all rows
EXACT: Final = 0.12  # of the distance that may be left where it is not
BETTER: Final = 0.5  # of what a plain move and stretch of all rows leaves, there
MANY: Final = 0.5  # share of rows
LEAST_PART: Final = 0.05  # share of rows
RESTORED: Final = 0.3  # of the distance that may be left
LEAST_APART: Final = 0.25  # standard deviations beside the other columns
AGREES: Final = 0.5  # part of that which may be left


def unit_change(evidence: Evidence) -> Cause | None:
    """A column that moved lies where it lay, once its values are turned back to another usual unit.

    A factor below five, or one of few rows, could be a move of the world too: then no other column may have moved, or
    the column must agree with the others again. In values that are kept to so many decimals it must leave more of them.
    """
    seen = evidence.symptoms
    proven = [one for one in seen.rescaled if _proven(evidence, one)] if seen is not None else []
    if not proven:
        return None
    best = max(proven, key=lambda one: (one.before - one.after, one.column))
    columns = tuple(one.column for one in sorted(proven, key=lambda one: (one.after - one.before, one.column)))
    return Cause(
        name="unit_change",
        columns=columns,
        proof=(
            f"{best.column} comes in another unit ({_times(best)}): turned back in {percent(best.part)} of rows, "
            f"its distance from the reference falls from {best.before:.2f} to {best.after:.2f}"
        ),
        figures=figures(factor=best.factor, part=best.part, before=best.before, after=best.after),
        confidence=0.97 if _large(best) else 0.85,
    )


def _proven(evidence: Evidence, one: Rescaled) -> bool:
    moved = any(other.column == one.column and other.moved for other in evidence.moves)
    if not moved or not evidence.open(one.column) or one.part < LEAST_PART:
        return False
    huge = not 1 / HUGE < one.factor < HUGE
    if one.after > RESTORED * one.before or (one.after > evidence.near(one.column) and not huge) or not one.same:
        return False
    if not _large(one) and (one.part < MANY or one.before < FAR):
        return False
    if not _large(one) and one.part < WHOLE and not _mixed(evidence, one):
        return False
    alone = [other.column for other in evidence.chief] == [one.column]
    if _large(one) and one.part < WHOLE and not (alone or huge or _mixed(evidence, one)):
        return False
    agrees = abs(one.apart) >= LEAST_APART and abs(one.agrees) <= AGREES * abs(one.apart)
    return alone or agrees or (_large(one) and (one.part >= MANY or huge))


def _mixed(evidence: Evidence, one: Rescaled) -> bool:
    """Whether two units in one column fit exactly, and far better than a plain move of all rows does."""
    exact = one.after <= max(EXACT * one.before, evidence.near(one.column) / 2)
    return exact and one.after <= BETTER * one.plain


def _large(one: Rescaled) -> bool:
    return not one.offset and not 1 / LARGE < one.factor < LARGE


def _times(one: Rescaled) -> str:
    if one.offset:
        return f"x{one.factor:.3g} and {one.offset:+.3g}"
    return f"x{one.factor:.4g}" if one.factor > 1 else f"divided by {1 / one.factor:.4g}"
