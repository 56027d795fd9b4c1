"""How is the picture handed on? As one HTML file that opens anywhere and asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from trueup.report.chart import VEGA_LITE, picture
from trueup.report.headline import headline, subtitle
from trueup.report.palette import DARK, LIGHT
from trueup.report.tables import sections

if TYPE_CHECKING:
    from os import PathLike

    from trueup.report.story import Story

HERE: Final = Path(__file__).parent


def write_html(story: Story, path: str | PathLike[str]) -> None:
    """Write the page: headline, picture, comparison, promise, and every decision with its reasons."""
    Path(path).write_text(page(story), encoding="utf-8", newline="\n")


def page(story: Story) -> str:
    """The page as text.

    Its content policy lets no address be asked for and no script run but the two that are in it, by their hash: a name
    in the data that looks like a script stays a name.
    """
    light, dark = picture(story, LIGHT).to_dict(), picture(story, DARK).to_dict()
    data = {name: json.loads(rows) for name, rows in {**light.pop("datasets"), **dark.pop("datasets")}.items()}
    scripts = (_bundle(), (HERE / "page.js").read_text(encoding="utf-8"))
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        policy=_policy(scripts),
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        headline=escape(headline(story)),
        subtitle=escape(subtitle(story)),
        sections=sections(story),
        story=_json({"light": light, "dark": dark, "datasets": data}),
        bundle=scripts[0],
        draw=scripts[1],
    )


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as installed, in one script."""
    import vl_convert

    code: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return code.replace("</script", "<\\/script")


def _policy(scripts: tuple[str, ...]) -> str:
    hashes = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def _json(value: object) -> str:
    """JSON that no HTML parser mistakes for markup."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c").replace(">", "\\u003e")
