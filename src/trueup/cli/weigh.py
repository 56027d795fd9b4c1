"""What would have happened on rows we already have?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trueup.cli.doors import FAILED
from trueup.cli.moves import compare_files
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
    if compare_files(reference, current, fail_on=fail_on, json=json):
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
    from trueup.sdk.one_file import Plain, backtest_file

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
        f"ignored: {'; '.join(f'{name} {why}' for name, why in answer.ignored)}" if answer.ignored else "",
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
        on = f"; those of trueup.yaml most often on {told['false_alerts_on']}" if told["false_alerts_on"] else ""
        lines(f"false alerts: on the {windows} before the first version, each judged by the others of them{on}")
    lines(*(one["sentence"] for one in told["limits"]))


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
