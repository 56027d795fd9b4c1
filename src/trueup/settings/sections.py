"""Which keys may a project file have, of which type, with which default, and what is each for?

One model per section; a key's description is what `init` writes beside it, and what editors and the reference show.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trueup.loop.policy import (
    DeployPolicy,
    FeedbackPolicy,
    Guard,
    Hold,
    Mode,
    MonitorPolicy,
    Prove,
    QuarantinePolicy,
    Rule,
    TrainPolicy,
    ValidatePolicy,
)
from trueup.loop.schema import Task
from trueup.settings.fields import (
    MOST,
    ColumnName,
    Duration,
    Host,
    Length,
    LengthOrLearned,
    Memory,
    MetricName,
    Often,
    OftenOrNoLimit,
    Points,
    PositiveLength,
    Rows,
    Share,
    SpendingOrNoLimit,
    Windows,
    Zone,
)
from trueup.settings.measures import KpiSection, SliceSection
from trueup.settings.moments import Day
from trueup.settings.quantity import Rate, Span
from trueup.settings.section import Section
from trueup.settings.triggers import TriggerSection

_FEEDBACK = FeedbackPolicy()
_MONITOR = MonitorPolicy()
_RULE = Rule(name="", expect="")
_QUARANTINE = QuarantinePolicy()
_HOLD = Hold()
_TRAIN = TrainPolicy()
_VALIDATE = ValidatePolicy()
_DEPLOY = DeployPolicy()
_GUARD = Guard()


class FeedbackSection(Section):
    """When labels are awaited."""

    label_delay: LengthOrLearned = Field(
        None, description="how late labels come: a window is judged after this, or once enough are in"
    )
    outcomes: Literal["independent", "depend_on_answer"] = Field(
        _FEEDBACK.outcomes, description="depend_on_answer: the answer decides whether a label comes (credit, ads)"
    )
    enough: Share = Field(_FEEDBACK.enough, gt=0, description="share of a window's rows that need labels to judge it")


class RuleSection(Section):
    """A business rule."""

    name: str = Field(min_length=1, description="what messages call the rule")
    expect: str = Field(min_length=1, description="SQL expression over features and score that answers must satisfy")
    at_most: Share = Field(_RULE.at_most, description="share of a window's answers that may break it")
    quarantine: bool = Field(
        _RULE.quarantine, description="true: answers that break it do not train until they are corrected"
    )


class QuarantineSection(Section):
    """What counts as broken data."""

    missing: Points = Field(_QUARANTINE.missing, description="rise of a column's share of missing values")
    unseen: Share = Field(_QUARANTINE.unseen, description="share of values never seen in training")
    out_of_range: Share = Field(_QUARANTINE.out_of_range, description="share of values outside the range of training")


class CalendarSection(Section):
    """An event that everybody knows of."""

    name: str = Field(min_length=1, description="what messages call the event")
    from_: Day = Field(alias="from", description="its first day, as 2026-11-27, or 11-27 for every year")
    to: Day | None = Field(None, description="its last day, likewise; the first one if left out")
    effect: Literal["skip", "widen"] = Field(
        description="skip: such a window is not judged, but trains; widen: it is judged by wider limits"
    )
    factor: float | None = Field(None, gt=1, le=100, description="of the limits, where they are widened: 2 if left out")


class MonitorSection(Section):
    """Is the world still the one the model was trained on?"""

    false_alerts: Often = Field(
        Rate(1.0, Span(_MONITOR.windows_per_false_alert, "day")),
        description="bearable false alerts, all columns, metrics and looks together",
    )
    rules: tuple[RuleSection, ...] = Field((), description="business rules: [{name, expect, at_most}]")
    quarantine: QuarantineSection = Field(
        QuarantineSection(), description="a window past one of these never trains and is no evidence"
    )
    kpis: tuple[KpiSection, ...] = Field(
        (), max_length=20, description="your own numbers: [{name, mean_of}], ratio_of, metric or code"
    )
    slices: tuple[SliceSection, ...] = Field(
        (), max_length=10, description="parts of the rows that are judged too: [{column, edges}]"
    )
    guarantee: Literal["calibrated", "strict"] = Field(
        _MONITOR.guarantee,
        description="of performance alerts; strict: a proven mean time between false ones, for shares of events",
    )
    outliers: Literal["mahalanobis", "isolation_forest", "none"] = Field(
        "mahalanobis", description="how rows unlike all the champion learnt from are told, in all columns together"
    )
    calendar: tuple[CalendarSection, ...] = Field(
        (), description="known events: [{name, from, to, effect: skip or widen, factor}]"
    )


class HoldSection(Section):
    """What holds a training back."""

    cooldown: Length = Field(Span(float(_HOLD.cooldown), "window"), description="least time between two trainings")
    runs: OftenOrNoLimit = Field(None, description="trainings at most")
    cpu: SpendingOrNoLimit = Field(None, description="time of training at most")
    min_labels: int = Field(
        _HOLD.min_labels, ge=0, le=MOST, description="labelled rows since the last training's newest row"
    )


class DecideSection(Section):
    """Is anything to be done, and what?"""

    triggers: tuple[TriggerSection, ...] = Field(
        (TriggerSection(freshness="learned"),),
        description="reasons to act: drift, freshness, label_shift, ood, slo, schedule, rule",
    )
    hold: HoldSection = Field(HoldSection(), description="what holds a training back although there is a reason")


class LimitsSection(Section):
    """What one training may use."""

    time: Duration = Field(Span(_TRAIN.seconds / 60.0, "minute"), description="wall time of one training")
    memory: Memory = Field(_TRAIN.memory, description="memory of one training")


class TrainSection(Section):
    """On which rows, by which recipe?"""

    code: str = Field(
        _TRAIN.code,
        pattern=r"^(|[^:]+\.py:[A-Za-z_]\w*)$",
        description='your recipe, as model.py:build; "" is the default pipeline',
    )
    rows: tuple[Rows, ...] = Field(
        _TRAIN.scopes,
        min_length=1,
        max_length=3,
        description="each is fitted; every window's labels re-weigh the blend",
    )
    limits: LimitsSection = Field(LimitsSection(), description="a training past one of these is stopped")
    seed: int = Field(_TRAIN.seed, ge=0, le=MOST, description="makes a training repeatable")


class ValidateSection(Section):
    """Is a candidate really better, and allowed?"""

    prove: Prove = Field(
        _VALIDATE.prove, description="routine stops what is shown worse; strict lets nothing on unless proven"
    )
    keep_skill: Share = Field(
        _VALIDATE.keep_skill, gt=0, description="share of the champion's skill a candidate must show"
    )
    alpha: Share = Field(
        _VALIDATE.alpha, gt=0, le=0.5, description="chance of a wrong pass of the proof, at any moment"
    )
    shadow: Windows = Field(_VALIDATE.shadow_windows, description="longest time in shadow")
    armed: Windows = Field(_VALIDATE.armed_windows, description="rollback stays armed after a promotion")
    worse: Share = Field(_VALIDATE.worse_probability, description="P(worse in the metric) that stops or takes back")


class StepSection(Section):
    """One step of a release."""

    canary: Share = Field(gt=0, description="share of entities the challenger answers")


class GuardSection(Section):
    """Absolute limits of a canary's answers."""

    latency_p99: Duration = Field(Span(_GUARD.slower_than * 1000.0, "ms"), description="99 of 100 answers are faster")
    errors: Share = Field(_GUARD.errors, description="requests without an answer")
    broken_rules: Share = Field(_GUARD.broken_rules, description="answers that break a business rule")


class DeploySection(Section):
    """How does a release reach traffic, and come back?"""

    steps: tuple[StepSection, ...] = Field(
        (StepSection(canary=_DEPLOY.canary),),
        min_length=1,
        max_length=1,
        description="one canary step, as {canary: 20 %}",
    )
    guard: GuardSection = Field(GuardSection(), description="a canary past one of these is taken back")
    min_requests: int = Field(
        _DEPLOY.min_requests, ge=1, le=MOST, description="canary answers before an estimate may stand for a proof"
    )
    time_out: PositiveLength = Field(Span(_DEPLOY.time_out, "window"), description="then the champion is kept")


class ServerSection(Section):
    """Where does `trueup up` listen, and to how much? Tokens are in .trueup/token* or TRUEUP_TOKEN, never here."""

    host: Host = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    outcomes_per_minute: int = Field(
        60_000, ge=1, le=MOST, description="outcomes that one token may post, in the long run"
    )
    corrections: Share = Field(0.2, description="share of a window's labels that one token may change")


class ProjectFile(Section):
    """trueup.yaml."""

    trueup: Literal[1] = Field(description="version of this file's format")
    model: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="the model's name, in addresses and messages"
    )
    data: str = Field(min_length=1, description="Parquet, Arrow or CSV with the labelled rows of the first training")
    time: ColumnName = Field(description="column with a row's moment, or its plain order number")
    label: ColumnName = Field(description="column the model learns to tell")
    metric: MetricName = Field(description="shown, alerted on and in the SLO; the proof uses a proper loss")
    task: Task | Literal["from the label"] = Field("from the label", description="binary, multiclass or regression")
    ignore: tuple[ColumnName, ...] = Field((), description="columns that are no features (identifiers, leaks)")
    sensitive: tuple[ColumnName, ...] = Field(
        (), description="columns whose levels are written as codes, never by name"
    )
    timezone: Zone = Field("UTC", description="where a day begins")
    window: PositiveLength = Field(
        Span(1.0, "day"), description="evidence is gathered per window; 1000 rows where there is no clock"
    )
    min_rows: int = Field(200, ge=1, le=MOST, description="a thinner window stays open")
    mode: Mode = Field("suggest", description="observe: only watch; suggest: ask before training; act: do it")
    feedback: FeedbackSection = Field(FeedbackSection(), description="what came back")
    monitor: MonitorSection = Field(MonitorSection(), description="is the world still the one of the training?")
    decide: DecideSection = Field(DecideSection(), description="is anything to be done, and what?")
    train: TrainSection = Field(TrainSection(), description="on which rows, by which recipe?")
    validate_: ValidateSection = Field(ValidateSection(), alias="validate", description="is it really better?")
    deploy: DeploySection = Field(DeploySection(), description="how does it reach traffic, and come back?")
    server: ServerSection = Field(ServerSection(), description="where trueup up listens; its token is in .trueup/token")


def settled(file: ProjectFile) -> ProjectFile:
    """Where windows are rows, the alert budget counts windows too: the one default that another key sets."""
    if file.window.dimension != "rows" or "false_alerts" in file.monitor.model_fields_set:
        return file
    budget = Rate(1.0, Span(_MONITOR.windows_per_false_alert, "window"))
    return file.model_copy(update={"monitor": file.monitor.model_copy(update={"false_alerts": budget})})
