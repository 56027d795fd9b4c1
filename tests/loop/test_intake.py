"""Is it told, once, when nothing comes in, when it comes in the wrong shape, or by a clock that is wrong?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from trueup.loop.actions import Notify
from trueup.loop.intake import EarlyRowsCounted, LateRowsCounted, RowsMissed, SchemaMisfit
from trueup.loop.monitor.pace import KNOWN, Pace, Waits, paced
from trueup.testing.scenario import Scenario
from trueup.testing.toy import LENGTH

HOUR: Final = 3600.0


def offices(days: int, *, gap: float = 0.0) -> Pace:
    """Rows every five minutes from eight to six, and a longer wait on one afternoon."""
    pace = Pace()
    for day in range(days):
        start = 24 * HOUR * day
        waits = Waits(since=start + 8 * HOUR, end=start + 18 * HOUR, typical=300.0, longest=max(900.0, gap))
        pace = paced(pace, waits)
    return pace


def told(scenario: Scenario) -> list[tuple[str, str, str]]:
    """What was said about the intake: severity, subject, sentence."""
    notices = (one for one in scenario.actions if isinstance(one, Notify) and one.kind == "quality")
    return [(one.severity, one.subject, one.sentence) for one in notices]


def test_nights_are_no_silence() -> None:
    """The longest usual wait is the one from evening to morning; twice as long is told."""
    assert offices(KNOWN - 1).patience is None
    assert offices(5).patience == 2 * 14 * HOUR
    assert offices(5).usual == 300.0


def test_a_silence_that_was_told_teaches_no_patience() -> None:
    """An outage of two days does not make the next one usual; a wait a little longer than usual does."""
    pace = offices(5)
    later = replace(pace, last=(pace.last or 0.0) - 48 * HOUR)
    day = Waits(since=128 * HOUR, end=138 * HOUR, typical=300.0, longest=900.0)
    assert paced(later, day).patience == pace.patience
    assert (paced(pace, replace(day, longest=20 * HOUR)).patience or 0.0) == 2 * 20 * HOUR


def test_a_stream_of_one_moment_has_no_pace() -> None:
    """Rows that all come at once, window after window: nothing is usual, nothing is missed."""
    pace = Pace()
    for _ in range(5):
        pace = paced(pace, Waits(since=7.0, end=7.0, typical=0.0, longest=0.0))
    assert pace.patience is None


def test_a_silence_is_told_once() -> None:
    """However often the clock strikes in it; the next one is another silence."""
    scenario = Scenario().start()
    for since, now in ((1000.0, 11_800.0), (1000.0, 20_000.0), (30_000.0, 42_000.0)):
        scenario.take(RowsMissed(time=now, since=since, usual=300.0, longest=5_400.0))
    assert [sentence for _, _, sentence in told(scenario)] == [
        "no predictions for 3 h, usually every 5 min (the longest usual wait is 1.5 h)",
        "no predictions for 3.3 h, usually every 5 min (the longest usual wait is 1.5 h)",
    ]


def test_a_column_that_does_not_fit_is_told_once_a_window() -> None:
    """Gone, new, or of another type: each is a sentence of its own, and comes again while it lasts."""
    scenario = Scenario().start()
    for _ in range(2):
        scenario.take(SchemaMisfit(time=scenario.now, column="x", how="vanished", rows=12))
        scenario.take(SchemaMisfit(time=scenario.now, column="shoe", how="appeared", rows=1))
        scenario.take(SchemaMisfit(time=scenario.now, column="x", how="retyped", rows=3))
    assert [(severity, subject) for severity, subject, _ in told(scenario)] == [
        ("major", "x"),
        ("minor", "shoe"),
        ("major", "x"),
    ]
    assert told(scenario)[0][2].startswith("column 'x' is gone: 12 logged rows came without it")
    scenario.closed().take(SchemaMisfit(time=scenario.now, column="x", how="vanished", rows=12))
    assert len(told(scenario)) == 4


def test_rows_of_the_future_are_told_once_a_window() -> None:
    """A wrong clock is worth an alert, not one a look."""
    scenario = Scenario().start()
    for _ in range(2):
        scenario.take(EarlyRowsCounted(time=scenario.now, rows=12, by=3 * HOUR))
    ((severity, subject, sentence),) = told(scenario)
    assert (severity, subject) == ("moderate", "time")
    assert sentence.startswith("12 rows came with a time up to 3 h in the future")


def test_rows_that_are_very_late_are_an_alert() -> None:
    """Late by a little is news; by more than three windows a clock is wrong, or rows are sent again."""
    scenario = Scenario().start()
    for by in (LENGTH, 4 * LENGTH):
        scenario.take(LateRowsCounted(time=scenario.now, window=3, rows=5, by=by))
    assert [severity for severity, _, _ in told(scenario)] == ["info", "minor"]
    assert "the first of them 6.7 min late" in told(scenario)[1][2]
