"""Which rows does each lane of figures draw? Plain dictionaries, with every word of a tooltip already spelled out."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypedDict

from trueup.report.story import RIPE, between, figure, number, value_of, windows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.report.story import Baseline, Slice, Story

Row = dict[str, str | float | int | bool | None]

MOST_COLUMNS: Final = 20  # rows of the heat map
NAMED: Final = 3  # windows at an end of the axis that a limit's name covers
CAP: Final = 1.0  # a psi above is drawn as this: one unit change must not hide the rest
MOST_PSI: Final = 1000.0  # JSON knows no infinity
LINES: Final[Mapping[Baseline, str]] = {
    "served": "champion",
    "never": "never retrained",
    "every_recent": "every window, recent",
    "every_all": "every window, all",
}


class Heat(TypedDict):
    """The heat map's cells, its columns in order, and how many columns there were."""

    cells: list[Row]
    columns: list[str]
    known: int


def lines(story: Story) -> list[Row]:
    """Every policy's value in every window; a window without one breaks the line."""
    rows: list[Row] = []
    for key, label in LINES.items():
        values = [(one["window"], value_of(one, key)) for one in windows(story)]
        if any(value is not None for _, value in values):
            rows += [{"w": window, "v": value, "policy": label} for window, value in values]
    return rows


def interval(story: Story) -> list[Row]:
    """The champion's value with its interval; `alone` where no neighbour carries the line on."""
    slices = windows(story)
    served = [None, *(number(one["served"]) for one in slices), None]
    return [
        {
            "w": one["window"],
            "v": served[at],
            "low": number(one["low"]),
            "high": number(one["high"]),
            "alone": served[at] is not None and served[at - 1] is None and served[at + 1] is None,
        }
        for at, one in enumerate(slices, start=1)
    ]


def strips(story: Story) -> list[Row]:
    """One invisible strip a window that answers the pointer with all of the window's figures."""
    why = {one["window"]: one["why"] for one in story["quarantined"]}
    return [
        {
            **span(one["window"], one["window"]),
            "w": one["window"],
            "title": title(one),
            "rows": f"{one['rows']:,}, {one['labels']:.0%} labelled",
            "champion": one["champion"],
            "served": figure(one["served"]) + between(one["low"], one["high"]),
            **{key: figure(value_of(one, key)) for key in LINES if key != "served"},
            "out": why.get(one["window"], "kept out" if one["quarantined"] else "no"),
        }
        for one in windows(story)
    ]


def reigns(story: Story) -> list[Row]:
    """The versions' bands, every other one shaded."""
    numbers = [one["window"] for one in story["series"]]
    first, last = min(numbers), max(numbers)
    spans = [
        (
            one["version"],
            max(one["from_window"], first),
            last if one["to_window"] is None else min(one["to_window"], last),
        )
        for one in story["versions"]
    ]
    seen = [(version, start, end) for version, start, end in spans if start <= end]
    return [
        {**span(start, end), "version": version, "shaded": at % 2 == 1} for at, (version, start, end) in enumerate(seen)
    ]


def version_labels(story: Story, *, per_window: float) -> list[Row]:
    """The versions' names, left out where the one before still needs the place; `per_window` is in pixels."""
    rows: list[Row] = []
    free, end = float("-inf"), max(one["window"] for one in story["series"]) + 0.5
    for band in reigns(story):
        at, text = float(band["a"] or 0.0), str(band["version"])
        wide = (len(text) * 8 + 8) / per_window
        if at >= free and at + wide <= end:
            rows.append({"a": at, "version": text})
            free = at + wide
    return rows


def kept_out(story: Story) -> list[Row]:
    """The windows that were kept out."""
    out = {one["window"] for one in story["quarantined"]}
    return [span(one["window"], one["window"]) for one in windows(story) if one["quarantined"] or one["window"] in out]


def unripe(story: Story) -> list[Row]:
    """Stretches of windows whose labels are still too few for their figures to stand."""
    newest = windows(story)[-1]["window"]
    rows: list[Row] = []
    for few, group in groupby(windows(story), key=lambda one: one["labels"] < RIPE and not one["quarantined"]):
        stretch = list(group)
        if few:
            share = min(one["labels"] for one in stretch)
            last = stretch[-1]["window"]
            rows.append(
                {**span(stretch[0]["window"], last), "text": f"labels {100 * share:.0f} %", "newest": last == newest}
            )
    return rows


def heat(story: Story) -> Heat:
    """How far the columns moved, the most moved first, at most twenty of them."""
    known = {one["window"] for one in story["series"]}
    moved: dict[str, dict[int, float]] = defaultdict(dict)
    for one in story["drift"]:
        psi = one["psi"]
        if psi is not None and psi >= 0 and one["window"] in known:  # NaN is not >= 0; infinity is, and is kept
            seen = moved[one["column"]]
            seen[one["window"]] = max(psi, seen.get(one["window"], 0.0))
    mean = {column: sum(min(psi, CAP) for psi in seen.values()) / len(seen) for column, seen in moved.items()}
    columns = sorted(mean, key=lambda column: (-mean[column], column))[:MOST_COLUMNS]
    cells: list[Row] = [
        {"w": window, "column": column, "psi": float(f"{min(psi, MOST_PSI):.3g}")}
        for column in columns
        for window, psi in moved[column].items()
    ]
    return {"cells": cells, "columns": columns, "known": len(moved)}


def titles(story: Story) -> list[Row]:
    """Every window's name, for tooltips that would else repeat it in every cell."""
    return [{"w": one["window"], "title": title(one)} for one in windows(story)]


def value_range(story: Story) -> tuple[float, float]:
    """The lowest and highest value to draw, from zero where zero is near enough not to flatten the lines."""
    keys: tuple[Baseline, ...] = ("low", "high", *LINES)
    drawn = [value for one in story["series"] for key in keys if (value := value_of(one, key)) is not None]
    limit = number(story["slo"])
    drawn += [] if limit is None else [limit]
    if not drawn:
        return 0.0, 1.0
    low, high = min(drawn), max(drawn)
    room = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return (0.0 if 0 <= low < 0.4 * high else low - room), high + room


def clearance(story: Story, limit: float, *, newest: bool) -> float:
    """How far the lines keep from a limit at one end of the axis, where its name may stand."""
    slices = windows(story)
    end = slices[-NAMED:] if newest else slices[:NAMED]
    return min(
        (abs(value - limit) for one in end for key in LINES if (value := value_of(one, key)) is not None), default=0.0
    )


def span(first: int, last: int) -> Row:
    """The place on the window axis from the first window's left edge to the last one's right."""
    return {"a": first - 0.5, "b": last + 0.5}


def title(one: Slice) -> str:
    """What a window is called in a tooltip."""
    name = f" · {one['name']}" if one["name"] not in {"", str(one["window"])} else ""
    return f"window {one['window']}{name}" + "".join(f" · {event}" for event in one.get("known", ()))
