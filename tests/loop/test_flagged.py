"""Is data that looked broken, and was taken for a changed world, let in by proof only?"""

from __future__ import annotations

from loop.worlds import SUGGEST, lasting
from trueup.loop.actions import Notify, Quarantine, Train
from trueup.testing.scenario import Scenario
from trueup.testing.toy import ROWS, USELESS


def test_what_lasts_is_flagged_and_trains_only_by_proof() -> None:
    """The first windows are kept out; the one that is taken for a changed world makes the order strict."""
    scenario = lasting().tick()
    assert sum(isinstance(one, Quarantine) for one in scenario.actions) == 3
    assert (scenario.state.quarantined, scenario.state.flagged) == ((7, 8, 9), (10,))

    order = scenario.wanted(Train).order
    assert (order.kind, order.windows) == ("strict", (1, 2, 3, 4, 5, 6, 10))
    caution = "since window 10 some data looks broken, and lasts: only a proof goes on"
    assert caution in scenario.last.decisions[0].reasons


def test_on_flagged_data_better_by_the_estimate_is_not_enough() -> None:
    """What a refresh may do at once waits in shadow here."""
    assert Scenario().start(USELESS).until_training().trained(USELESS - 0.001).remedies[-1] == "canary v2"
    assert lasting(error=USELESS).tick().trained(USELESS - 0.001).remedies[-1] == "shadow v2"


def test_a_flagged_window_without_labels_asks_for_nothing() -> None:
    """Only rows that train must be proven."""
    scenario = Scenario().start()
    for _ in range(4):
        scenario.closed(missing=ROWS // 2)
    assert scenario.state.flagged == (10,)
    assert scenario.state.unproven == ()


def test_a_proof_on_flagged_data_settles_it() -> None:
    """Once a version that learnt from it is champion, the next training is a refresh again."""
    scenario = lasting().tick().trained(0.1).loaded().exposed()
    assert (scenario.state.champion, scenario.state.unproven) == ("v2", ())
    assert scenario.until_training().wanted(Train).order.kind == "routine"


def test_taken_back_it_must_be_proven_again() -> None:
    """The champion that came back has not learnt from the flagged windows."""
    scenario = lasting().tick().trained(0.1).loaded().exposed().ask("rollback")
    assert scenario.state.unproven == (10,)


def test_what_lasted_is_told_once() -> None:
    """People read that a breach is taken for a changed world, and not at every window."""
    scenario = lasting()
    told = [one for one in scenario.actions if isinstance(one, Notify) and "taken for a changed world" in one.sentence]
    assert [(one.kind, one.severity, one.window) for one in told] == [("quality", "info", 10)]
    scenario.closed(missing=ROWS // 2)
    assert not [one for one in scenario.last.actions if isinstance(one, Notify) and one.kind == "quality"]


def test_a_person_is_asked_with_the_caution() -> None:
    """The question says that only a proof will do."""
    scenario = lasting(SUGGEST).tick()
    assert scenario.remedies[-1] == "ask"
    assert "only a proof goes on" in " ".join(scenario.last.decisions[0].reasons)
