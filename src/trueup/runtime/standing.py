"""Which alerts go on, and which of them may chance have brought about? One answer for every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trueup.loop.advance.outcomes import STOPPED
from trueup.loop.monitor.estimate import AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.actions import Notify
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.runtime.story import Chronicle

Source = Literal["monitor", "limit", "broken"]
Topic = tuple[str, str, int]  # what an episode is of, its name, and the window that it was told in where that tells it


def source(notice: Notify) -> Source:
    """Who says so: the calibrated monitor, which chance may mislead; a limit of the owner's; or data that is broken.

    >>> from trueup.loop.actions import Notify
    >>> told = dict(id="1", number=1, severity="moderate", sentence="", window=3)
    >>> source(Notify(kind="label", subject="y", **told)), source(Notify(kind="quality", subject="#3", **told))
    ('monitor', 'broken')
    """
    match notice.kind:
        case "drift" | "performance" | "rival" | "label" | "ood":
            return "monitor"
        case "limit" | "rule" | "skew":
            return "limit"
        case _:
            return "broken"


def standing(chronicle: Chronicle, state: State, policy: Policy) -> tuple[Notify, ...]:
    """The alerts whose episode goes on, oldest first; each by the newest that was told of it."""
    live = set(_live(state, policy))
    newest = {topic: one for one in chronicle.notices if one.number for topic in _topics(one)}
    found = {one.number: one for topic, one in newest.items() if topic in live}
    return tuple(found[number] for number in sorted(found))


def mix_moved(notice: Notify) -> bool:
    """Whether it says that the labels came in another mix: not that they stay away, nor what people say."""
    return notice.kind == "label" and notice.about.cause != STOPPED and bool(notice.about.columns)


def _topics(notice: Notify) -> list[Topic]:
    """The episodes that a notice tells of."""
    columns = notice.about.columns
    match notice.kind:
        case "drift" | "limit" as what:
            return [(what, column, notice.window) for column in columns or (notice.subject,)]
        case "label" if notice.about.cause == STOPPED:
            return [("arrivals", notice.subject, 0)]
        case "label":
            return [("mix" if mix_moved(notice) else "reactions", notice.subject, notice.window)]
        case _:
            return [(notice.kind, notice.subject, 0)]


def _live(state: State, policy: Policy) -> Iterator[Topic]:
    """The episodes that go on."""
    watches = [one for one in (state.watch, state.score.watch) if one is not None]
    yield from (("drift", one.column, one.opened) for watch in watches for one in watch.incidents)
    yield from (("limit", one.column, one.opened) for one in state.beyond)
    yield from (("rule", one.name, 0) for one in state.episodes)
    yield from (("performance", one.name, 0) for one in state.vigils if one.since)
    estimates, label = state.estimates, policy.schema.label
    if estimates is not None and estimates.newest is not None and estimates.falls >= AGAIN:
        yield "performance", f"estimated {estimates.newest.metric}", 0
    mixes = (("mix", label, state.outcomes), ("reactions", "feedback", state.thumbs))
    for what, name, watch in (*mixes, ("reactions", "corrections", state.corrections)):
        if watch is not None and watch.incident is not None:
            yield what, name, watch.incident.told
    known: dict[Topic, bool] = {
        ("performance", state.metric, 0): state.level.alarm,
        ("rival", state.champion, 0): state.below_rival,
        ("ood", "all columns", 0): state.outliers.open,
        ("arrivals", label, 0): state.arrivals is not None and bool(state.arrivals.missing),
    }
    yield from (topic for topic, goes_on in known.items() if goes_on)
