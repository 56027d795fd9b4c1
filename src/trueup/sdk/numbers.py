"""How are the metric, the KPIs and the slices? Each with its interval, what is usual, and its share of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.decide.situation import Served
    from trueup.loop.monitor.kpi import Vigil
    from trueup.loop.policy import Policy
    from trueup.loop.state import State

Json = dict[str, Any]


def numbers(state: State, policy: Policy) -> list[Json]:
    """The metric first, then KPIs, then slices; of each the newest labelled window."""
    vigils = {one.name: one for one in state.vigils}
    found: list[Json] = []
    if state.served:
        found.append(_told(policy.metric, "", state.served[-1], vigils.get(policy.metric)))
    ordered = sorted(state.figures, key=lambda one: bool(one.slice))
    found += [
        _told(one.name, one.slice, one.points[-1], None if one.slice else vigils.get(one.name)) for one in ordered
    ]
    return found


def sentences(told: list[Json]) -> Iterator[str]:
    """What people read of KPIs and slices; the metric's own is the health."""
    for one in told[1:]:
        part = f" of {one['slice']}" if one["slice"] else ""
        usual = "" if one["usual"] is None else f", usual {one['usual']:.3g}"
        worse = "" if one["worse_since"] is None else f", worse than usual since window {one['worse_since']}"
        learning = ", what is usual is being learnt" if one["status"] == "learning" else ""
        figures = f"{one['value']:.3g} [{one['low']:.3g}, {one['high']:.3g}]"
        labels = f"{100 * one['labels']:.0f} % of window {one['window']}'s labels in"
        yield f"{one['name'].replace('_', ' ')}{part} {figures}{usual}{worse}{learning} ({labels})"


def _told(name: str, part: str, point: Served, vigil: Vigil | None) -> Json:
    """Stable keys; `status` is empty where nothing is watched."""
    seen = None if vigil is None else vigil.seen
    return {
        "name": name,
        "slice": part,
        "value": point.value,
        "low": point.low,
        "high": point.high,
        "labels": round(point.share, 4),
        "window": point.window,
        "usual": None if vigil is None else vigil.usual,
        "status": "" if seen is None else seen.status,
        "worse_since": vigil.since if vigil is not None and vigil.since else None,
    }
