"""What is going on, and why?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trueup.cli.doors import FAILED
from trueup.cli.options import HERE, AsJson, Project
from trueup.cli.screen import as_json, facts, lines, listed, many, table

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS: Final = ("model", "champion", "health", "labels_in", "working_on", "false_alerts")
ALERT: Final = ("number", "kind", "severity")
DECISION: Final = ("number", "window", "kind", "version", "headline")


def status(project: Project = HERE, json: AsJson = False) -> None:
    """Show the champion, its health, and what is being worked on."""
    from trueup.sdk.project import open_project

    answer = open_project(project).status()
    if json:
        as_json(answer)
        return
    since = f" ({answer['since']})" if answer["since"] else ""
    row = [answer[key] + (since if key == "champion" else "") for key in STATUS]
    facts([key.replace("_", " ") for key in STATUS], row)
    lines(
        f"mode {answer['mode']} · {many(answer['window'], 'window')} closed · monitor: {answer['monitor']}",
        f"false alerts: {answer['measured']['sentence']}" if answer["measured"]["windows"] else "",
        answer["far_rows"],
        answer["incoming"]["sentence"] if answer["incoming"] else "",
        *answer["numbers_said"],
        answer["thumbs"],
        *(
            f"Waiting for a yes: {one['what']}, decision {one['decision']}. Say it: trueup approve {one['decision']}"
            for one in answer["waiting"]
        ),
        answer["estimate"],
        answer["rollback"],
        *(one["sentence"] for one in answer["limits"]),
        *answer["cannot_be_armed"],
        *([f"{many(answer['kept_aside'], 'correction')} of labels kept aside"] if answer["kept_aside"] else []),
        answer["next"],
    )


def decisions(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the newest first.")] = 20,
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """List every decision, the newest first, also those to do nothing."""
    from trueup.sdk.project import open_project

    answer = open_project(project).decisions(limit)
    if json:
        as_json(answer)
        return
    if not answer:
        lines("No decision yet.", "Next: trueup train")
        return
    table(DECISION, [[_cell(one, key) for key in DECISION] for one in answer], right=("number", "window"))
    lines(f"Next: trueup explain {answer[0]['number']}")


def _cell(one: Mapping[str, Any], key: str) -> str | None:
    """One value of a decision; what the column before has said already is not said again."""
    return str(one[key]).removeprefix(f"{one['kind']}: ") or None


def alerts(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the newest first.")] = 20,
    project: Project = HERE,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of an alert.")] = False,
    json: AsJson = False,
) -> None:
    """List every alert, the newest first; --json gives CloudEvents."""
    if schema:
        from trueup.runtime.alerts import schema as alert_schema

        as_json(alert_schema())
        return
    from trueup.sdk.project import open_project

    opened = open_project(project)
    answer = opened.alerts()[: -limit - 1 : -1]
    if json:
        as_json(answer)
        return
    if not answer:
        lines("No alert yet.", opened.thumbs(), "Next: trueup status")
        return
    rows = [[*(one["data"][key] for key in ALERT), "yes" if one["standing"] else "no", _told(one)] for one in answer]
    table((*ALERT, "stands", "alert"), rows, right=("number",))
    lines(opened.thumbs(), f"Next: trueup explain alert {answer[0]['data']['number']}")


def _told(event: Mapping[str, Any]) -> str:
    """An alert's window and sentence."""
    data = event["data"]
    return f"{data['windows']['name'] or 'before any window'}: {data['sentence']}"


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
    lines(answer["sentence"])
    listed(answer["evidence"])
    lines(answer["otherwise"], _ways(answer))


def audit(
    what: Annotated[str | None, typer.Argument(metavar="WHAT", help="Say it of v4 or of decision 17.")] = None,
    project: Project = HERE,
    json: AsJson = False,
) -> None:
    """Derive the recorded decisions and verdicts again; exit 1 where they differ."""
    from trueup.sdk.project import open_project

    answer = open_project(project).audit(what)
    if json:
        as_json(answer)
    else:
        _show_audit(answer)
    if not answer["equal"] or (answer["about"] and not answer["about"]["holds"]):
        raise typer.Exit(FAILED)


def _show_audit(answer: Mapping[str, Any]) -> None:
    """The verdict first, then where the journal and its derivation part, and what an upgrade changed."""
    about = answer["about"]
    if about:
        _show_about(about)
    counted = f"{many(answer['actions'], 'action')} and {many(answer['decisions'], 'decision')}"
    entries = f"{answer['entries']:,} journal {'entry' if answer['entries'] == 1 else 'entries'}"
    came = "come out the same again" if answer["equal"] else "do NOT all come out the same again"
    well = answer["equal"] and (not about or about["holds"])
    lines(
        f"{'the whole journal: ' if about else ''}{'equal' if answer['equal'] else 'NOT equal'}: "
        f"{counted} of {entries} {came}",
        *(f"entry {one['position']}: {one['what']}" for one in answer["differences"]),
        *(f"entry {one['position']} is of an older core: {one['what']}" for one in answer["upgrades"]),
        f"core {answer['core']} · journal head {answer['head'][:12]}",
        "Next: trueup status" if well else "Next: report it, with what trueup audit --json prints",
    )


def _show_about(about: Mapping[str, Any]) -> None:
    """What was asked about, first in one line, then check by check."""
    fails = [one["name"] for one in about["checks"] if not one["holds"]]
    names = ", ".join(one["name"] for one in about["checks"])
    what, texts = about["what"], [("" if one["holds"] else "NOT so: ") + one["said"] for one in about["checks"]]
    lines(
        f"the record of {what} does NOT hold: {', '.join(fails)}" if fails else f"the record of {what} holds: {names}"
    )
    listed(texts)


def _ways(answer: Mapping[str, str]) -> str:
    """How to check it and how to undo it."""
    named = (("Check it", answer.get("check")), ("Undo it", answer.get("undo")))
    return " · ".join(f"{title}: {command}" for title, command in named if command) or "Next: trueup decisions"
