"""What moved between two files, and is that a failure?"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any, Final

from trueup.cli.machine import sort_fast
from trueup.cli.screen import as_json, lines, table, visible

if TYPE_CHECKING:
    from pathlib import Path


LEAST_PLAYED: Final = 100  # rows; a backtest refuses fewer. The settings say so too, and take long to load


def compare_files(reference: Path, current: Path, *, fail_on: str | None, json: bool) -> bool:
    """Show how each column moved; whether that is what was asked to fail."""
    sort_fast()
    from trueup.adapters.tables import open_rows
    from trueup.loop.monitor.contract import LEAST_ROWS
    from trueup.runtime.drift import drift

    answer = drift(open_rows(reference), open_rows(current))
    if json:
        as_json(answer)
    else:
        _show_drift(answer, current)
    broken, changed = answer["broken"], answer["changed"]
    untold = min(answer["rows"]) < LEAST_ROWS  # an empty extract is no good news
    return bool((fail_on is not None and (broken or untold)) or (fail_on == "changed" and changed))


def _show_drift(answer: dict[str, Any], current: Path) -> None:
    """What moved, the gravest first."""
    from trueup.runtime.wide import wide_said

    before, after = answer["rows"]
    changed, broken, thin = answer["changed"], answer["broken"], answer["insufficient"]
    same = len(answer["columns"]) - changed - broken - thin
    results = f"{changed} changed, {broken} {'looks' if broken == 1 else 'look'} broken, {same} as before"
    results += f", {thin} with too few rows to tell" if thin else ""
    head = f"{len(answer['columns'])} columns, {before:,} -> {after:,} rows"
    lines(f"{head}     {results}     {answer['seconds']:.1f} s")
    rows = [
        (visible(one["column"]), _psi(one), visible(one["moved"]) or "-", visible(_result(one)))
        for one in answer["columns"]
    ]
    table(("column", "psi", "moved", "result"), rows, right=("psi",))
    lines(
        _named("not compared", answer["not_compared"]),
        wide_said([visible(name) for name in answer["wide"]]),
        "Without past windows only sampling noise is known.",
        _next(current, after),
    )


def _next(current: Path, rows: int) -> str:
    """A backtest of the current rows, where they are one file with enough of them."""
    if rows < LEAST_PLAYED or not current.is_file():
        return ""
    return f"Next: trueup backtest {visible(quote(str(current)))} --time COLUMN --label COLUMN"


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
    return f"{what}: {', '.join(map(visible, names))}" if names else ""
