"""What does each lane look like? The metric above, what happened below it, how far the columns moved last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

import altair as alt

from trueup.report import happened, rows
from trueup.report.frame import WIDTH
from trueup.report.story import number

if TYPE_CHECKING:
    from trueup.report.frame import Frame
    from trueup.report.rows import Row
    from trueup.report.story import Story

DASHES: Final = ([1, 0], [2, 3], [1, 0], [9, 3])  # champion, never, every window: recent, all


def metric_lane(story: Story, frame: Frame) -> alt.LayerChart:
    """Every policy's metric by window, over the versions' bands; unripe windows fade, kept-out ones are red."""
    named = story["metric"]["name"].replace("_", " ")
    low, high = rows.value_range(story)
    y = alt.Y(
        "v:Q", title=named, axis=alt.Axis(tickCount=7), scale=alt.Scale(domain=[low, high], nice=True, zero=False)
    )
    layers = [
        *_ground(story, frame),
        *_band(story, frame, y),
        *_policies(story, frame, y),
        *_limit(story, frame, y),
        *_fading(story, frame),
        *_version_names(story, frame),
        _strip(story, frame),
    ]
    return alt.LayerChart(layer=layers, width=WIDTH, height=290)


def event_lanes(story: Story, frame: Frame, *, labelled: bool) -> alt.LayerChart:
    """Alerts, decisions and releases, one mark a window; `nothing` is a mark too."""
    found, known = happened.marks(story), happened.legend(story)
    present = {str(row["lane"]) for row in found}
    order = [lane for lane in ("alert", "decision", "release") if lane in present] or ["decision"]
    scale_by = max(0.35, min(1.0, frame.per_window / 14)) * 95
    marks = (
        _table(found)
        .mark_point(filled=True, opacity=1, strokeWidth=0)
        .encode(
            x=frame.x("w", labelled=labelled),
            y=alt.Y("lane:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=_names(grid=False)),
            shape=alt.Shape(
                "mark:N",
                scale=alt.Scale(domain=[one.label for one in known], range=[one.shape for one in known]),
                legend=alt.Legend(title=None, orient="bottom", columns=12, symbolSize=90, offset=8),
            ),
            color=alt.Color(
                "mark:N",
                scale=alt.Scale(
                    domain=[one.label for one in known], range=[frame.palette.colour(one.role) for one in known]
                ),
            ),
            size=alt.Size("size:Q", scale=alt.Scale(domain=[0, 1], range=[0, scale_by], zero=True), legend=None),
            tooltip=[
                alt.Tooltip("title:N"),
                alt.Tooltip("head:N", title="what"),
                alt.Tooltip("why:N", title="why"),
                alt.Tooltip("evidence:N", title="evidence"),
                alt.Tooltip("otherwise:N", title="what would have changed it"),
            ],
        )
    )
    return alt.LayerChart(layer=[*_red(story, frame), marks], width=WIDTH, height=38 * len(order))


def drift_lane(story: Story, frame: Frame) -> alt.Chart | None:
    """How far the columns moved, the most moved first; None where no column was watched."""
    heat = rows.heat(story)
    if not heat["columns"]:
        return None
    shown, known = len(heat["columns"]), heat["known"]
    cells: alt.Chart = (
        _table(heat["cells"])
        .transform_calculate(a="datum.w - 0.5", b="datum.w + 0.5")
        .transform_lookup(lookup="w", from_=alt.LookupData(_data(rows.titles(story)), key="w", fields=["title"]))
        .mark_rect(aria=False, stroke=frame.palette.paper, strokeWidth=1.2 if frame.per_window > 8 else 0)
        .encode(
            x=frame.x("a", labelled=True),
            x2="b:Q",
            y=alt.Y("column:N", sort=heat["columns"], title=None, axis=_names(grid=False, ticks=True)),
            color=alt.Color(
                "psi:Q",
                scale=alt.Scale(
                    domain=[0.0, 0.1, 0.3, 0.6, rows.CAP], range=list(frame.palette.heat), clamp=True, interpolate="rgb"
                ),
                legend=alt.Legend(title="PSI", gradientLength=120, values=[0, 0.5, 1.0], format=".1f"),
            ),
            tooltip=[
                alt.Tooltip("title:N"),
                alt.Tooltip("column:N", title="column"),
                alt.Tooltip("psi:Q", title="psi"),
            ],
        )
        .properties(width=WIDTH, height=shown * (26 if shown <= 10 else 19))
    )
    if shown < known:
        cells.title = f"the {shown} columns that moved most, of {known:,}"
    return cells


def _ground(story: Story, frame: Frame) -> list[alt.Chart]:
    bands = (
        _table([row for row in rows.reigns(story) if row["shaded"]])
        .mark_rect(color=frame.palette.band)
        .encode(x=frame.x("a"), x2="b:Q")
    )
    return [bands, *_red(story, frame)]


def _red(story: Story, frame: Frame) -> list[alt.Chart]:
    out = rows.kept_out(story)
    if not out:
        return []
    return [_table(out).mark_rect(color=frame.palette.red, opacity=0.22).encode(x=frame.x("a"), x2="b:Q")]


def _band(story: Story, frame: Frame, y: alt.Y) -> list[alt.Chart]:
    """The champion's interval; a window without neighbours gets a point and a bar, else it would not be seen."""
    found = rows.interval(story)
    alone = _table([row for row in found if row["alone"]])
    colour, x = frame.palette.champion, frame.x("w")
    band = _table(found).mark_area(opacity=0.2, color=colour, invalid="break-paths-show-path-domains")
    return [
        band.encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        alone.mark_rule(color=colour, opacity=0.3, strokeWidth=6).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        alone.mark_point(filled=True, color=colour, size=50, opacity=1).encode(x=x, y=y),
    ]


def _policies(story: Story, frame: Frame, y: alt.Y) -> list[alt.Chart]:
    """One line a policy; the champion's rows come last, so it is on top."""
    found = list(reversed(rows.lines(story)))
    if not found:
        return []
    present = [label for label in rows.LINES.values() if any(row["policy"] == label for row in found)]
    palette = frame.palette
    colours = (palette.champion, palette.ghost, palette.recent, palette.every)
    looks = dict(zip(rows.LINES.values(), zip(colours, DASHES, strict=True), strict=True))
    legend = alt.Legend(
        title=None, orient="top", symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=400, columnPadding=18
    )
    line = _table(found).mark_line(
        strokeWidth=2.4 if frame.per_window > 8 else 1.5,
        invalid="break-paths-show-path-domains",
        point={"filled": True, "size": 50} if len(story["series"]) == 1 else False,  # one window makes no line
    )
    return [
        line.encode(
            x=frame.x("w"),
            y=y,
            color=alt.Color(
                "policy:N", scale=alt.Scale(domain=present, range=[looks[one][0] for one in present]), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "policy:N", scale=alt.Scale(domain=present, range=[looks[one][1] for one in present]), legend=legend
            ),
        )
    ]


def _limit(story: Story, frame: Frame, y: alt.Y) -> list[alt.Chart]:
    limit = number(story["slo"])
    if limit is None:
        return []
    left = rows.clearance(story, limit, newest=False) >= rows.clearance(story, limit, newest=True)
    table = _table([{"v": limit, "text": f"SLO {limit:g}", "at": frame.domain[0 if left else 1]}])
    rule = table.mark_rule(color=frame.palette.ink, strokeDash=[5, 4], opacity=0.75).encode(y=y)
    low, high = rows.value_range(story)
    above = limit < low + 0.8 * (high - low)  # else it would lie on the versions' names
    side: Literal["left", "right"] = "left" if left else "right"
    text = table.mark_text(
        align=side, dx=6 if left else -6, dy=-8 if above else 10, color=frame.palette.ink, fontSize=12
    )
    return [rule, text.encode(x=frame.x("at"), y=y, text="text:N")]


def _fading(story: Story, frame: Frame) -> list[alt.Chart]:
    found = rows.unripe(story)
    if not found:
        return []
    wash = _table(found).mark_rect(color=frame.palette.paper, opacity=0.68).encode(x=frame.x("a"), x2="b:Q")
    text = _table([row for row in found if row["newest"]]).mark_text(
        align="right", dx=-4, color=frame.palette.quiet, fontSize=12
    )
    return [wash, text.encode(x=frame.x("b"), y=alt.value(34), text="text:N")]


def _version_names(story: Story, frame: Frame) -> list[alt.Chart]:
    names = _table(rows.version_labels(story, per_window=frame.per_window))
    text = names.mark_text(align="left", dx=5, color=frame.palette.quiet, fontSize=13)
    return [text.encode(x=frame.x("a"), y=alt.value(13), text="version:N")]


def _strip(story: Story, frame: Frame) -> alt.Chart:
    """The window below the pointer lights up and tells all its figures."""
    pointed = alt.selection_point(name="pointed", on="pointerover", clear="pointerout", fields=["w"], empty=False)
    strip: alt.Chart = (
        _table(rows.strips(story))
        .mark_rect(color=frame.palette.ink, aria=False)
        .encode(
            x=frame.x("a"),
            x2="b:Q",
            opacity=alt.when(pointed).then(alt.value(0.08)).otherwise(alt.value(0)),
            tooltip=[
                alt.Tooltip("title:N"),
                alt.Tooltip("rows:N", title="rows"),
                alt.Tooltip("champion:N", title="champion"),
                alt.Tooltip("served:N", title=story["metric"]["name"].replace("_", " ")),
                *(alt.Tooltip(f"{key}:N", title=label) for key, label in rows.LINES.items() if key != "served"),
                alt.Tooltip("out:N", title="kept out"),
            ],
        )
        .add_params(pointed)
    )
    return strip


def _names(*, grid: bool, ticks: bool = False) -> alt.Axis:
    return alt.Axis(grid=grid, ticks=ticks, domain=False, labelLimit=170, labelFontSize=13)


def _table(found: list[Row]) -> alt.Chart:
    return alt.Chart(_data(found))


def _data(found: list[Row]) -> alt.InlineData:
    """Rows as one text: Altair copies and checks every row a dozen times otherwise, seconds at 400 windows."""
    text = json.dumps(found, separators=(",", ":"), allow_nan=False)
    return alt.InlineData(values=text, format=alt.JsonDataFormat(type="json"))
