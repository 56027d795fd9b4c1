"""The rules that make a reason to act; one file each, one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from trueup.loop.decide.triggers.drift import drift
from trueup.loop.decide.triggers.freshness import freshness
from trueup.loop.decide.triggers.label_shift import label_shift
from trueup.loop.decide.triggers.ood import ood
from trueup.loop.decide.triggers.rule import rule
from trueup.loop.decide.triggers.schedule import schedule
from trueup.loop.decide.triggers.slo import slo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.decide.reason import Reason
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


class Rule(Protocol):
    """A trigger: a reason to train, or nothing."""

    def __call__(self, situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
        """Look at the situation."""


TRIGGERS: Final[Mapping[str, Rule]] = {
    "drift": drift,
    "freshness": freshness,
    "label_shift": label_shift,
    "ood": ood,
    "rule": rule,
    "schedule": schedule,
    "slo": slo,
}
