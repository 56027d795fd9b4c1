"""How does the loop run?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.doors import FAILED, say
from trueup.cli.options import HERE, AsJson, Project
from trueup.cli.screen import as_json, lines, many, stages


def train(project: Project = HERE, json: AsJson = False) -> None:
    """Train the first version now; where one answers already, ask for another."""
    from trueup.sdk.project import open_project

    answer = open_project(project).train()
    if json:
        as_json(answer)
        return
    if "asked" in answer:
        waiting = many(answer["waiting"], "wish") if answer["waiting"] == 1 else f"{answer['waiting']} wishes"
        lines(f"Asked for a training; {waiting} waiting for the running server's next look.", "Next: trueup status")
        return
    rows = f"{many(answer['labels'], 'labelled row')} of {many(answer['windows'], 'window')}"
    lines(f"{answer['champion']} is trained on {rows} and answers as champion.", "Next: trueup up")


def up(
    project: Project = HERE,
    host: Annotated[str | None, typer.Option(help="Address to listen on; the project's if left out.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; the project's if left out.")] = None,
    simulate: Annotated[bool, typer.Option("--simulate", help="Take event times from requests.")] = False,
) -> None:
    """Serve, log, watch and act, all in one process; Ctrl-C stops cleanly."""
    from trueup.sdk.project import open_project
    from trueup.sdk.up import up as serve

    try:
        serve(open_project(project), host=host, port=port, simulate=simulate)
    except KeyboardInterrupt:
        say("stopped; nothing accepted is lost")  # as intended: no failure


def demo(
    folder: Annotated[
        Path | None, typer.Option(help="Where to put the demo's project; a temporary folder if left out.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the whole loop on a real stream, over HTTP, in a few minutes."""
    from trueup.cli.show_demo import show_demo
    from trueup.demo import run

    with stages("demo") as (tell, say):
        answer = run(folder=folder, on_progress=tell, tell=say)
    if json:
        as_json(answer)
    else:
        show_demo(answer)
    if not answer["same_decisions"] or answer["audit"] != "equal":
        raise typer.Exit(FAILED)
