"""Does the loop back off only where nothing is wrong?"""

from __future__ import annotations

from dataclasses import replace

from loop.test_decide import CALM, POLICY
from trueup.loop.decide.decision import choose
from trueup.loop.decide.freshness import Freshness, Worth
from trueup.loop.decide.situation import Served

USELESS = Worth(rate=-0.01, upper=-0.002, interval=float("inf"))
LONG_AGO = Freshness(tokens=3.0, trained_after=4)


def test_where_training_showed_no_gain_and_the_metric_is_as_usual_nothing_is_trained() -> None:
    """That is what stops training on a world that does not move."""
    seen = replace(CALM, worth=USELESS, freshness=LONG_AGO)
    assert not choose(seen, POLICY).train


def test_where_the_metric_stays_worse_than_its_mean_training_goes_on() -> None:
    """One pair of versions without a gain is no reason to give up while what is served is clearly worse."""
    low = Served(window=10, value=0.65, low=0.62, high=0.68)
    seen = replace(CALM, metric="accuracy", served=(*CALM.served[:-1], low), worth=USELESS, freshness=LONG_AGO)
    choice = choose(seen, POLICY)
    assert choice.train
    assert "accuracy stays worse than its mean (0.65 against 0.8)" in choice.reasons[0].sentence
    assert not choose(replace(seen, freshness=Freshness(tokens=3.0, trained_after=8)), POLICY).train
