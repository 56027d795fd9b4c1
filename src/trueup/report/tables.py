"""What does the picture say to somebody who reads, or listens? The same story as tables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from trueup.report.rows import LINES, title
from trueup.report.story import OWN, between, figure, many, value_of, windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.report.story import Compared, Decided, Story

PROMISE: Final = (
    "At any moment, the chance that the test ever says pass while the candidate's expected loss, averaged over the"
    " units counted so far, is not below the bar's, is at most alpha; it says nothing about rows to come."
)

FALSE_ALERTS: Final = (
    "False alerts: of the {windows} before the first version, in how many the rule would have alerted, each judged by"
    " the others of them. That history is taken for calm; the count says what the rule does there, not what it will do."
)


def sections(story: Story) -> str:
    """Everything below the picture, in the order in which it is asked for."""
    parts = (comparison(story), promise(), decisions(story), releases(story), kept_out(story), alerts(story))
    return "\n".join(part for part in (*parts, measured(story), figures(story)) if part)


def comparison(story: Story) -> str:
    """What other policies would have come to on the same history."""
    spent = ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in story["cost"].items())
    note = f'<p class="note">Cost of this run: {escape(spent)}.</p>' if spent else ""
    if not story["comparison"]:
        return note
    heads = ("policy", story["metric"]["name"].replace("_", " "), "trainings", "promoted", "false alerts", "cost")
    lines = [_compared(story, line) for line in story["comparison"]]
    caption = "Every policy on the same windows, with real training and labels as late as they were."
    counted = story["reference_windows"]
    if counted:
        on = f" The project's own are most often on {story['false_alerts_on']}." if story["false_alerts_on"] else ""
        note += f'<p class="note">{escape(FALSE_ALERTS.format(windows=many(counted, "window")) + on)}</p>'
    note += "".join(f'<p class="note">{escape(one["sentence"])}.</p>' for one in story.get("limits", ()))
    return _section("Compared", _table(caption, heads, lines, numbers=5) + note, kind="short")


def promise() -> str:
    """What the proof claims, in its own words, and what it does not."""
    return _section("What the proof promises", f"<blockquote>{escape(PROMISE)}</blockquote>")


def decisions(story: Story) -> str:
    """Every decision, `nothing` included, with its reasons and what would have changed it."""
    names = {one["window"]: title(one) for one in story["series"]}
    lines = [_decided(one, names) for one in sorted(story["decisions"], key=lambda one: (one["window"], one["number"]))]
    if not lines:
        return ""
    quiet = (
        '<p><label><input type="checkbox" id="quiet"> leave out the decisions to do nothing</label></p>'
        if any(one["kind"] == "nothing" for one in story["decisions"])
        else ""
    )
    caption = f"{len(lines):,} decisions; doing nothing is one. Open a line for its reasons."
    return _section("Decisions", quiet + _table(caption, ("decision", "window", "remedy", "in one sentence"), lines))


def releases(story: Story) -> str:
    """Every step of every version towards traffic, or back."""
    names = {one["window"]: title(one) for one in story["series"]}
    lines = [
        _line(
            [
                one["version"],
                names.get(one["window"], f"window {one['window']}"),
                one["event"],
                one["why"],
                one["evidence"],
            ],
            kind=one["event"],
            anchor=f"release-{at}",
        )
        for at, one in enumerate(story["releases"])
    ]
    heads = ("version", "window", "step", "why", "evidence")
    return _section("Releases", _table("How candidates reached traffic, or did not.", heads, lines)) if lines else ""


def kept_out(story: Story) -> str:
    """The windows that no training and no evidence may see."""
    names = {one["window"]: title(one) for one in story["series"]}
    lines = [
        _line([names.get(one["window"], f"window {one['window']}"), one["why"]], kind="quarantine")
        for one in sorted(story["quarantined"], key=lambda one: one["window"])
    ]
    caption = "Broken, not changed: in no training set and in no evidence."
    return _section("Kept out", _table(caption, ("window", "why"), lines)) if lines else ""


def alerts(story: Story) -> str:
    """Every alert, folded away: their decisions say what followed."""
    names = {one["window"]: title(one) for one in story["series"]}
    lines = [
        _line(
            [
                one["column"],
                names.get(one["window"], f"window {one['window']}"),
                one["severity"],
                one["kind"],
                "yes" if one["opened"] else "no",
                one["sentence"],
            ],
            anchor=f"alert-{at}",
        )
        for at, one in enumerate(story["alerts"])
    ]
    heads = ("column", "window", "severity", "kind", "opened here", "in one sentence")
    return _section("Alerts", _folded(f"{len(lines):,} lines", _table("", heads, lines))) if lines else ""


def measured(story: Story) -> str:
    """KPIs and slices: the newest value with its interval and its labels, and how far it went."""
    names = {one["window"]: title(one) for one in story["series"]}
    lines = [
        _line(
            [
                one["name"].replace("_", " "),
                one["slice"] or "all answers",
                figure(newest["value"]) + between(newest["low"], newest["high"]),
                f"{100 * newest['labels']:.0f} %",
                names.get(newest["window"], f"window {newest['window']}"),
                " to ".join(figure(end([point["value"] for point in one["points"]])) for end in (min, max)),
                f"{len(one['points']):,}",
            ]
        )
        for one in story.get("measured", [])
        for newest in one["points"][-1:]
    ]
    heads = ("number", "of", "newest", "labels in", "in window", "lowest to highest", "windows")
    caption = "Beside the metric: each with its 95 % interval, and the share of the answers that have a label."
    return _section("KPIs and slices", _table(caption, heads, lines)) if lines else ""


def figures(story: Story) -> str:
    """Every figure the picture draws, for the eye and for copying."""
    lines = [
        _line(
            [
                title(one),
                f"{one['rows']:,}",
                f"{100 * one['labels']:.0f} %",
                one["champion"],
                *(figure(value_of(one, key)) + _interval(one["low"], one["high"], key) for key in LINES),
            ]
        )
        for one in windows(story)
    ]
    heads = ("window", "rows", "labels in", "version", *LINES.values())
    named = story["metric"]["name"].replace("_", " ")
    return _section("Figures", _folded(f"{named} of every window", _table("", heads, lines)))


def duration(seconds: float | None) -> str:
    """Seconds as people read them.

    >>> duration(None), duration(0.0), duration(4.25), duration(78.0), duration(9000.0)
    ('-', '0', '4.2 s', '1.3 min', '2.5 h')
    """
    if seconds is None or seconds <= 0:
        return "-" if seconds is None else "0"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _compared(story: Story, line: Compared) -> str:
    metric, own = story["metric"], line["policy"] in OWN
    cells = [
        line["policy"],
        figure(line["value"]) + (between(metric["low"], metric["high"]) if own else ""),
        f"{line['trainings']:,}",
        _plain(line["promoted"]),
        "-" if line["false_alerts"] is None else f"{line['false_alerts']:,} of {story['reference_windows']:,}",
        duration(line["cost_seconds"]),
    ]
    return _line(cells, kind="own" if own else "", numbers=5)


def _decided(one: Decided, names: dict[int, str]) -> str:
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in one["reasons"])
    more = f"<ul>{reasons}</ul>" if reasons else ""
    if one["otherwise"]:
        more += f'<p class="otherwise">What would have changed it: {escape(one["otherwise"])}</p>'
    said = escape(one["headline"])
    told = f"<details><summary>{said}</summary>{more}</details>" if more else said
    window = names.get(one["window"], f"window {one['window']}")
    cells = f'<td>{escape(window)}</td><td class="kind">{escape(one["kind"])}</td><td>{told}</td>'
    number = one["number"]
    return f'<tr id="decision-{number}" class="{_class(one["kind"])}"><th scope="row">{number}</th>{cells}</tr>'


def _interval(low: float | None, high: float | None, key: str) -> str:
    return between(low, high) if key == "served" else ""


def _plain(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or "-"
    return f"{value:,.0f}" if float(value).is_integer() else figure(value)


def _line(cells: Sequence[str], *, kind: str = "", anchor: str = "", numbers: int = 0) -> str:
    """One row of a table, its first cell the row's head, its last `numbers` cells set as figures."""
    text = [escape(cell) for cell in cells]
    plain = len(text) - numbers
    tds = [
        f'<td class="number">{cell}</td>' if at >= plain else f"<td{' class=kind' if cell == kind else ''}>{cell}</td>"
        for at, cell in enumerate(text)
    ]
    named = f' id="{escape(anchor)}"' if anchor else ""
    classed = f' class="{_class(kind)}"' if kind else ""
    return f'<tr{named}{classed}><th scope="row">{text[0]}</th>{"".join(tds[1:])}</tr>'


def _table(caption: str, heads: Sequence[str], lines: Sequence[str], *, numbers: int = 0) -> str:
    plain = len(heads) - numbers
    ths = "".join(
        f'<th scope="col"{" class=number" if at >= plain else ""}>{escape(head)}</th>' for at, head in enumerate(heads)
    )
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    rows = "\n".join(lines)
    return f'<div class="wide"><table>{said}<thead><tr>{ths}</tr></thead><tbody>\n{rows}\n</tbody></table></div>'


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def _section(head: str, inside: str, *, kind: str = "") -> str:
    classed = f' class="{kind}"' if kind else ""
    return f"<section{classed}><h2>{escape(head)}</h2>\n{inside}\n</section>"


def _class(kind: str) -> str:
    """A kind as a class of the style sheet; a kind this page does not know must not break out of the attribute."""
    return escape(kind.replace(" ", "-"))
