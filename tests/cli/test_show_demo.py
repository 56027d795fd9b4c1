"""Does the demo's last screen say what fewer trainings buy, and what they cost?"""

from __future__ import annotations

from typing import Any

from trueup.cli.show_demo import bought
from trueup.demo import replayed
from trueup.runtime.backtest import Progress


def answer(own: float, busy: float, *, direction: str = "higher", **others: Any) -> dict[str, Any]:
    """What the screen reads of a demo's answer."""
    return {
        "metric": {"direction": direction},
        "table": [
            {"policy": "every window, recent", "metric": busy, "trainings": 30},
            {"policy": "trueup.yaml", "metric": own, "trainings": 9},
        ],
        "refused": ["v8"],
        "quarantined_windows": [14],
        **others,
    }


def test_what_is_bought_and_what_it_costs_are_said() -> None:
    """Fewer trainings, the checks that every release passed, and the figure that training always would have reached."""
    gain, cost = bought(answer(0.241, 0.269))
    assert gain.startswith("what is bought: 9 trainings instead of 30, each release proven or not shown worse")
    assert "v8 refused, 1 broken window kept out of training" in gain
    assert cost.startswith("what it costs: 0.241 against 0.269 of training at every window")
    assert "a shorter window, or trueup train, buys more" in cost


def test_nothing_is_claimed_that_did_not_happen() -> None:
    """Without a refusal, a broken window or a cost, none is named; lower may be better."""
    [gain] = bought(answer(0.241, 0.269, direction="lower", refused=[], quarantined_windows=[]))
    assert "refused" not in gain
    assert "broken window" not in gain


def test_the_replay_says_how_far_it_is_four_times() -> None:
    """A bar moves all the time; a line is said at every quarter, for who sees no bar."""
    bar: list[float] = []
    said: list[str] = []
    tell = replayed(lambda done, _: bar.append(done), said.append)
    for place in range(1, 101):
        tell(Progress(done=place / 100, windows=place, trainings=3, promotions=2))
    assert len(bar) == 100
    assert bar[-1] == 1.0
    assert said[0] == "from the file: 25 %, 25 windows, 3 trainings, 2 promoted"
    assert len(said) == 4
