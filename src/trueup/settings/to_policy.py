"""What does the project file ask of the loop?"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from trueup.errors import BadQuantity
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
)
from trueup.settings.axis import Axis
from trueup.settings.calendar import calendar
from trueup.settings.fields import ALL_COLUMNS
from trueup.settings.measured import check_measures, said_metric, said_slice
from trueup.settings.reach import check_reach
from trueup.settings.references import check_names, check_rules

DAY = 86_400.0  # seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.schema import Schema
    from trueup.settings.problems import Problems
    from trueup.settings.quantity import Rate, Spending
    from trueup.settings.sections import (
        DeploySection,
        FeedbackSection,
        HoldSection,
        MonitorSection,
        ProjectFile,
        TrainSection,
        ValidateSection,
    )
    from trueup.settings.triggers import DriftRule, ScheduleRule, TriggerSection


def to_policy(file: ProjectFile, problems: Problems, schema: Schema, *, clock: bool) -> Policy:
    """The whole policy, or all problems in one go, together with those that were found before."""
    axis = Axis(clock=clock, window=file.window)
    check_names(problems, file, schema)
    check_rules(problems, file, schema)
    check_measures(problems, file, schema)
    check_reach(problems, file, schema)
    cut = partial(axis.windowing, min_rows=file.min_rows, timezone=file.timezone)
    window = problems.attempt(("window",), cut, None)
    if window is None:  # without one, lengths cannot be told
        raise problems.together()
    policy = Policy(
        model=file.model,
        schema=schema,
        metric=file.metric,
        window=window,
        mode=file.mode,
        feedback=_feedback(problems, file.feedback, axis),
        monitor=_monitor(problems, file.monitor, axis),
        decide=_decide(problems, file, axis),
        train=_train(file.train),
        validate=_validate(file.validate_),
        deploy=_deploy(problems, file.deploy, axis),
        sensitive=file.sensitive,
    )
    problems.stop()
    return policy


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
        rules=tuple(
            Rule(name=rule.name, expect=rule.expect, at_most=rule.at_most, quarantine=rule.quarantine)
            for rule in section.rules
        ),
        quarantine=QuarantinePolicy(missing=limits.missing, unseen=limits.unseen, out_of_range=limits.out_of_range),
        kpis=tuple(one.kpi() for one in section.kpis),
        slices=tuple(one.slice() for one in section.slices),
        guarantee=section.guarantee,
        outliers=section.outliers,
        calendar=calendar(problems, section.calendar, clock=axis.clock),
    )


def _windows_per_false_alert(asked: Rate, axis: Axis, *, said: bool) -> float:
    """The alert budget; the default is never asked for more than once a window."""
    if asked.count <= 0:
        raise BadQuantity("without any false alert there is no alert at all", "write 1 per 90 days, or a longer span")
    windows = axis.windows(asked.per) / asked.count
    if windows < 1.0 and said:
        raise BadQuantity(f"{asked} is more than one false alert a window ({axis.window})", "write 1 per 90 windows")
    return max(windows, 1.0)


def _decide(problems: Problems, file: ProjectFile, axis: Axis) -> DecidePolicy:
    triggers = tuple(
        problems.attempt(("decide", "triggers", index), partial(_trigger, item, file, axis), Trigger(name=""))
        for index, item in enumerate(file.decide.triggers)
    )
    return DecidePolicy(triggers=triggers, hold=_hold(problems, file.decide.hold, axis))


def _trigger(item: TriggerSection, file: ProjectFile, axis: Axis) -> Trigger:
    settings = dict(_trigger_settings(item, axis))
    measured = {file.metric, *(kpi.kpi().name for kpi in file.monitor.kpis)}
    if item.slo is not None and item.slo.metric is not None:
        settings["metric"] = said_metric(item.slo.metric, measured)
    if item.slo is not None and item.slo.slice is not None:
        settings["slice"] = said_slice(item.slo.slice, file.sensitive)
    return Trigger(name=next(iter(item.model_fields_set)), settings=tuple(sorted(settings.items())))


def _trigger_settings(item: TriggerSection, axis: Axis) -> Iterator[tuple[str, str | float]]:
    """The settings of whichever trigger it is, in the loop's units."""
    if item.drift is not None and item.drift != "calibrated":
        yield from _limit_settings(item.drift)
    if item.label_shift is not None and item.label_shift != "calibrated":
        yield from (("above", item.label_shift.above), ("windows", float(item.label_shift.for_)))
    if item.slo is not None:
        side, level = ("at_least", item.slo.at_least) if item.slo.at_most is None else ("at_most", item.slo.at_most)
        yield from ((side, float(level or 0.0)), ("windows", float(item.slo.for_)))
    if item.schedule is not None:
        yield from _schedule_settings(item.schedule, axis)
    if item.ood is not None:
        yield from (("above", item.ood.above), ("windows", float(item.ood.for_)))
    if item.rule is not None:
        yield "name", item.rule


def _limit_settings(limit: DriftRule) -> Iterator[tuple[str, str | float]]:
    """An owner's own limit; what is left out is each column, or all of the windows."""
    yield from (("metric", limit.metric), ("above", limit.above), ("windows", float(limit.for_.windows)))
    if limit.column != ALL_COLUMNS:
        yield "column", limit.column
    if limit.for_.times != limit.for_.windows:
        yield "times", float(limit.for_.times)


def _schedule_settings(rule: ScheduleRule, axis: Axis) -> Iterator[tuple[str, str | float]]:
    """How long, and whether that is counted on the wall clock: days are, hours are not."""
    every, unit = axis.length(rule.every), rule.every.unit
    wall = axis.clock and every % DAY == 0 and unit not in {"hour", "minute", "second", "ms"}
    yield "every", every
    if wall:
        yield "wall", 1.0
    if rule.at is not None:
        if not wall:
            raise BadQuantity(f"{rule.every} has no hour of its own", "write every in days or weeks, or leave out at")
        hours, minutes = rule.at.split(":")
        yield "at", 3600.0 * int(hours) + 60.0 * int(minutes)


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


def _train(section: TrainSection) -> TrainPolicy:
    return TrainPolicy(
        code=section.code,
        scopes=section.rows,
        seconds=section.limits.time.size,
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
    return DeployPolicy(
        canary=section.steps[0].canary,
        min_requests=section.min_requests,
        time_out=problems.attempt(("deploy", "time_out"), partial(axis.windows, section.time_out), 1.0),
        guard=Guard(slower_than=limits.latency_p99.size, errors=limits.errors, broken_rules=limits.broken_rules),
    )
