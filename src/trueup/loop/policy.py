"""What does the model's owner want? The whole of the project file that the core may see."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

Watched = Literal[
    "columns", "score", "far rows", "performance", "outcomes", "thumbs", "corrections", "missing labels", "estimate"
]
PARTS: Final[Mapping[Watched, float]] = MappingProxyType(
    {
        "columns": 0.35,  # and the number of rows
        "score": 0.02,
        "far rows": 0.02,
        "performance": 0.4,  # the metric and the KPIs
        "outcomes": 0.12,
        "thumbs": 0.02,
        "corrections": 0.02,
        "missing labels": 0.02,
        "estimate": 0.03,
    }
)  # of the budget of false alerts; they add up to one

Mode = Literal["observe", "suggest", "act"]
Prove = Literal["routine", "strict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Windowing:
    """How event time, or the count of rows, is cut into windows."""

    unit: Literal["time", "rows"]
    length: float  # seconds, or rows
    min_rows: int = 200  # a thinner window stays open
    timezone: str = "UTC"
    ticks: int = 7  # looks at a release's exposure per window


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPolicy:
    """When labels are awaited, and whether they depend on what was answered."""

    label_delay: float | None = None  # time units after the row; None: not declared, learnt from arrivals
    outcomes: Literal["independent", "depend_on_answer"] = "independent"
    enough: float = 0.8  # share of a window's rows that must be labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A business rule: an SQL expression over features and `score` that every answer must satisfy."""

    name: str
    expect: str
    at_most: float = 0.01  # share of a window's answers that may break it before it is an alert
    quarantine: bool = False  # answers that break it do not train until they are corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinePolicy:
    """How much of a column may be off before a window is kept out of training and of the evidence."""

    missing: float = 0.20  # rise of the share of missing values, in points of share
    unseen: float = 0.20  # share of never-seen levels
    out_of_range: float = 0.20  # share outside the reference's range


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A number of the owner's beside the metric, and what it is made of."""

    name: str
    kind: Literal["mean", "ratio", "metric", "code"]
    of: tuple[str, ...]  # a column, two columns, a metric of the catalogue, or file.py:function
    direction: Literal["higher", "lower"] = "higher"  # which values are better


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A column whose levels, or stretches between edges, are looked at one by one."""

    column: str
    edges: tuple[float, ...] = ()  # rising; empty: the column's levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An event of the calendar that explains why a window is unlike others."""

    name: str
    first: str  # its first day in the project's time zone, as 2026-11-27, or 11-27 for every year
    last: str  # its last day, likewise
    effect: Literal["skip", "widen"]  # skip: neither judged nor learnt from; widen: judged by wider limits
    factor: float = 2.0  # of the limits, where they are widened


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPolicy:
    """How often a false alert is bearable, which rules must hold, and what counts as broken data."""

    windows_per_false_alert: float = 90.0  # the budget: one false alert in so many windows
    rules: tuple[Rule, ...] = ()
    quarantine: QuarantinePolicy = QuarantinePolicy()
    kpis: tuple[Kpi, ...] = ()
    slices: tuple[Slice, ...] = ()
    guarantee: Literal["calibrated", "strict"] = "calibrated"  # of performance alerts
    outliers: str = "mahalanobis"  # how far rows are told from usual ones: a name of the catalogue; none: not at all
    calendar: tuple[Known, ...] = ()

    @property
    def keeps_out(self) -> tuple[Rule, ...]:
        """The rules whose broken answers do not train until they are corrected."""
        return tuple(rule for rule in self.rules if rule.quarantine)

    def windows_per_alert(self, watched: Watched) -> float:
        """In how many windows one of these may be told wrongly: all of them together keep the budget.

        >>> round(MonitorPolicy(windows_per_false_alert=90.0).windows_per_alert("columns"))
        257
        """
        each = 1 + len(self.kpis) if watched == "performance" else 1
        return self.windows_per_false_alert * each / PARTS[watched]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One rule that makes a reason to act: a name of the triggers' catalogue and its settings."""

    name: str  # drift | freshness | label_shift | ood | slo | schedule | rule
    settings: tuple[tuple[str, str | float], ...] = ()  # sorted (key, value) pairs

    def setting(self, key: str, default: float | str) -> float | str:
        """The owner's value of one setting, else the default."""
        return dict(self.settings).get(key, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What holds a training back although there is a reason for it."""

    cooldown: int = 0  # windows after a training
    runs: int = 12  # trainings per `runs_per` time units; 0: no limit
    runs_per: float = 0.0  # time units (0: no limit)
    cpu_minutes: float = 0.0  # CPU minutes per `cpu_per` time units; 0: no limit
    cpu_per: float = 0.0  # time units
    min_labels: int = 500  # labelled rows since the last training's newest row


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """The constants of the worth of freshness (research: policy, section 2); one set for every stream."""

    price: float = 0.06  # C: worth of one training, in metric share x windows
    prior_interval: float = 3.0  # N0
    longest: float = 3.0  # NMAX: an interval is not longer while freshness may be worth something
    surely_useless: float = 0.003  # RSTOP: loss a window below which freshness is not worth it
    clip: float = 0.10  # one pair's gain a window, at most
    decay: float = 0.8  # weight of a pair one window older
    noise: float = 0.01  # S0
    rate: float = 0.27  # tokens a window
    first_tokens: float = 2.0
    most_tokens: float = 3.0
    reserve: float = 1.0  # tokens kept for a sudden change
    alarm_rise: float = 0.05  # THETA: rise of the loss relative to the metric's level
    alarm_sd: float = 2.0  # NSD
    alarm_windows: int = 6  # REF


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePolicy:
    """Which reasons count, what holds them back, and what freshness is worth."""

    triggers: tuple[Trigger, ...] = (Trigger(name="freshness"),)
    hold: Hold = Hold()
    cadence: Cadence = Cadence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which of the rows a fit sees: `all`, `last` N windows, or `recency` (weight halves every N windows)."""

    name: Literal["all", "last", "recency"]
    windows: int = 6

    @property
    def title(self) -> str:
        """What people read, and what two fits on the same rows have in common."""
        recency = "recency" if self.windows == 6 else f"recency {self.windows} windows"
        return {"all": "all", "last": f"last {self.windows} windows", "recency": recency}[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainPolicy:
    """By which recipe and on which rows a version is fitted, and how much it may use."""

    code: str = ""  # model.py:build; empty: the default pipeline
    scopes: tuple[Scope, ...] = (Scope(name="last"), Scope(name="all"), Scope(name="recency"))
    seconds: float = 300.0  # wall time of one training
    memory: int = 2 << 30  # bytes
    seed: int = 7
    blend_windows: int = 12
    calibration_windows: int = 6
    remedy_decay: float = 0.85  # weight of a window one older, for blend and recalibration


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatePolicy:
    """How a candidate is judged."""

    prove: Prove = "routine"
    keep_skill: float = 0.8
    alpha: float = 0.05
    shadow_windows: int = 2
    armed_windows: int = 4
    worse_probability: float = 0.95  # P(worse in the metric) that stops or takes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Absolute limits that a canary's answers must keep."""

    slower_than: float = 0.25  # seconds
    slow: float = 0.01  # share of answers slower than that
    errors: float = 0.01  # share of requests without an answer
    broken_rules: float = 0.01  # share of answers that break a business rule


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployPolicy:
    """How a release reaches traffic."""

    canary: float = 0.2  # share of entities
    min_requests: int = 50  # canary answers before an estimate may stand for a proof
    time_out: float = 1.0  # windows; then the champion is kept
    guard: Guard = Guard()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything the owner wants, resolved: no default is hidden, none depends on the data."""

    model: str
    schema: Schema
    metric: str
    window: Windowing
    mode: Mode = "suggest"
    feedback: FeedbackPolicy = FeedbackPolicy()
    monitor: MonitorPolicy = MonitorPolicy()
    decide: DecidePolicy = DecidePolicy()
    train: TrainPolicy = TrainPolicy()
    validate: ValidatePolicy = ValidatePolicy()
    deploy: DeployPolicy = DeployPolicy()
    sensitive: tuple[str, ...] = ()
