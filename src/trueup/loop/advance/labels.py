"""A window's truth is in: how did the versions do, and what is put right at once?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import About, Adjust
from trueup.loop.advance.estimates import on_scores_settled
from trueup.loop.advance.found import by_labels
from trueup.loop.advance.measured import remember, watch
from trueup.loop.advance.outcomes import on_arrived, on_returned
from trueup.loop.advance.reactions import on_reactions
from trueup.loop.advance.releases import close_release, describe, forget_line, judge, restore, to_canary
from trueup.loop.decide import freshness
from trueup.loop.decide.freshness import Gain
from trueup.loop.decide.reason import counted
from trueup.loop.decide.situation import Served
from trueup.loop.deploy.version import Line, learn
from trueup.loop.monitor import level as levels
from trueup.loop.monitor.calendar import allowance
from trueup.loop.monitor.performance import interval, loss, standard_error, value
from trueup.loop.validate.verdict import champion_below_rival, mirrored

if TYPE_CHECKING:
    from trueup.loop.events import LabelsMatured, PairEvidence
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


def on_labels_matured(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """Remedies first, then the armed rollback, the shadow, the level and the worth of freshness."""
    state, number = step.state, event.window.number
    if not state.matured < number <= state.closed:
        return step
    state = replace(state, matured=number)
    step = on_reactions(on_arrived(step.with_state(state), event, policy), event, policy)
    state = step.state
    if number in state.quarantined:
        return step.with_state(replace(state, aside=(*state.aside, (number, event.labelled))))
    if not event.labelled:
        return step
    labelled, champion = (*state.labelled, (number, event.labelled)), state.champion
    step = step.with_state(replace(state, labelled=labelled, fresh_labels=True, news=True))
    allowed = allowance(step.state.events_of(number), policy.monitor.calendar)
    step = by_labels(step, event, policy.schema.classes)
    step = on_returned(step, event, policy) if allowed.usual else step
    step = on_scores_settled(step, event, policy)
    step = _put_right(step, event, policy)
    step = _standing(step, event, policy)
    step = _armed(step, event, policy)
    step = _shadow(step, event, policy)
    taken_back = step.state.champion != champion
    step = step.with_state(replace(step.state, dropped=""))
    if not (taken_back or allowed.skip):
        step = _level(step, event, policy, allowed.widen)
    step = remember(step, event, policy)
    step = watch(step, event, policy) if allowed.usual else step
    if taken_back:
        step = step.with_state(replace(step.state, dropped=""))
    return _learn_freshness(step, event, policy)


def _put_right(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """Every line's blend is re-weighed and its score recalibrated; what answers, or may have to again, is adjusted."""
    brought = {one.version: one for one in event.lines}
    answering = {step.state.champion}
    if step.state.release is not None and step.state.release.stage in {"loading", "canary"}:
        answering.add(step.state.release.version)
    if step.state.armed is not None:
        answering.add(step.state.armed.previous)
    lines: list[Line] = []
    for line in step.state.lines:
        evidence = brought.get(line.version)
        if evidence is None:
            lines.append(line)
            continue
        better = learn(line, evidence.losses, evidence.reliability, event.window.number, policy.train)
        lines.append(better)
        changed = (better.weights, better.calibration) != (line.weights, line.calibration)
        if changed and line.version in answering and policy.mode != "observe":
            mix, calibration = better.weights, better.calibration
            step = step.then(Adjust(id=step.next_id, version=line.version, weights=mix, calibration=calibration))
        if better.calibration.on_the_floor and not line.calibration.on_the_floor and line.version in answering:
            sentence = f"the score of {line.version} points the wrong way: its recalibration would turn it round"
            step = step.notify("calibration", "major", line.version, sentence, About(proposed="retrain"))
    return step.with_state(replace(step.state, lines=tuple(lines)))


def _pair(event: LabelsMatured, candidate: str, champion: str) -> PairEvidence | None:
    return next(
        (
            pair
            for pair in event.pairs
            if (pair.comparison.candidate, pair.comparison.champion) == (candidate, champion)
        ),
        None,
    )


def _standing(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """The champion against the naive rivals: being worse is a state of its own. Its days teach the design effect."""
    pair = _pair(event, step.state.champion, step.state.champion)
    if pair is None:
        return step
    state = replace(step.state, days=step.state.days + pair.comparison.days)
    check = champion_below_rival(pair.comparison, policy.validate, design_effect=state.days.design_effect)
    below, known = check.outcome == "fail", state.below_rival
    step = step.with_state(replace(state, below_rival=below))
    if not below or known:
        return step
    safe = "keeping it is not the safe choice"
    sentence = f"{state.champion} is worse than the naive rival: {check.reason}; {safe}"
    return step.notify("rival", "major", state.champion, sentence, About(proposed="retrain"))


def _armed(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """The old champion, in shadow, takes the release back when that is shown worse on its own rows.

    While a person is asked whether to, the old champion stays ready.
    """
    armed = step.state.armed
    if armed is None or event.window.number < armed.since:
        return step
    pair = _pair(event, armed.champion, armed.previous)
    if pair is None:
        return step
    total = pair.comparison if armed.comparison is None else armed.comparison + pair.comparison
    windows, state = armed.windows + 1, step.state
    first = pair.difference if windows == 1 else None
    check = mirrored(total, first, policy.validate, design_effect=state.days.design_effect)
    step = step.with_state(replace(state, armed=replace(armed, comparison=total, windows=windows)))
    if state.waits("restore"):
        return step
    if check.outcome == "fail":
        return restore(step, armed, policy, why=check.reason, agreed=False)
    over = windows >= policy.validate.armed_windows
    return step.with_state(replace(step.state, armed=None).tidy()) if over else step


def _shadow(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """A challenger in shadow goes on, is dropped, or is closed after its windows."""
    release = step.state.release
    if release is None or release.stage != "shadow":
        return step
    pair = _pair(event, release.version, step.state.champion)
    if pair is None or event.window.number <= release.window:
        return step
    total = pair.comparison if release.comparison is None else release.comparison + pair.comparison
    release = replace(release, comparison=total, windows=release.windows + 1)
    verdict = judge(step.state, replace(pair, comparison=total), release.kind, policy)
    release = replace(release, word=verdict.word)
    step = step.with_state(replace(step.state, release=release))
    if verdict.go == "on":
        return to_canary(step, release, policy, approved=False, reasons=describe(verdict))
    if verdict.go == "drop":
        step = forget_line(step, release.version, since=release.window + 1)
        worse = f"{release.version} is refused in shadow: {verdict.word}"
        return close_release(step, release, "refuse", worse, why="; ".join(describe(verdict)))
    if release.windows >= policy.validate.shadow_windows:
        sentence = f"{release.version} is closed undecided after {counted(release.windows, 'window')} in shadow"
        return close_release(step, release, "close", sentence, why="; ".join(describe(verdict)))
    return step


def _level(step: Step, event: LabelsMatured, policy: Policy, widen: float) -> Step:
    """The level of what was served, and its alarm, whose limits the calendar may widen."""
    served = event.served
    metric = None if served is None else value(served)
    if served is None or metric is None:
        return step
    before, cadence = step.state.level, policy.decide.cadence
    after = levels.observe(
        before,
        loss=loss(policy.metric, metric),
        value=metric,
        standard_error=standard_error(served) or 0.0,
        cadence=replace(cadence, alarm_rise=widen * cadence.alarm_rise, alarm_sd=widen * cadence.alarm_sd),
    )
    low, high = interval(served) or (metric, metric)
    number = event.window.number
    row = Served(window=number, value=metric, low=low, high=high, share=event.labelled / max(event.rows, 1))
    step = step.with_state(replace(step.state, level=after, served=(*step.state.served, row)[-24:]))
    if after.alarm:
        step = step.with_state(replace(step.state, alarmed=number))
        usual = loss(policy.metric, before.usual_mean)  # turned back: the metric, not its loss
        name, way = policy.metric.replace("_", " "), "fell" if metric < usual else "rose"
        figures, share = f"{metric:.3g} [{low:.3g}, {high:.3g}]", 100 * row.share
        sentence = (
            f"{name} {way} to {figures} from {usual:.3g} in the usual windows ({share:.0f} % of the labels are in)"
        )
        known = any(one.name == policy.metric and one.watching for one in step.state.vigils)
        about = About(proposed="retrain")
        step = step.notify("performance", "info" if known else "major", policy.metric, sentence, about)
    return step


def _learn_freshness(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """How much better the newest line did than the one before it, whichever served."""
    state = step.state
    newest, before = state.line(state.newest), state.line(state.before)
    found = {one.version: value(one.evaluation) for one in event.lines}
    if newest is None or before is None or not state.level.mean:
        return step
    new, old = found.get(newest.version), found.get(before.version)
    age = newest.trained_after - before.trained_after
    if new is None or old is None or age <= 0 or event.window.number <= newest.trained_after:
        return step
    gain = (loss(policy.metric, old) - loss(policy.metric, new)) / abs(state.level.mean)
    seen = Gain(window=event.window.number, gain=gain, age=float(age))
    return step.with_state(replace(state, freshness=freshness.learn(state.freshness, seen, policy.decide.cadence)))
