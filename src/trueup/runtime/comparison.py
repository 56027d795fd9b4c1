"""How did the owner's policy do beside the plain ones? Means over the same windows, so that they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trueup.loop.monitor.performance import find_metric
from trueup.runtime.baselines import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.policy import Policy
    from trueup.runtime.baselines import Baselines, Rival

KEYS = ("never", "every_recent", "every_all", "psi")  # of the plain policies in a window's row, in the order of NAMES
Json = dict[str, Any]


def by_window(baselines: Baselines | None) -> dict[int, dict[str, float | None]]:
    """Each plain policy's value in each window."""
    if baselines is None:
        return {}
    columns = [rival.values for rival in _rivals(baselines)]
    return {
        window: dict(zip(KEYS, values, strict=True))
        for window, *values in zip(baselines.windows, *columns, strict=True)
    }


def metric(series: Sequence[Json], policy: Policy) -> Json:
    """The metric over the windows in which every policy has a value, with the interval of the owner's."""
    rows = _common(series)
    error, centre = _standard_error(rows), _mean(rows, "served")
    return {
        "name": policy.metric,
        "direction": find_metric(policy.metric).direction,
        "trueup": centre,
        "low": None if centre is None else centre - 1.96 * error,
        "high": None if centre is None else centre + 1.96 * error,
        **{key: _mean(rows, key) for key in KEYS[:3]},
    }


def comparison(
    series: Sequence[Json], baselines: Baselines | None, *, trainings: int, promoted: int, seconds: float
) -> list[Json]:
    """One line a policy, the owner's last, with what it trained, promoted and spent."""
    rows = _common(series)
    own = {
        "policy": "trueup.yaml",
        "value": _mean(rows, "served"),
        "trainings": trainings,
        "promoted": promoted,
        "false_alerts": baselines.calm.trueup if baselines is not None and baselines.calm.windows else None,
        "cost_seconds": round(seconds, 1),
    }
    if baselines is None:
        return [own]
    plain = zip(NAMES, KEYS, _rivals(baselines), strict=True)
    lines: list[Json] = [
        {
            "policy": name,
            "value": _mean(rows, key),
            "trainings": rival.trainings,
            "promoted": rival.trainings,
            "false_alerts": baselines.calm.psi if key == "psi" and baselines.calm.windows else None,
            "cost_seconds": round(rival.seconds, 1),
        }
        for name, key, rival in plain
    ]
    return [*lines, own]


def _rivals(baselines: Baselines) -> tuple[Rival, ...]:
    return baselines.never, baselines.recent, baselines.everything, baselines.psi


def _common(series: Sequence[Json]) -> list[Json]:
    """The windows in which everybody who was played has a value."""
    asked = ("served", *(key for key in KEYS if any(row[key] is not None for row in series)))
    return [row for row in series if all(row[key] is not None for key in asked)]


def _mean(rows: Sequence[Json], key: str) -> float | None:
    found = [row[key] for row in rows if row[key] is not None]
    return float(np.mean(found)) if found else None


def _standard_error(rows: Sequence[Json]) -> float:
    """Of the mean over windows, from each window's own interval."""
    widths = [(row["high"] - row["low"]) / 3.92 for row in rows if row["low"] is not None and row["high"] is not None]
    return float(np.sqrt(np.sum(np.square(widths))) / len(widths)) if widths else 0.0
