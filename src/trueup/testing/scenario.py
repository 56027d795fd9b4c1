"""A small world in which a history is told in a few words: given these events, what does the loop want?

Every version is off by a constant on each row, its error: the smaller, the better; at .5 it knows nothing.

>>> told = Scenario().start().window().last.decisions[0].remedy
>>> told
'nothing'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trueup.loop.actions import Ask, Load, Train
from trueup.loop.deploy.exposure import Exposure
from trueup.loop.deploy.version import Learnt
from trueup.loop.events import (
    ApprovalGiven,
    ClockStruck,
    ExposureCounted,
    HistoryRead,
    LabelsMatured,
    PersonAsked,
    RuleBroken,
    TrainingFailed,
    TrainingFinished,
    VersionFailed,
    VersionLoaded,
    WindowClosed,
)
from trueup.loop.monitor.rules import RuleCount
from trueup.loop.train.order import Fit
from trueup.testing.heard import Heard
from trueup.testing.toy import (
    BETTER,
    EDGES,
    GOOD,
    LENGTH,
    LOSS,
    ROWS,
    USELESS,
    came_back,
    evaluation,
    line,
    pair,
    profile,
    slice_of,
)

if TYPE_CHECKING:
    from trueup.loop.events import PairEvidence
    from trueup.loop.monitor.measure import Measure
    from trueup.loop.monitor.symptoms import Symptoms
    from trueup.loop.validate.loss import ProofLoss
    from trueup.loop.window import Window


class Scenario(Heard):
    """Tells a history event by event."""

    # ---- events, in the order in which a release usually sees them

    def history(self, windows: int = 6) -> Scenario:
        """The labelled past."""
        slices = tuple(slice_of(number) for number in range(1, windows + 1))
        return self.take(
            HistoryRead(
                time=LENGTH * windows,
                edges=EDGES,
                windows=slices,
                profiles=(profile(),) * windows,
                labelled=(ROWS,) * windows,
                loss=LOSS,
                returned=(came_back(),) * windows,
            )
        )

    def trained(self, error: float = GOOD, *, code: str = "", judged: bool = True) -> Scenario:
        """The training in flight ends with a version of this error, by this recipe."""
        return self.take(self.trained_later(error, code=code, judged=judged))

    def trained_later(self, error: float = GOOD, *, code: str = "", judged: bool = True) -> TrainingFinished:
        """What the training in flight will end with, judged against today's champion."""
        training, champion = self.state.training, self.state.champion
        if training is None:
            raise ValueError("no training is in flight")
        version, windows = training.order.version, self.state.windows[-6:]
        fair = champion and judged and training.order.judge is not None
        self.errors[version] = error
        return TrainingFinished(
            time=self.now,
            action=training.action,
            version=version,
            bundle=f"bundle of {version}",
            snapshot=f"rows of {version}",
            fits=tuple(Fit(scope=scope.title, rows=ROWS) for scope in training.order.scopes),
            rows=ROWS * len(training.order.windows),
            attempts=1,
            cpu_seconds=2.0,
            judged=self._pair(version, champion, LOSS) if fair else None,
            learnt=Learnt(edges=EDGES, windows=windows, profiles=(profile(),) * len(windows)),
            loss=LOSS,
            code_hash=code,
        )

    def failed(self, why: str = "raised", *, cpu_seconds: float = 0.0) -> Scenario:
        """The training in flight ends without a version."""
        action, detail = self.wanted(Train).id, "no such column"
        return self.take(TrainingFailed(time=self.now, action=action, why=why, detail=detail, cpu_seconds=cpu_seconds))

    def loaded(self) -> Scenario:
        """The version that was last to be loaded is warm."""
        action = self.wanted(Load)
        return self.take(VersionLoaded(time=self.now, action=action.id, version=action.version))

    def broken(self) -> Scenario:
        """The version that was last to be loaded cannot be."""
        action = self.wanted(Load)
        return self.take(VersionFailed(time=self.now, action=action.id, version=action.version, why="no such file"))

    def exposed(self, requests: int = 500, *, errors: int = 0) -> Scenario:
        """The canary answered so much since the last tick."""
        release = self.state.release
        canary = release.version if release is not None else ""
        self.now += 1.0
        return self.take(
            ExposureCounted(
                time=self.now,
                canary=Exposure(version=canary, requests=requests, errors=errors, slow=0, broken_rules=0),
                champion=Exposure(version=self.state.champion, requests=4 * requests, errors=0, slow=0, broken_rules=0),
            )
        )

    def closed(
        self,
        *,
        missing: int = 0,
        low: int = ROWS // 4,
        known: tuple[str, ...] = (),
        symptoms: Symptoms | None = None,
    ) -> Scenario:
        """One window more: values missing, values in the lowest quarter, the calendar, and what else stands out."""
        window = slice_of(self.state.closed + 1)
        self.now = max(self.now, window.end)
        counted = profile(missing, low)
        return self.take(
            WindowClosed(time=self.now, window=window, profile=counted, fine="", known=known, symptoms=symptoms)
        )

    def labels(
        self, served: float | None = None, *, kpis: tuple[Measure, ...] = (), positive: int = ROWS // 2
    ) -> Scenario:
        """The labels of the oldest window that waits for them; what was served is the champion, or this error."""
        state, window = self.state, self._waiting()
        lines = () if window.number in state.quarantined else state.lines
        pairs = state.pairings() if lines else ()
        return self.take(
            LabelsMatured(
                time=self.now,
                window=window,
                rows=ROWS,
                labelled=ROWS,
                served=evaluation("served", self._error(state.champion) if served is None else served),
                lines=tuple(
                    line(one.version, self._error(one.version), window=window.number, fits=len(one.fits))
                    for one in lines
                ),
                pairs=tuple(self._pair(one.candidate, one.champion, one.loss) for one in pairs),
                kpis=kpis,
                returned=came_back(positive),
            )
        )

    def unlabelled(self) -> Scenario:
        """No label of the oldest window that waits for them ever came."""
        window = self._waiting()
        return self.take(
            LabelsMatured(time=self.now, window=window, rows=ROWS, labelled=0, served=None, lines=(), pairs=())
        )

    def tick(self) -> Scenario:
        """Time to decide."""
        return self.take(ClockStruck(time=self.now))

    def rule(self, broken: int, name: str = "is_probability") -> Scenario:
        """So many of a hundred answers broke a business rule."""
        self.now += 1.0
        count = RuleCount(name=name, rows=100, broken=broken)
        return self.take(RuleBroken(time=self.now, count=count, window=self.state.closed))

    def ask(self, wish: Literal["train", "rollback", "release"], *, code: str = "", window: int = 0) -> Scenario:
        """The operator wants something."""
        self.now += 1.0
        asked = PersonAsked(time=self.now, wish=wish, who="the operator", note="", code=code, window=window)
        return self.take(asked)

    def answer(self, *, granted: bool) -> Scenario:
        """The operator answers the newest question."""
        return self.answered(self.wanted(Ask).decision, granted=granted)

    def answered(self, decision: int, *, granted: bool = True) -> Scenario:
        """The operator answers a question."""
        answer = ApprovalGiven(time=self.now, decision=decision, granted=granted, who="the operator", note="")
        return self.take(answer)

    # ---- several at once

    def start(self, error: float = GOOD) -> Scenario:
        """A first version of this error is trained and answers."""
        return self.history().trained(error).loaded()

    def window(self, served: float | None = None, *kpis: Measure) -> Scenario:
        """A window closes, its labels come at once, and the clock strikes."""
        return self.closed().labels(served, kpis=kpis).tick()

    def windows(self, count: int) -> Scenario:
        """So many quiet windows."""
        for _ in range(count):
            self.window()
        return self

    def until_training(self) -> Scenario:
        """Quiet windows until freshness is worth a training."""
        while self.state.training is None:
            self.window()
        return self

    def until_asked(self) -> Scenario:
        """Quiet windows until a person is asked whether to train."""
        while not self.state.pending:
            self.window()
        return self

    def in_shadow(self) -> Scenario:
        """Beside a champion that knows nothing, a challenger of which nothing can be said is watched."""
        return self.until_training().trained(USELESS + 0.001)

    def in_canary(self, error: float = BETTER) -> Scenario:
        """The next training gives a version of this error, and it answers its share."""
        return self.until_training().trained(error).loaded()

    def promoted(self, error: float = BETTER) -> Scenario:
        """The next training gives a version of this error, and it becomes champion."""
        return self.in_canary(error).exposed()

    # ---- what a label needs to know

    def _waiting(self) -> Window:
        return next(one for one in self.state.windows if one.number > self.state.matured)

    def _error(self, version: str) -> float:
        return self.errors.get(version, GOOD)

    def _pair(self, candidate: str, champion: str, loss: ProofLoss) -> PairEvidence:
        return pair((candidate, self._error(candidate)), (champion, self._error(champion)), loss)
