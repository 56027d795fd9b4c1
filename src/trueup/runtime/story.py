"""What happened in a backtest or a run, as one plain dictionary: for the report, for `--json`, and for the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trueup.loop.actions import Notify
from trueup.loop.events import LabelsMatured, TrainingFinished, WindowClosed
from trueup.loop.monitor.metrics import METRICS
from trueup.loop.monitor.performance import interval, value
from trueup.runtime import codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trueup.loop.decide.decision import Decision
    from trueup.loop.monitor.alert import Reading
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.ports.journal import Journal
    from trueup.runtime.baselines import Baselines

RELEASES = {
    "shadow": "shadow",
    "canary": "canary",
    "promote": "promoted",
    "refuse": "refused",
    "close": "closed",
    "restore": "taken back",
}
DRIFT = {"drift", "performance", "rule", "rival", "calibration"}
Json = dict[str, Any]


def told(decision: Decision) -> Json:
    """A decision under its stable keys."""
    return {
        "number": decision.number,
        "time": decision.time,
        "window": decision.window,
        "kind": decision.remedy,
        "version": decision.version,
        "headline": decision.headline,
        "reasons": list(decision.reasons),
        "held": list(decision.held),
        "verdict": decision.verdict,
        "gain": decision.gain,
        "otherwise": decision.otherwise,
    }


class Chronicle:
    """Reads a journal once and keeps what a story needs."""

    def __init__(self, journal: Journal) -> None:
        """Read it to its end."""
        self.closed: list[WindowClosed] = []
        self.matured: dict[int, LabelsMatured] = {}
        self.trainings: list[TrainingFinished] = []
        self.notices: list[Notify] = []
        self.decisions: list[Decision] = []
        self.champions: list[tuple[int, str]] = []  # (window, version)
        for entry in journal.read():
            self._keep(codec.decode(entry.payload))

    def _keep(self, recorded: codec.Recorded) -> None:
        event = recorded.event
        if isinstance(event, WindowClosed):
            self.closed.append(event)
        if isinstance(event, LabelsMatured):
            self.matured[event.window.number] = event
        if isinstance(event, TrainingFinished):
            self.trainings.append(event)
        self.notices += [action for action in recorded.actions if isinstance(action, Notify)]
        self.decisions += recorded.decisions
        self.champions += [
            (one.window, one.version) for one in recorded.decisions if one.remedy in {"promote", "restore"}
        ]

    def champion_at(self, window: int) -> str:
        """Who was champion at the end of a window."""
        return next((version for number, version in reversed(self.champions) if number < window), "")

    @property
    def alerts(self) -> list[Notify]:
        """Every alert that opened."""
        return [notice for notice in self.notices if notice.number]


def story(
    chronicle: Chronicle,
    state: State,
    policy: Policy,
    *,
    baselines: Baselines | None,
    readings: Iterable[tuple[int, Reading]],
) -> Json:
    """The report's dictionary; see report/story.py for its shape."""
    series = _series(chronicle, state, baselines)
    return {
        "model": policy.model,
        "clock": "time" if policy.window.unit == "time" else "order",
        "metric": _metric(series, policy),
        "slo": _slo(policy),
        "cost": {"cpu_seconds": round(sum(run.cpu_seconds for run in state.runs), 2)},
        "series": series,
        "versions": _reigns(chronicle, series),
        "decisions": [told(decision) for decision in chronicle.decisions],
        "releases": _releases(chronicle),
        "alerts": _alerts(chronicle),
        "drift": [{"column": reading.column, "window": window, "psi": reading.psi} for window, reading in readings],
        "quarantined": [
            {"window": decision.window, "why": decision.reasons[0]}
            for decision in chronicle.decisions
            if decision.remedy == "quarantine"
        ],
        "comparison": _comparison(chronicle, state, series, baselines),
    }


def _slo(policy: Policy) -> float | None:
    """The level that the owner has promised, if any."""
    for trigger in policy.decide.triggers:
        if trigger.name == "slo":
            return float(trigger.setting("at_least", trigger.setting("at_most", 0.0)))
    return None


def _alerts(chronicle: Chronicle) -> list[Json]:
    return [
        {
            "window": notice.window,
            "column": notice.subject,
            "kind": notice.kind,
            "severity": notice.severity,
            "sentence": notice.sentence,
            "opened": True,
        }
        for notice in chronicle.alerts
    ]


def summary(story: Json, chronicle: Chronicle) -> Json:
    """The keys of `backtest --json`."""
    kinds = [decision.remedy for decision in chronicle.decisions]
    later = [training for training in chronicle.trainings if training.judged is not None]
    metric = story["metric"]
    return {
        "metric": {key: metric[key] for key in ("name", "direction", "trueup", "never", "every_recent", "every_all")},
        "interval": [metric["low"], metric["high"]],
        "windows": len(story["series"]),
        "trainings": len(later),
        "fits": sum(2 * len(training.fits) for training in later),
        "promotions": max(kinds.count("promote") - 1, 0),
        "alerts": sum(notice.kind in DRIFT for notice in chronicle.alerts),
        "quarantined_windows": [one["window"] for one in story["quarantined"]],
        "refused": [decision.version for decision in chronicle.decisions if decision.remedy in {"refuse", "close"}],
        "taken_back": kinds.count("restore"),
        "comparison": story["comparison"],
        "decisions": story["decisions"],
    }


def _series(chronicle: Chronicle, state: State, baselines: Baselines | None) -> list[Json]:
    found: list[Json] = []
    by_window = _by_window(baselines)
    for event in chronicle.closed:
        number = event.window.number
        matured = chronicle.matured.get(number)
        served = matured.served if matured is not None else None
        low, high = (interval(served) or (None, None)) if served is not None else (None, None)
        never, recent, everything = by_window.get(number, (None, None, None))
        found.append(
            {
                "window": number,
                "name": event.window.name,
                "start": event.window.start,
                "end": event.window.end,
                "rows": event.profile.rows,
                "labels": round(matured.labelled / max(matured.rows, 1), 4) if matured is not None else 0.0,
                "served": value(served) if served is not None else None,
                "low": low,
                "high": high,
                "never": never,
                "every_recent": recent,
                "every_all": everything,
                "champion": chronicle.champion_at(number),
                "quarantined": number in state.quarantined,
            }
        )
    return found


def _by_window(baselines: Baselines | None) -> dict[int, tuple[float | None, float | None, float | None]]:
    if baselines is None:
        return {}
    rows = zip(baselines.never, baselines.recent, baselines.everything, strict=True)
    return dict(zip(baselines.windows, rows, strict=True))


def _metric(series: Sequence[Json], policy: Policy) -> Json:
    """Means over the windows in which every line has a value, so that they compare."""
    keys = ("served", "never", "every_recent", "every_all")
    with_baselines = any(row["never"] is not None for row in series)
    asked = keys if with_baselines else keys[:1]
    rows = [row for row in series if all(row[key] is not None for key in asked)]
    mean = {key: float(np.mean([row[key] for row in rows])) if rows and key in asked else None for key in keys}
    error = _standard_error(rows)
    centre = mean["served"]
    return {
        "name": policy.metric,
        "direction": METRICS[policy.metric].direction,
        "trueup": centre,
        "low": None if centre is None else centre - 1.96 * error,
        "high": None if centre is None else centre + 1.96 * error,
        "never": mean["never"],
        "every_recent": mean["every_recent"],
        "every_all": mean["every_all"],
    }


def _standard_error(rows: Sequence[Json]) -> float:
    """Of the mean over windows, from each window's own interval."""
    widths = [(row["high"] - row["low"]) / 3.92 for row in rows if row["low"] is not None and row["high"] is not None]
    return float(np.sqrt(np.sum(np.square(widths))) / len(widths)) if widths else 0.0


def _reigns(chronicle: Chronicle, series: Sequence[Json]) -> list[Json]:
    last = series[-1]["window"] if series else 0
    found: list[Json] = []
    for window, version in chronicle.champions:
        if found:
            found[-1]["to_window"] = max(window, found[-1]["from_window"])
        found.append({"version": version, "from_window": window + 1, "to_window": None})
    return [one for one in found if one["from_window"] <= last + 1]


def _releases(chronicle: Chronicle) -> list[Json]:
    found: list[Json] = []
    champion = ""
    for decision in chronicle.decisions:
        if decision.remedy not in RELEASES:
            continue
        found.append(
            {
                "window": decision.window,
                "version": champion if decision.remedy == "restore" else decision.version,
                "event": RELEASES[decision.remedy],
                "why": decision.headline,
                "evidence": "; ".join(decision.reasons),
            }
        )
        if decision.remedy in {"promote", "restore"}:
            champion = decision.version
    return found


def _comparison(chronicle: Chronicle, state: State, series: Sequence[Json], baselines: Baselines | None) -> list[Json]:
    rows = [row for row in series if row["served"] is not None and (baselines is None or row["never"] is not None)]

    def mean(key: str) -> float | None:
        found = [row[key] for row in rows if row[key] is not None]
        return float(np.mean(found)) if found else None

    later = [training for training in chronicle.trainings if training.judged is not None]
    own = {
        "policy": "trueup.yaml",
        "value": mean("served"),
        "trainings": len(later),
        "promoted": max(sum(one.remedy == "promote" for one in chronicle.decisions) - 1, 0),
        "false_alerts": None,
        "cost_seconds": round(sum(run.cpu_seconds for run in state.runs), 1),
    }
    if baselines is None:
        return [own]

    def line(policy: str, key: str, trainings: int, seconds: float) -> Json:
        return {
            "policy": policy,
            "value": mean(key),
            "trainings": trainings,
            "promoted": trainings,
            "false_alerts": None,
            "cost_seconds": round(seconds, 1),
        }

    return [
        line("never", "never", 0, 0.0),
        line("every window, recent", "every_recent", baselines.trainings, baselines.recent_seconds),
        line("every window, all", "every_all", baselines.trainings, baselines.everything_seconds),
        own,
    ]
