"""Are more rows far from all that the champion learnt from than should be?

A row is far when it is farther out, in all columns together, than 99 % of the reference. So one in a hundred is usual;
how much that share wobbles from window to window is learnt from the reference's windows and from quiet ones since. An
alert needs a share that chance would not bring within its part of the budget, that is two points above usual, and that
comes twice in three windows or is overwhelming at once; one episode is one incident.
Source: research/decision-quality.md, sections 3.1 to 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from trueup.stats.tails import negative_binomial_above, student_above

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.loop.window import Window

USUAL: Final = 0.01  # share of the reference that is far, by construction
LEARNT: Final = 8  # windows after which the noise is known; it is one number, and Student's t carries the doubt
THIN: Final = 20  # rows; a thinner window is not judged
FLOOR: Final = 0.02  # points of share; a smaller rise is nobody's concern
LEARNING_FLOOR: Final = 0.05  # while only chance is known
MODERATE, MAJOR = 0.1, 0.2  # rise of the share
QUIET: Final = 3  # windows that close an incident
KEPT: Final = 60  # newest shares


@dataclass(frozen=True, slots=True, kw_only=True)
class FarRows:
    """How many rows of a window are farther out than 99 % of the reference."""

    model: str  # content hash of what they were measured by
    rows: int
    far: int
    reference: int  # rows behind the model
    columns: tuple[str, ...] = ()  # with the greatest part in it, greatest first
    usual: tuple[
        tuple[int, int], ...
    ] = ()  # (rows, far) of the reference's windows; told with the model's first window


@dataclass(frozen=True, slots=True, kw_only=True)
class FarShare:
    """The share of far rows in one window."""

    window: int  # its number
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outskirts:
    """What is remembered of far rows from window to window; the noise survives promotions, the shares do not."""

    model: str = ""  # of the newest window
    shares: tuple[FarShare, ...] = ()  # beside this model, newest last
    windows: int = 0  # the noise is learnt from
    squares: float = 0.0  # sum of (share - usual)^2
    sampling: float = 0.0  # sum of its variance by chance
    ratios: float = 0.0  # sum of the one by the other
    hits: tuple[bool, bool] = (False, False)  # beyond the limit in the last two windows, newest last
    open: bool = False  # an incident stands
    quiet: int = 0  # windows in a row within the limit, while one stands


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierAlert:
    """A share of far rows that lasted, or that is overwhelming."""

    share: float
    p: float  # chance of a share at least as large when nothing is wrong
    severity: Literal["minor", "moderate", "major"]
    sentence: str


def heed(
    known: Outskirts, window: Window, counted: FarRows, windows_per_alert: float, moved: Collection[str] = ()
) -> tuple[Outskirts, OutlierAlert | None]:
    """Take one window in; an alert is told once an incident.

    A rise below a fifth whose first column moved by itself is that column's affair: it is watched, not told twice.
    """
    known = _beside(known, counted)
    if counted.rows < THIN:
        return known, None
    share, learning = counted.far / counted.rows, known.windows < LEARNT
    p, limit = _chance(known, counted), 1.0 / windows_per_alert
    over = p < limit and share - USUAL >= (LEARNING_FLOOR if learning else FLOOR)
    often = all(known.hits) if learning else any(known.hits) or p < limit**2
    alert = _alert(counted, p)
    explained = alert.severity != "major" and bool({*counted.columns[:1]} & {*moved})
    opens = over and often and not known.open and not explained
    shares = (*known.shares, FarShare(window=window.number, share=share))[-KEPT:]
    after = replace(known, shares=shares, hits=(known.hits[1], over))
    if not over:
        after = _learnt(after, counted.rows, counted.far)
    quiet = 0 if over else known.quiet + 1
    standing = (known.open or opens) and quiet < QUIET
    after = replace(after, open=standing, quiet=quiet if standing else 0)
    return after, alert if opens else None


def shares_since(known: Outskirts, window: int, newest: int) -> tuple[float, ...]:
    """The shares of the windows after this one, newest last; none where the newest window was not counted."""
    if not known.shares or known.shares[-1].window != newest:
        return ()
    return tuple(one.share for one in known.shares if one.window > window)


def _beside(known: Outskirts, counted: FarRows) -> Outskirts:
    """Another model begins anew, with the noise that is known and what its reference's own windows teach."""
    if counted.model == known.model:
        return known
    known = replace(known, model=counted.model, shares=(), hits=(False, False), open=False, quiet=0)
    for rows, far in counted.usual:
        known = _learnt(known, rows, far)
    return known


def _alert(counted: FarRows, p: float) -> OutlierAlert:
    share = counted.far / counted.rows
    rise = share - USUAL
    most = f", most of all in {', '.join(counted.columns)}" if counted.columns else ""
    return OutlierAlert(
        share=share,
        p=p,
        severity="major" if rise >= MAJOR else "moderate" if rise >= MODERATE else "minor",
        sentence=f"{100 * share:.0f} % of rows are farther out, in all columns together, than 99 % of the rows "
        f"the champion learnt from{most}",
    )


def _learnt(known: Outskirts, rows: int, far: int) -> Outskirts:
    """The noise with one more window within its limit; a rise far above what is known teaches no more than that."""
    if rows < THIN:
        return known
    chance = USUAL * (1 - USUAL) / rows
    most = max(LEARNING_FLOOR, 3 * np.sqrt(known.squares / max(known.windows, 1)))
    square = min(far / rows - USUAL, float(most)) ** 2
    return replace(
        known,
        windows=known.windows + 1,
        squares=known.squares + square,
        sampling=known.sampling + chance,
        ratios=known.ratios + square / chance,
    )


def _chance(known: Outskirts, counted: FarRows) -> float:
    """How likely so many far rows are, by the least willing of three: Student's t and two negative binomials.

    The t knows how the share wobbles; the first binomial how little a reference of so many rows knows of what is rare;
    the second has the mean and the variance of the windows so far, and the long tail of rows that come in clumps.
    """
    rows, windows = counted.rows, known.windows
    variance, freedom = USUAL * (1 - USUAL) / rows, 1e4
    if windows >= LEARNT:
        days, clump = max(0.0, (known.squares - known.sampling) / windows), max(1.0, known.ratios / windows)
        variance = max(days + variance, clump * variance) * (1 + 1 / windows)
        freedom = max(3.0, windows - 1.0)
    t = (counted.far / rows - USUAL) / np.sqrt(variance)
    tail = float(student_above(np.array([t]), np.array([freedom]))[0])
    mean, more = USUAL * rows, max(variance * rows**2 - USUAL * rows, 1e-3 * USUAL * rows)
    shapes = np.array([max(2.0, USUAL * counted.reference + 1.0), mean**2 / more])
    odds = np.array([rows / (rows + counted.reference), mean / (mean + mean**2 / more)])
    rare = negative_binomial_above(np.full(2, float(counted.far)), shapes, odds)
    return max(tail, float(rare.max()))
