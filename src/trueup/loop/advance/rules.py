"""A business rule was broken: is it told, and is it over?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import About, Notify, Quarantine
from trueup.loop.decide.reason import counted
from trueup.loop.monitor.rules import QUIET, Episode, kept_on

if TYPE_CHECKING:
    from trueup.loop.events import RuleBroken
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


def on_rule_broken(step: Step, event: RuleBroken, policy: Policy) -> Step:
    """A business rule is judged at once, without any statistic: every broken answer counts, and counts once.

    Told is an episode: when it opens, and once more when more answers break the rule than it allows.
    """
    name = event.count.name
    known = {rule.name: rule for rule in policy.monitor.rules}
    state = step.state.hears(f"rule {name}", event.time)
    if name not in known or state is None:
        return step
    share = event.count.broken / max(event.count.rows, 1)
    grave = share > known[name].at_most
    if grave:
        broken = dict.fromkeys((*state.broken_rules, name))
        state = replace(state, broken_rules=tuple(broken), news=True)
    rule = known[name]
    sentence = f"{event.count.broken} of {event.count.rows} answers break the rule {name} ({rule.expect})"
    opens = all(one.name != name for one in state.episodes)
    step = _told(step.with_state(state), event, policy, sentence, grave=grave)
    if not (rule.quarantine and opens):
        return step
    kept = f"{sentence}: such answers do not train until they are corrected"
    window, rows = step.state.closed + 1, event.count.broken
    return step.then(Quarantine(id=step.next_id, window=window, because=(kept,), rows=rows))


def _told(step: Step, event: RuleBroken, policy: Policy, sentence: str, *, grave: bool) -> Step:
    """Open an episode, let it become graver, or only go on with it."""
    name, state = event.count.name, step.state
    keeps = any(rule.name == name for rule in policy.monitor.keeps_out)
    proposed = "block and quarantine" if keeps else "ask"
    about = About(confidence=1.0, cause="answers break a rule of the owner's", proposed=proposed)
    others = tuple(one for one in state.episodes if one.name != name)
    old = next((one for one in state.episodes if one.name == name), None)
    if old is None:
        step = step.notify("rule", "major" if grave else "minor", name, sentence, about)
        new = Episode(name=name, number=step.state.notices, opened=state.closed, grave=grave, heard=event.time)
        return step.with_state(replace(step.state, episodes=(*others, new)))
    step = step.with_state(
        replace(state, episodes=(*others, replace(old, grave=old.grave or grave, heard=event.time, quiet=0)))
    )
    if old.grave or not grave:
        return step
    notice = Notify(
        id=step.next_id,
        number=old.number,
        kind="rule",
        severity="major",
        subject=name,
        sentence=f"{sentence}: more than it allows",
        window=state.closed,
        about=replace(about, since=old.opened),
        opened=False,
    )
    return step.then(notice)


def still_broken(step: Step, since: float) -> Step:
    """A rule that was kept through a whole window is broken no more; one that was kept for several ends its episode."""
    state = step.state
    heard = dict(state.heard)
    broken = tuple(name for name in state.broken_rules if heard[f"rule {name}"] >= since)
    on, over = kept_on(state.episodes, since)
    step = step.with_state(replace(state, broken_rules=broken, episodes=on))
    for one in over:
        kept = f"the rule {one.name} was kept for {counted(QUIET, 'window')}: alert {one.number} is over"
        step = step.notify("rule", "info", one.name, kept)
    return step
