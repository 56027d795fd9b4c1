"""Which numbers may a project file ask for beside the metric, and on which parts of the rows?"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from trueup.loop.monitor.performance import find_metric
from trueup.loop.policy import Kpi, Slice
from trueup.settings.fields import ColumnName, MetricName
from trueup.settings.section import Section

MADE: Final = ("mean_of", "ratio_of", "metric", "code")


class KpiSection(Section):
    """A number of the owner's."""

    name: str | None = Field(
        None, min_length=1, description="what messages and slo call it; of a metric its own name is taken"
    )
    mean_of: ColumnName | None = Field(None, description="mean of a column: a feature, score or label")
    ratio_of: tuple[ColumnName, ...] | None = Field(
        None, description="sum of the first column over sum of the second: [revenue, visits]"
    )
    metric: MetricName | None = Field(None, description="another metric of the catalogue, beside the one shown")
    code: str | None = Field(
        None,
        pattern=r"^[^:]+\.py:[A-Za-z_]\w*$",
        description="your own observe and value, as kpi.py:Ctr",
    )
    direction: Literal["higher", "lower"] = Field(
        "higher", description="which values are better; a metric knows it by itself"
    )

    @model_validator(mode="after")
    def one_way(self) -> Self:
        """A KPI is made one way, and has one name."""
        if sum(getattr(self, key) is not None for key in MADE) != 1:
            raise PydanticCustomError("trueup", "a KPI is made one way; write one of mean_of, ratio_of, metric, code")
        if self.ratio_of is not None and len(self.ratio_of) != 2:
            raise PydanticCustomError("trueup", "a ratio is of two columns; write ratio_of: [revenue, visits]")
        if (self.name is None) == (self.metric is None):
            raise PydanticCustomError(
                "trueup", "a KPI has a name, and a metric has its own; write name: ctr, or only metric: recall"
            )
        return self

    def kpi(self) -> Kpi:
        """What the loop is asked for."""
        if self.metric is not None:
            better = find_metric(self.metric).direction
            return Kpi(name=self.metric, kind="metric", of=(self.metric,), direction=better)
        name, direction = self.name or "", self.direction
        if self.mean_of is not None:
            return Kpi(name=name, kind="mean", of=(self.mean_of,), direction=direction)
        if self.ratio_of is not None:
            return Kpi(name=name, kind="ratio", of=self.ratio_of, direction=direction)
        return Kpi(name=name, kind="code", of=(self.code or "",), direction=direction)


class SliceSection(Section):
    """Parts of the rows that are looked at one by one."""

    column: ColumnName = Field(description="a feature; its 20 most frequent levels, each from 20 labelled rows")
    edges: tuple[float, ...] = Field((), max_length=19, description="of a number: where stretches meet, as [30, 50]")

    @model_validator(mode="after")
    def rising(self) -> Self:
        """Edges are told from low to high."""
        if not all(low < high for low, high in pairwise(self.edges)):
            raise PydanticCustomError("trueup", "edges must rise; write them like edges: [30, 50]")
        return self

    def slice(self) -> Slice:
        """What the loop is asked for."""
        return Slice(column=self.column, edges=self.edges)
