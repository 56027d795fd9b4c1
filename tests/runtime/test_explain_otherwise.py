"""Does an alert say what would have kept it silent, in words of its own kind?"""

from __future__ import annotations

from typing import get_args

import pytest

from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.actions import About, NoticeKind, Notify
from trueup.loop.advance.outcomes import SHIFT, STOPPED
from trueup.loop.intake import RowsMissed
from trueup.runtime.driver import Driver
from trueup.runtime.explain import Sources, explain
from trueup.runtime.explain_otherwise import otherwise
from trueup.runtime.story import Chronicle
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN


def silent(kind: NoticeKind, subject: str, about: About | None = None) -> str:
    """What would have kept an alert of this kind silent."""
    notice = Notify(
        id="1", number=1, kind=kind, severity="major", subject=subject, sentence="", window=3, about=about or About()
    )
    return otherwise(notice)


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_only_a_column_has_a_usual_range(kind: NoticeKind) -> None:
    """Neither a version nor a stream of rows has one."""
    assert ("usual range" in silent(kind, "x")) == (kind == "drift")


@pytest.mark.parametrize(
    ("kind", "subject", "about", "words"),
    [
        ("drift", "age", About(), "age within its usual range"),
        ("drift", "rows", About(), "rows as often as usual"),
        ("quality", "predictions", About(), "rows as often as usual"),
        ("quality", "time", About(), "rows stamped no later than they came"),
        ("quality", "17", About(), "rows that came before window 17 had closed"),
        ("quality", "day 3", About(columns=("age",)), "age as before"),
        ("performance", "accuracy", About(), "accuracy as good as usual"),
        ("label", "bought", About(cause=SHIFT), "the mix of bought as before"),
        ("label", "bought", About(cause=STOPPED), "labels that came in as usual"),
        ("rule", "positive", About(), "answers that keep positive"),
        ("skew", "age", About(), "age served as the other table has it"),
        ("ood", "all columns", About(), "rows like those the champion learnt from"),
        ("rival", "v1", About(), "v1 ahead of every naive rival"),
    ],
)
def test_each_kind_has_words_of_its_own(kind: NoticeKind, subject: str, about: About, words: str) -> None:
    """Who reads them knows what to look at."""
    assert silent(kind, subject, about) == words


def test_silence_is_explained_by_rows_that_come() -> None:
    """The words reach whoever asks why."""
    scenario = Scenario().start()
    now = scenario.state.time
    scenario.take(RowsMissed(time=now + 900.0, since=now, usual=1.0, longest=30.0))
    driver = Driver(MemoryJournal())
    for event in scenario.heard:
        driver.take(event)
    chronicle = Chronicle(driver.journal)
    sources = Sources(
        chronicle=chronicle, log=MemoryPredictionLog(PLAIN.schema), fine=MemoryFineProfiles(), waiting=lambda: ()
    )
    told = explain(f"alert {chronicle.alerts[-1].number}", sources, driver.rules, driver.journal.head())
    assert told["otherwise"] == "What would have changed it: rows as often as usual would have raised nothing."
