"""What is told of KPIs and slices beside the metric? Every number with its interval and how many labels it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trueup.loop.advance.measured import numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.advance.measured import Number
    from trueup.loop.events import LabelsMatured
    from trueup.loop.policy import Policy

MOST_TOLD: Final = 8  # slices beside an alert
Json = dict[str, Any]


def measured(events: Iterable[LabelsMatured], policy: Policy) -> list[Json]:
    """The course of every KPI and of every slice over the labelled windows, as the report shows it."""
    courses: dict[tuple[str, str], Json] = {}
    for event in events:
        for one in numbers_of(event, policy):
            if not one.slice and one.name == policy.metric:
                continue  # the series of the windows has it
            empty = {"name": one.name, "slice": one.slice, "direction": one.better, "points": []}
            course = courses.setdefault((one.name, one.slice), empty)
            course["points"].append(
                {
                    "window": event.window.number,
                    "value": one.value,
                    "low": one.low,
                    "high": one.high,
                    "labels": _share(one),
                }
            )
    return sorted(courses.values(), key=lambda one: (bool(one["slice"]), one["name"], one["slice"]))


def worst_slices(event: LabelsMatured, name: str, policy: Policy) -> list[str]:
    """The slices of a number on one window, the worst first: where does it come from?"""
    whole = next((one for one in numbers_of(event, policy) if one.name == name and not one.slice), None)
    parts = sorted((one for one in numbers_of(event, policy) if one.name == name and one.slice), key=_badness)
    return [_said(one) for one in ([whole] if whole is not None else []) + parts[:MOST_TOLD]]


def _badness(one: Number) -> float:
    return -one.worse


def _said(one: Number) -> str:
    """A number as people read it."""
    where = f" of {one.slice}" if one.slice else ""
    labels = f"{100 * _share(one):.0f} % of {one.rows:,} labels in"
    return f"{one.name.replace('_', ' ')}{where} was {one.value:.3g} [{one.low:.3g}, {one.high:.3g}], {labels}"


def _share(one: Number) -> float:
    return round(one.labelled / max(one.rows, 1), 4)
