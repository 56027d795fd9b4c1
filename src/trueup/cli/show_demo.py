"""What does a reader see at the end of the demo?"""

from __future__ import annotations

from typing import Any

from trueup.cli.screen import lines, seconds, table


def show_demo(answer: dict[str, Any]) -> None:
    """The answer first, then the table, then what to try."""
    metric, kinds = answer["metric"], [one["kind"] for one in answer["decisions"]]
    name = metric["name"].replace("_", " ")
    again = "finished by a second worker" if answer["finished_after_kill"] else "not seen to finish"
    same = "the same decisions" if answer["same_decisions"] else "OTHER decisions"
    lines(
        f"bank: mean {name} {metric['trueup']:.3f} (never retrained {metric['never']:.3f}); "
        f"{kinds.count('promote') - 1} promotions, {kinds.count('restore')} taken back",
        f"{answer['http_requests']:,} HTTP requests, {answer['failed_requests']} failed; "
        f"{len(answer['quarantined_windows'])} windows quarantined; refused or closed: {', '.join(answer['refused'])}",
        f"{answer['killed_runs']} training process killed in mid-run, its run {again}",
        f"the same rows from the file gave {same}; audit: {answer['audit']}",
    )
    columns = ("policy", name, "trainings", "promoted", "cost")
    rows = [
        (row["policy"], f"{row['metric']:.3f}", row["trainings"], row["promoted"], seconds(row["seconds"]))
        for row in answer["table"]
    ]
    table(columns, rows, right=columns[2:])
    for difference in answer["differences"]:
        lines(difference)
    folder = answer["folder"]
    lines(
        f"report: {answer['report']}",
        f"try: trueup status --project {folder}",
        f"     trueup decisions --project {folder}",
        f"     trueup explain v2 --project {folder}",
    )
