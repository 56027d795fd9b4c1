"""The whole loop on a real stream, over HTTP; then the same rows from the file."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.demo.compare import same_decisions
from trueup.demo.play import play_over_http
from trueup.demo.stage import Stage, set_stage
from trueup.sdk.backtest import REPORT, Extras
from trueup.sdk.backtest import run as run_backtest

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.runtime.backtest import Progress

Json = dict[str, Any]


def run(
    *,
    folder: Path | None = None,
    on_progress: Callable[[float, str], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Json:
    """Play the demo in a folder (a new temporary one if none is given); the answer's keys are documented."""
    begun = time.monotonic()
    home = folder or Path(tempfile.mkdtemp(prefix="trueup-demo-"))
    show = on_progress or (lambda _done, _what: None)
    say = tell or (lambda _line: None)
    stage = set_stage(home)
    live = play_over_http(stage, on_progress=lambda done, what: show(0.65 * done, what), tell=say)
    say("the same rows once more, from the file, on a simulated clock")
    backtest = run_backtest(
        stage.stream,
        stage.policy,
        stage.project.home / REPORT,
        Extras(
            project=stage.project.settings.folder,
            scratch=stage.project.home,
            wishes=stage.wishes,
            history_until=stage.until,
        ),
        on_progress=replayed(show, say),
    )
    answer = _answer(stage, live, backtest.json(), str(backtest.report))
    return {**answer, "seconds": round(time.monotonic() - begun, 1)}


def replayed(show: Callable[[float, str], None], say: Callable[[str], None]) -> Callable[[Progress], None]:
    """Show how far the replay is, and say it at every quarter where no bar can be seen."""
    said = 0

    def tell(reached: Progress) -> None:
        nonlocal said
        where = f"{reached.windows} windows, {reached.trainings} trainings, {reached.promotions} promoted"
        show(0.65 + 0.35 * reached.done, f"from the file: {where}")
        if int(4 * reached.done) > said:
            said = int(4 * reached.done)
            say(f"from the file: {100 * reached.done:.0f} %, {where}")

    return tell


def _answer(stage: Stage, live: Json, told: Json, report: str) -> Json:
    """The backtest's keys for the live run, and what only the demo can say."""
    differences = same_decisions(live["decisions"], told["decisions"])
    audit = stage.project.audit()
    return {
        **told,
        "decisions": live["decisions"],
        "http_requests": live["http_requests"],
        "failed_requests": live["failed_requests"],
        "killed_runs": live["killed_runs"],
        "finished_after_kill": live["finished_after_kill"],
        "same_decisions": not differences,
        "differences": differences[:5],
        "audit": "equal" if audit["equal"] else "different",
        "folder": str(stage.project.settings.folder),
        "report": report,
        "http_seconds": live["seconds"],
    }
