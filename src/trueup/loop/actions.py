"""What the loop may want done: a closed union of frozen records in the imperative; each is idempotent by its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.loop.deploy.routing import Route
from trueup.loop.train.calibration import Calibration
from trueup.loop.train.order import TrainOrder

NoticeKind = Literal[
    "drift",  # the monitor's
    "limit",  # the owner's, on a measure of drift
    "performance",
    "rule",
    "quality",
    "rival",
    "calibration",
    "label",
    "run",
    "release",
    "ood",
    "skew",
]
Severity = Literal["info", "minor", "moderate", "major"]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What more is known of a notice than its sentence."""

    columns: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()  # slices or levels of columns; a sensitive one under its code
    since: int = 0  # number of the window in which it began; 0: in the notice's own
    confidence: float | None = None  # that it is so, not that it is bad; None: there is no such figure
    # of a deviation 1 minus the chance that calm data brings it, of a proven cause how far its proof leaves nothing
    # else, of a limit that is passed 1: that is counted, whatever the reason
    cause: str = ""  # the likely one, in words; empty: not told
    proposed: str = ""  # what may be done: block and quarantine, ask, recalibrate, retrain, watch; empty: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Tell people."""

    id: str
    number: int  # of the alert; 0: news, not an alert
    kind: NoticeKind
    severity: Severity
    subject: str  # column, rule or version
    sentence: str
    window: int
    about: About = About()
    opened: bool = True  # of an alert: it begins with this notice; else it became graver


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Keep a window out of training, references and evidence; or some answers of it out of training."""

    id: str
    window: int
    because: tuple[str, ...]
    rows: int = 0  # answers, until they are corrected; 0: the whole window


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """Carry out a training order."""

    id: str
    order: TrainOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Make a version ready to answer, blended and recalibrated as given."""

    id: str
    version: str
    bundle: str
    weights: tuple[float, ...]
    calibration: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """Re-weigh and recalibrate a version that answers."""

    id: str
    version: str
    weights: tuple[float, ...]
    calibration: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRoute:
    """Let these versions answer from now on."""

    id: str
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Wait for a person's yes to a decision."""

    id: str
    decision: int
    sentence: str


Action = Notify | Quarantine | Train | Load | Adjust | SetRoute | Ask
