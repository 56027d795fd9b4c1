"""A life of a model, made up with a fixed seed: the shape of a real backtest, in any size."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.report import Story
    from trueup.report.story import Alarm, Compared, Decided, KeptOut, Moved, Reign, Release, Slice

FIRST = 7
MONTH = 28 * 86400.0
START = 1_209_600_000.0  # May 2008
WHY = "freshness is worth 2.1 % of the metric a window, a training costs 1.4 %"


def make_story(windows: int = 34, columns: int = 9, seed: int = 7) -> Story:
    """Everything that can happen, happens once or more; the newest two windows are still short of labels."""
    chance = Random(seed)
    trained = [FIRST + at for at in range(6, windows - 1, 5)]
    corrupt = FIRST + 20 if windows > 21 else None
    series = _series(chance, windows, corrupt, trained)
    return {
        "model": "bank",
        "clock": "time",
        "metric": {
            "name": "average_precision",
            "direction": "higher",
            "trueup": 0.178,
            "low": 0.171,
            "high": 0.185,
            "never": 0.139,
            "every_recent": 0.18,
            "every_all": 0.176,
        },
        "slo": 0.12,
        "cost": {"trainings": len(trained), "seconds": 78.2},
        "series": series,
        "versions": _versions(trained, windows),
        "decisions": _decisions(windows, corrupt, trained),
        "releases": _releases(trained),
        "alerts": _alerts(windows),
        "drift": _drift(chance, windows, columns),
        "quarantined": _quarantined(corrupt),
        "reference_windows": 40,
        "false_alerts_on": "",
        "comparison": _comparison(windows, len(trained)),
    }


def _series(chance: Random, windows: int, corrupt: int | None, trained: list[int]) -> list[Slice]:
    level, lost = 0.07, 0.0
    made: list[Slice] = []
    for window in range(FIRST, FIRST + windows):
        level = min(0.8, max(0.04, level * chance.uniform(0.75, 1.36 if window % 40 < 27 else 1.5)))
        lost = 0.0 if window - 1 in trained else lost + 0.01
        served = max(level * (1 - lost), 0.01)
        wide = 0.015 + 0.1 * served
        age = FIRST + windows - 1 - window
        made.append(
            {
                "window": window,
                "name": f"month {window}",
                "start": START + window * MONTH,
                "end": START + (window + 1) * MONTH,
                "rows": 1130,
                "labels": {0: 0.34, 1: 0.66}.get(age, 1.0) if windows > 2 else 1.0,
                "served": served,
                "low": served - wide,
                "high": served + wide,
                "never": served * chance.uniform(0.7, 0.98),
                "every_recent": served * chance.uniform(0.95, 1.12),
                "every_all": served * chance.uniform(0.85, 1.05),
                "psi": served * chance.uniform(0.85, 1.05),
                "champion": f"v{1 + sum(one + 1 <= window for one in trained)}",
                "quarantined": window == corrupt,
            }
        )
    return made


def _versions(trained: list[int], windows: int) -> list[Reign]:
    starts = [FIRST, *(window + 1 for window in trained)]
    ends: list[int | None] = [start - 1 for start in starts[1:]]
    ends.append(FIRST + windows - 1)
    return [
        {"version": f"v{at + 1}", "from_window": start, "to_window": end}
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _decisions(windows: int, corrupt: int | None, trained: list[int]) -> list[Decided]:
    made: list[Decided] = []
    for number, window in enumerate(range(FIRST, FIRST + windows), start=1):
        kind, headline = "nothing", "nothing: no alert stands, the metric is as usual and no training is due"
        if window == corrupt:
            kind, headline = "quarantine", "kept out: balance looks broken (x1000)"
        elif window in trained:
            kind, headline = "train", "train: contact moved and the metric fell"
        made.append(
            {
                "number": number,
                "window": window,
                "kind": kind,
                "headline": headline,
                "reasons": [] if kind == "nothing" else [WHY, "512 labelled rows since the last training"],
                "otherwise": "a fall of the served metric would have made it a training",
            }
        )
    return made


def _releases(trained: list[int]) -> list[Release]:
    made: list[Release] = []
    for at, window in enumerate(trained):
        version = f"v{at + 2}"
        why = f"{version} was not shown worse on 1,204 later rows"
        evidence = "131 % of the champion's skill; evidence 14 of the 20 that would be proof"
        made.append({"window": window + 1, "version": version, "event": "canary", "why": why, "evidence": evidence})
        made.append({"window": window + 1, "version": version, "event": "promoted", "why": why, "evidence": evidence})
    if len(trained) > 3:
        refused = "shown worse than the champion: proof fail"
        made.append(
            {"window": trained[2] + 2, "version": "v99", "event": "refused", "why": refused, "evidence": "12 of 20"}
        )
    return made


def _alerts(windows: int) -> list[Alarm]:
    made: list[Alarm] = []
    for window in range(FIRST + 5, FIRST + windows, 6):
        sentence = "contact moved: 'unknown' 98 % -> 71 %, limit 5 points"
        made += [
            {
                "window": window + late,
                "column": "contact",
                "kind": "drift",
                "severity": "major",
                "sentence": sentence,
                "opened": late == 0,
            }
            for late in (0, 1)
            if window + late < FIRST + windows
        ]
    return made


def _drift(chance: Random, windows: int, columns: int) -> list[Moved]:
    names = ["contact", "housing", "poutcome", "job", "age", "balance", "campaign", "education", "loan"]
    names += [f"measurement_number_{at}" for at in range(len(names), columns)]
    made: list[Moved] = []
    for at, column in enumerate(names[:columns]):
        psi = usual = 0.6 / (1 + at) ** 1.3
        for window in range(FIRST, FIRST + windows):
            psi = min(4.0, max(0.001, 0.6 * psi * chance.uniform(0.5, 1.9) + 0.3 * usual * chance.random()))
            made.append({"column": column, "window": window, "psi": psi})
    return made


def _quarantined(corrupt: int | None) -> list[KeptOut]:
    if corrupt is None:
        return []
    return [{"window": corrupt, "why": "balance: 99.6 % of rows fit at 1/1000 (unit change?)"}]


def _comparison(windows: int, trained: int) -> list[Compared]:
    lines: list[tuple[str, float, int, int | None, float]] = [
        ("never", 0.139, 0, None, 0.0),
        ("every window, recent", 0.18, windows - 1, None, 546.0),
        ("psi > 0.2", 0.176, (windows - 1) * 2 // 3, 31, 396.0),
        ("trueup.yaml", 0.178, trained, 0, 78.0),
    ]
    return [
        {
            "policy": policy,
            "value": value,
            "trainings": count,
            "promoted": count,
            "false_alerts": alerts,
            "cost_seconds": seconds,
        }
        for policy, value, count, alerts, seconds in lines
    ]
