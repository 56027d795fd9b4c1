"""Was it served as it is trained?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trueup.cli.doors import FAILED
from trueup.cli.options import HERE, AsJson, Project, takes
from trueup.cli.screen import as_json, lines, many, table

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = ("column", "differ", "share", "only in table", "only in log", "shift", "result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What `skew` is told."""

    file: Annotated[Path, typer.Argument(metavar="FILE", help="The features worked out again: Parquet, Arrow or CSV.")]
    ids: Annotated[str, typer.Option("--id", metavar="COLUMN", help="Its column of prediction ids.")] = "id"
    tolerance: Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative difference of numbers that is none.")] = (
        1e-6
    )
    above: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of rows that may differ in a column.")] = 0.01
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: the loop is told nothing.")] = False
    project: Project = HERE
    fail: Annotated[bool, typer.Option("--fail", help="Exit 1 if a column is skewed.")] = False
    json: AsJson = False


@takes(Beside)
def skew(said: Beside) -> None:
    """Compare the features that were served with a table of the same rows, by id; what differs is an alert."""
    from trueup.sdk.project import open_project
    from trueup.sdk.skewed import Compared

    compared = Compared(ids=said.ids, tolerance=said.tolerance, above=said.above, record=not said.dry_run)
    answer = open_project(said.project).skew(said.file, compared)
    if said.json:
        as_json(answer)
    else:
        _show(answer)
    if said.fail and answer["skewed"]:
        raise typer.Exit(FAILED)


def _show(answer: Mapping[str, Any]) -> None:
    """The answer first, then the columns that differ, the worst first."""
    rows, skewed = answer["rows"], answer["skewed"]
    verdict = f"{many(skewed, 'column')} skewed" if skewed else "served as in the table"
    lines(f"{verdict}: {many(rows, 'row')} compared, {answer['differing']:,} differ in some column")
    different = [one for one in answer["columns"] if one["differing"]]
    if different:
        cells = [
            (
                one["column"],
                f"{one['differing']:,}",
                f"{100 * one['share']:.3g} %",
                f"{one['missing_in_log']:,}",
                f"{one['missing_offline']:,}",
                one["shift"],
                one["result"],
            )
            for one in different
        ]
        table(COLUMNS, cells, right=COLUMNS[1:6])
    same = len(answer["columns"]) - len(different)
    lines(
        f"{many(same, 'column')} alike in every row" if same else "",
        f"not compared: {', '.join(answer['not_compared'])}" if answer["not_compared"] else "",
        f"{many(answer['not_in_log'], 'id')} of the table not in the log" if answer["not_in_log"] else "",
        f"for example: {', '.join(different[0]['examples'])} ({different[0]['column']})" if different else "",
        "The loop was told." if answer["recorded"] else "The loop was not told (--dry-run).",
        f"Next: trueup explain {different[0]['examples'][0]}" if different else "Next: trueup status",
    )
