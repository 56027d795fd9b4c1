"""What else is measured on a window's answers? The owner's numbers, and the metric of every declared slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.errors import BadAnswer
from trueup.loop.monitor.measure import (
    Measure,
    NamedSums,
    PartEvaluation,
    mean_sums,
    mean_value,
    ratio_sums,
    ratio_value,
)
from trueup.loop.monitor.performance import evaluate
from trueup.runtime.labels import decode, encode
from trueup.runtime.slices import slices_of
from trueup.stats.arrays import Flags, Floats
from trueup.stats.resampling import groups, jackknife_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trueup.loop.policy import Kpi, Policy
    from trueup.ports.kpis import OwnKpi

SCORE: Final = "score"
LABEL: Final = "label"
LEAST_OFF: Final = 1e-6  # of a sum: less is rounding
GROUPS: Final = 20  # of rows for the error of an owner's number: fewer calls of their code, an error off by a sixth


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A window's answers, labelled or not, with their scores."""

    table: pa.Table
    scores: Floats  # (rows,) or (rows, classes)
    labelled: Flags

    def only(self, rows: Flags) -> Answered:
        """Some of them."""
        return Answered(table=self.table.filter(pa.array(rows)), scores=self.scores[rows], labelled=self.labelled[rows])


class Measured:
    """Measures windows by the owner's wishes."""

    def __init__(self, policy: Policy, kpis: Mapping[str, OwnKpi]) -> None:
        """Take the policy, and those KPIs that are the owner's code."""
        self._policy = policy
        self._own = kpis

    @property
    def wanted(self) -> bool:
        """Whether anything is."""
        return bool(self._policy.monitor.kpis or self._policy.monitor.slices)

    def of(self, answered: Answered) -> tuple[tuple[Measure, ...], tuple[PartEvaluation, ...]]:
        """The KPIs of all answers and of each slice; the metric of each slice, and further metrics of all answers."""
        monitor, metric = self._policy.monitor, self._policy.metric
        kpis = [self._measure(kpi, "", answered) for kpi in monitor.kpis if kpi.kind != "metric"]
        parts = [self._part("", answered, kpi.of[0]) for kpi in monitor.kpis if kpi.kind == "metric"]
        for name, rows in slices_of(answered.table, monitor.slices, self._policy.sensitive):
            inside = answered.only(rows)
            kpis += [self._measure(kpi, name, inside) for kpi in monitor.kpis if kpi.kind != "metric"]
            metrics = [metric, *(kpi.of[0] for kpi in monitor.kpis if kpi.kind == "metric")]
            parts += [self._part(name, inside, one) for one in metrics]
        return tuple(kpis), tuple(parts)

    def _part(self, name: str, answered: Answered, metric: str) -> PartEvaluation:
        known = answered.only(answered.labelled)
        found = evaluate(
            metric,
            self._labels(known),
            known.scores,
            version="served",
            rows=answered.table.num_rows,
            task=self._policy.schema.task,
        )
        return PartEvaluation(slice=name, evaluation=found)

    def _labels(self, known: Answered) -> Floats:
        return np.asarray(encode(self._policy.schema, known.table.column("_label")), dtype=np.float64)

    def _measure(self, kpi: Kpi, name: str, answered: Answered) -> Measure:
        known = answered.only(answered.labelled)
        rows, labelled = answered.table.num_rows, known.table.num_rows
        try:
            sums, value, error, code = self._asked(kpi, self._seen(known))
        except BadAnswer as problem:
            return Measure(
                name=kpi.name,
                slice=name,
                rows=rows,
                labelled=labelled,
                sums=(),
                value=None,
                standard_error=None,
                problem=str(problem),
            )
        return Measure(
            name=kpi.name,
            slice=name,
            rows=rows,
            labelled=labelled,
            sums=sums,
            value=value,
            standard_error=error,
            code=code,
        )

    def _asked(self, kpi: Kpi, seen: pa.Table) -> tuple[NamedSums, float | None, float | None, str]:
        """Sums, value, standard error, and whose code gave them."""
        match kpi.kind:
            case "mean":
                sums = mean_sums(_floats(seen, kpi.of[0]))
                return sums, *mean_value(dict(sums)), ""
            case "ratio":
                sums = ratio_sums(_floats(seen, kpi.of[0]), _floats(seen, kpi.of[1]))
                return sums, *ratio_value(dict(sums)), ""
            case _:
                own = self._own[kpi.name]
                total = own.observe(seen)
                value = own.value(total)
                error = None if value is None else own.standard_error(total)
                error = _jackknifed(own, seen, total) if error is None and value is not None else error
                return tuple(sorted(total.items())), value, error, own.code_hash[:12]

    def _seen(self, known: Answered) -> pa.Table:
        """What a KPI sees: the features, the answer, and the label, also under its own name."""
        schema = self._policy.schema
        encoded = self._labels(known)
        label = decode(schema, encoded) if schema.task == "multiclass" else pa.array(encoded)
        scores = known.scores if known.scores.ndim == 1 else known.scores.max(axis=1)
        more = {SCORE: pa.array(scores), LABEL: label, schema.label: label}
        if known.scores.ndim > 1:
            more["answer"] = decode(schema, known.scores.argmax(axis=1).astype(np.float64))
        names = [name for name in schema.names if name not in more]
        columns: dict[str, Any] = {name: known.table.column(name) for name in names}
        return pa.table({**columns, **more})


def _floats(seen: pa.Table, name: str) -> Floats:
    """A column as numbers; a missing value is not one."""
    return np.asarray(seen.column(name).cast(pa.float64()).to_numpy(), dtype=np.float64)


def _jackknifed(own: OwnKpi, seen: pa.Table, whole: Mapping[str, float]) -> float | None:
    """The error of a number whose owner gives none, from the number with one group of rows left out.

    The groups' sums must add up to the whole's: a mean among them would be found here.
    """
    if seen.num_rows < 2:
        return None
    mixed = groups(seen.num_rows, 0)
    merged = [np.concatenate(mixed[place::GROUPS]) for place in range(min(GROUPS, len(mixed)))]
    parts = [own.observe(seen.take(rows)) for rows in merged]
    total = {key: sum(part.get(key, 0.0) for part in parts) for key in parts[0]}
    if any(abs(total.get(key, 0.0) - whole[key]) > LEAST_OFF * max(1.0, abs(whole[key])) for key in whole):
        what = "observe() of all rows is not the sum of observe() of their parts"
        raise BadAnswer(what, "give sums and counts, and divide in value()")
    left = [own.value({key: total[key] - part.get(key, 0.0) for key in total}) for part in parts]
    known = np.array([one for one in left if one is not None])
    return jackknife_error(known) if len(known) == len(parts) else None
