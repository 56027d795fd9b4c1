"""How a scenario is told: a project file, rows, and what the whole loop made of them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from trueup.assembly import backtest_house
from trueup.loop.actions import Action, Notify, Train
from trueup.loop.events import TrainingFinished
from trueup.loop.policy import Policy
from trueup.loop.state import State
from trueup.ports.prediction_log import PredictionLog
from trueup.runtime import codec
from trueup.runtime.backtest import Script, play
from trueup.runtime.codec import Recorded
from trueup.runtime.stream import read_stream
from trueup.settings import load

if TYPE_CHECKING:
    from trueup.loop.events import PersonAsked
    from trueup.runtime.stream import Stream

T = TypeVar("T", bound=Action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of it."""

    entries: list[Recorded]
    state: State
    policy: Policy
    log: PredictionLog
    rows: dict[str, pa.Table]  # that each training read, by version

    def actions(self, kind: type[T]) -> list[T]:
        """Everything of a kind that was wanted, in its order."""
        return [action for one in self.entries for action in one.actions if isinstance(action, kind)]

    def trainings(self) -> list[str]:
        """The window after whose end each training but the first was ordered, by name."""
        orders = [action.order for action in self.actions(Train)][1:]
        last = [max(order.windows) for order in orders]
        return [window.name for number in last for window in self.state.windows if window.number == number]

    def alerts(self, kind: str) -> list[Notify]:
        """The alerts of a kind."""
        return [notice for notice in self.actions(Notify) if notice.number and notice.kind == kind]

    def name(self, window: int) -> str:
        """A window's name by its number."""
        return next(one.name for one in self.state.windows if one.number == window)


def policy_of(text: str, table: pa.Table) -> tuple[Policy, str]:
    """What a project file asks of the loop on these rows, and its time column."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "trueup.yaml").write_text(text, encoding="utf-8")
        settings = load(folder)
        return replace(settings.policy_for(table), mode="act"), settings.file.time


def play_rows(
    text: str, table: pa.Table, until: float, *wishes: PersonAsked, corrections: pa.Table | None = None
) -> Told:
    """Play rows through the whole loop, with real training; those before `until` train the first version.

    Corrections wait in the log for their rows, and for the moment at which they are known.
    """
    policy, time = policy_of(text, table)
    stream: Stream = read_stream(table, policy.schema, time=time, delay=policy.feedback.label_delay or 0.0)
    with tempfile.TemporaryDirectory() as scratch:
        house = backtest_house(Path(scratch), policy, project=None)
        try:
            house.driver.adopt(policy, text_hash="scenario", code_hash="", time=0.0)
            if corrections is not None:
                house.world.shop.log.append("somebody", 1, None, None, corrections)
            play(stream, house.driver, house.world, Script(history_until=until, wishes=wishes))
        finally:
            house.close()
        entries = [codec.decode(entry.payload) for entry in house.driver.journal.read()]
        trained = [one.event for one in entries if isinstance(one.event, TrainingFinished)]
        rows = {one.version: house.world.shop.snapshots.read(one.snapshot) for one in trained}
        return Told(entries=entries, state=house.driver.state, policy=policy, log=house.world.shop.log, rows=rows)
