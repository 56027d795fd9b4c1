"""Is the objective in the picture that of the metric in it?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from trueup.loop.policy import Policy, Trigger
from trueup.runtime.story import promised
from trueup.testing.toy import PLAIN


def with_objective(**settings: float | str) -> Policy:
    """An owner who promises this, after a reason of another kind."""
    triggers = (Trigger(name="freshness"), Trigger(name="slo", settings=tuple(sorted(settings.items()))))
    return replace(PLAIN, decide=replace(PLAIN.decide, triggers=triggers))


def test_the_metrics_own_objective_is_shown() -> None:
    """Whether it is named or not."""
    assert promised(with_objective(at_least=0.4)) == pytest.approx(0.4)
    assert promised(with_objective(at_least=0.4, metric=PLAIN.metric)) == pytest.approx(0.4)


def test_an_objective_of_something_else_is_no_line_of_the_metric() -> None:
    """Of a KPI, or of a part of the rows."""
    assert promised(with_objective(at_least=0.4, metric="conversion")) is None
    assert promised(with_objective(at_least=0.4, slice="region = north")) is None
    assert promised(PLAIN) is None
