"""Is the model well? The newest metric, behind whatever stands against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.advance.ticks import situation
from trueup.loop.decide.objective import objectives_of
from trueup.runtime.standing import mix_moved, standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.runtime.story import Chronicle

SHOWN: Final = 3  # columns; of more only how many


def health(chronicle: Chronicle, state: State, policy: Policy) -> str:
    """What is wrong first, the gravest in front, then the metric; `ok` where nothing is."""
    if not state.served:
        return "; ".join([*missed(state, policy), "no labels yet"])
    newest = state.served[-1]
    figure = f"{policy.metric.replace('_', ' ')} {newest.value:.3g} [{newest.low:.3g}, {newest.high:.3g}]"
    if newest.window != state.matured:
        figure = f"{figure} in window {newest.window}, the newest that counts"
    answered = chronicle.champion_at(state.matured)
    if answered and answered != state.champion:
        figure = f"{figure}, as {answered} answered"
    verdict, beside = _verdict(state, policy), [*missed(state, policy), *_worse(state, policy)]
    moved = _moved(chronicle, state, policy)
    if verdict:
        return "; ".join([f"{verdict}: {figure}", *beside])
    return "; ".join([*beside, *moved, figure]) if beside or moved else f"ok: {figure}"


def missed(state: State, policy: Policy) -> list[str]:
    """The owner's objectives that the newest judged window missed for sure, however long that must last to train."""
    seen, found = situation(state, policy), []
    newest = max((one.window for one in seen.served[-1:]), default=0)
    for one in objectives_of(policy.decide.triggers):
        points = seen.points(one.metric, one.slice)
        if points and points[-1].window >= newest and one.missed(points[-1]):
            found.append(one.words(policy.metric, points[-1]))
    return list(dict.fromkeys(found))


def _verdict(state: State, policy: Policy) -> str:
    """What is wrong with the metric itself."""
    if state.below_rival:
        return "worse than the naive rival"
    vigil = next((one for one in state.vigils if one.name == policy.metric), None)
    return "worse than usual" if state.level.alarm or (vigil is not None and vigil.since) else ""


def _worse(state: State, policy: Policy) -> Iterator[str]:
    """KPIs with an alert that stands."""
    for one in state.vigils:
        if one.since and one.name != policy.metric:
            yield f"{one.name.replace('_', ' ')} worse than usual"


def _moved(chronicle: Chronicle, state: State, policy: Policy) -> list[str]:
    """The columns and the labels whose alerts stand, as `trueup alerts` has them."""
    alerts = standing(chronicle, state, policy)
    moved = _few([one.subject for one in alerts if one.kind == "drift"])
    beyond = _few([name for one in alerts if one.kind == "limit" for name in one.about.columns])
    if any(mix_moved(one) for one in alerts):
        moved.append(f"the mix of {policy.schema.label}")
    return [f"{', '.join(names)} {what}" for names, what in ((moved, "moved"), (beyond, "beyond your limit")) if names]


def _few(names: Sequence[str]) -> list[str]:
    """The first of them, and how many more there are."""
    more = len(names) - SHOWN
    return [*names[:SHOWN], *([f"{more} more"] if more > 0 else [])]
