"""What does one event lead to? The new state, the actions, and the decisions behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trueup.loop.actions import Action, NoticeKind, Notify
from trueup.loop.actions import Severity as NoticeSeverity
from trueup.loop.decide.decision import Decision, Remedy
from trueup.loop.decide.remedies import proposal
from trueup.loop.monitor.alert import Reading
from trueup.loop.state import State

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a decision rests on, as far as there is any."""

    version: str = ""  # it is about; empty: none
    reasons: tuple[str, ...] = ()
    held: tuple[str, ...] = ()  # what spoke against it
    verdict: str = ""  # the word of the proof, where one was asked
    gain: float | None = None  # expected share of the metric, where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One turn of the loop, being built; every method gives a new one."""

    state: State
    actions: tuple[Action, ...] = ()
    decisions: tuple[Decision, ...] = ()
    readings: tuple[Reading, ...] = ()  # of a closed window, for pictures; can be derived again, so not in the journal

    @property
    def next_id(self) -> str:
        """The id of the next action: the event's position and the action's place."""
        return f"{self.state.position}.{len(self.actions) + 1}"

    def with_state(self, state: State) -> Step:
        """The same step, knowing something else."""
        return replace(self, state=state)

    def then(self, action: Action) -> Step:
        """One action more."""
        return replace(self, actions=(*self.actions, action))

    def notify(
        self,
        kind: NoticeKind,
        severity: NoticeSeverity,
        subject: str,
        sentence: str,
        *,
        cause: Cause | None = None,
    ) -> Step:
        """Tell people; what is not `info` is an alert and gets a number, but a release's own way is news, not one."""
        alert = severity != "info" and kind != "release"
        step = self.with_state(replace(self.state, notices=self.state.notices + 1)) if alert else self
        notice = Notify(
            id=step.next_id,
            number=step.state.notices if alert else 0,
            kind=kind,
            severity=severity,
            subject=subject,
            sentence=sentence,
            window=step.state.closed,
            cause="" if cause is None else cause.name,
            proposed="" if cause is None else proposal(cause),
        )
        return step.then(notice)

    def decide(self, remedy: Remedy, headline: str, grounds: Grounds, *, otherwise: str) -> Step:
        """Write a decision down, with its number, what it rests on, and what would have changed it."""
        number = self.state.decisions + 1
        decision = Decision(
            number=number,
            time=self.state.time,
            window=self.state.closed,
            remedy=remedy,
            version=grounds.version,
            headline=headline,
            reasons=grounds.reasons,
            held=grounds.held,
            verdict=grounds.verdict,
            gain=grounds.gain,
            otherwise=otherwise,
        )
        step = self.with_state(replace(self.state, decisions=number))
        return replace(step, decisions=(*self.decisions, decision))
