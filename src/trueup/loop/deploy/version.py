"""What is one release of a model, and how has it been put right since?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.train.blend import BlendLosses, even, weights
from trueup.loop.train.calibration import AS_IS, Calibration, Reliability, recalibrate
from trueup.loop.train.order import Fit, OrderKind
from trueup.loop.window import Window

if TYPE_CHECKING:
    from trueup.loop.policy import TrainPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The newest windows that a version learnt from, as they are counted: its reference of level."""

    edges: Edges
    windows: tuple[Window, ...]
    profiles: tuple[Profile, ...]  # one per window


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A version and its remedies: how its fits are blended and its score is recalibrated by now."""

    version: str
    bundle: str  # content hash
    kind: OrderKind
    fits: tuple[Fit, ...]
    code: str  # recipe
    trained_after: int  # number of the window whose end ordered the training
    learnt: Learnt
    weights: tuple[float, ...]
    calibration: Calibration = AS_IS
    track: tuple[BlendLosses, ...] = ()  # of the role, older lines' windows included
    tables: tuple[tuple[int, Reliability], ...] = ()  # by window number, of the role


def fork(champion: Line, newborn: Line) -> Line:
    """A version that inherits the role's recalibration, and its blend and track record where the scopes are the same.

    It is judged under exactly these, before it serves.
    """
    scopes = tuple(fit.scope for fit in newborn.fits)
    return replace(
        newborn,
        weights=inherited(champion, scopes),
        calibration=champion.calibration,
        track=champion.track if scopes == _scopes(champion) else (),
        tables=champion.tables,
    )


def inherited(champion: Line, scopes: tuple[str, ...]) -> tuple[float, ...]:
    """The blend's weights for fits on these scopes: a weight was learnt by a fit on the same rows, or is even."""
    return champion.weights if scopes == _scopes(champion) else even(len(scopes))


def _scopes(line: Line) -> tuple[str, ...]:
    return tuple(fit.scope for fit in line.fits)


def learn(line: Line, losses: BlendLosses | None, table: Reliability, window: int, policy: TrainPolicy) -> Line:
    """The line after one more window's labels: blend re-weighed, score recalibrated."""
    track = line.track if losses is None else (*line.track, losses)[-policy.blend_windows :]
    tables = (*line.tables, (window, table))[-policy.calibration_windows :]
    mix = weights(track, len(line.fits), windows=policy.blend_windows, decay=policy.remedy_decay)
    ages = [window - number for number, _ in tables]
    calibration = recalibrate([one for _, one in tables], ages, policy.remedy_decay)
    return replace(line, track=track, tables=tables, weights=mix, calibration=calibration)
