"""What does the loop remember about one model? Rebuilt at any time by advancing over its journal."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.decide.cause import Cause, Seen
from trueup.loop.decide.freshness import Freshness
from trueup.loop.decide.situation import Figure, Run, Served
from trueup.loop.deploy.release import Armed, Release
from trueup.loop.deploy.routing import Route
from trueup.loop.deploy.version import Line
from trueup.loop.feedback.missing import ArrivalWatch
from trueup.loop.monitor.alert import Alert
from trueup.loop.monitor.calendar import allowance
from trueup.loop.monitor.estimate import EstimateWatch
from trueup.loop.monitor.kpi import Vigil
from trueup.loop.monitor.label_watch import LabelWatch
from trueup.loop.monitor.level import Level
from trueup.loop.monitor.limit import Beyond, Course
from trueup.loop.monitor.outliers import Outskirts
from trueup.loop.monitor.pace import Pace
from trueup.loop.monitor.rules import Episode
from trueup.loop.monitor.score import ScoreWatch
from trueup.loop.monitor.watch import Watch
from trueup.loop.train.order import TrainOrder
from trueup.loop.validate.loss import ProofLoss
from trueup.loop.window import Window
from trueup.stats.clustering import DaySums

if TYPE_CHECKING:
    from trueup.loop.policy import Known

What = Literal["train", "release", "restore"]

KEPT: Final = 20  # superseded questions that are remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A training in flight."""

    action: str  # id
    order: TrainOrder
    decision: int
    wished: bool  # by a person: outside the budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for; the same wish heard twice is one wish."""

    time: float
    who: str
    note: str
    code: str  # another recipe for this one training; empty: the owner's


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A decision that waits for a yes."""

    decision: int
    what: What
    order: TrainOrder | None = None  # of a training
    triggers: tuple[str, ...] = ()  # that asked for a training; another urgent one is another question


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Two versions that must be compared on every labelled window, under the loss declared for them."""

    candidate: str
    champion: str
    loss: ProofLoss


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything the next decision may depend on."""

    position: int = 0  # events advanced over
    time: float = 0.0
    code_hash: str = ""
    metric: str = ""  # that level, served and the blends' track are in
    closed: int = 0  # number of the newest closed window
    matured: int = 0  # number of the newest labelled window
    windows: tuple[Window, ...] = ()  # all closed ones
    labelled: tuple[tuple[int, int], ...] = ()  # (window, labelled rows), quarantined ones left out
    quarantined: tuple[int, ...] = ()
    breached: tuple[tuple[str, str, int], ...] = ()  # (column, kind, windows in a row) up to the newest closed window
    flagged: tuple[int, ...] = ()  # windows that looked broken, and were taken for a changed world because it lasts
    watch: Watch | None = None
    fine: str = ""  # content hash of the newest window's fine profile; empty: none was kept
    alerts: tuple[Alert, ...] = ()  # standing
    courses: tuple[Course, ...] = ()  # of the columns that the owner has set a limit for
    level: Level = Level()
    freshness: Freshness = Freshness()
    served: tuple[Served, ...] = ()
    lines: tuple[Line, ...] = ()  # alive: champion, challenger, armed, and the pair that shows the worth of freshness
    champion: str = ""
    route: Route | None = None  # last asked for
    release: Release | None = None
    armed: Armed | None = None
    newest: str = ""  # newest line trained as a refresh
    before: str = ""  # the one before it
    loss: ProofLoss | None = None  # declared last
    days: DaySums = DaySums()  # reference of noise for the design effect
    below_rival: bool = False  # the champion is shown worse than the naive rival
    training: Training | None = None
    wishes: tuple[Wish, ...] = ()
    granted: Wish | None = None  # the last one that was trained
    pending: tuple[Pending, ...] = ()
    superseded: tuple[tuple[int, int], ...] = ()  # (question, the one in its place; 0: none yet), newest last
    runs: tuple[Run, ...] = ()
    versions: int = 0  # names given
    decisions: int = 0
    notices: int = 0
    fresh_labels: bool = False  # since the last decision, or since an urgent reason that was held back
    news: bool = False  # anything since the last decision
    broken_rules: tuple[str, ...] = ()  # since the last decision, or held back and not kept since
    heard: tuple[tuple[str, float], ...] = ()  # (what, moment or window of the newest), against echoes
    labels_at_training: int = 0  # labelled rows when the last training was ordered
    figures: tuple[Figure, ...] = ()  # KPIs and slices
    vigils: tuple[Vigil, ...] = ()  # over the metric and each KPI
    reigns: tuple[tuple[int, str], ...] = ()  # (window at whose close it answered first, version), oldest first
    alarmed: int = 0  # newest window with an alarm of the level
    beyond: tuple[Beyond, ...] = ()  # columns beyond a limit of the owner's
    episodes: tuple[Episode, ...] = ()  # of rules that are broken again and again
    outcomes: LabelWatch | None = None  # what is usual of the labels; None: nothing is known yet
    outliers: Outskirts = Outskirts()
    score: ScoreWatch = ScoreWatch()
    dropped: str = ""  # how the metric became worse, while that is confirmed and no training was ordered since
    dropped_after: int = 0  # newest closed window when it did
    aside: tuple[tuple[int, int], ...] = ()  # (window, labelled rows) of windows whose labels came in quarantine
    offset: float = 0.0  # seconds that the project's wall clock is ahead of UTC, at the newest tick
    scheduled: float = -math.inf  # since when the training was due that the schedule asked for last
    known: tuple[tuple[int, tuple[str, ...]], ...] = ()  # (window, names of the calendar's events in it)
    estimates: EstimateWatch | None = None  # what scores let expect; None: nothing was answered yet
    thumbs: LabelWatch | None = None  # what is usual of the thumbs; None: none came yet
    corrections: LabelWatch | None = None  # what is usual of corrected labels
    arrivals: ArrivalWatch | None = None  # how labels usually come in; None: nothing is known yet
    pace: Pace = Pace()
    seen: tuple[Seen, ...] = ()  # newest windows that were not as usual, oldest first
    growing: tuple[str, ...] = ()  # columns that people were asked about once, since they only grow
    far: tuple[tuple[str, float], ...] = ()  # (champion, share of rows far out) of newest accepted windows
    called: tuple[Cause, ...] = ()  # that call for a training, since the last decision or held back since

    def line(self, version: str) -> Line | None:
        """The line of a version, if it is alive."""
        return next((line for line in self.lines if line.version == version), None)

    def alive(self, version: str) -> Line:
        """The line of a version that cannot but be alive: who answers, is on its way, or may come back."""
        return next(line for line in self.lines if line.version == version)

    def window(self, number: int) -> Window | None:
        """A closed window by its number."""
        return next((window for window in reversed(self.windows) if window.number == number), None)

    @property
    def worse(self) -> bool:
        """Whether what is served just became worse, by its level or by the calibrated monitor."""
        return self.level.alarm or bool(self.dropped)

    def reign(self, window: int) -> int:
        """How many champions had come when a window closed."""
        return sum(first <= window for first, _ in self.reigns)

    @property
    def labels(self) -> int:
        """Labelled rows so far."""
        return sum(rows for _, rows in self.labelled)

    @property
    def trainable(self) -> tuple[int, ...]:
        """Windows whose rows may train: labelled and not quarantined."""
        return tuple(number for number, _ in self.labelled)

    @property
    def unproven(self) -> tuple[int, ...]:
        """Flagged windows that may train, and that the champion has not learnt from: no proof speaks for them yet."""
        champion = self.line(self.champion)
        learnt = champion.trained_after if champion is not None else 0
        return tuple(number for number in self.trainable if number in self.flagged and number > learnt)

    def events_of(self, window: int) -> tuple[str, ...]:
        """The names of the calendar's events in a window."""
        return dict(self.known).get(window, ())

    def skipped(self, calendar: tuple[Known, ...]) -> tuple[int, ...]:
        """The windows that the calendar lets nobody judge."""
        return tuple(number for number, names in self.known if allowance(names, calendar).skip)

    @property
    def drifted(self) -> bool:
        """Whether the labels showed another rule, and no training was ordered for it yet."""
        return any(one.name == "concept_drift" for one in self.called)

    def freed(self) -> State:
        """What was in flight has ended: an urgent reason that it held back is asked again at the next tick."""
        news = self.news or self.fresh_labels or bool(self.broken_rules or self.called)
        return replace(self, news=news, scheduled=-math.inf)

    def asked_anew(self) -> State:
        """A question about a training rests on what is no more: the next tick puts it again, if it still is one."""
        waiting = self.question("train")
        if waiting is None:
            return self
        superseded = (*self.superseded, (waiting.decision, 0))[-KEPT:]
        return replace(self.without("train"), news=True, fresh_labels=True, superseded=superseded)

    def waits(self, what: What) -> bool:
        """Whether a person has such a question before them."""
        return self.question(what) is not None

    def question(self, what: What) -> Pending | None:
        """The open question of a kind, if there is one."""
        return next((one for one in self.pending if one.what == what), None)

    def asked(self, question: Pending) -> State:
        """A person has this question before them; it takes the place of an open one of its kind."""
        old, number = self.question(question.what), question.decision
        anew = question.what == "train"
        superseded = tuple((one, number if anew and not by else by) for one, by in self.superseded)
        if old is not None:
            superseded = (*superseded, (old.decision, number))[-KEPT:]
        left = self.without(question.what).pending
        return replace(self, pending=(*left, question), superseded=superseded)

    def instead_of(self, decision: int) -> int | None:
        """The open question that took the place of this one; None: there is none."""
        by = dict(self.superseded)
        while decision in by:
            decision = by[decision]
        return decision if any(one.decision == decision for one in self.pending) else None

    def pairings(self) -> tuple[Pairing, ...]:
        """The comparisons that the next labelled window must bring."""
        found: list[Pairing] = []
        if self.champion and self.loss is not None:
            found.append(Pairing(candidate=self.champion, champion=self.champion, loss=self.loss))
        if self.release is not None and self.release.stage == "shadow":
            found.append(Pairing(candidate=self.release.version, champion=self.champion, loss=self.release.loss))
        if self.armed is not None:
            found.append(Pairing(candidate=self.armed.champion, champion=self.armed.previous, loss=self.armed.loss))
        return tuple(found)

    def hears(self, what: str, moment: float) -> State | None:
        """The state that has heard of it up to this moment; None if it had already."""
        known = dict(self.heard)
        if moment <= known.get(what, -math.inf):
            return None
        return replace(self, heard=tuple(sorted({**known, what: moment}.items())))

    def without(self, *questions: What) -> State:
        """Such questions are not open any more."""
        return replace(self, pending=tuple(one for one in self.pending if one.what not in questions))

    def tidy(self) -> State:
        """Only the lines that may still matter are kept."""
        keep = {self.champion, self.newest, self.before}
        if self.release is not None:
            keep.add(self.release.version)
        if self.armed is not None:
            keep.add(self.armed.previous)
        return replace(self, lines=tuple(line for line in self.lines if line.version in keep))
