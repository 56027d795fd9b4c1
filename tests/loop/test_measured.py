"""Are an owner's own limits told with the false alerts that they would have had?"""

from __future__ import annotations

from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.monitor.limit import Limit
from trueup.loop.monitor.measured import measured
from trueup.testing.toy import EDGES, ROWS, profile

CALM = [profile()] * 40


def test_equal_windows_never_alert() -> None:
    """No distance finds anything between windows that are the same."""
    for name in DISTANCES:
        found = measured(Limit(metric=name, above=0.01), EDGES, CALM)
        assert (found.windows, found.alerts) == (40, 0), name


def test_each_window_is_judged_by_all_the_others() -> None:
    """Two odd windows out of forty are two alerts, told as a rate too."""
    windows = [*CALM[:30], profile(low=600), *CALM[:7], profile(low=600), profile()]
    found = measured(Limit(metric="psi", above=0.2, column="x"), EDGES, windows)
    assert found.sentence == (
        "psi > 0.2 for 1 window on x: would have alerted in 2 of your 40 calm windows (4.5 per 90)"
    )


def test_a_rule_for_several_windows_needs_them_here_too() -> None:
    """A lone odd window is none of two in a row; two of three find what is interrupted."""
    windows = [*CALM[:30], profile(low=600), profile(), profile(low=600), *CALM[:7]]
    assert measured(Limit(metric="psi", above=0.2, times=2, windows=2), EDGES, windows).alerts == 0
    assert measured(Limit(metric="psi", above=0.2, times=2, windows=3), EDGES, windows).alerts == 1


def test_a_limit_on_all_columns_names_the_worst_one() -> None:
    """So that the owner knows which one to leave out."""
    windows = [*CALM[:30], profile(low=600), *CALM[:9]]
    found = measured(Limit(metric="psi", above=0.2), EDGES, windows)
    assert found.sentence.endswith("in 1 of your 40 calm windows (2.2 per 90, most often on x)")


def test_what_cannot_be_measured_says_so() -> None:
    """One window has no others; a window without values is passed over."""
    limit = Limit(metric="psi", above=0.2)
    assert measured(limit, EDGES, CALM[:1]).sentence.endswith("there are no two windows to judge each other")
    assert measured(limit, EDGES, [profile(), profile(missing=ROWS, low=0), profile()]).alerts == 0
