"""Does everything that the project file names exist, and can it be used?"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from trueup.adapters.models.code import HOW
from trueup.errors import BadQuantity, UnknownName
from trueup.loop.monitor.distances import DISTANCES, needs_numbers
from trueup.loop.monitor.metrics import METRICS
from trueup.loop.monitor.performance import find_metric
from trueup.runtime.columns import unfit
from trueup.settings.fields import ALL_COLUMNS

FOR_LEVELS: Final = "metric: " + ", ".join(name for name in DISTANCES if not needs_numbers(name))

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from trueup.loop.schema import Schema, Task
    from trueup.settings.places import Key
    from trueup.settings.problems import Problems
    from trueup.settings.sections import ProjectFile
    from trueup.settings.triggers import DriftRule


def check_columns(problems: Problems, file: ProjectFile, columns: Collection[str]) -> None:
    """Every column the file names must be in the data; time and label are needed, so they cannot be ignored."""
    named: list[tuple[tuple[Key, ...], str]] = [(("time",), file.time), (("label",), file.label)]
    named += [(("ignore", index), name) for index, name in enumerate(file.ignore)]
    for path, name in named:
        problems.attempt(path, partial(_one_of, "column", name, columns), None)
    for index, name in enumerate(file.ignore):
        problems.attempt(("ignore", index), partial(_may_be_ignored, name, file), None)


def check_values(problems: Problems, file: ProjectFile, table: pa.Table) -> tuple[str, ...]:
    """Columns that can be no features, all named at once; the label must be finite."""
    bad = unfit_columns(table, besides={file.time, file.label, *file.ignore})
    if bad:
        listed = ", ".join(f"{name!r} {why}" for name, why in bad.items())
        mend = f"mend them, or write ignore: [{', '.join([*file.ignore, *bad])}]"
        problems.add(("data",), f"{file.data} has columns that can be no features: {listed}", mend)
    why = infinite_label(table, file.label)
    if why:
        problems.add(("label",), f"label {file.label!r} {why}", "leave these rows out, or give finite values")
    return tuple(bad)


def check_code(problems: Problems, file: ProjectFile, folder: Path) -> None:
    """The owner's recipe and KPIs must be there, and define what is named."""
    if file.train.code:
        problems.attempt(("train", "code"), partial(_defined, file.train.code, folder), None)
    for index, kpi in enumerate(file.monitor.kpis):
        if kpi.code is not None:
            problems.attempt(("monitor", "kpis", index, "code"), partial(_defined, kpi.code, folder), None)


def check_names(problems: Problems, file: ProjectFile, schema: Schema) -> None:
    """The metric must suit the label, and features and rules that the file names must exist."""
    problems.attempt(("metric",), partial(_suits, file.metric, schema.task), None)
    rules = {rule.name for rule in file.monitor.rules}
    for index, name in enumerate(file.sensitive):
        problems.attempt(("sensitive", index), partial(_one_of, "feature", name, schema.names), None)
    for index, item in enumerate(file.decide.triggers):
        here = ("decide", "triggers", index)
        if item.rule is not None:
            problems.attempt((*here, "rule"), partial(_one_rule, item.rule, rules), None)
        if item.ood is not None and file.monitor.outliers == "none":
            what = "ood needs rows that are measured, and monitor.outliers is none"
            problems.add((*here, "ood"), what, "write outliers: mahalanobis, or leave the trigger out")
        if item.drift is not None and item.drift != "calibrated":
            problems.attempt((*here, "drift", "column"), partial(_measurable, item.drift, schema), None)


def check_rules(problems: Problems, file: ProjectFile, schema: Schema) -> None:
    """Every business rule must have a name of its own and be a condition on one answer."""
    if not file.monitor.rules:
        return
    from trueup.profiling.rules import check_rule

    names = [rule.name for rule in file.monitor.rules]
    for index, rule in enumerate(file.monitor.rules):
        here = ("monitor", "rules", index)
        if rule.name in names[:index]:
            problems.add((*here, "name"), f"two rules are called {rule.name!r}", "give each a name of its own")
        problems.attempt((*here, "expect"), partial(check_rule, rule.expect, schema.features), None)


def unfit_columns(table: pa.Table, besides: Collection[str]) -> Mapping[str, str]:
    """The columns that can be no features, each with why."""
    others = (name for name in table.column_names if name not in besides)
    return {name: why for name in others if (why := unfit(table.column(name), name))}


def infinite_label(table: pa.Table, label: str) -> str:
    """Whether a label is infinite somewhere, in words; empty if it is not."""
    column = table.column(label)
    rows = pc.is_inf(column).to_pylist().count(True) if pa.types.is_floating(column.type) else 0
    return f"is infinite in {rows:,} row{'' if rows == 1 else 's'}" if rows else ""


def _one_of(kind: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise UnknownName(kind, name, known)


def _measurable(limit: DriftRule, schema: Schema) -> None:
    """The column of an owner's limit is a feature, and the distance has a meaning for it."""
    kinds = {column.name: column.kind for column in schema.features}
    numbers = {name for name, kind in kinds.items() if kind in {"numeric", "datetime"}}
    if limit.column == ALL_COLUMNS:
        if needs_numbers(limit.metric) and not numbers:
            raise BadQuantity(f"{limit.metric} is for numbers, and no feature is one", f"write {FOR_LEVELS}")
        return
    _one_of("feature", limit.column, kinds)
    if needs_numbers(limit.metric) and limit.column not in numbers:
        what = f"{limit.metric} is for numbers, and {limit.column!r} is {kinds[limit.column]}"
        raise BadQuantity(what, f"write {FOR_LEVELS}")


def _one_rule(name: str, known: Collection[str]) -> None:
    if not known:
        raise BadQuantity(f"no rule is called {name!r}", "there are none; write it under monitor.rules")
    _one_of("rule", name, known)


def _may_be_ignored(name: str, file: ProjectFile) -> None:
    for key, needed in (("time", file.time), ("label", file.label)):
        if name == needed:
            raise BadQuantity(f"{name!r} is the {key} column", "take it out of ignore; it is no feature anyway")


def _suits(metric: str, task: Task) -> None:
    if task not in find_metric(metric).tasks:
        suiting = ", ".join(name for name, one in METRICS.items() if task in one.tasks)
        raise BadQuantity(f"{metric} does not measure a {task} model", f"write one of {suiting}")


def _defined(code: str, folder: Path) -> None:
    """The file of a recipe must be Python and define its function; it is read, not run."""
    name, _, function = code.partition(":")
    try:
        tree = ast.parse((folder / name).read_bytes())
    except OSError:
        raise BadQuantity(f"there is no file {name} beside trueup.yaml", f"write it; {HOW}") from None
    except (SyntaxError, ValueError) as error:
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise BadQuantity(f"{name} is no Python{where} ({error.args[0]})", "mend it") from error
    if function not in set(_names(tree)):
        raise BadQuantity(f"{name} defines no {function}", f"define it, or name another function; {HOW}")


def _names(tree: ast.Module) -> Iterator[str]:
    """What a module defines or imports."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.ImportFrom(names=names) | ast.Import(names=names):
                yield from (alias.asname or alias.name for alias in names)
            case _:
                pass
