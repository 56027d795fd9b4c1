"""What does one event lead to? The new state, the actions, and the decisions behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.loop.actions import Action, Notify
from trueup.loop.decide.decision import Decision, Remedy
from trueup.loop.state import State
from trueup.loop.monitor.alert import Reading



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

    def with_state(self, **changes: Any) -> Step:  # noqa: ANN401 - the fields of State, each typed there
        """The same step with some of the state replaced."""
        return replace(self, state=replace(self.state, **changes))

    def then(self, action: Action) -> Step:
        """One action more."""
        return replace(self, actions=(*self.actions, action))

    def notify(self, kind: str, severity: str, subject: str, sentence: str) -> Step:
        """Tell people; anything but `info` is an alert and gets a number."""
        alert = severity != "info"
        step = self.with_state(notices=self.state.notices + 1) if alert else self
        notice = Notify(
            id=step.next_id,
            number=step.state.notices if alert else 0,
            kind=kind,  # type: ignore[arg-type]  # checked by the record's own tests against NoticeKind
            severity=severity,  # type: ignore[arg-type]  # as above
            subject=subject,
            sentence=sentence,
            window=step.state.closed,
        )
        return step.then(notice)

    def decide(self, remedy: Remedy, headline: str, *, otherwise: str, **facts: Any) -> Step:  # noqa: ANN401 - see Decision
        """Write a decision down, with its number."""
        number = self.state.decisions + 1
        decision = Decision(
            number=number,
            time=self.state.time,
            window=self.state.closed,
            remedy=remedy,
            version=facts.get("version", ""),
            headline=headline,
            reasons=facts.get("reasons", ()),
            held=facts.get("held", ()),
            verdict=facts.get("verdict", ""),
            gain=facts.get("gain"),
            otherwise=otherwise,
        )
        return replace(self.with_state(decisions=number), decisions=(*self.decisions, decision))
