"""Is it told when people like the answers less, and only then?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trueup.loop.actions import Notify
from trueup.loop.events import LabelsMatured
from trueup.testing.scenario import Scenario
from trueup.testing.toy import ROWS, came_back

if TYPE_CHECKING:
    from collections.abc import Sequence


def told(scenario: Scenario) -> list[tuple[str, str]]:
    """What was said of people's reactions: subject and sentence."""
    notices = [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "label"]
    return [(one.subject, one.sentence) for one in notices]


def windows(scenario: Scenario, downs: Sequence[int], *, of: int = 200, corrected: int = 0) -> Scenario:
    """Windows with so many thumbs down each."""
    for down in downs:
        scenario.closed()
        window = next(one for one in scenario.state.windows if one.number > scenario.state.matured)
        back = replace(came_back(), ups=of - down, downs=down, corrected=corrected)
        scenario.take(
            LabelsMatured(
                time=scenario.now,
                window=window,
                rows=ROWS,
                labelled=ROWS,
                served=None,
                lines=(),
                pairs=(),
                returned=back,
            )
        )
    return scenario


def usual(count: int, seed: int = 1) -> list[int]:
    """Thumbs down of quiet windows: a tenth of 200, give or take chance."""
    return [int(one) for one in np.random.default_rng(seed).binomial(200, 0.1, count)]


def test_more_thumbs_down_are_told_once() -> None:
    """A tenth that becomes a third is told within two windows, in words, and not again while it lasts."""
    scenario = windows(Scenario().start(), usual(20))
    assert told(scenario) == []

    windows(scenario, [66, 70, 64, 68])
    [(subject, sentence)] = told(scenario)
    assert subject == "feedback"
    assert sentence.startswith('people like the answers less: "down" ')
    assert sentence.endswith("of thumbs (200 thumbs of window #28)") or "200 thumbs of window #27" in sentence


def test_fewer_thumbs_down_are_no_trouble() -> None:
    """Nobody is told that people like the answers more."""
    scenario = windows(Scenario().start(), [60] * 20)
    assert told(windows(scenario, [5] * 6)) == []


def test_few_thumbs_say_nothing() -> None:
    """Under twenty thumbs a window nothing is learnt, and nothing is told."""
    scenario = windows(Scenario().start(), [10] * 20, of=19)
    assert scenario.state.thumbs is None
    assert told(scenario) == []


def test_more_corrected_labels_are_told() -> None:
    """Labels that are put right afterwards, far more often than they used to be, are told under their own name."""
    scenario = windows(Scenario().start(), usual(20), corrected=10)
    windows(scenario, usual(3, seed=2), corrected=200)
    [(subject, sentence)] = told(scenario)
    assert subject == "corrections"
    assert sentence.startswith('more labels are put right afterwards: "corrected" 1 % -> 20 % of labels')


def test_quiet_thumbs_are_never_told() -> None:
    """Two hundred windows that differ by chance alone, from the very first one on, bring no alert."""
    assert told(windows(Scenario().start(), usual(200, seed=3))) == []
