"""How does a project begin?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trueup.cli.options import HERE, AsJson, Project, takes
from trueup.cli.screen import as_json, lines, many

if TYPE_CHECKING:
    from trueup.loop.policy import Policy
    from trueup.settings.sections import ProjectFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Init:
    """What `init` is told."""

    file: Annotated[Path, typer.Argument(metavar="FILE", help="Parquet, Arrow or CSV with labelled rows.")]
    time: Annotated[str | None, typer.Option(metavar="COLUMN", help="The time column; guessed if left out.")] = None
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="The label column; guessed if left out.")] = None
    model: Annotated[str | None, typer.Option(metavar="NAME", help="The model's name; the file's if left out.")] = None
    metric: Annotated[str | None, typer.Option(metavar="NAME", help="The metric people read.")] = None
    project: Project = HERE
    force: Annotated[bool, typer.Option("--force", help="Overwrite a project file.")] = False
    json: AsJson = False


@takes(Init)
def init(said: Init) -> None:
    """Read a file and write trueup.yaml, every default explained."""
    from trueup.runtime.features import infer_schema
    from trueup.settings.guess import described, guess, guess_task
    from trueup.settings.references import infinite_label, unfit_columns
    from trueup.settings.table import enough_rows, must_have_features, read_table
    from trueup.settings.template import Said, draft, template, write_new

    target = said.project / "trueup.yaml" if said.project.is_dir() else said.project
    rows = read_table(said.file)
    found = guess(rows, where=str(said.file), time=said.time, label=said.label)
    enough_rows(rows.num_rows - rows.column(found.label).null_count, str(said.file))
    unfit = unfit_columns(rows, besides={found.label, found.time})
    must_have_features(rows, {found.label, found.time, *unfit}, str(said.file))
    schema = infer_schema(rows, label=found.label, time=found.time, ignore=tuple(unfit))
    guessed = (*found.because, *guess_task(rows, schema))
    chosen = Said(model=said.model, metric=said.metric, ignore=tuple(unfit))
    made = draft(target, said.file.absolute(), found, schema, chosen)
    write_new(target, template(made, unfit), force=said.force)
    infinite = infinite_label(rows, found.label)
    if said.json:
        begun = {"file": str(target), **_chosen(made), "task": schema.task, "features": len(schema.features)}
        as_json({**begun, "rows": rows.num_rows, "guessed": list(guessed), "ignored": unfit})
        return
    lines(
        described(rows, schema, found.time),
        *(f"guessed: {sentence}" for sentence in guessed),
        *(f"ignored: {name} {why}" for name, why in unfit.items()),
        f"mend first: label {found.label} {infinite}; leave these rows out, or give finite values" if infinite else "",
        f"-> wrote {target}, every default explained. Next: trueup backtest",
    )


def _chosen(made: ProjectFile) -> dict[str, str]:
    """What a new project file says."""
    return {
        "model": made.model,
        "time": made.time,
        "label": made.label,
        "metric": made.metric,
        "window": str(made.window),
    }


def check(
    project: Project = HERE,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the file with every default.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema for editors.")] = False,
    json: AsJson = False,
) -> None:
    """Check trueup.yaml against its data; name file, line, column and the nearest known key."""
    from trueup.runtime.wide import is_wide, wide_said
    from trueup.sdk.limits import limits
    from trueup.settings import load
    from trueup.settings.table import read_table

    if schema:
        from trueup.settings.resolved import json_schema

        as_json(json_schema())
        return
    settings = load(project)
    if resolved:
        typer.echo(settings.resolved_yaml(), nl=False)
        return
    table = read_table(settings.data)
    policy = settings.check(table)
    wide = [name for name in policy.schema.names if is_wide([table.column(name)])]
    facts = {**_facts(policy, str(settings.file.window)), "wide": wide}
    answer = {**facts, "limits": limits(table, policy, settings.file.time)}
    if json:
        as_json(answer)
        return
    lines(
        f"{settings.path.name} is valid: model {policy.model}, label {policy.schema.label} ({policy.schema.task}), "
        f"{many(answer['features'], 'feature')}",
        f"metric {policy.metric.replace('_', ' ')} · window {answer['window']} · mode {policy.mode}",
        *(one["sentence"] for one in answer["limits"]),
        wide_said(wide),
        "All defaults: trueup check --resolved · Next: trueup backtest",
    )


def _facts(policy: Policy, window: str) -> dict[str, Any]:
    """What a checked project is, in short."""
    return {
        "valid": True,
        "model": policy.model,
        "label": policy.schema.label,
        "task": policy.schema.task,
        "metric": policy.metric,
        "features": len(policy.schema.features),
        "window": window,
        "mode": policy.mode,
    }
