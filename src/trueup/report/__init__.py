"""How does a backtest look? One picture, as a page that opens anywhere, an image or a notebook's chart."""

from trueup.report.chart import chart, write_png
from trueup.report.headline import headline, subtitle
from trueup.report.page import write_html
from trueup.report.palette import DARK, LIGHT, Palette
from trueup.report.story import Story

__all__ = ["DARK", "LIGHT", "Palette", "Story", "chart", "headline", "subtitle", "write_html", "write_png"]
