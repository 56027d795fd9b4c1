"""What happened in which window? The marks of the lanes alert, decision and release, with their tooltips."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from trueup.report.palette import ALERT, DECISIONS, OTHER, RELEASES, Mark
from trueup.report.rows import title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.report.rows import Row
    from trueup.report.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, in the words of its tooltip."""

    window: int  # number
    lane: str
    mark: Mark
    head: str
    why: str = ""
    evidence: str = ""
    otherwise: str = ""  # what would have changed it
    anchor: str = ""  # where the page tells it in full


def happenings(story: Story) -> list[Happening]:
    """Everything that happened, lane by lane."""
    alerts = [
        Happening(
            window=one["window"],
            lane="alert",
            mark=ALERT,
            head=f"{one['column']} ({one['severity']})",
            why=one["sentence"],
            anchor=f"alert-{at}",
        )
        for at, one in enumerate(story["alerts"])
        if one["opened"]
    ]
    decisions = [
        Happening(
            window=one["window"],
            lane="decision",
            mark=DECISIONS.get(one["kind"], OTHER),
            head=one["headline"],
            why=";\n".join(one["reasons"]),
            otherwise=one["otherwise"],
            anchor=f"decision-{one['number']}",
        )
        for one in story["decisions"]
    ]
    releases = [
        Happening(
            window=one["window"],
            lane="release",
            mark=RELEASES.get(one["event"], OTHER),
            head=f"{one['version']} {one['event']}",
            why=one["why"],
            evidence=one["evidence"],
            anchor=f"release-{at}",
        )
        for at, one in enumerate(story["releases"])
    ]
    return [*alerts, *decisions, *releases]


def marks(story: Story) -> list[Row]:
    """One mark a window and lane: the weightiest of what happened there; its tooltip tells all of it."""
    titles = {one["window"]: title(one) for one in story["series"]}
    seen = sorted((one for one in happenings(story) if one.window in titles), key=lambda one: (one.lane, one.window))
    rows: list[tuple[int, Row]] = []
    for (lane, window), group in groupby(seen, key=lambda one: (one.lane, one.window)):
        told = list(group)
        top = max(told, key=lambda one: one.mark.rank)
        row: Row = {
            "w": window,
            "lane": lane,
            "mark": top.mark.label,
            "size": top.mark.size,
            "title": titles[window],
            "head": _joined(one.head for one in told),
            "why": _joined(one.why for one in told),
            "evidence": _joined(one.evidence for one in told),
            "otherwise": _joined(one.otherwise for one in told),
            "anchor": top.anchor,
        }
        rows.append((top.mark.rank, row))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]  # the weightiest is drawn last: on top


def legend(story: Story) -> list[Mark]:
    """The marks that occur, lightest first, once each."""
    drawn = {str(row["mark"]) for row in marks(story)}
    known = [ALERT, *DECISIONS.values(), OTHER, *RELEASES.values()]
    return list({mark.label: mark for mark in known if mark.label in drawn}.values())


def _joined(texts: Iterable[str]) -> str:
    return ";\n".join(dict.fromkeys(text for text in texts if text)) or "-"
