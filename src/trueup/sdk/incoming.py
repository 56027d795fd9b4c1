"""What came in, and did it fit: the open window, what waits, and what came twice or belongs to nothing?"""

from __future__ import annotations

import datetime as dt
from math import inf
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from trueup.runtime.windows import next_boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trueup.loop.policy import Policy, Windowing
    from trueup.loop.state import State
    from trueup.ports.prediction_log import PredictionLog
    from trueup.ports.spool import Waiting

Json = dict[str, Any]


def incoming(
    state: State, policy: Policy, open_log: Callable[[], PredictionLog], spool: Iterable[Waiting]
) -> Json | None:
    """Counts of the whole log and of the window that is open, and a sentence; None before the first version."""
    if not state.windows:
        return None
    log, start = open_log(), state.windows[-1].end
    counts, waiting = log.counts(), _waiting(spool, start)
    rows = log.rows(start, inf, known_at=None)
    labelled = rows.num_rows - rows.column("_label").null_count
    window = {
        "number": state.windows[-1].number + 1,
        "rows": rows.num_rows,
        "labelled": labelled,
        "closes": _closes(start, rows.num_rows + waiting["rows"], max(counts.last, start), policy.window),
    }
    found: Json = {
        "open_window": window,
        "waiting": waiting["predictions"],
        "waiting_outcomes": waiting["outcomes"],
        "predictions": counts.predictions,
        "doubled": counts.doubled,
        "outcomes": counts.outcomes,
        "repeated": counts.repeated,
        "unknown": counts.unknown,
    }
    return {**found, "sentence": _sentence(found)}


def _waiting(spool: Iterable[Waiting], start: float) -> dict[str, int]:
    """Rows that were accepted and are not in the log yet; `rows` are those of the open window."""
    found = {"predictions": 0, "outcomes": 0, "rows": 0}
    for one in spool:
        if one.predictions is not None:
            found["predictions"] += one.predictions.num_rows
            found["rows"] += int(np.count_nonzero(one.predictions.column("_time").to_numpy() >= start))
        found["outcomes"] += 0 if one.outcomes is None else one.outcomes.num_rows
    return found


def _closes(start: float, rows: int, last: float, windowing: Windowing) -> str:
    """When the open window closes."""
    if windowing.unit == "rows":
        left = max(int(windowing.length) - rows, 0)
        return f"after {_many(left, 'more row')}" if left else "at the next look"
    end = next_boundary(max(start, last), windowing)
    moment = f"{dt.datetime.fromtimestamp(end, tz=ZoneInfo(windowing.timezone)):%Y-%m-%d %H:%M}"
    left = windowing.min_rows - rows
    return f"at {moment}" if left <= 0 else f"at {moment}, later while it has fewer than {windowing.min_rows:,} rows"


def _sentence(found: Json) -> str:
    """As people read it; what is zero is not said."""
    window = found["open_window"]
    odd = (
        (found["waiting"] + found["waiting_outcomes"], "accepted row", "in the lake after the next look"),
        (found["doubled"], "prediction", "left out, with an id that was in before"),
        (found["unknown"], "outcome", "for an id that no prediction has"),
        (found["repeated"], "outcome", "past the first of an id"),
    )
    open_window = (
        f"window {window['number']} is open: {_many(window['rows'], 'row')}, {window['labelled']:,} with a label"
    )
    whole = f"{_many(found['predictions'], 'prediction')} and {_many(found['outcomes'], 'outcome')} in all"
    counted = [f"{_many(count, one)} {what}" for count, one, what in odd if count]
    return " · ".join([f"{open_window}; closes {window['closes']}", whole, *counted])


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"
