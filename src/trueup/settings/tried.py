"""Does the owner's code work on a few rows of their file? A slip is cheaper here than in the first live window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from trueup.errors import TrueupError
from trueup.runtime.features import conform
from trueup.runtime.labels import encode, normalise
from trueup.runtime.measured import Answered, Measured

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.policy import Policy
    from trueup.settings.problems import Problems
    from trueup.settings.sections import ProjectFile
    from trueup.stats.arrays import Floats

ROWS: Final = 300
GOLDEN: Final = 0.618  # steps that spread scores over 0 to 1


def try_code(problems: Problems, file: ProjectFile, folder: Path, policy: Policy, table: pa.Table) -> None:
    """The recipe must give an estimator; each KPI must give its number on some rows, and sums that add up."""
    if file.train.code:
        _try_recipe(problems, file.train.code, folder, policy)
    coded = [(index, one.kpi().name, one.code) for index, one in enumerate(file.monitor.kpis) if one.code is not None]
    if not coded:
        return
    answered = _answered(policy, table)
    rows = answered.table.num_rows
    for index, name, code in coded:
        problem = _of_kpi(name, code, folder, policy, answered) if rows else ""
        if problem:
            what, _, mend = problem.partition("; ")
            tried = f"{code}, tried on {rows:,} rows of {file.data}: {what}"
            problems.add(("monitor", "kpis", index, "code"), tried, mend or f"mend {code.partition(':')[0]}")


def _try_recipe(problems: Problems, code: str, folder: Path, policy: Policy) -> None:
    from trueup.adapters.models.owner import try_build

    try:
        try_build(folder, code, policy.schema)
    except Exception as error:  # noqa: BLE001 - the owner's code may raise anything; it is told
        what, _, mend = _said(error).partition("; ")
        problems.add(("train", "code"), f"{code}: {what}", mend or f"mend {code.partition(':')[0]}")


def _of_kpi(name: str, code: str, folder: Path, policy: Policy, answered: Answered) -> str:
    """What is wrong with a KPI; empty: nothing."""
    from trueup.adapters.models.kpi import CodedKpi

    try:
        own = CodedKpi(folder, name, code)
    except Exception as error:  # noqa: BLE001 - the owner's code may raise anything; it is told
        return _said(error)
    kpis = tuple(one for one in policy.monitor.kpis if one.name == name)
    alone = replace(policy, monitor=replace(policy.monitor, kpis=kpis, slices=()))
    [measure], _ = Measured(alone, {name: own}).of(answered)
    return measure.problem


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, TrueupError) else f"it raised {type(error).__name__} ({error})"


def _answered(policy: Policy, table: pa.Table) -> Answered:
    """Some labelled rows from all over the file, with scores of no model."""
    schema = policy.schema
    table = table.filter(table.column(schema.label).is_valid())
    places = np.unique(np.linspace(0, max(0, table.num_rows - 1), min(ROWS, table.num_rows)).astype(np.int64))
    some = table.take(pa.array(places.tolist(), pa.int64()))
    labels = normalise(schema, some.column(schema.label))
    rows = conform(some, schema).append_column("_label", labels)
    return Answered(table=rows, scores=_scores(policy, labels), labelled=np.ones(some.num_rows, dtype=bool))


def _scores(policy: Policy, labels: pa.Array[Any]) -> Floats:
    spread: Floats = np.asarray((GOLDEN * np.arange(1, len(labels) + 1)) % 1.0, dtype=np.float64)
    if policy.schema.task == "regression":
        return np.asarray(encode(policy.schema, labels), dtype=np.float64)
    if policy.schema.task == "binary":
        return spread
    parts = (spread[:, None] + GOLDEN * np.arange(len(policy.schema.classes))) % 1.0
    shares: Floats = parts / parts.sum(axis=1, keepdims=True)
    return shares
