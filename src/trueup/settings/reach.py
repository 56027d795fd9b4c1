"""Can what the project file asks for ever happen? A limit beyond all that a number can be is a slip of the pen."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadQuantity, UnknownName
from trueup.loop.monitor.performance import find_metric
from trueup.runtime.measured import LABEL
from trueup.runtime.slices import level_name
from trueup.settings.measured import said_metric, said_slice

if TYPE_CHECKING:
    from trueup.loop.schema import Schema
    from trueup.settings.problems import Problems
    from trueup.settings.sections import ProjectFile
    from trueup.settings.triggers import DriftRule, SloRule

BOUNDED: Final = ("jensen_shannon", "ks")  # distances from 0 to 1
ANYTHING: Final = (-math.inf, math.inf)


def check_reach(problems: Problems, file: ProjectFile, schema: Schema) -> None:
    """Limits on bounded distances, and objectives on bounded numbers, must lie where they can be crossed and kept."""
    for index, item in enumerate(file.decide.triggers):
        here = ("decide", "triggers", index)
        if item.drift is not None and item.drift != "calibrated":
            problems.attempt((*here, "drift", "above"), partial(_distance, item.drift), None)
        if item.slo is not None:
            side = "at_least" if item.slo.at_least is not None else "at_most"
            problems.attempt((*here, "slo", side), partial(_objective, item.slo, file, schema), None)


def check_levels(problems: Problems, file: ProjectFile, table: pa.Table) -> None:
    """A level that an slo is on must be in the data."""
    for index, item in enumerate(file.decide.triggers):
        if item.slo is not None and item.slo.slice is not None:
            path = ("decide", "triggers", index, "slo", "slice")
            problems.attempt(path, partial(_level, item.slo.slice, file, table), None)


def _distance(limit: DriftRule) -> None:
    if limit.metric in BOUNDED and limit.above >= 1:
        what = f"{limit.metric} lies between 0 and 1, and is never above {limit.above:g}"
        raise BadQuantity(what, "write a limit below 1")


def _objective(slo: SloRule, file: ProjectFile, schema: Schema) -> None:
    """Below its least or above its most a number never is; and what it can never reach is never kept."""
    name = file.metric if slo.metric is None else said_metric(slo.metric, [one.kpi().name for one in file.monitor.kpis])
    least, most = _range(name, file, schema)
    shown = f"{name} lies between {least:g} and {most:g}" if math.isfinite(most) else f"{name} is {least:g} or more"
    if slo.at_least is not None and not least < slo.at_least <= most:
        never = "never below" if slo.at_least <= least else "never"
        raise BadQuantity(f"{shown}, so it is {never} {slo.at_least:g}", "write a level that it can have and lose")
    if slo.at_most is not None and not least <= slo.at_most < most:
        never = "never above" if slo.at_most >= most else "never"
        raise BadQuantity(f"{shown}, so it is {never} {slo.at_most:g}", "write a level that it can have and lose")


def _range(name: str, file: ProjectFile, schema: Schema) -> tuple[float, float]:
    """The least and the most that a number can be."""
    kpi = next((one for one in file.monitor.kpis if one.kpi().name == name), None)
    if kpi is None or kpi.metric is not None:
        try:
            metric = find_metric(name)
        except UnknownName:  # told where names are checked
            return ANYTHING
        return metric.least, metric.most
    flags = {one.name for one in schema.features if one.kind == "boolean"}
    flags |= {LABEL, schema.label} if schema.task == "binary" else set()
    return (0.0, 1.0) if kpi.mean_of in flags else ANYTHING


def _level(text: str, file: ProjectFile, table: pa.Table) -> None:
    stem = said_slice(text, ()).partition(" = ")[0]
    cut = next((one for one in file.monitor.slices if one.column == stem and not one.edges), None)
    if cut is None or stem not in table.column_names:  # told where slices and columns are checked
        return
    levels = [str(one) for one in pc.unique(table.column(stem).cast(pa.string())).to_pylist() if one is not None]
    hidden = stem in file.sensitive
    known = {level_name(stem, level, sensitive=hidden) for level in levels}
    if said_slice(text, file.sensitive) in known:
        return
    if hidden:
        raise BadQuantity(f"no row has {text!r}", f"write a level of {stem} as the data has it, or its code")
    raise UnknownName("slice", said_slice(text, ()), known)
