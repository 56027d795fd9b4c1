"""What does a person rule?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from trueup.cli.options import HERE, AsJson, Project
from trueup.cli.screen import as_json, lines

if TYPE_CHECKING:
    from collections.abc import Mapping


def approve(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of a decision that waits.")],
    note: Annotated[str, typer.Option(help="Why; it stands in the journal.")] = "",
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """Say yes to a decision that waits."""
    from trueup.sdk.project import open_project

    answer = open_project(project).approve(number, note)
    wanted = ", then ".join(answer["wanted"]) or "nothing"
    done = f"Decision {number} is approved; the running server does it at its next look: {wanted}."
    _show(answer, done, following="trueup status", json=json)


def release(
    window: Annotated[str, typer.Argument(metavar="WINDOW", help="A window in quarantine: its number or its name.")],
    note: Annotated[str, typer.Option(help="Why; it stands in the journal.")] = "",
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """Let a quarantined window train, from the next training on, which must then be proven."""
    from trueup.sdk.project import open_project

    answer = open_project(project).release(window, note)
    _show(
        answer,
        f"Window {answer['released']} ({answer['name']}) trains from the next training on, which must be proven.",
        f"{answer['corrected']:,} of {answer['rows']:,} rows of the window were corrected.",
        following=f"trueup explain {answer['decision']}",
        json=json,
    )


def rollback(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="The model's name, to be sure.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it stands in the journal.")] = "asked for on the command line",
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """Take the champion back: the version before it answers again, at once."""
    from trueup.errors import NotFound
    from trueup.sdk.project import open_project
    from trueup.settings import load

    ours = load(project).file.model
    if model not in {None, ours}:
        raise NotFound("model", str(model), f"this project's model is {ours!r}")
    answer = open_project(project).rollback(reason)
    done = f"{answer['champion']} answers again; {answer['taken_back']} is taken back."
    _show(answer, done, following="trueup status", json=json)


def _show(answer: Mapping[str, Any], *done: str, following: str, json: bool) -> None:
    """What was done, the journal that holds it, and what to look at next."""
    if json:
        as_json(answer)
        return
    lines(*done, f"journal head {answer['journal'][:12]}", f"Next: {following}")
