"""A backtest from Python or the command line: the same loop, simulated clock, real training."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from trueup.assembly import backtest_house, baselines_beside, code_hash, text_hash, writable
from trueup.errors import BadData, UsageError
from trueup.loop.events import PersonAsked
from trueup.loop.policy import DecidePolicy, FeedbackPolicy, Hold, Policy, Windowing
from trueup.report import headline, write_html
from trueup.runtime.audit import audit
from trueup.runtime.backtest import Script, play
from trueup.runtime.story import Chronicle, story, summary
from trueup.runtime.windows import cut, opening
from trueup.settings.table import enough_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.assembly import House
    from trueup.loop.schema import Schema
    from trueup.loop.window import Window
    from trueup.report import Story
    from trueup.runtime.backtest import Played, Progress
    from trueup.runtime.baselines import Baselines
    from trueup.runtime.stream import Stream

HISTORY = 0.15  # share of the rows that trains the first version
DAY = 86_400.0  # seconds
REPORT = "backtest.html"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a backtest found; `report` is one HTML file that opens offline."""

    story: Json
    told: Json
    played: str  # how much, and how late labels were
    report: Path
    ignored: tuple[tuple[str, str], ...] = ()  # columns that can be no features, each with why

    def json(self) -> Json:
        """The stable, documented keys."""
        return {**self.told, "ignored": dict(self.ignored)}

    @property
    def summary(self) -> str:
        """The answer in two lines: the report's own headline, and what was played; a third where nothing came of it."""
        why = self.told["not_promoted"]
        return f"{headline(cast('Story', self.story))}\n{self.played}" + (f"\n{why}" if why else "")

    @property
    def held_back(self) -> str:
        """What was kept from training or from traffic; empty where nothing was."""
        told = self.told
        counts = (
            (len(told["quarantined_windows"]), "window", "quarantined"),
            (len(told["refused"]), "candidate", "refused"),
            (len(told["closed"]), "candidate", "closed undecided"),
            (told["taken_back"], "release", "taken back"),
        )
        return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'} {done}" for count, noun, done in counts if count)

    def plot(self) -> Any:  # noqa: ANN401 - an altair chart; altair is imported when asked for
        """The report's picture, for a notebook."""
        from trueup.report import chart

        return chart(cast("Story", self.story))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a backtest may be told besides its rows and its policy."""

    project: Path | None = None  # folder of the owner's code
    scratch: Path | None = None  # folder for what is thrown away at the end; None: the system's
    wishes: tuple[PersonAsked, ...] = ()
    history_until: float | None = None  # None: the window that holds 15 % of the rows ends the history


def run(
    stream: Stream,
    policy: Policy,
    report: Path,
    extras: Extras | None = None,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> Backtest:
    """Play a stream under a policy, beside the plain ones, and write the report; nothing else is left behind."""
    policy, extras = replace(policy, mode="act"), extras or Extras()
    windows, history, until = plan(stream, policy, extras.history_until)
    writable(report.parent)
    if report.is_dir():
        message = f"{report}: cannot be written, a folder of that name stands there; move it away"
        raise UsageError(message)
    pool, beside = baselines_beside(stream, policy, windows, history)
    script = Script(history_until=until, wishes=extras.wishes)
    try:
        with tempfile.TemporaryDirectory(prefix="trueup-backtest-", dir=extras.scratch) as scratch:
            house = backtest_house(Path(scratch), policy, project=extras.project)
            try:
                _adopt(house, policy, extras.project, float(stream.times[0]))
                played = play(stream, house.driver, house.world, script, on_progress=on_progress)
            finally:
                house.close()
        found = beside.result()
    finally:
        pool.shutdown(cancel_futures=True)
    return finish(played, policy, report, found)


def _adopt(house: House, policy: Policy, project: Path | None, time: float) -> None:
    """Take the policy in, as a live run does."""
    code = code_hash(project, policy.train.code)
    house.driver.adopt(policy, text_hash=text_hash(repr(policy)), code_hash=code, time=time)


def finish(played: Played, policy: Policy, report: Path, baselines: Baselines | None) -> Backtest:
    """The story, its summary and its report."""
    chronicle = Chronicle(played.driver.journal)
    told = story(chronicle, played.driver.state, policy, baselines=baselines, readings=played.readings)
    write_html(cast("Story", told), report)
    short = summary(told, chronicle)
    checked = audit(played.driver.journal)
    short["audit"] = "equal" if checked.equal else "different"
    short["table"] = _table(told)
    short["not_promoted"] = not_promoted(short, told["series"], policy)
    return Backtest(story=told, told=short, played=_played(short, policy), report=report)


def _played(told: Json, policy: Policy) -> str:
    """How much was played and, where time is kept in days, how late labels were."""
    windows = f"{told['windows']:,} window{'' if told['windows'] == 1 else 's'}"
    days = (policy.feedback.label_delay or 0.0) / DAY
    late = f"labels {days:.3g} day{'' if days == 1 else 's'} late" if days else "labels at once"
    trained = f"{told['trainings']:,} training{'' if told['trainings'] == 1 else 's'}, {told['promotions']:,} promoted"
    return " · ".join([windows, late, trained] if policy.window.unit == "time" else [windows, trained])


def not_promoted(told: Json, series: Sequence[Json], policy: Policy) -> str:
    """Why nothing came of the trainings, where nothing did; else empty."""
    if not told["trainings"] or told["promotions"]:
        return ""
    closed, refused = set(told["closed"]), set(told["refused"])
    in_canary = closed & {one["version"] for one in told["decisions"] if one["kind"] == "canary"}
    deploy = policy.deploy
    answers = int(np.median([one["rows"] for one in series]) * deploy.canary)
    needs = deploy.min_requests if policy.validate.prove == "routine" else math.inf
    if in_canary and answers < needs:
        bar = f"the {needs} answers it needs" if math.isfinite(needs) else "the answers that a proof needs"
        first = f"no canary got {bar}: about {answers:,} a window at {100 * deploy.canary:g} %"
    else:
        first = f"{len(closed)} closed undecided" if closed else ""
    open_still = told["trainings"] - len(closed | refused)
    parts = (
        first,
        f"{len(refused)} refused" if refused else "",
        f"{open_still} not yet decided or failed" if open_still > 0 else "",
    )
    return f"nothing was promoted: {'; '.join(part for part in parts if part)}"


def plan(stream: Stream, policy: Policy, until: float | None) -> tuple[tuple[Window, ...], int, float]:
    """All windows, how many of them are history, and the moment history ends."""
    enough_rows(stream.rows, "the table")
    windowing = policy.window
    end = float(np.nextafter(max(stream.times[-1], stream.known[-1]), np.inf))
    windows, _ = cut(stream.times, opening(float(stream.times[0]), windowing), windowing, now=end)
    if len(windows) < 2:
        what = f"{stream.rows:,} rows make {len(windows)} windows"
        raise BadData("the table", what, "give more rows, or a shorter window")
    if until is None:
        enough = np.quantile(stream.times, HISTORY)
        until = next(window.end for window in windows if window.end > enough)
    history = sum(window.end <= until for window in windows)
    if not 0 < history < len(windows):
        raise BadData("the table", "has no window after its history", "give more rows, or a shorter window")
    return windows, history, windows[history - 1].end


def plain_policy(name: str, schema: Schema, metric: str, *, rows: int, delay: float) -> Policy:
    """The default policy for a file without a project: windows of equal rows."""
    return Policy(
        model=name,
        schema=schema,
        metric=metric,
        window=Windowing(unit="rows", length=float(rows), min_rows=1),
        mode="act",
        feedback=FeedbackPolicy(label_delay=delay),
        decide=DecidePolicy(hold=Hold(min_labels=min(500, rows))),
    )


def _table(told: Json) -> list[Json]:
    metric = told["metric"]
    return [
        {
            "policy": row["policy"],
            "metric": row["value"],
            "low": metric["low"] if row["policy"] == "trueup.yaml" else None,
            "high": metric["high"] if row["policy"] == "trueup.yaml" else None,
            "trainings": row["trainings"],
            "promoted": row["promoted"],
            "false_alerts": row["false_alerts"],
            "seconds": row["cost_seconds"],
        }
        for row in told["comparison"]
    ]
