"""What does a reader see at the end of the demo?"""

from __future__ import annotations

from typing import Any

from trueup.cli.screen import lines, many
from trueup.cli.weigh import show_policies


def show_demo(answer: dict[str, Any]) -> None:
    """The answer first, then the table, then what to try."""
    from trueup.report.story import figure

    metric, kinds = answer["metric"], [one["kind"] for one in answer["decisions"]]
    name = metric["name"].replace("_", " ")
    again = "finished by a second worker" if answer["finished_after_kill"] else "not seen to finish"
    same = "the same decisions" if answer["same_decisions"] else "OTHER decisions"
    killed = (
        "training process killed in mid-run, its run" if answer["killed_runs"] == 1 else "trainings killed, the run"
    )
    refused = ", ".join(dict.fromkeys(answer["refused"])) or "none"
    lines(
        f"bank: mean {name} {figure(metric['trueup'])} against {figure(metric['never'])} never retrained; "
        f"{many(max(kinds.count('promote') - 1, 0), 'promotion')}, {kinds.count('restore')} taken back",
        f"{many(answer['http_requests'], 'HTTP request')}, {answer['failed_requests']} failed; "
        f"{many(len(answer['quarantined_windows']), 'window')} quarantined; refused or closed: {refused}",
        f"{answer['killed_runs']} {killed} {again}",
        f"the same rows from the file gave {same}; audit: {answer['audit']}",
    )
    show_policies(answer)
    lines(*answer["differences"])
    folder = answer["folder"]
    lines(
        f"report: {answer['report']}",
        f"Next: trueup status --project {folder}",
        f"      trueup decisions --project {folder}",
        f"      trueup explain v2 --project {folder}",
    )
