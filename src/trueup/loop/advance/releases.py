"""How does a challenger reach traffic, and how does the old champion come back?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.actions import Ask, Load, SetRoute
from trueup.loop.decide import freshness
from trueup.loop.decide.reason import counted
from trueup.loop.deploy.exposure import guard
from trueup.loop.deploy.release import Armed
from trueup.loop.deploy.routing import Route
from trueup.loop.monitor.calendar import usual
from trueup.loop.monitor.label_shift import rebase
from trueup.loop.monitor.label_watch import LabelWatch
from trueup.loop.monitor.reference import promote as promote_reference
from trueup.loop.state import Pending
from trueup.loop.step import Grounds
from trueup.loop.validate.verdict import AFTER_ALERT, ROUTINE, STRICT, weigh

if TYPE_CHECKING:
    from trueup.loop.deploy.exposure import Exposure
    from trueup.loop.deploy.release import Release
    from trueup.loop.deploy.version import Line
    from trueup.loop.events import ExposureCounted, PairEvidence, VersionFailed, VersionLoaded
    from trueup.loop.monitor.label_watch import LabelWatch
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.policy import Policy
    from trueup.loop.state import State, What
    from trueup.loop.step import Step
    from trueup.loop.train.order import OrderKind
    from trueup.loop.validate.verdict import Verdict


ROOM: Final = 4  # time-outs that a clean canary may take when its traffic is thin
FEW: Final = 20  # clean answers that do for a thin stream: a fault in every tenth answer shows in 88 % of them


def judge(state: State, judged: PairEvidence | None, kind: OrderKind, policy: Policy) -> Verdict:
    """The rule that fits how the candidate came about."""
    comparison = judged.comparison if judged is not None else None
    difference = judged.difference if judged is not None else None
    rule = {"strict": STRICT, "alarm": AFTER_ALERT}.get(kind, ROUTINE)
    deff, enough = state.days.design_effect, policy.feedback.enough
    verdict = weigh(rule, comparison, difference, policy.validate, design_effect=deff, enough=enough)
    if policy.feedback.outcomes == "depend_on_answer" and verdict.go == "on":
        return replace(verdict, go="shadow", word="undecided: outcomes depend on the answer, so pairs cannot pass it")
    return verdict


def describe(verdict: Verdict) -> tuple[str, ...]:
    """The checks' own sentences."""
    return tuple(f"{check.name}: {check.reason}" for check in verdict.checks)


def load(step: Step, line: Line) -> Load:
    """Make a version ready, as it is blended and recalibrated by now."""
    return Load(
        id=step.next_id,
        version=line.version,
        bundle=line.bundle,
        weights=line.weights,
        calibration=line.calibration,
    )


def ask(step: Step, what: What, question: str, grounds: Grounds, *, otherwise: str) -> Step:
    """Write a question down and wait for a person's answer; a newer question of the kind replaces an older one."""
    step = step.decide("ask", question, grounds, otherwise=otherwise)
    number = step.state.decisions
    step = step.with_state(step.state.asked(Pending(decision=number, what=what)))
    return step.then(Ask(id=step.next_id, decision=number, sentence=question))


def to_canary(step: Step, release: Release, policy: Policy, *, approved: bool, reasons: tuple[str, ...]) -> Step:
    """Make the challenger ready to answer a share of the entities; in mode suggest a person says yes first."""
    grounds = Grounds(version=release.version, verdict=release.word, reasons=reasons)
    share = f"{100 * policy.deploy.canary:g} %"
    if policy.mode != "act" and not approved:
        step = step.with_state(replace(step.state, release=replace(release, stage="waiting")))
        question = f"let {release.version} answer {share} of the entities? {release.word}"
        return ask(step, "release", question, grounds, otherwise="in mode act it would have gone on by itself")
    headline = f"{release.version} answers {share} of the entities: {release.word}"
    step = step.decide("canary", headline, grounds, otherwise="shown worse, it would have been refused")
    loading = replace(release, stage="loading", since=step.state.time, agreed=approved)
    step = step.with_state(replace(step.state, release=loading))
    return step.then(load(step, step.state.alive(release.version)))


def on_version_loaded(step: Step, event: VersionLoaded, policy: Policy) -> Step:
    """A warm version may answer: the first one everybody, a challenger its share."""
    state, release = step.state, step.state.release
    if not state.champion:
        return _first(step, event.version)
    if release is None or release.version != event.version or release.stage != "loading":
        return step
    route = Route(champion=state.champion, canary=event.version, share=policy.deploy.canary, salt=release.salt)
    release = replace(release, stage="canary", since=state.time, window=state.closed, counted=state.time)
    return step.with_state(replace(state, release=release, route=route)).then(SetRoute(id=step.next_id, route=route))


def _first(step: Step, version: str) -> Step:
    if step.state.line(version) is None:
        return step
    route = Route(champion=version)
    step = step.with_state(replace(step.state, champion=version, route=route))
    step = step.then(SetRoute(id=step.next_id, route=route))
    headline = f"{version} answers: the first version"
    return step.decide(
        "promote", headline, Grounds(version=version), otherwise="had it failed to load, nothing would answer"
    )


def on_version_failed(step: Step, event: VersionFailed) -> Step:
    """A version that cannot be made ready never answers; the champion goes on."""
    release, version = step.state.release, event.version
    step = step.notify("run", "major", version, f"{version} cannot be loaded: {event.why}")
    if release is None or release.version != version or release.stage != "loading":
        return step
    return close_release(step, release, "refuse", f"{version} is refused: it cannot be loaded", why=event.why)


def on_exposure_counted(step: Step, event: ExposureCounted, policy: Policy) -> Step:
    """Look at the canary's answers: absolute limits on errors, latency and rules."""
    release = step.state.release
    if release is None or release.stage != "canary" or event.canary.version != release.version:
        return step
    if event.time <= release.counted:
        return step
    total = event.canary if release.exposure is None else release.exposure + event.canary
    release = replace(release, exposure=total, counted=event.time)
    step = step.with_state(replace(step.state, release=release))
    check = guard(total, policy.deploy.guard, alpha=policy.validate.alpha)
    if check.outcome == "fail":
        broken = f"{release.version} is refused in canary: {check.reason}"
        return close_release(step, release, "refuse", broken, why=check.reason)
    if step.state.waits("release") and policy.mode != "act":
        return step
    if check.outcome == "pass":
        return _through(step, release, policy, why=check.reason)
    spent, least = step.state.closed - release.window, _least(release, step.state.closed, policy)
    clean, room = _clean(total, policy), ROOM * policy.deploy.time_out
    if clean and total.requests >= least and (release.kind != "strict" or spent >= room):
        kept = f"{counted(total.requests, 'answer')} kept every limit, {least} decide where they do"
        return _through(step, release, policy, why=f"{kept} (an estimate, not a proof)")
    hopeful = clean and spent < room and total.requests * room >= least * spent
    if spent <= policy.deploy.time_out or hopeful:
        return step
    few = f"{counted(total.requests, 'canary answer')} in {counted(spent, 'window')} did not decide"
    why = f"{least} answers that keep every limit would have decided; {check.reason}"
    return close_release(step, release, "close", f"{release.version} is closed undecided: {few}", why=why)


def _least(release: Release, closed: int, policy: Policy) -> int:
    """Answers within every limit that decide without a proof.

    The owner's minimum; for a routine release fewer, once the time-out has passed: the share of a thin stream gives no
    more, and a canary of many windows costs more than it finds out. For a strict one they count only when the time for
    a proof is over. Rollback is armed for both.
    Source: research/proof.md section 6 (376 answers without an event prove 1 %), research/policy.md section 9.1.
    """
    deploy, late = policy.deploy, closed - release.window > policy.deploy.time_out
    return min(deploy.min_requests, FEW) if late and release.kind != "strict" else deploy.min_requests


def _through(step: Step, release: Release, policy: Policy, *, why: str) -> Step:
    """A canary that went well is promoted; one that nobody agreed to asks first, once the mode is not act any more."""
    if policy.mode == "act" or release.agreed:
        return promote(step, release, policy, why=why)
    grounds = Grounds(version=release.version, verdict=release.word, reasons=(why,))
    question = f"let {release.version} answer everybody? {release.word}"
    return ask(step, "release", question, grounds, otherwise="in mode act it would have become champion by itself")


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


def promote(step: Step, release: Release, policy: Policy, *, why: str) -> Step:
    """The challenger becomes champion; the old one stays in shadow with rollback armed."""
    state, version = step.state, release.version
    old, another_recipe = state.champion, state.newest != version
    route = Route(champion=version)
    step = step.with_state(
        replace(
            state.without("restore", "release"),
            champion=version,
            release=None,
            armed=Armed(previous=old, champion=version, since=state.closed + 1, loss=release.loss),
            watch=_new_level(state, state.alive(version), policy),
            courses=(),
            beyond=(),
            outcomes=_new_mix(state.outcomes, state.alive(version)),
            route=route,
            below_rival=False,
            loss=release.loss,
            newest=version,
            before="" if another_recipe else state.before,
        )
        .tidy()
        .freed()
    )
    step = step.then(SetRoute(id=step.next_id, route=route))
    armed = f"rollback to {old} is armed for {policy.validate.armed_windows} labelled windows"
    return step.decide(
        "promote",
        f"{version} is champion: {release.word}; {armed}",
        Grounds(version=version, verdict=release.word, reasons=(why,)),
        otherwise="a broken limit in canary would have kept the old champion",
    )


def _new_level(state: State, line: Line, policy: Policy) -> Watch | None:
    """The level is that of the windows the champion learnt from last, skipped ones left out; the noise stays."""
    learnt = line.learnt
    windows, profiles = usual(learnt.windows, learnt.profiles, state.skipped(policy.monitor.calendar))
    return None if state.watch is None else promote_reference(state.watch, profiles, windows, learnt.edges)


def _new_mix(watch: LabelWatch | None, line: Line) -> LabelWatch | None:
    """The usual mix of labels is that of the windows the champion learnt from last."""
    return None if watch is None else rebase(watch, {window.number for window in line.learnt.windows})


def restore(step: Step, armed: Armed, policy: Policy, *, why: str, agreed: bool) -> Step:
    """The whole previous bundle comes back in one switch; in mode suggest a person says yes first.

    An alarm about what was taken back is over: what was served then is not what will be served.
    """
    gone, back = armed.champion, armed.previous
    grounds = Grounds(version=back, reasons=(why,))
    otherwise = (
        "had nobody asked, it would have stayed" if agreed else "had it not been shown worse, it would have stayed"
    )
    if policy.mode != "act" and not agreed:
        return ask(step, "restore", f"take {gone} back to {back}? {why}", grounds, otherwise=otherwise)
    step = forget_line(step, gone, since=armed.since)
    state, route = step.state, Route(champion=back)
    step = step.with_state(
        replace(
            state.asked_anew().without("restore", "release"),
            champion=back,
            armed=None,
            watch=_new_level(state, state.alive(back), policy),
            courses=(),
            beyond=(),
            outcomes=_new_mix(state.outcomes, state.alive(back)),
            route=route,
            below_rival=False,
            level=replace(state.level, alarm=False),
            dropped="",
            release=_anew(state.release, state),
        )
        .tidy()
        .freed()
    )
    step = step.then(SetRoute(id=step.next_id, route=route))
    step = step.notify("release", "info" if agreed else "major", gone, f"{gone} is taken back: {why}")
    return step.decide(
        "restore", f"{back} is champion again, {gone} is taken back: {why}", grounds, otherwise=otherwise
    )


def _anew(release: Release | None, state: State) -> Release | None:
    """A challenger starts its evidence anew, in shadow, against the champion that came back."""
    if release is None:
        return None
    return replace(
        release, stage="shadow", since=state.time, window=state.closed, comparison=None, windows=0, exposure=None
    )


def forget_line(step: Step, version: str, *, since: int) -> Step:
    """A line shown bad is no evidence about freshness: its pair is dissolved, and what it showed is forgotten."""
    state = step.state
    if version not in {state.newest, state.before}:
        return step
    newest = state.before if version == state.newest else state.newest
    kept = freshness.forget(state.freshness, since)
    return step.with_state(replace(state, newest=newest, before="", freshness=kept))


def close_release(step: Step, release: Release, remedy: Literal["refuse", "close"], headline: str, *, why: str) -> Step:
    """End a release (`refuse`: shown worse, `close`: undecided); the champion answers everybody."""
    grounds = Grounds(version=release.version, verdict=release.word, reasons=(why,))
    step = step.decide(remedy, headline, grounds, otherwise="within its limits it would have become champion")
    route = Route(champion=step.state.champion)
    step = step.with_state(replace(step.state.without("release"), release=None, route=route).tidy().freed())
    return step.then(SetRoute(id=step.next_id, route=route)) if release.stage == "canary" else step
