"""What would the default policy have made of a file, without a project?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.runtime.features import infer_schema
from trueup.runtime.stream import is_clock, read_stream
from trueup.sdk.backtest import REPORT, Backtest, plain_policy, run
from trueup.settings.axis import Axis
from trueup.settings.names import metric as find_metric
from trueup.settings.names import usual_metric
from trueup.settings.quantity import span
from trueup.settings.references import unfit_columns
from trueup.settings.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.runtime.backtest import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What must, and may, be said of a file without a project."""

    time: str  # column
    label: str  # column
    metric: str | None = None  # None: the usual one of the task
    windows: int = 40  # of equal rows
    label_delay: str | None = None  # such as 14 days; None: labels come at once


def backtest_file(path: str | Path, said: Plain, *, on_progress: Callable[[Progress], None] | None = None) -> Backtest:
    """The default policy over a file, without a project: windows of equal rows, the first 15 % train version one.

    Columns that `init` would ignore are left out.
    The report goes into the current folder, named after the file; nothing else is left behind.
    """
    table = read_table(Path(path))
    unfit = unfit_columns(table, besides={said.label, said.time})
    schema = infer_schema(table, label=said.label, time=said.time, ignore=tuple(unfit))
    rows = max(table.num_rows // said.windows, 1)
    axis = Axis(clock=is_clock(table, said.time), window=span(f"{rows} rows"))
    delay = axis.length(span(said.label_delay)) if said.label_delay is not None else 0.0
    chosen = find_metric(usual_metric(schema.task) if said.metric is None else said.metric)
    policy = plain_policy(Path(path).stem, schema, chosen, rows=rows, delay=delay)
    report = Path.cwd() / f"{Path(path).stem}.{REPORT}"
    stream = read_stream(table, schema, time=said.time, delay=delay)
    return replace(run(stream, policy, report, on_progress=on_progress), ignored=tuple(unfit.items()))
