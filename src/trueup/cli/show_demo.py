"""What does a reader see at the end of the demo?"""

from __future__ import annotations

from typing import Any

from trueup.cli.screen import lines, many, seconds
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
    closed = f"; closed undecided: {', '.join(dict.fromkeys(answer['closed']))}" if answer["closed"] else ""
    lines(
        f"bank: mean {name} {figure(metric['trueup'])} against {figure(metric['never'])} never retrained; "
        f"{many(max(kinds.count('promote') - 1, 0), 'promotion')}, {kinds.count('restore')} taken back",
        f"{many(answer['http_requests'], 'HTTP request')}, {answer['failed_requests']} failed; "
        f"{many(len(answer['quarantined_windows']), 'window')} quarantined; refused: {refused}{closed}",
        f"{answer['killed_runs']} {killed} {again}",
        f"the same rows from the file gave {same}; audit: {answer['audit']}",
    )
    show_policies(answer)
    lines(*bought(answer), *answer["differences"])
    folder = answer["folder"]
    lines(
        f"it took {seconds(answer['seconds'])}, {seconds(answer['http_seconds'])} of it over HTTP",
        f"report: {answer['report']}",
        f"Next: trueup status --project {folder}",
        f"      trueup decisions --project {folder}",
        f"      trueup explain v2 --project {folder}",
    )


def bought(answer: dict[str, Any]) -> tuple[str, ...]:
    """What fewer trainings buy, what they cost, and which setting buys more."""
    from trueup.report.story import figure

    rows = {row["policy"]: row for row in answer["table"]}
    busy, own = rows.get("every window, recent"), rows["trueup.yaml"]
    if busy is None or busy["metric"] is None or own["metric"] is None:
        return ()
    worth = "higher" if answer["metric"]["direction"] == "higher" else "lower"
    behind = busy["metric"] > own["metric"] if worth == "higher" else busy["metric"] < own["metric"]
    costs = (
        f"what it costs: {figure(own['metric'])} against {figure(busy['metric'])} of training at every window; "
        "the budget is about one training in four windows and no setting; a shorter window, or trueup train, buys more"
    )
    kept_out = [f"{', '.join(dict.fromkeys(answer['refused']))} refused"] if answer["refused"] else []
    broken = len(answer["quarantined_windows"])
    kept_out += [f"{many(broken, 'broken window')} kept out of training"] if broken else []
    saved = f"{many(own['trainings'], 'training')} instead of {busy['trainings']:,}"
    proof = "each release proven or not shown worse before it answered everybody"
    armed = "rollback armed after each; training at every window has none of these checks"
    return (f"what is bought: {', '.join([saved, proof, *kept_out, armed])}", *([costs] if behind else []))
