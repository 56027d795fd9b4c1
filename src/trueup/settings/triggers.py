"""Which reasons to act may a project file name?"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from trueup.settings.fields import ALL_COLUMNS, ColumnName, PositiveLength, Share, Windows
from trueup.settings.moments import Lasted, Lasting, TimeOfDay
from trueup.settings.section import Section


class DriftRule(Section):
    """An owner's own limit on one column."""

    metric: Literal["psi", "kl", "jensen_shannon", "wasserstein", "ks", "chi_squared", "mean_sd"] = Field(
        "psi", description="the distance; mean_sd above 3 is the rule mean +- 3 sd"
    )
    column: ColumnName = Field(ALL_COLUMNS, description="the column it is measured on; all columns: each of them")
    above: float = Field(gt=0, description="the limit, in the distance's own unit")
    for_: Lasting = Field(Lasted(1, 1), alias="for", description="so long: 3 windows in a row, or 2 of 3 windows")


class SloRule(Section):
    """A level of the metric, or of one of monitor.kpis, that must be kept."""

    metric: str | None = Field(None, min_length=1, description="the name of one of monitor.kpis; left out: the metric")
    slice: str | None = Field(
        None, min_length=1, description='a slice of monitor.slices, as "region = north"; left out: all rows'
    )
    at_least: float | None = Field(None, description="lowest bearable value")
    at_most: float | None = Field(None, description="highest bearable value")
    for_: Windows = Field(2, alias="for", description="so many windows in a row below (or above) it")

    @model_validator(mode="after")
    def one_side(self) -> Self:
        """A level has one bearable side."""
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("trueup", "an slo names one level; write at_least: 0.12 or at_most: 0.4")
        return self


class LabelShiftRule(Section):
    """An owner's own limit on the mix of labels."""

    above: float = Field(gt=0, description="highest bearable psi from the champion's own labels")
    for_: Windows = Field(1, alias="for", description="so many labelled windows in a row")


class ScheduleRule(Section):
    """The calendar."""

    every: PositiveLength = Field(
        description="so long after the last training; 24 hours are exact, 1 day is a day of the project's clock"
    )
    at: TimeOfDay | None = Field(None, description="the hour on the project's clock, as 02:00; every is in whole days")


def _form(value: object) -> str:
    """A mapping, or a model already made, is an owner's limit."""
    return "limit" if isinstance(value, (dict, Section)) else "calibrated"


Drift = Annotated[
    Annotated[Literal["calibrated"], Tag("calibrated")] | Annotated[DriftRule, Tag("limit")],
    Discriminator(_form),
]
LabelShift = Annotated[
    Annotated[Literal["calibrated"], Tag("calibrated")] | Annotated[LabelShiftRule, Tag("limit")],
    Discriminator(_form),
]


class OodRule(Section):
    """A limit on the share of rows unlike those the champion learnt from."""

    above: Share = Field(0.15, gt=0, description="share of rows farther out than 99 % of the reference")
    for_: Windows = Field(2, alias="for", description="so many windows in a row: sustained, not one burst")


class TriggerSection(Section):
    """One reason to act; exactly one of the keys."""

    drift: Drift | None = Field(
        None, description="calibrated: any column alert; or your own limit: {metric, column, above, for}"
    )
    freshness: Literal["learned"] | None = Field(
        None, description="train when staleness costs more than training, at once when the loss rises"
    )
    slo: SloRule | None = Field(
        None, description="{at_least or at_most, for, metric, slice}: the metric, or a KPI, left its level"
    )
    label_shift: LabelShift | None = Field(
        None, description="calibrated: the labels' mix moved; or {above, for}: their psi left your limit"
    )
    ood: OodRule | None = Field(None, description="{above, for}: rows unlike all that the champion learnt from")
    schedule: ScheduleRule | None = Field(None, description="{every, at}: the calendar")
    rule: str | None = Field(None, description="the name of one of monitor.rules: it was broken too often")

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        """A trigger is one reason."""
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError(
                "trueup",
                "a trigger is one reason; write one of drift, freshness, label_shift, ood, slo, schedule, rule a line",
            )
        return self
