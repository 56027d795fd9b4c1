"""What does the project file ask of the loop?"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trueup.errors import BadQuantity, BadSettings, UnknownName
from trueup.loop.monitor.metrics import METRICS
from trueup.loop.policy import (
    DecidePolicy,
    DeployPolicy,
    FeedbackPolicy,
    Guard,
    Hold,
    MonitorPolicy,
    Policy,
    QuarantinePolicy,
    Rule,
    TrainPolicy,
    Trigger,
    ValidatePolicy,
    Windowing,
)
from trueup.settings.axis import Axis, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from trueup.loop.schema import Schema, Task
    from trueup.settings.places import Document, Key
    from trueup.settings.quantity import Rate, Spending
    from trueup.settings.sections import (
        DecideSection,
        DeploySection,
        FeedbackSection,
        HoldSection,
        MonitorSection,
        ProjectFile,
        TrainSection,
        TriggerSection,
        ValidateSection,
    )

T = TypeVar("T")


class Problems:
    """Collects what does not fit, so that the owner reads all of it in one go."""

    def __init__(self, document: Document) -> None:
        """Start with none."""
        self._document = document
        self._found: list[BadSettings] = []

    def attempt(self, path: tuple[Key, ...], make: Callable[[], T], otherwise: T) -> T:
        """What `make` gives, or a noted problem at this path and a stand-in that is never used."""
        title = ".".join(key for key in path if isinstance(key, str))
        try:
            return make()
        except BadQuantity as error:
            self._found.append(BadSettings(self._document.place(path), f"{title}: {error.what}", error.mend))
        except UnknownName as error:
            what, _, mend = str(error).partition("; ")
            self._found.append(BadSettings(self._document.place(path), f"{title}: {what}", mend))
        return otherwise

    def stop(self) -> None:
        """Tell all problems, if there are any."""
        if self._found:
            raise BadSettings.together(self._found)


def to_policy(file: ProjectFile, document: Document, schema: Schema, *, clock: bool) -> Policy:
    """The whole policy, or all problems in one go."""
    problems = Problems(document)
    axis = Axis(clock=clock, window=file.window)
    timezone = problems.attempt(("timezone",), partial(_zone, file.timezone), "UTC")
    cut = partial(axis.windowing, min_rows=file.min_rows, timezone=timezone)
    window = problems.attempt(("window",), cut, Windowing(unit="rows", length=1))
    problems.stop()  # without a window nothing else can be told
    _names(problems, file, schema)
    policy = Policy(
        model=file.model,
        schema=schema,
        metric=file.metric,
        window=window,
        mode=file.mode,
        feedback=_feedback(problems, file.feedback, axis),
        monitor=_monitor(problems, file.monitor, axis),
        decide=_decide(problems, file.decide, axis),
        train=_train(problems, file.train),
        validate=_validate(file.validate_),
        deploy=_deploy(problems, file.deploy, axis),
        sensitive=file.sensitive,
    )
    problems.stop()
    return policy


def check_columns(file: ProjectFile, document: Document, columns: Collection[str]) -> None:
    """Every column the file names must be in the data."""
    problems = Problems(document)
    named: list[tuple[tuple[Key, ...], str]] = [(("time",), file.time), (("label",), file.label)]
    named += [(("ignore", index), name) for index, name in enumerate(file.ignore)]
    for path, name in named:
        problems.attempt(path, partial(_one_of, "column", name, columns), None)
    problems.stop()


def _zone(name: str) -> str:
    """A time zone's name, if this machine knows it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        mend = "write a name of the time zone database, like Europe/Lisbon or UTC"
        raise BadQuantity(f"there is no time zone {name!r}", mend) from None
    return name


def _names(problems: Problems, file: ProjectFile, schema: Schema) -> None:
    """The metric must suit the label, and columns and rules that the file names must exist."""
    problems.attempt(("metric",), partial(_suits, file.metric, schema.task), None)
    rules = tuple(rule.name for rule in file.monitor.rules)
    for index, name in enumerate(file.sensitive):
        problems.attempt(("sensitive", index), partial(_one_of, "feature", name, schema.names), None)
    for index, item in enumerate(file.decide.triggers):
        here = ("decide", "triggers", index)
        if item.rule is not None:
            problems.attempt((*here, "rule"), partial(_one_of, "rule", item.rule, rules), None)
        if item.drift is not None and item.drift != "calibrated":
            column = partial(_one_of, "feature", item.drift.column, schema.names)
            problems.attempt((*here, "drift", "column"), column, None)


def _suits(metric: str, task: Task) -> None:
    if task not in METRICS[metric].tasks:
        suiting = ", ".join(name for name, one in METRICS.items() if task in one.tasks)
        raise BadQuantity(f"{metric} does not measure a {task} model", f"write one of {suiting}")


def _one_of(kind: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise UnknownName(kind, name, known)


def _feedback(problems: Problems, section: FeedbackSection, axis: Axis) -> FeedbackPolicy:
    delay = section.label_delay
    known = None if delay is None else problems.attempt(("feedback", "label_delay"), partial(axis.length, delay), 0.0)
    return FeedbackPolicy(label_delay=known, outcomes=section.outcomes, enough=section.enough)


def _monitor(problems: Problems, section: MonitorSection, axis: Axis) -> MonitorPolicy:
    limits = section.quarantine
    said = "false_alerts" in section.model_fields_set
    windows = partial(_windows_per_false_alert, section.false_alerts, axis, said=said)
    return MonitorPolicy(
        windows_per_false_alert=problems.attempt(("monitor", "false_alerts"), windows, 1.0),
        rules=tuple(Rule(name=rule.name, expect=rule.expect, at_most=rule.at_most) for rule in section.rules),
        quarantine=QuarantinePolicy(missing=limits.missing, unseen=limits.unseen, out_of_range=limits.out_of_range),
    )


def _windows_per_false_alert(asked: Rate, axis: Axis, *, said: bool) -> float:
    """The alert budget; the default is never asked for more than once a window."""
    if asked.count <= 0:
        raise BadQuantity("without any false alert there is no alert at all", "write 1 per 90 days, or a longer span")
    windows = axis.windows(asked.per) / asked.count
    if windows < 1.0 and said:
        raise BadQuantity(f"{asked} is more than one false alert a window ({axis.window})", "write 1 per 90 windows")
    return max(windows, 1.0)


def _decide(problems: Problems, section: DecideSection, axis: Axis) -> DecidePolicy:
    triggers = tuple(
        problems.attempt(("decide", "triggers", index), partial(_trigger, item, axis), Trigger(name=""))
        for index, item in enumerate(section.triggers)
    )
    return DecidePolicy(triggers=triggers, hold=_hold(problems, section.hold, axis))


def _trigger(item: TriggerSection, axis: Axis) -> Trigger:
    return Trigger(name=next(iter(item.model_fields_set)), settings=tuple(sorted(_trigger_settings(item, axis))))


def _trigger_settings(item: TriggerSection, axis: Axis) -> Iterator[tuple[str, str | float]]:
    """The settings of whichever trigger it is, in the loop's units."""
    if item.drift is not None and item.drift != "calibrated":
        yield from (("metric", item.drift.metric), ("column", item.drift.column))
        yield from (("above", item.drift.above), ("windows", float(item.drift.for_)))
    if item.slo is not None:
        side, level = ("at_least", item.slo.at_least) if item.slo.at_most is None else ("at_most", item.slo.at_most)
        yield from ((side, float(level or 0.0)), ("windows", float(item.slo.for_)))
    if item.schedule is not None:
        yield "every", axis.length(item.schedule.every)
    if item.rule is not None:
        yield "name", item.rule


def _hold(problems: Problems, section: HoldSection, axis: Axis) -> Hold:
    runs, cpu = section.runs, section.cpu

    def per(limit: Rate | Spending | None) -> float:
        return 0.0 if limit is None else axis.length(limit.per)

    return Hold(
        cooldown=problems.attempt(("decide", "hold", "cooldown"), lambda: math.ceil(axis.windows(section.cooldown)), 0),
        runs=0 if runs is None else math.floor(runs.count),
        runs_per=problems.attempt(("decide", "hold", "runs"), partial(per, runs), 0.0),
        cpu_minutes=0.0 if cpu is None else cpu.amount.size / 60.0,
        cpu_per=problems.attempt(("decide", "hold", "cpu"), partial(per, cpu), 0.0),
        min_labels=section.min_labels,
    )


def _train(problems: Problems, section: TrainSection) -> TrainPolicy:
    return TrainPolicy(
        code=section.code,
        scopes=section.rows,
        seconds=problems.attempt(("train", "limits", "time"), partial(seconds, section.limits.time), 1.0),
        memory=section.limits.memory,
        seed=section.seed,
    )


def _validate(section: ValidateSection) -> ValidatePolicy:
    return ValidatePolicy(
        prove=section.prove,
        keep_skill=section.keep_skill,
        alpha=section.alpha,
        shadow_windows=section.shadow,
        armed_windows=section.armed,
        worse_probability=section.worse,
    )


def _deploy(problems: Problems, section: DeploySection, axis: Axis) -> DeployPolicy:
    limits = section.guard
    slower = problems.attempt(("deploy", "guard", "latency_p99"), partial(seconds, limits.latency_p99), 1.0)
    return DeployPolicy(
        canary=section.steps[0].canary,
        min_requests=section.min_requests,
        time_out=problems.attempt(("deploy", "time_out"), partial(axis.windows, section.time_out), 1.0),
        guard=Guard(slower_than=slower, errors=limits.errors, broken_rules=limits.broken_rules),
    )
