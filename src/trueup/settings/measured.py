"""Can the numbers and slices that the project file asks for be measured on this data?"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from trueup.errors import BadQuantity, UnknownName
from trueup.loop.advance.measured import counts_events
from trueup.loop.monitor.performance import find_metric
from trueup.runtime.measured import LABEL, SCORE
from trueup.runtime.slices import level_name, stretch_names
from trueup.settings.names import metric

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.loop.schema import Column, Schema
    from trueup.settings.measures import KpiSection, SliceSection
    from trueup.settings.problems import Problems
    from trueup.settings.sections import ProjectFile
    from trueup.settings.triggers import SloRule

_LEVEL: Final = re.compile(r"(?P<column>.+?) *= *(?P<level>.*)")


def check_measures(problems: Problems, file: ProjectFile, schema: Schema) -> None:
    """KPIs and slices must speak of columns that are there, and what an slo names must be measured."""
    kpis, slices = file.monitor.kpis, file.monitor.slices
    taken = {file.metric}
    for index, kpi in enumerate(kpis):
        problems.attempt(("monitor", "kpis", index), partial(_kpi, kpi, schema, frozenset(taken)), None)
        taken.add(kpi.kpi().name)
    for index, one in enumerate(slices):
        again = one.column in {other.column for other in slices[:index]}
        problems.attempt(("monitor", "slices", index), partial(_slice, one, schema, again=again), None)
    for index, item in enumerate(file.decide.triggers):
        if item.slo is not None:
            here = ("decide", "triggers", index, "slo")
            problems.attempt((*here, "metric"), partial(_slo_metric, item.slo, taken), None)
            problems.attempt((*here, "slice"), partial(_slo_slice, item.slo, slices), None)
    problems.attempt(("monitor", "guarantee"), partial(_guarantee, file, schema), None)


def said_slice(text: str, sensitive: Collection[str]) -> str:
    """A slice as evidence calls it: a sensitive column's level under its code.

    >>> said_slice("region=north", ()), said_slice("age  >= 50", ())
    ('region = north', 'age >= 50')
    """
    words = " ".join(text.split())
    found = None if {"<", ">"} & set(words) else _LEVEL.fullmatch(words)
    if found is None:
        return words
    column, level = found["column"], found["level"]
    hidden = column in sensitive and not re.fullmatch(r"level [0-9a-f]{6}", level)
    return level_name(column, level, sensitive=hidden)


def said_metric(name: str, measured: Collection[str]) -> str:
    """A number as evidence calls it: of the catalogue's metrics any usual spelling will do.

    >>> said_metric("auc", ()), said_metric("ctr", ("ctr",)), said_metric("f1_score", ("f1_score",))
    ('roc_auc', 'ctr', 'f1_score')
    """
    if name in measured:
        return name
    with suppress(UnknownName):
        return metric(name)
    return name


def _kpi(kpi: KpiSection, schema: Schema, taken: Collection[str]) -> None:
    name = kpi.kpi().name
    if name in taken:
        raise BadQuantity(f"two numbers are called {name!r}", "give each a name of its own; the metric is one of them")
    if kpi.metric is not None and schema.task not in find_metric(kpi.metric).tasks:
        raise BadQuantity(f"{kpi.metric} does not measure a {schema.task} model", "name another metric")
    for column in (kpi.mean_of, *(kpi.ratio_of or ())):
        if column is not None:
            _number(column, schema)
    words = {SCORE, LABEL} & set(schema.names)
    if kpi.code is not None and words:
        what = f"a feature is called {min(words)}, as what the code sees of the model is"
        raise BadQuantity(what, "rename the feature, or ignore it")


def _number(name: str, schema: Schema) -> None:
    """A column whose sum means something."""
    features = {one.name: one for one in schema.features}
    if name in {SCORE, LABEL} and name in features:
        raise BadQuantity(f"{name} is a feature and what the model gives or learns", "rename the feature, or ignore it")
    if name == SCORE:
        return
    if name in {LABEL, schema.label}:
        if schema.task == "multiclass":
            raise BadQuantity(f"the label {schema.label!r} is a class of many, and has no mean", "write code for it")
        return
    if name not in features:
        raise UnknownName("column", name, [*features, SCORE, LABEL])
    if features[name].kind not in {"numeric", "boolean"}:
        raise BadQuantity(f"column {name!r} is {features[name].kind}, and has no mean", "name a column of numbers")


def _slice(one: SliceSection, schema: Schema, *, again: bool) -> None:
    features: dict[str, Column] = {column.name: column for column in schema.features}
    if one.column not in features:
        raise UnknownName("feature", one.column, features)
    kind = features[one.column].kind
    if again:
        raise BadQuantity(f"column {one.column!r} is cut twice", "write it once, with all its edges")
    if kind == "datetime" or (kind == "numeric" and not one.edges):
        raise BadQuantity(f"column {one.column!r} is {kind}, and has no levels", "write edges for it, as [30, 50]")
    if kind != "numeric" and one.edges:
        raise BadQuantity(f"column {one.column!r} is {kind}, and takes no edges", "leave them out: each level is one")


def _slo_metric(slo: SloRule, measured: Collection[str]) -> None:
    if slo.metric is not None and said_metric(slo.metric, measured) not in measured:
        raise UnknownName("metric or KPI", slo.metric, sorted(measured))


def _slo_slice(slo: SloRule, slices: Collection[SliceSection]) -> None:
    if slo.slice is None:
        return
    if not slices:
        raise BadQuantity(f"no slice is called {slo.slice!r}", "there are none; write its column under monitor.slices")
    said, known = said_slice(slo.slice, ()), [name for one in slices for name in _names(one)]
    stem = said.partition(" = ")[0]
    if said not in known and not any(one.column == stem and not one.edges for one in slices):
        raise UnknownName("slice", slo.slice, known)


def _names(one: SliceSection) -> tuple[str, ...]:
    """How slices of a column are called."""
    return stretch_names(one.slice()) if one.edges else (level_name(one.column, "...", sensitive=False),)


def _guarantee(file: ProjectFile, schema: Schema) -> None:
    """A proven time between false alerts is known for shares of events alone."""
    if file.monitor.guarantee != "strict":
        return
    shares = [find_metric(file.metric).proportion is not None]
    shares += [counts_events(kpi.kpi(), schema) for kpi in file.monitor.kpis]
    if not any(shares):
        what = f"strict watches shares of events, and neither {file.metric} nor a KPI is one"
        raise BadQuantity(what, "write calibrated, or metric: accuracy, or a KPI with mean_of: label")
