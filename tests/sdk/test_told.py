"""Does the log of a running project miss nothing, and say when?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from badinput.world import project
from trueup.adapters.notifier.lines import LineNotifier
from trueup.assembly import open_journal
from trueup.gateway.corrections import Counted
from trueup.loop.events import ClockStruck, PersonAsked
from trueup.runtime.driver import Driver
from trueup.sdk.project import open_project
from trueup.sdk.told import Lines, Told

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_date_stands_in_front_when_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    """A log of several days says which day it was, once a day."""
    moments = [datetime(2026, 11, day, hour, tzinfo=UTC) for day, hour in ((24, 22), (24, 23), (25, 0), (25, 1))]
    clock = iter(moments)
    tell = Lines(lambda: next(clock))
    for _ in moments:
        tell("looked")
    assert capsys.readouterr().out.splitlines() == [
        "2026-11-24 22:00:00 looked",
        "23:00:00 looked",
        "2026-11-25 00:00:00 looked",
        "01:00:00 looked",
    ]


def test_what_another_process_wrote_is_told_too(tmp_path: Path) -> None:
    """A person's event, what was decided on it elsewhere, and what follows from it here: a line each."""
    opened = open_project(project(tmp_path))
    opened.train()
    lines: list[str] = []
    house = opened.house(notifier=LineNotifier(lines.append))
    told, live = Told(house.driver, lines.append), opened.live(house)
    try:
        live.start(None)
        now = house.driver.state.time + 1.0
        other = Driver(open_journal(opened.home))
        other.take(PersonAsked(time=now, wish="train", who="the operator", note="try it", code=""))
        other.take(ClockStruck(time=now))
        live.look(now + 1.0)
        told.decisions()
    finally:
        house.close()
    asked, ended = (line for line in lines if line.startswith("window "))
    assert asked == "window 12: train: the operator asked for it (try it)"
    assert ended.startswith("window 12: v2 ")


def test_what_comes_twice_is_told_once(tmp_path: Path) -> None:
    """Counts are said when they grow."""
    opened = open_project(project(tmp_path))
    house = opened.house(notifier=LineNotifier(print))
    lines: list[str] = []
    told, counted = Told(house.driver, lines.append), Counted(doubled=1_200, unknown=1)
    house.close()
    told.everything(counted)
    told.everything(counted)
    counted.unknown += 2
    told.everything(counted)
    first, second = lines
    assert first.startswith("rows since the last look: 1,200 with an id that was in before")
    assert second == "rows since the last look: 2 with an outcome for an id that no prediction has so far"
