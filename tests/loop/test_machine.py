"""Whatever happens, in whatever order and however often, does the loop stay in one piece?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trueup.loop.actions import Load, Notify, Train
from trueup.loop.advance import advance
from trueup.loop.deploy.routing import Route
from trueup.loop.events import ApprovalGiven, ClockStruck, HistoryRead, PolicyChanged
from trueup.loop.policy import Rule, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS

if TYPE_CHECKING:
    from trueup.loop.policy import Mode, Prove
    from trueup.loop.state import State

ERRORS = st.sampled_from([0.02, 0.05, 0.1, 0.2, 0.499, 0.501, 0.8])
BUSY = replace(
    PLAIN,
    monitor=replace(PLAIN.monitor, rules=(Rule(name="is_probability", expect="score BETWEEN 0 AND 1"),)),
    decide=replace(PLAIN.decide, triggers=tuple(Trigger(name=name) for name in ("freshness", "drift", "rule"))),
)


class Loop(RuleBasedStateMachine):
    """Events of every kind, at random, some of them twice or late; `act` in this one."""

    mode: ClassVar[Mode] = "act"

    @initialize(errors=st.lists(ERRORS, min_size=1, max_size=4))
    def begin(self, errors: list[float]) -> None:
        """A first version answers, and some releases have been seen."""
        self.told = Scenario(replace(BUSY, mode=self.mode)).start(errors[0])
        for error in errors[1:]:
            self.a_release_takes_its_way(error, canary=False)

    @property
    def state(self) -> State:
        """What the loop knows by now."""
        return self.told.state

    @rule()
    def a_quiet_window_passes(self) -> None:
        """It closes, all labels come, the clock strikes."""
        self.told.closed()
        while self.state.matured < self.state.closed:
            self.told.labels()
        self.told.tick()

    @rule(error=ERRORS, canary=st.booleans())
    def a_release_takes_its_way(self, error: float, *, canary: bool) -> None:
        """A training comes about, somebody says yes, and everything works as far as the canary, or further."""
        self.told.ask("train")
        for _ in range(4):
            if self.state.training is None and not self.state.pending:
                self.a_quiet_window_passes()
        for what in ("train", "release"):
            waiting = [one.decision for one in self.state.pending if one.what == what]
            if waiting:
                self.told.answered(waiting[0])
            if self.state.training is not None:
                self.told.trained(error)
        if self.state.release is not None and self.state.release.stage == "loading":
            self.told.loaded()
            if not canary:
                self.told.exposed()

    @rule(low=st.sampled_from([250, 250, 600]))
    def a_window_closes(self, low: int) -> None:
        """As usual, or moved."""
        self.told.closed(low=low)

    @rule(windows=st.sampled_from([1, 4]))
    def a_column_breaks(self, windows: int) -> None:
        """Half of it is missing, once or for as long as it takes to call that the world."""
        for _ in range(windows):
            self.told.closed(missing=ROWS // 2)

    @precondition(lambda self: self.state.matured < self.state.closed)
    @rule()
    def no_label_comes(self) -> None:
        """The oldest window that waits is given up."""
        self.told.unlabelled()

    @precondition(lambda self: self.state.matured < self.state.closed)
    @rule(served=st.none() | ERRORS)
    def labels_come(self, served: float | None) -> None:
        """The oldest window that waits is labelled."""
        self.told.labels(served)

    @rule(version=st.sampled_from(["v1", "v2", "v3", "v4"]), error=ERRORS)
    def the_world_changes(self, version: str, error: float) -> None:
        """A version becomes better or worse."""
        self.told.errors[version] = error

    @rule()
    def the_clock_strikes(self) -> None:
        """Time to decide."""
        self.told.tick()

    @precondition(lambda self: self.state.training is not None)
    @rule(error=ERRORS, code=st.sampled_from(["", "", "other"]), judged=st.booleans())
    def a_training_ends(self, error: float, code: str, *, judged: bool) -> None:
        """With a version."""
        self.told.trained(error, code=code, judged=judged)

    @precondition(lambda self: self.state.training is not None)
    @rule()
    def a_training_fails(self) -> None:
        """Without one."""
        self.told.failed()

    @rule()
    def a_version_is_warm(self) -> None:
        """The one that was last to be loaded; perhaps long ago."""
        self.told.loaded()

    @rule()
    def a_version_is_broken(self) -> None:
        """It cannot be loaded."""
        self.told.broken()

    @rule(requests=st.sampled_from([0, 30, 500]), errors=st.sampled_from([0, 0, 20]))
    def answers_are_counted(self, requests: int, errors: int) -> None:
        """What the arms did since the last tick."""
        self.told.exposed(requests, errors=min(errors, requests))

    @rule(broken=st.sampled_from([1, 20]))
    def a_rule_is_broken(self, broken: int) -> None:
        """A business rule, by few or by many answers."""
        self.told.rule(broken)

    @rule(code=st.sampled_from(["", "other.py:build"]))
    def a_person_wants_a_training(self, code: str) -> None:
        """By the usual recipe or by another."""
        self.told.ask("train", code=code)

    @rule()
    def a_person_wants_the_old_champion(self) -> None:
        """Rollback."""
        self.told.ask("rollback")

    @precondition(lambda self: self.state.pending)
    @rule(place=st.integers(0, 2), granted=st.booleans())
    def a_person_answers(self, place: int, *, granted: bool) -> None:
        """Any open question; the second time it is an answer to nothing."""
        waiting = self.state.pending
        decision = waiting[place % len(waiting)].decision
        self.told.answered(decision, granted=granted)
        again = advance(self.state, self.told.heard[-1], self.told.policy)
        assert not [one for one in again.actions if not isinstance(one, Notify)]

    @rule(back=st.integers(1, 40))
    def something_is_heard_again(self, back: int) -> None:
        """An event of the past, once more: at most it is told again."""
        event = self.told.heard[-min(back, len(self.told.heard))]
        if isinstance(event, ClockStruck | ApprovalGiven):
            return
        before = replace(self.state, position=0, notices=0)
        self.told.take(event)
        assert not [one for one in self.told.last.actions if not isinstance(one, Notify)]
        assert replace(self.state, position=0, notices=0) == before

    # ---- what always holds

    @invariant()
    def one_champion_answers(self) -> None:
        """It is alive, and the route names it and, beside it, only the release in canary."""
        state = self.state
        assert [line.version for line in state.lines].count(state.champion) == 1
        assert len({line.version for line in state.lines}) == len(state.lines)
        release = state.release
        if release is not None and release.stage == "canary":
            route = Route(champion=state.champion, canary=release.version, share=0.2, salt=release.salt)
            assert state.route == route
        else:
            assert state.route == Route(champion=state.champion)

    @invariant()
    def a_release_is_alive_and_alone(self) -> None:
        """Nothing is trained while a challenger is on its way, unless it is watched or fails."""
        release = self.state.release
        if release is not None:
            assert self.state.line(release.version) is not None
            assert release.version != self.state.champion
            assert self.state.training is None

    @invariant()
    def what_is_armed_can_come_back(self) -> None:
        """The previous line is alive as long as rollback is armed, and for the champion of today."""
        armed = self.state.armed
        if armed is not None:
            assert self.state.line(armed.previous) is not None
            assert armed.previous != armed.champion == self.state.champion

    @invariant()
    def quarantined_windows_stay_out(self) -> None:
        """Out of training, of the reference and of every figure."""
        state, out = self.state, set(self.state.quarantined)
        assert not out & set(state.trainable)
        assert not out & {one.window for one in state.served}
        assert not out & {gain.window for gain in state.freshness.gains}
        assert not out & {number for line in state.lines for number, _ in line.tables}
        assert state.watch is not None
        assert not out & {one.window.number for one in state.watch.kept}
        assert not out & {n for one in self.told.actions if isinstance(one, Train) for n in one.order.windows}

    @invariant()
    def what_looked_broken_must_be_proven(self) -> None:
        """An order with flagged rows that the champion has not learnt from is strict."""
        for one in self.told.last.actions:
            if isinstance(one, Train) and set(one.order.windows) & set(self.state.unproven):
                assert one.order.kind in {"strict", "first"}

    @invariant()
    def only_what_may_matter_is_kept(self) -> None:
        """Newest and before are alive or nobody; there are never more than five lines."""
        state = self.state
        assert all(not name or state.line(name) is not None for name in (state.newest, state.before))
        assert len(state.lines) <= 5

    @invariant()
    def the_budget_is_kept(self) -> None:
        """No token is spent that was not there."""
        assert -1e-9 <= self.state.freshness.tokens <= BUSY.decide.cadence.most_tokens

    @invariant()
    def questions_are_about_something(self) -> None:
        """One open question of a kind, and each about what is there."""
        state = self.state
        kinds = [one.what for one in state.pending]
        assert len(kinds) == len(set(kinds))
        assert state.waits("release") == (state.release is not None and state.release.stage == "waiting")
        assert state.armed is not None or not state.waits("restore")
        assert state.training is None or not state.waits("train")

    @invariant()
    def what_is_written_is_numbered(self) -> None:
        """Decisions count without gaps, actions have ids of their own."""
        numbers = [one.number for step in self.told.steps for one in step.decisions]
        assert numbers == list(range(1, len(numbers) + 1))
        ids = [action.id for action in self.told.actions]
        assert len(ids) == len(set(ids))
        assert all(one.otherwise for step in self.told.steps for one in step.decisions)


class Suggesting(Loop):
    """In suggest nothing trains or routes without a yes."""

    mode: ClassVar[Mode] = "suggest"

    @invariant()
    def a_yes_came_first(self) -> None:
        """A training follows a yes or a wish; a challenger is loaded only by a yes."""
        event, step = self.told.heard[-1], self.told.last
        wanted = [one for one in step.actions if isinstance(one, Train | Load)]
        yes = isinstance(event, ApprovalGiven) and event.granted
        wished = any(one.reasons == ("the operator asked",) for one in step.decisions)
        first = len(self.state.lines) <= 1 and isinstance(event, HistoryRead)
        assert not wanted or yes or wished or first or self.told.state.versions == 1


class Observing(Suggesting):
    """Observe only decides and notifies."""

    mode: ClassVar[Mode] = "observe"

    @invariant()
    def no_training_is_asked_for(self) -> None:
        """What it would train is no question."""
        assert not self.state.waits("train")


class Wavering(Loop):
    """The owner changes the file now and then."""

    @rule(mode=st.sampled_from(["observe", "suggest", "act"]), prove=st.sampled_from(["routine", "strict"]))
    def the_owner_changes_the_file(self, mode: Mode, prove: Prove) -> None:
        """What waits for a yes, is in flight or is armed goes on under other rules."""
        self.told.policy = replace(BUSY, mode=mode, validate=replace(BUSY.validate, prove=prove))
        self.told.take(PolicyChanged(time=self.told.now, policy=self.told.policy, text_hash=mode + prove, code_hash=""))
        assert not self.told.last.actions


FEW = settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
TestActing = Loop.TestCase
TestActing.settings = FEW
TestSuggesting = Suggesting.TestCase
TestSuggesting.settings = FEW
TestObserving = Observing.TestCase
TestObserving.settings = FEW
TestWavering = Wavering.TestCase
TestWavering.settings = FEW
