"""What can happen to a model: a closed union of frozen records in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.loop.deploy.exposure import Exposure
from trueup.loop.deploy.version import Learnt
from trueup.loop.feedback.returned import Returned
from trueup.loop.intake import EarlyRowsCounted, LateRowsCounted, RowsMissed, SchemaMisfit, SkewMeasured
from trueup.loop.monitor.estimate import ScoreBins
from trueup.loop.monitor.measure import Measure, PartEvaluation
from trueup.loop.monitor.outliers import FarRows
from trueup.loop.monitor.pace import Waits
from trueup.loop.monitor.performance import Evaluation, MetricDifference
from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.monitor.rules import RuleCount
from trueup.loop.monitor.score import ScoreRows
from trueup.loop.monitor.symptoms import Symptoms
from trueup.loop.policy import Policy
from trueup.loop.train.blend import BlendLosses
from trueup.loop.train.calibration import Reliability
from trueup.loop.train.order import Fit
from trueup.loop.validate.comparison import Comparison
from trueup.loop.validate.loss import ProofLoss
from trueup.loop.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """The owner's file was read anew; the core knows it only from here."""

    time: float
    policy: Policy
    text_hash: str  # of the full resolved text
    code_hash: str  # of the owner's code; empty: the default pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreUpgraded:
    """Another version of the core goes on from here; audits are claimed per core version."""

    time: float
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRead:
    """The labelled rows from before the first version were read."""

    time: float
    edges: Edges
    windows: tuple[Window, ...]
    profiles: tuple[Profile, ...]  # one per window
    labelled: tuple[int, ...]  # rows with a label, per window
    loss: ProofLoss
    returned: tuple[Returned, ...] = ()  # which labels came back, per window; empty in old journals
    known: tuple[tuple[str, ...], ...] = ()  # names of the calendar's events in each window; empty: in none
    offset: float = 0.0  # seconds that the project's wall clock is ahead of UTC at this moment


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed:
    """A window's inputs are in."""

    time: float
    window: Window
    profile: Profile
    fine: str  # content hash of the fine profile's file; empty: none was kept
    outliers: FarRows | None = None  # None: they were not counted
    score: ScoreRows | None = None  # what the champion answered; None: next to nothing
    known: tuple[str, ...] = ()  # names of the calendar's events in it
    waits: Waits | None = None  # between its rows; None: its windows count rows, or it has fewer than two
    scores: ScoreBins | None = None  # what was answered, by score; None: nothing was, or it has no probability
    symptoms: Symptoms | None = None  # what tells causes apart; None: too few rows, or none were taken


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEvidence:
    """How one version did on one window, as it would have served all of it."""

    version: str
    evaluation: Evaluation
    losses: BlendLosses | None  # None: the metric is not defined on this window
    reliability: Reliability


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEvidence:
    """How two versions did on the same rows."""

    comparison: Comparison
    difference: MetricDifference | None  # None: the metric is not defined on these rows


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsMatured:
    """Enough of a window's labels came back to judge it."""

    time: float
    window: Window
    rows: int
    labelled: int
    served: Evaluation | None  # what was really answered; None: nothing was
    lines: tuple[LineEvidence, ...]
    pairs: tuple[PairEvidence, ...]
    kpis: tuple[Measure, ...] = ()  # the owner's numbers, of all answers and of each slice
    parts: tuple[PartEvaluation, ...] = ()  # the metric of each slice, and further metrics
    returned: Returned | None = None  # which labels came back; None in old journals
    scores: ScoreBins | None = None  # what was answered to labelled rows, by score, and how often it was right


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsCounted:
    """A window that waits for its labels has far fewer than usual at its age; at most once a window."""

    time: float
    window: Window
    rows: int
    labelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureCounted:
    """What the arms of a release did live since the last tick."""

    time: float
    canary: Exposure
    champion: Exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBroken:
    """Answers broke a business rule since the last tick."""

    time: float
    count: RuleCount
    window: int  # number of the newest closed window


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStruck:
    """A tick: time to decide on what came in since the last one."""

    time: float
    offset: float = 0.0  # seconds that the project's wall clock is ahead of UTC at this moment


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFinished:
    """A training ended with a version; the pair is the fit without the judging rows against the champion."""

    time: float
    action: str  # id of the action it answers
    version: str
    bundle: str
    snapshot: str
    fits: tuple[Fit, ...]
    rows: int
    attempts: int  # 2: a worker was killed from outside and the run was done again
    cpu_seconds: float
    judged: PairEvidence | None  # None: there was nothing to judge against
    learnt: Learnt
    loss: ProofLoss
    code_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFailed:
    """A training ended without a version."""

    time: float
    action: str
    why: str  # raised | time | memory | killed | nonsense
    detail: str
    cpu_seconds: float = 0.0  # as far as they are known


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLoaded:
    """A version is warm and ready to answer."""

    time: float
    action: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFailed:
    """A version could not be made ready."""

    time: float
    action: str
    version: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsDone:
    """Actions without an answer of their own were carried out."""

    time: float
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAsked:
    """A person asked for something."""

    time: float
    wish: Literal["train", "rollback", "release"]
    who: str
    note: str
    code: str = ""  # another recipe for this one training
    window: int = 0  # number of the one to release from quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven:
    """A person answered a question of the loop."""

    time: float
    decision: int
    granted: bool
    who: str
    note: str


Intake = LateRowsCounted | EarlyRowsCounted | RowsMissed | SchemaMisfit | SkewMeasured
Event = (
    PolicyChanged
    | CoreUpgraded
    | HistoryRead
    | WindowClosed
    | LabelsMatured
    | LabelsCounted
    | LateRowsCounted
    | EarlyRowsCounted
    | RowsMissed
    | SchemaMisfit
    | SkewMeasured
    | ExposureCounted
    | RuleBroken
    | ClockStruck
    | TrainingFinished
    | TrainingFailed
    | VersionLoaded
    | VersionFailed
    | ActionsDone
    | PersonAsked
    | ApprovalGiven
)
