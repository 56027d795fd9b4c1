"""How was the model kept true? One picture of its life: every lane on one axis, one headline above."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import altair as alt

from trueup.errors import BadData
from trueup.report.frame import frame
from trueup.report.headline import headline, subtitle
from trueup.report.lanes import drift_lane, event_lanes, metric_lane
from trueup.report.palette import FONT, LIGHT, Palette

if TYPE_CHECKING:
    from os import PathLike

    from trueup.report.story import Story

LINE: Final = 130  # characters of a headline before it is broken
VEGA_LITE: Final = "6.4"  # the version whose schema the installed Altair writes


def chart(story: Story, palette: Palette = LIGHT) -> alt.VConcatChart:
    """The picture with its headline, for a notebook or an image.

    Prefer `write_html` where it is to be opened by others: it needs neither a network nor Python.
    """
    title = alt.TitleParams(
        wrap(headline(story), LINE),
        subtitle=wrap(subtitle(story), LINE + 30),
        anchor="start",
        frame="bounds",
        color=palette.ink,
        fontSize=20,
        fontWeight="bold",
        subtitleFontSize=15.5,
        subtitleColor=palette.quiet,
        subtitlePadding=6,
        offset=14,
    )
    return picture(story, palette).properties(title=title)


def picture(story: Story, palette: Palette) -> alt.VConcatChart:
    """The lanes alone, for a page that says the headline itself."""
    if not story["series"]:
        raise BadData("backtest report", "there is no window to draw", "give it at least one closed window")
    shared = frame(story, palette)
    drift = drift_lane(story, shared)
    lanes = [metric_lane(story, shared), event_lanes(story, shared, labelled=drift is None)]
    stack = alt.vconcat(*lanes, *([] if drift is None else [drift]), spacing=22)
    return _dressed(
        stack.resolve_scale(color="independent", shape="independent", size="independent", strokeDash="independent"),
        palette,
    )


def write_png(story: Story, path: str | PathLike[str], palette: Palette = LIGHT) -> None:
    """Draw the picture into a PNG file, without a browser."""
    import vl_convert

    Path(path).write_bytes(vl_convert.vegalite_to_png(chart(story, palette).to_dict(), vl_version=VEGA_LITE, scale=1.5))


def _dressed(stack: alt.VConcatChart, palette: Palette) -> alt.VConcatChart:
    dressed: alt.VConcatChart = (
        stack.configure(background=palette.paper, font=FONT, padding=10)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.quiet,
            titleColor=palette.ink,
            gridColor=palette.faint,
            gridOpacity=0.55,
            domainColor=palette.faint,
            tickColor=palette.faint,
            labelFontSize=12.5,
            titleFontSize=13.5,
            titlePadding=10,
        )
        .configure_title(color=palette.quiet, fontSize=13, fontWeight="normal", anchor="start", frame="group")
        .configure_legend(
            labelColor=palette.ink, titleColor=palette.ink, labelFontSize=13, titleFontSize=13, symbolOpacity=1
        )
    )
    return dressed
