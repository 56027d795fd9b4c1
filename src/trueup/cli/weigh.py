"""What would have happened on rows we already have?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trueup.cli.doors import FAILED
from trueup.cli.options import HERE, AsJson, Project, takes
from trueup.cli.screen import as_json, lines, many, progress, seconds, table

if TYPE_CHECKING:
    from trueup.sdk.backtest import Backtest

WINDOWS: Final = 40  # a file without a project is cut into
SLACK: Final = 0.01  # of the metric: nearer than this to *never* is not worse


class Moved(StrEnum):
    """Which result of `drift` is a failure."""

    changed = "changed"
    broken = "broken"


class Judged(StrEnum):
    """Which result of `backtest` is a failure."""

    worse = "worse"


def drift(
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE", help="Parquet, Arrow or CSV of the time before.")],
    current: Annotated[Path, typer.Argument(metavar="CURRENT", help="Parquet, Arrow or CSV of the time after.")],
    fail_on: Annotated[Moved | None, typer.Option("--fail-on", help="Exit 1 if a column changed, or broke.")] = None,
    json: AsJson = False,
) -> None:
    """Compare two files column by column; needs no project and no labels."""
    from trueup.cli.machine import sort_fast

    sort_fast()
    from trueup.adapters.tables import open_rows
    from trueup.runtime.drift import drift as compare

    answer = compare(open_rows(reference), open_rows(current))
    if json:
        as_json(answer)
    else:
        _show_drift(answer, current)
    broken, changed = answer["broken"], answer["changed"]
    if (fail_on is not None and broken) or (fail_on is Moved.changed and changed):
        raise typer.Exit(FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What `backtest` is told."""

    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Rows; the project's data if left out.")] = None
    time: Annotated[str | None, typer.Option(metavar="COLUMN", help="Without a project: the time column.")] = None
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="Without a project: the label column.")] = None
    metric: Annotated[str | None, typer.Option(metavar="NAME", help="Without a project: the metric.")] = None
    windows: Annotated[int | None, typer.Option(min=4, help="Without a project: windows of equal rows; 40.")] = None
    label_delay: Annotated[
        str | None, typer.Option("--label-delay", metavar="LENGTH", help="Without a project: like '14 days'.")
    ] = None
    project: Project = HERE
    fail_on: Annotated[Judged | None, typer.Option("--fail-on", help="Exit 1 if worse than never retraining.")] = None
    json: AsJson = False


@takes(Replay)
def backtest(said: Replay) -> None:
    """Play the loop over history: real training, real label delay, beside never and every window."""
    in_project = said.time is None and said.label is None
    answer = _of_project(said) if in_project else _of_file(said)
    told = answer.json()
    if said.json:
        as_json(told)
    else:
        _show_backtest(answer, told, "trueup up" if in_project else f"trueup init {said.file}")
    if said.fail_on is Judged.worse and worse(told["metric"]):
        raise typer.Exit(FAILED)


def worse(metric: dict[str, Any]) -> bool:
    """Whether the loop did worse than never retraining, by more than 1 % of the metric."""
    ours, never = metric["trueup"], metric["never"]
    if ours is None or never is None:
        return True  # what could not be measured was not shown to be no worse
    loss = float(never - ours if metric["direction"] == "higher" else ours - never)
    return loss > SLACK * abs(float(never))


def _of_project(said: Replay) -> Backtest:
    """Play a project's policy."""
    for option, value in (("metric", said.metric), ("windows", said.windows), ("label-delay", said.label_delay)):
        if value is not None:
            raise typer.BadParameter(f"--{option} is for a file without a project; in a project, change trueup.yaml")
    from trueup.sdk.project import open_project

    opened = open_project(said.project)
    with progress("backtest") as tell:
        return opened.backtest(said.file, on_progress=tell)


def _of_file(said: Replay) -> Backtest:
    """Play the default policy over a file."""
    if said.file is None or said.time is None or said.label is None:
        raise typer.BadParameter("without a project: trueup backtest FILE --time COLUMN --label COLUMN")
    from trueup.sdk.project import Plain, backtest_file

    with progress(f"backtest of {said.file.name}") as tell:
        plain = Plain(
            time=said.time,
            label=said.label,
            metric=said.metric,
            windows=said.windows or WINDOWS,
            label_delay=said.label_delay,
        )
        return backtest_file(said.file, plain, on_progress=tell)


def _show_backtest(answer: Backtest, told: dict[str, Any], following: str) -> None:
    """The answer first, then the policies beside each other."""
    lines(answer.summary)
    show_policies(told)
    lines(
        f"held back: {answer.held_back}" if answer.held_back else "",
        f"report: {answer.report}",
        f"Next: open the report, then {following}",
    )


def show_policies(told: dict[str, Any]) -> None:
    """The owner's policy below the plain ones, and what its column of false alerts counts."""
    columns = ("policy", told["metric"]["name"].replace("_", " "), "trainings", "promoted", "false alerts", "cost")
    reference = told["reference_windows"]
    rows = [
        (
            row["policy"],
            _value(row),
            f"{row['trainings']:,}",
            f"{row['promoted']:,}",
            None if row["false_alerts"] is None else f"{row['false_alerts']:,} of {reference:,}",
            _cost(row["seconds"]),
        )
        for row in told["table"]
    ]
    table(columns, rows, right=columns[2:], broken="false alerts")
    if reference:
        windows = many(reference, "window")
        lines(f"false alerts: on the {windows} before the first version, each judged by the others of them")


def _cost(value: float | None) -> str | None:
    """What the trainings took, where it was measured."""
    return None if value is None else seconds(value)


def _value(row: dict[str, Any]) -> str:
    """A metric with its interval, where it has one."""
    from trueup.report.story import between, figure

    if row["metric"] is None:
        return "-"
    if row.get("low") is None:
        return figure(row["metric"])
    return f"{figure(row['metric'])}{between(row['low'], row['high'])}"


def _show_drift(answer: dict[str, Any], current: Path) -> None:
    """What moved, the gravest first."""
    before, after = answer["rows"]
    changed, broken, thin = answer["changed"], answer["broken"], answer["insufficient"]
    same = len(answer["columns"]) - changed - broken - thin
    results = f"{changed} changed, {broken} {'looks' if broken == 1 else 'look'} broken, {same} as before"
    results += f", {thin} with too few rows to tell" if thin else ""
    head = f"{len(answer['columns'])} columns, {before:,} -> {after:,} rows"
    lines(f"{head}     {results}     {answer['seconds']:.1f} s")
    rows = [(one["column"], _psi(one), one["moved"] or "-", _result(one)) for one in answer["columns"]]
    table(("column", "psi", "moved", "result"), rows, right=("psi",))
    lines(
        _named("not compared", answer["not_compared"]),
        "Without past windows only sampling noise is known.",
        f"Next: trueup backtest {current} --time COLUMN --label COLUMN",
    )


def _result(column: dict[str, Any]) -> str:
    """What became of a column, why, and what to do with it."""
    if column["result"] == "insufficient":
        return str(column["cause"])
    if column["result"] == "broken":
        return f"broken: {column['cause']}" + ("" if column["psi"] is None else "   do not train on it")
    cause = str(column["cause"]).removeprefix(f"psi {_psi(column)} is ")  # its own column says the figure
    return f"{column['result']} ({cause})" if cause else str(column["result"])


def _psi(column: dict[str, Any]) -> str:
    """How far a column moved, where there was something to compare."""
    return "-" if column["psi"] is None else f"{column['psi']:.2f}"


def _named(what: str, names: list[str]) -> str:
    """Columns of one kind, where there are any."""
    return f"{what}: {', '.join(names)}" if names else ""
