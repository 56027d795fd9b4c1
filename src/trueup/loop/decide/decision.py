"""The chosen remedy, with reasons, expected gain and what would have changed it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trueup.loop.decide.holds import holds
from trueup.loop.decide.reason import Reason, counted
from trueup.loop.decide.triggers import TRIGGERS

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy

Remedy = Literal[
    "nothing",
    "train",
    "quarantine",
    "release",
    "shadow",
    "canary",
    "refuse",
    "promote",
    "close",
    "restore",
    "ask",
    "failed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided at one tick; `nothing` is a decision too."""

    number: int
    time: float
    window: int  # number of the newest closed window
    remedy: Remedy
    version: str  # the version it is about; empty: none
    headline: str  # one sentence
    reasons: tuple[str, ...]
    held: tuple[str, ...]  # what spoke against it
    verdict: str  # the word of the proof, where one was asked; else empty
    gain: float | None  # expected share of the metric, where it is known
    otherwise: str  # what would have changed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the triggers and holds come to."""

    train: bool
    urgent: bool
    reasons: tuple[Reason, ...]  # urgent ones first
    held: tuple[str, ...]


def choose(situation: Situation, policy: DecidePolicy) -> Choice:
    """Ask every trigger of the policy, then every hold."""
    asked = (TRIGGERS[trigger.name](situation, trigger, policy) for trigger in policy.triggers)
    found = (reason for reason in asked if reason is not None)
    reasons = tuple(sorted(found, key=lambda reason: not reason.urgent))
    held = holds(situation, reasons, policy) if reasons else ()
    urgent = any(reason.urgent for reason in reasons)
    return Choice(train=bool(reasons) and not held, urgent=urgent, reasons=reasons, held=held)


def nothing_sentence(situation: Situation, choice: Choice) -> str:
    """Why nothing is done, in one sentence."""
    if choice.held:
        return f"nothing: {choice.reasons[0].short}, but {choice.held[0]}{_waiting(situation)}"
    first = situation.alerts[0] if situation.alerts else None
    moved = "no column moved" if first is None else f"{first.column} moved ({first.severity})"
    metric = _served(situation)
    if not metric:
        usual = "the metric is as usual and no training is due"
        moved = "no alert stands, " if first is None else f"{moved}, but "
        return f"nothing: {moved}{usual}{_waiting(situation)}"
    return f"nothing: {moved} and {metric}, but no training is due{_waiting(situation)}"


def _served(situation: Situation) -> str:
    """How what is served does, where that is not as usual."""
    if situation.level.alarm or situation.dropped:
        return "the performance alarm stands"
    if not situation.low:
        return ""
    name, mean = situation.metric.replace("_", " "), situation.level.mean
    return f"{name} stays worse than its mean ({situation.served[-1].value:.3g} against {mean:.3g})"


def _waiting(situation: Situation) -> str:
    return f"; {situation.waiting}" if situation.waiting else ""


def nothing_otherwise(situation: Situation, choice: Choice) -> str:
    """What would have made it a training."""
    if choice.held:
        return f"without the hold ({choice.held[0]}) it would have been a training"
    worse = "a further fall" if situation.low else "a clear fall"
    worse = f"{worse} of the served metric would have made it a training"
    if situation.worth.interval == math.inf:
        return worse
    ahead = math.ceil(situation.worth.interval - situation.since_training)
    return f"{worse}; by its age alone one pays in {counted(ahead, 'window')}" if ahead > 0 else worse
