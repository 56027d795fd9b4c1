"""What is going on, and why?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trueup.cli.doors import FAILED
from trueup.cli.options import HERE, AsJson, Project
from trueup.cli.screen import as_json, lines, pairs, table

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS: Final = ("model", "champion", "health", "labels_in", "working_on", "false_alerts")
DECISION: Final = ("number", "window", "kind", "version", "verdict", "headline")


def status(project: Project = HERE, json: AsJson = False) -> None:
    """Show the champion, its health, and what is being worked on."""
    from trueup.sdk.project import open_project

    answer = open_project(project).status()
    if json:
        as_json(answer)
        return
    table([key.replace("_", " ") for key in STATUS], [[answer[key] for key in STATUS]])
    waiting = [
        f"Waiting for a yes: {one['what']} - approve with: trueup approve {one['decision']}"
        for one in answer["waiting"]
    ]
    lines(*waiting, answer["rollback"], answer["next"])


def decisions(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the newest first.")] = 20,
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """List what was decided, nothing included."""
    from trueup.sdk.project import open_project

    answer = open_project(project).decisions(limit)
    if json:
        as_json(answer)
        return
    if not answer:
        lines("No decision yet.", "Next: trueup up")
        return
    table(DECISION, [[one[key] for key in DECISION] for one in answer], right=("number",))
    lines(f"Next: trueup explain {answer[0]['number']}")


def explain(
    what: Annotated[list[str], typer.Argument(metavar="WHAT", help="A prediction's id, 17, alert 3 or v4.")],
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """Say why: one sentence first, the evidence after, what would have changed it last."""
    from trueup.sdk.project import open_project

    answer = open_project(project).explain(" ".join(what))
    if json:
        as_json(answer)
        return
    lines(answer["sentence"], *answer["evidence"], answer["otherwise"], _ways(answer))


def audit(
    what: Annotated[str | None, typer.Argument(metavar="WHAT", help="A version or decision; all if left out.")] = None,
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """Derive the recorded decisions and verdicts again; exit 1 where they differ."""
    from trueup.sdk.project import open_project

    answer = open_project(project).audit(what)
    if json:
        as_json(answer)
    else:
        lines(
            "equal: the journal gives the same again"
            if answer["equal"]
            else "NOT equal: the journal gives another answer"
        )
        pairs({key: value for key, value in answer.items() if key != "equal"})
        _differences(answer)
    if not answer["equal"]:
        raise typer.Exit(FAILED)


def _differences(answer: Mapping[str, Any]) -> None:
    """Where the journal and its derivation part."""
    lines(*(f"entry {one['position']}: {one['what']}" for one in answer["differences"]))


def _ways(answer: Mapping[str, str]) -> str:
    """How to check it and how to undo it."""
    named = (("Check it", answer.get("check")), ("Undo it", answer.get("undo")))
    return " · ".join(f"{title}: {command}" for title, command in named if command)
