"""Which level was promised of a number, and did a window miss it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.decide.situation import Served
    from trueup.loop.policy import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The owner's promise on the metric, a KPI or one of them on a slice."""

    metric: str  # a KPI's name; empty: the metric
    slice: str  # empty: all rows
    level: float  # in the number's own unit
    least: bool  # the lowest bearable value; else the highest
    windows: int  # in a row beyond it that are a reason to train

    @classmethod
    def of(cls, trigger: Trigger) -> Objective | None:
        """The objective that a trigger holds to; None: it asks for something else."""
        settings = dict(trigger.settings)
        if trigger.name != "slo" or not {"at_least", "at_most"} & settings.keys():
            return None
        return cls(
            metric=str(trigger.setting("metric", "")),
            slice=str(trigger.setting("slice", "")),
            level=float(trigger.setting("at_least", trigger.setting("at_most", 0.0))),
            least="at_least" in settings,
            windows=int(trigger.setting("windows", 1)),
        )

    def missed(self, served: Served) -> bool:
        """Missed for sure: the whole interval lies beyond it."""
        return served.high < self.level if self.least else served.low > self.level

    def words(self, metric: str, served: Served) -> str:
        """A miss, as people say it.

        >>> from trueup.loop.decide.situation import Served
        >>> ctr = Objective(metric="ctr", slice="", level=0.045, least=True, windows=2)
        >>> ctr.words("brier", Served(window=7, value=0.041, low=0.039, high=0.043))
        'ctr 0.041 under its 0.045'
        """
        part = f" of {self.slice}" if self.slice else ""
        name = (self.metric or metric).replace("_", " ")
        return f"{name}{part} {served.value:.3g} {'under' if self.least else 'over'} its {self.level:g}"


def objectives_of(triggers: Iterable[Trigger]) -> tuple[Objective, ...]:
    """The objectives that the owner has set."""
    return tuple(found for trigger in triggers if (found := Objective.of(trigger)) is not None)
