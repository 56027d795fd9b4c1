"""A window's other numbers are in: KPIs, slices, and whether the metric or a KPI became worse for sure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.actions import About
from trueup.loop.decide.situation import Figure, Served
from trueup.loop.monitor.kpi import QUIET, Terms, Vigil, observe
from trueup.loop.monitor.measure import events_of
from trueup.loop.monitor.measure import interval as measure_interval
from trueup.loop.monitor.performance import Evaluation, find_metric, interval, standard_error, value
from trueup.loop.monitor.usual import Sight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.actions import Severity
    from trueup.loop.events import LabelsMatured
    from trueup.loop.monitor.measure import Measure
    from trueup.loop.policy import Kpi, Policy
    from trueup.loop.schema import Schema
    from trueup.loop.state import State
    from trueup.loop.step import Step

POINTS: Final = 24  # windows of a figure that are remembered
GRAVE: Final = 1e-6  # a chance below makes an alert a major one


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of one window, from whichever evidence it came."""

    name: str
    slice: str
    value: float
    low: float
    high: float
    error: float  # standard error
    labelled: int
    rows: int
    better: str  # higher | lower
    share: bool  # it lies between 0 and 1
    events: tuple[float, float] | None  # of a share of rows: those that have it, and all

    @property
    def worse(self) -> float:
        """Turned so that higher is worse."""
        if self.better == "lower":
            return self.value
        return 1.0 - self.value if self.share else -self.value

    def turned(self, worse: float) -> float:
        """A turned value as people know it."""
        if self.better == "lower":
            return worse
        return 1.0 - worse if self.share else -worse

    @property
    def variance(self) -> float:
        """Of sampling; a share that no row had, or all of them, may still have been chance."""
        if self.events is None:
            return self.error**2
        count, rows = self.events
        rate = (count + 0.5) / (rows + 1.0)
        return rate * (1.0 - rate) / max(rows, 1.0)

    @property
    def bad(self) -> tuple[float, float] | None:
        """Bad rows, and all, of a share of events."""
        if self.events is None:
            return None
        count, rows = self.events
        return (count, rows) if self.better == "lower" else (rows - count, rows)


def remember(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """Every KPI and slice, for pictures and objectives; code that gave none is told."""
    step = step.with_state(_still_wanted(step.state, policy))
    figures = [one for one in numbers_of(event, policy) if one.slice or one.name != policy.metric]
    step = step.with_state(replace(step.state, figures=_figures(step.state.figures, figures, event)))
    for problem in dict.fromkeys((one.name, one.problem) for one in event.kpis if one.problem and not one.slice):
        step = _failed(step, *problem)
    return step


def watch(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """The metric and each KPI against what is usual for them."""
    whole = [one for one in numbers_of(event, policy) if not one.slice]
    for number in whole:
        step = _watched(step, number, event, policy)
    return _dropped(step, next((one for one in whole if one.name == policy.metric), None))


def _still_wanted(state: State, policy: Policy) -> State:
    """What a number was while it was made otherwise says nothing about it now."""
    made = _made(policy)
    kept = tuple(one for one in state.vigils if one.name in made and one.kpi == made[one.name])
    gone = {one.name for one in state.vigils} - {one.name for one in kept}
    return replace(state, vigils=kept, figures=tuple(one for one in state.figures if one.name not in gone))


def _made(policy: Policy) -> dict[str, Kpi | None]:
    """How each watched number is made."""
    return {policy.metric: None, **{kpi.name: kpi for kpi in policy.monitor.kpis}}


def numbers_of(event: LabelsMatured, policy: Policy) -> Iterator[Number]:
    """The metric first, then KPIs, then slices."""
    if event.served is not None:
        yield from _of_metric(event.served, "")
    kpis = {kpi.name: kpi for kpi in policy.monitor.kpis}
    for measure in event.kpis:
        if measure.name in kpis:
            yield from _of_kpi(measure, kpis[measure.name], policy)
    for part in event.parts:
        yield from _of_metric(part.evaluation, part.slice)


def _of_metric(found: Evaluation, slice_name: str) -> Iterator[Number]:
    metric, measured, bounds = find_metric(found.metric), value(found), interval(found)
    if measured is None or bounds is None:
        return
    sums = np.array(found.sums, dtype=np.float64)
    yield Number(
        name=found.metric,
        slice=slice_name,
        value=measured,
        low=bounds[0],
        high=bounds[1],
        error=standard_error(found) or 0.0,
        labelled=found.labelled,
        rows=found.rows,
        better=metric.direction,
        share=(metric.least, metric.most) == (0.0, 1.0),
        events=None if metric.proportion is None else metric.proportion(sums),
    )


def _of_kpi(found: Measure, kpi: Kpi, policy: Policy) -> Iterator[Number]:
    bounds = measure_interval(found)
    if found.value is None or bounds is None:
        return
    events = events_of(found) if counts_events(kpi, policy.schema) else None  # by its kind, not by this window's rows
    yield Number(
        name=found.name,
        slice=found.slice,
        value=found.value,
        low=bounds[0],
        high=bounds[1],
        error=found.standard_error or 0.0,
        labelled=found.labelled,
        rows=found.rows,
        better=kpi.direction,
        share=events is not None,
        events=events,
    )


def counts_events(kpi: Kpi, schema: Schema) -> bool:
    """Whether a KPI is the share of the answers that have something, whatever the rows hold."""
    flags = {one.name for one in schema.features if one.kind == "boolean"}
    binary = {"label", schema.label} if schema.task == "binary" else set()
    return kpi.kind == "mean" and kpi.of[0] in flags | binary


def _figures(known: tuple[Figure, ...], now: list[Number], event: LabelsMatured) -> tuple[Figure, ...]:
    """The last windows of every number; one that is measured no more is forgotten after as many windows."""
    figures = {(one.name, one.slice): one for one in known}
    for one in now:
        before = figures.get((one.name, one.slice))
        share = one.labelled / max(one.rows, 1)
        point = Served(window=event.window.number, value=one.value, low=one.low, high=one.high, share=share)
        points = (*(before.points if before is not None else ()), point)[-POINTS:]
        figures[one.name, one.slice] = Figure(name=one.name, slice=one.slice, points=points)
    oldest = event.window.number - POINTS
    return tuple(one for one in figures.values() if one.points[-1].window > oldest)


def _watched(step: Step, number: Number, event: LabelsMatured, policy: Policy) -> Step:
    """One number against what is usual for it; people are told when an incident opens."""
    monitor, state = policy.monitor, step.state
    before = next((one for one in state.vigils if one.name == number.name), None)
    before = before or Vigil(name=number.name, kpi=_made(policy).get(number.name))
    length, clock = policy.window.length, policy.window.unit == "time"
    sight = Sight(
        window=event.window.number,
        moment=int(event.window.start // length + 0.5) if clock else 0,
        reign=state.reign(event.window.number),
        value=number.worse,
        variance=number.variance,
        labelled=number.labelled,
    )
    budget = monitor.windows_per_alert("performance")
    chosen = Terms(windows=budget, guarantee=monitor.guarantee, share=number.share)
    after = observe(before, sight, chosen, number.bad)
    expected = None if after.seen is None else after.seen.usual
    after = replace(after, usual=None if expected is None else number.turned(expected))
    others = tuple(one for one in state.vigils if one.name != number.name)
    step = step.with_state(replace(state, vigils=(*others, after)))
    if after.seen is None or not after.seen.opened:
        return step
    if number.name == policy.metric:
        step = step.with_state(replace(step.state, dropped_after=state.closed))
    severity: Severity = "major" if after.seen.chance < GRAVE else "moderate"
    cause = "concept drift" if step.state.drifted else ""
    about = About(since=after.since, confidence=1.0 - after.seen.chance, cause=cause, proposed="retrain")
    return step.notify("performance", severity, number.name, _sentence(number, after), about)


def _dropped(step: Step, metric: Number | None) -> Step:
    """An open incident of the metric is a reason to train until a training was ordered since it began.

    An alarm of the level that came just before it speaks of the same episode: what it ordered counts.
    """
    state = step.state
    vigil = next((one for one in state.vigils if metric is not None and one.name == metric.name), None)
    if metric is None or vigil is None or not vigil.since or vigil.quiet:
        return step
    begun = state.alarmed if vigil.since - QUIET < state.alarmed < vigil.since else state.dropped_after
    if state.freshness.trained_after >= begun:
        return step
    return step.with_state(replace(state, dropped=_sentence(metric, vigil)))


def _sentence(number: Number, vigil: Vigil) -> str:
    """What it is, what would be usual, and on how many labels that rests."""
    seen = vigil.seen
    usual = number.value if seen is None or seen.usual is None else number.turned(seen.usual)
    name, period = number.name.replace("_", " "), 1 if seen is None else seen.period
    lasting = seen is not None and seen.lasting
    way = "fell" if (number.better == "higher" if lasting else number.value < usual) else "rose"
    habit = "" if period == 1 else f" at this point of a cycle of {period} windows"
    share = 100 * number.labelled / max(number.rows, 1)
    figures = f"{number.value:.3g} [{number.low:.3g}, {number.high:.3g}]"
    known = f"{usual:.3g} is usual{habit} ({share:.0f} % of the labels are in)"
    if lasting:
        return f"{name} {way} little by little: the last windows say so together, with {figures} now, where {known}"
    return f"{name} {way} to {figures}, where {known}"


def _failed(step: Step, name: str, problem: str) -> Step:
    """The owner's code gave no number: told once, as long as it goes on."""
    newest = next((one.points[-1].window for one in step.state.figures if (one.name, one.slice) == (name, "")), 0)
    told = f"kpi {name}", float(newest + 1)
    state = step.state.hears(*told)
    if state is None:
        return step
    return step.with_state(state).notify("quality", "minor", name, f"there is no number of {name}: {problem}")
