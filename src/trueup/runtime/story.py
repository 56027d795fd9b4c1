"""What happened in a backtest or a run, as one plain dictionary: for the report, for `--json`, and for the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.loop.actions import Notify
from trueup.loop.decide.objective import objectives_of
from trueup.loop.events import HistoryRead, LabelsMatured, TrainingFinished, WindowClosed
from trueup.loop.monitor.performance import interval, value
from trueup.runtime import codec
from trueup.runtime.beside import measured
from trueup.runtime.comparison import KEYS, by_window, comparison, metric
from trueup.runtime.estimates import Estimates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trueup.loop.decide.decision import Decision
    from trueup.loop.monitor.alert import Reading
    from trueup.loop.monitor.measured import Measured
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
MEASURED = ("name", "direction", "trueup", "never", "every_recent", "every_all")
NO_VALUES = dict.fromkeys(KEYS)
DRIFT = {"drift", "limit", "performance", "rule", "rival", "calibration", "label", "ood", "skew"}
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


def told_limit(one: Measured) -> Json:
    """An owner's own limit and what it would have done in calm windows."""
    return {"limit": one.limit.words, "windows": one.windows, "alerts": one.alerts, "sentence": one.sentence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """When something was told, and the journal's entry that holds it."""

    time: float
    hash: str


class Chronicle:
    """Reads a journal once and keeps what a story needs."""

    def __init__(self, journal: Journal) -> None:
        """Read it to its end."""
        self.history: HistoryRead | None = None
        self.closed: list[WindowClosed] = []
        self.matured: dict[int, LabelsMatured] = {}
        self.trainings: list[TrainingFinished] = []
        self.notices: list[Notify] = []
        self.written: dict[str, Written] = {}  # by the notice's id
        self.decisions: list[Decision] = []
        self.champions: list[tuple[int, str]] = []  # (window, version)
        self.estimates = Estimates()
        self.judged: dict[int, int] = {}  # labelled window that an alert is about, by its number
        for entry in journal.read():
            recorded = codec.decode(entry.payload)
            self._keep(recorded)
            told = (action.id for action in recorded.actions if isinstance(action, Notify))
            self.written |= dict.fromkeys(told, Written(time=recorded.event.time, hash=entry.hash))

    def _keep(self, recorded: codec.Recorded) -> None:
        event = recorded.event
        if isinstance(event, HistoryRead) and self.history is None:
            self.history = event
        self.estimates.keep(recorded)
        if isinstance(event, WindowClosed):
            self.closed.append(event)
        if isinstance(event, LabelsMatured):
            self.matured[event.window.number] = event
            told = (action for action in recorded.actions if isinstance(action, Notify))
            self.judged |= {notice.number: event.window.number for notice in told if notice.number}
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
    def later_trainings(self) -> list[TrainingFinished]:
        """Every training but those of a first version."""
        return [training for training in self.trainings if training.judged is not None]

    @property
    def promotions(self) -> int:
        """How often a later version became champion."""
        return max(sum(decision.remedy == "promote" for decision in self.decisions) - 1, 0)

    @property
    def alerts(self) -> list[Notify]:
        """Every alert that opened."""
        return [notice for notice in self.notices if notice.number and notice.opened]


def story(
    chronicle: Chronicle,
    state: State,
    policy: Policy,
    *,
    baselines: Baselines | None,
    readings: Iterable[tuple[int, Reading]],
) -> Json:
    """The report's dictionary; see report/story.py for its shape."""
    series, spent = _series(chronicle, state, baselines), sum(run.cpu_seconds for run in state.runs)
    return {
        "model": policy.model,
        "clock": "time" if policy.window.unit == "time" else "order",
        "metric": metric(series, policy),
        "slo": promised(policy),
        "cost": {"cpu_seconds": round(spent, 2)},
        "series": series,
        "measured": measured(chronicle.matured.values(), policy),
        "versions": _reigns(chronicle, series),
        "decisions": [told(decision) for decision in chronicle.decisions],
        "releases": _releases(chronicle),
        "alerts": _alerts(chronicle),
        "drift": [{"column": reading.column, "window": window, "psi": reading.psi} for window, reading in readings],
        "quarantined": [
            {"window": decision.window, "why": decision.reasons[0]}
            for decision in chronicle.decisions
            if decision.remedy == "quarantine" and decision.window in state.quarantined  # the others were released
        ],
        "reference_windows": 0 if baselines is None else baselines.calm.windows,
        "false_alerts_on": "" if baselines is None else baselines.calm.most,
        "limits": [] if baselines is None else [told_limit(one) for one in baselines.calm.limits],
        "comparison": comparison(
            series,
            baselines,
            trainings=len(chronicle.later_trainings),
            promoted=chronicle.promotions,
            seconds=spent,
        ),
    }


def promised(policy: Policy) -> float | None:
    """The level that the owner has promised of the metric on all rows, if any; a KPI's is no line in its picture."""
    found = objectives_of(policy.decide.triggers)
    return next((one.level for one in found if not one.slice and one.metric in {"", policy.metric}), None)


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
    later, measured = chronicle.later_trainings, story["metric"]
    return {
        "metric": {key: measured[key] for key in MEASURED},
        "interval": [measured["low"], measured["high"]],
        "windows": len(story["series"]),
        "trainings": len(later),
        "fits": sum(2 * len(training.fits) for training in later),
        "promotions": chronicle.promotions,
        "alerts": sum(notice.kind in DRIFT for notice in chronicle.alerts),
        "quarantined_windows": [one["window"] for one in story["quarantined"]],
        "refused": [decision.version for decision in chronicle.decisions if decision.remedy == "refuse"],
        "closed": [decision.version for decision in chronicle.decisions if decision.remedy == "close"],
        "taken_back": kinds.count("restore"),
        "numbers": story["measured"],
        "reference_windows": story["reference_windows"],
        "false_alerts_on": story["false_alerts_on"],
        "limits": story["limits"],
        "estimated": chronicle.estimates.summary(),
        "decisions": story["decisions"],
    }


def _series(chronicle: Chronicle, state: State, baselines: Baselines | None) -> list[Json]:
    found: list[Json] = []
    plain, estimated = by_window(baselines), chronicle.estimates.by_window
    for event in chronicle.closed:
        number = event.window.number
        matured = chronicle.matured.get(number)
        served = matured.served if matured is not None else None
        low, high = (interval(served) or (None, None)) if served is not None else (None, None)
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
                "estimated": estimated[number].value if number in estimated else None,
                **plain.get(number, NO_VALUES),
                "champion": chronicle.champion_at(number),
                "quarantined": number in state.quarantined,
                "known": list(event.known),
            }
        )
    return found


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
