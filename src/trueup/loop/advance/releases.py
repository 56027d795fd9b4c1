"""How does a challenger reach traffic, and how does the old champion come back?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import Ask, Load, SetRoute
from trueup.loop.decide import freshness
from trueup.loop.deploy.exposure import Exposure, guard
from trueup.loop.deploy.release import Armed, Release
from trueup.loop.deploy.routing import Route
from trueup.loop.monitor.reference import promote as promote_reference
from trueup.loop.state import Pending
from trueup.loop.validate.verdict import Verdict, after_alert, routine, strict

if TYPE_CHECKING:
    from trueup.loop.events import ExposureCounted, PairEvidence, VersionFailed, VersionLoaded
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.loop.step import Step
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.train.order import OrderKind


def judge(state: State, judged: PairEvidence | None, kind: OrderKind, policy: Policy) -> Verdict:
    """The rule that fits how the candidate came about."""
    comparison = judged.comparison if judged is not None else None
    difference = judged.difference if judged is not None else None
    rule = {"strict": strict, "alarm": after_alert}.get(kind, routine)
    verdict = rule(comparison, difference, policy.validate, design_effect=state.days.design_effect)
    if policy.feedback.outcomes == "depend_on_answer" and verdict.go == "on":
        return replace(verdict, go="shadow", word="undecided: outcomes depend on the answer, so pairs cannot pass it")
    return verdict


def describe(verdict: Verdict) -> tuple[str, ...]:
    """The checks' own sentences."""
    return tuple(f"{check.name}: {check.reason}" for check in verdict.checks)


def to_canary(step: Step, policy: Policy, *, approved: bool, reasons: tuple[str, ...] = ()) -> Step:
    """Make the challenger ready to answer a share of the entities; in mode suggest a person says yes first."""
    release = step.state.release
    if release is None:
        return step
    line = step.state.line(release.version)
    if line is None:
        return step
    facts = {"version": release.version, "verdict": release.word, "reasons": reasons}
    share = f"{100 * policy.deploy.canary:g} %"
    if policy.mode != "act" and not approved:
        question = f"let {release.version} answer {share} of the entities? {release.word}"
        step = step.decide("ask", question, otherwise="in mode act it would have gone on by itself", **facts)
        number = step.state.decisions
        others = tuple(one for one in step.state.pending if one.what != "release")
        step = step.with_state(
            release=replace(release, stage="waiting"), pending=(*others, Pending(decision=number, what="release"))
        )
        return step.then(Ask(id=step.next_id, decision=number, sentence=question))
    step = step.decide(
        "canary",
        f"{release.version} answers {share} of the entities: {release.word}",
        otherwise="shown worse it would have been refused",
        **facts,
    )
    step = step.with_state(release=replace(release, stage="loading", since=step.state.time))
    return step.then(
        Load(
            id=step.next_id,
            version=line.version,
            bundle=line.bundle,
            weights=line.weights,
            calibration=line.calibration,
        )
    )


def on_version_loaded(step: Step, event: VersionLoaded, policy: Policy) -> Step:
    """A warm version may answer: the first one everybody, a challenger its share."""
    state = step.state
    if not state.champion:
        route = Route(champion=event.version)
        step = step.with_state(champion=event.version, route=route).then(SetRoute(id=step.next_id, route=route))
        return step.decide(
            "promote", f"{event.version} answers: the first version", version=event.version, otherwise="it is the only one"
        )
    release = state.release
    if release is None or release.version != event.version or release.stage != "loading":
        return step
    route = Route(champion=state.champion, canary=event.version, share=policy.deploy.canary, salt=release.salt)
    step = step.with_state(release=replace(release, stage="canary", since=state.time, window=state.closed), route=route)
    return step.then(SetRoute(id=step.next_id, route=route))


def on_version_failed(step: Step, event: VersionFailed) -> Step:
    """A version that cannot be made ready never answers; the champion goes on."""
    release = step.state.release
    step = step.notify("release", "major", event.version, f"{event.version} cannot be loaded: {event.why}")
    if release is None or release.version != event.version:
        return step
    return close_release(step, "refuse", f"{event.version} is refused: it cannot be loaded", why=event.why)


def on_exposure_counted(step: Step, event: ExposureCounted, policy: Policy) -> Step:
    """Look at the canary's answers: absolute limits on errors, latency and rules."""
    release = step.state.release
    if release is None or release.stage != "canary" or event.canary.version != release.version:
        return step
    total = event.canary if release.exposure is None else release.exposure + event.canary
    release = replace(release, exposure=total)
    step = step.with_state(release=release)
    check = guard(total, policy.deploy.guard, alpha=policy.validate.alpha)
    if check.outcome == "fail":
        return close_release(step, "refuse", f"{release.version} is refused in canary: {check.reason}", why=check.reason)
    by_estimate = release.kind != "strict" and total.requests >= policy.deploy.min_requests and _clean(total, policy)
    if check.outcome == "pass" or by_estimate:
        return promote(step, policy, why=check.reason)
    if step.state.closed - release.window > policy.deploy.time_out:
        late = f"{release.version} is closed undecided: {total.requests} canary answers were not enough in time"
        return close_release(step, "close", late, why=check.reason)
    return step


def _clean(total: Exposure, policy: Policy) -> bool:
    """Every rate is below its limit by the estimate."""
    limits = policy.deploy.guard
    requests = max(total.requests, 1)
    rates = (
        (total.errors, limits.errors),
        (total.slow, limits.slow),
        (total.broken_rules, limits.broken_rules),
    )
    return all(count / requests < limit for count, limit in rates)


def promote(step: Step, policy: Policy, *, why: str) -> Step:
    """The challenger becomes champion; the old one stays in shadow with rollback armed."""
    release, state = step.state.release, step.state
    if release is None:
        return step
    old = state.champion
    armed = Armed(previous=old, champion=release.version, since=state.closed + 1, loss=release.loss)
    line = state.line(release.version)
    watch = _new_level(state.watch, line)
    route = Route(champion=release.version)
    step = step.with_state(
        champion=release.version, release=None, armed=armed, watch=watch, route=route, below_rival=False, loss=release.loss
    )
    step = replace(step, state=step.state.tidy())
    step = step.then(SetRoute(id=step.next_id, route=route))
    return step.decide(
        "promote",
        f"{release.version} is champion: {release.word}; rollback to {old} is armed "
        f"for {policy.validate.armed_windows} labelled windows",
        version=release.version,
        verdict=release.word,
        reasons=(why,),
        otherwise="a broken limit in canary would have kept the old champion",
    )


def _new_level(watch: Watch | None, line: Line | None) -> Watch | None:
    """The level is that of the windows the champion learnt from last; the noise stays."""
    if watch is None or line is None:
        return watch
    return promote_reference(watch, line.learnt.profiles, line.learnt.windows, line.learnt.edges)


def restore(step: Step, policy: Policy, *, why: str) -> Step:
    """The whole previous bundle comes back in one switch."""
    armed, state = step.state.armed, step.state
    if armed is None or state.line(armed.previous) is None:
        return step
    if policy.mode != "act" and not any(word in why for word in ("asked", "agreed")):
        question = f"take {armed.champion} back to {armed.previous}? {why}"
        step = step.decide("ask", question, version=armed.previous, reasons=(why,), otherwise="")
        number = step.state.decisions
        step = step.with_state(pending=(*step.state.pending, Pending(decision=number, what="restore")))
        return step.then(Ask(id=step.next_id, decision=number, sentence=question))
    gone = state.newest == armed.champion
    route = Route(champion=armed.previous)
    step = step.with_state(
        champion=armed.previous,
        armed=None,
        watch=_new_level(state.watch, state.line(armed.previous)),
        route=route,
        newest=state.before if gone else state.newest,
        before="" if gone else state.before,
        freshness=freshness.forget(state.freshness, armed.since) if gone else state.freshness,
        release=_anew(state.release),
    )
    step = replace(step, state=step.state.tidy())
    step = step.then(SetRoute(id=step.next_id, route=route))
    step = step.notify("release", "major", armed.champion, f"{armed.champion} is taken back: {why}")
    return step.decide(
        "restore",
        f"{armed.previous} is champion again, {armed.champion} is taken back: {why}",
        version=armed.previous,
        reasons=(why,),
        otherwise="not shown worse on its own rows, it would have stayed",
    )


def _anew(release: Release | None) -> Release | None:
    """A challenger in shadow starts its evidence anew against the champion that came back."""
    if release is None or release.stage != "shadow":
        return release
    return replace(release, comparison=None, windows=0)


def close_release(step: Step, remedy: str, headline: str, *, why: str) -> Step:
    """End a release that did not make it (`refuse`: shown worse, `close`: undecided); the champion answers everybody."""
    release, state = step.state.release, step.state
    if release is None:
        return step
    route = Route(champion=state.champion)
    step = step.decide(
        "refuse" if remedy == "refuse" else "close",
        headline,
        version=release.version,
        verdict=release.word,
        reasons=(why,),
        otherwise="within its limits it would have become champion",
    )
    step = step.with_state(release=None, route=route)
    step = step.then(SetRoute(id=step.next_id, route=route)) if release.stage == "canary" else step
    return replace(step, state=step.state.tidy())

