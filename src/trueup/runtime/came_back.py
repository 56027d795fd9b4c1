"""Which labels came back for a window, and how soon? Rows in, whole numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trueup.loop.events import LabelsCounted
from trueup.loop.feedback.missing import Count, due
from trueup.loop.feedback.returned import Returned, count_labels, count_soon, deciles
from trueup.runtime.lines import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from trueup.loop.feedback.maturity import Arrivals
    from trueup.loop.policy import Policy
    from trueup.loop.schema import Schema
    from trueup.loop.state import State
    from trueup.loop.window import Window
    from trueup.runtime.lines import Labelled
    from trueup.stats.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """How labels are counted, from the reference on."""

    edges: tuple[float, ...]  # between the bins of a number
    unit: float  # a usual window, time units


def came_back(rows: Labelled, window: Window, state: State, policy: Policy, *, now: float) -> Returned:
    """What came back for one window by now, counted as the reference is; without one, this window begins it."""
    watch = state.outcomes
    if watch is None:
        ledger = Ledger(edges=_edges(rows.labels, policy.schema), unit=_unit((window,), policy))
    else:
        ledger = Ledger(edges=watch.edges, unit=watch.unit)
    ages = rows.table.column("_known").to_numpy() - window.end
    return _returned(rows, ledger, policy, soon=count_soon(ages, reached=now - window.end, unit=ledger.unit))


def came_back_by_window(windows: Sequence[Window], parts: Sequence[pa.Table], policy: Policy) -> tuple[Returned, ...]:
    """What came back for each window of the history, all counted alike; how soon is not known of a file's rows."""
    found = [labelled(window.number, part, policy) for window, part in zip(windows, parts, strict=True)]
    labels = np.concatenate([one.labels for one in found])
    ledger = Ledger(edges=_edges(labels, policy.schema), unit=_unit(windows, policy))
    return tuple(_returned(rows, ledger, policy, soon=()) for rows in found)


def missed(state: State, window: Window, arrivals: Arrivals, policy: Policy, *, now: float) -> LabelsCounted | None:
    """A count of a waiting window's labels, where it is news: far too few, and the window was not counted before."""
    watch = state.arrivals
    if watch is None or watch.missing or window.number <= watch.counted:
        return None
    count = Count(rows=arrivals.rows, labelled=arrivals.labelled, age=now - window.end)
    found = due(watch, count, policy.monitor.windows_per_alert("missing labels"))
    if found is None or not found.missing:
        return None
    return LabelsCounted(time=now, window=window, rows=arrivals.rows, labelled=arrivals.labelled)


def _returned(rows: Labelled, ledger: Ledger, policy: Policy, *, soon: tuple[int, ...]) -> Returned:
    return Returned(
        rows=rows.rows,
        labelled=rows.labelled,
        counts=count_labels(rows.labels, classes=len(policy.schema.classes), edges=ledger.edges),
        edges=ledger.edges,
        unit=ledger.unit,
        soon=soon,
        ups=rows.ups,
        downs=rows.downs,
        corrected=rows.table.column("_relabelled").to_pylist().count(True),
    )


def _edges(labels: Floats, schema: Schema) -> tuple[float, ...]:
    return deciles(labels) if schema.task == "regression" else ()


def _unit(windows: Sequence[Window], policy: Policy) -> float:
    """The declared length of a window of time; the middle one of windows of rows."""
    if policy.window.unit == "time":
        return policy.window.length
    unit = float(np.median([window.end - window.start for window in windows]))
    return float(f"{max(unit, 1e-9):.12g}")
