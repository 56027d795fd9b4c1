"""Is a candidate judged as it will serve, and is what a run cost known however it ends?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pytest

from runtime.constant import SCOPES, version
from trueup.assembly import backtest_house
from trueup.errors import BadAnswer, RunFailed
from trueup.loop.actions import Train
from trueup.loop.advance.ticks import make_order
from trueup.loop.events import TrainingFailed, TrainingFinished
from trueup.loop.policy import Windowing
from trueup.loop.train.blend import BlendLosses
from trueup.ports.trainer import FitReport, Trained, TrainingRun
from trueup.runtime.backtest import Sender
from trueup.runtime.gather import Gather
from trueup.runtime.stream import read_stream
from trueup.runtime.training import train
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.loop.state import State
    from trueup.runtime.training import Workshop

ROWS: Final = 300
POLICY: Final = replace(PLAIN, window=Windowing(unit="rows", length=100.0, min_rows=1))


class Bench:
    """A trainer whose runs cost three seconds each and end as told."""

    def __init__(self, *ends: str, scopes: tuple[str, ...] = SCOPES) -> None:
        self.ends = list(ends)
        self.scopes = scopes
        self.runs: list[TrainingRun] = []

    def train(self, run: TrainingRun) -> Trained:
        """A version, or the failure that is next."""
        self.runs.append(run)
        end = self.ends.pop(0) if self.ends else ""
        if end == "nonsense":
            what = "a score of 2"
            raise BadAnswer(what, "mend the code")
        if end:
            raise RunFailed(end, "last words")
        fits = tuple(FitReport(scope=scope, rows=1, seconds=1.0) for scope in self.scopes)
        return Trained(run=run.id, bundle="new", fits=fits, notes=(), cpu_seconds=3.0, attempts=1)

    def cancel(self, run: str) -> bool:
        """There is nothing to stop."""
        return not run

    def close(self) -> None:
        """There is nothing to let go of."""


def mixes(window: int, *, best: int) -> BlendLosses:
    """A window on which one mix of three fits did much better than the others."""
    return BlendLosses(window=window, losses=tuple(0.2 if place == best else 0.4 for place in range(6)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workshop, State]]:
    """Three labelled windows, and a champion that learnt from the first two, its first fit best by far."""
    folder: Path = tmp_path_factory.mktemp("training")
    house = backtest_house(folder, POLICY, project=None)
    table = pa.table(
        {
            "order": list(range(ROWS)),
            "x": [4.0 * row / ROWS for row in range(ROWS)],
            "y": ["yes" if row % 3 == 0 else "no" for row in range(ROWS)],
        }
    )
    stream = read_stream(table, POLICY.schema, time="order", delay=0.0)
    Sender(stream, house.world).history(float(ROWS))
    house.driver.adopt(POLICY, text_hash="plain", code_hash="", time=0.0)
    gather = Gather(house.world.shop.log, POLICY, version, house.world.fine, house.world.outliers)
    house.driver.take(gather.history(float(ROWS)))
    born = Scenario().start().state.alive("v1")
    line = replace(born, weights=(1.0, 0.0, 0.0), trained_after=2, track=(mixes(2, best=5),))
    state = replace(house.driver.state, champion="v1", lines=(line,))
    yield replace(house.world.shop, load=version), state
    house.close()


def ended(shop: tuple[Workshop, State], trainer: Bench) -> TrainingFinished | TrainingFailed:
    """What comes of the next order."""
    workshop, state = shop
    order = make_order(state, POLICY, kind="routine", code="")
    return train(Train(id="7.1", order=order), state, POLICY, replace(workshop, trainer=trainer))


def test_a_training_fits_judges_and_fits_again(shop: tuple[Workshop, State]) -> None:
    """The first fit ends before the judging window, the second sees all rows; both are paid for."""
    bench = Bench()
    found = ended(shop, bench)
    assert isinstance(found, TrainingFinished)
    assert [run.until for run in bench.runs] == [pytest.approx(199.0), None]
    assert found.cpu_seconds == 6.0
    assert found.judged is not None
    assert found.judged.comparison.units == 100


@pytest.mark.parametrize(
    ("ends", "why", "cost"),
    [(("raised",), "raised", 0.0), (("", "time"), "time", 3.0), (("", "nonsense"), "nonsense", 3.0)],
)
def test_a_failed_training_says_what_it_cost(
    shop: tuple[Workshop, State], ends: tuple[str, ...], why: str, cost: float
) -> None:
    """The fits that were finished before it failed are known."""
    found = ended(shop, Bench(*ends))
    assert isinstance(found, TrainingFailed)
    assert (found.why, found.cpu_seconds) == (why, cost)


def test_a_candidate_on_other_scopes_is_judged_under_an_even_blend(shop: tuple[Workshop, State]) -> None:
    """As many fits are not the same fits: the champion's weights are for its own scopes."""
    same, other = ended(shop, Bench()), ended(shop, Bench(scopes=("all", "last 6 windows", "recency")))
    assert isinstance(same, TrainingFinished)
    assert isinstance(other, TrainingFinished)
    assert same.judged is not None
    assert other.judged is not None
    assert same.judged.difference is not None
    assert same.judged.difference.difference == 0.0
    assert other.judged.comparison.rungs != same.judged.comparison.rungs


def test_the_judging_window_has_no_say_in_the_blend_it_is_judged_under(shop: tuple[Workshop, State]) -> None:
    """Weights that were learnt on the judging rows would speak for the champion there."""
    workshop, state = shop
    line = state.alive("v1")
    seen = replace(line, weights=(0.0, 0.0, 1.0), track=(*line.track, mixes(3, best=0)))
    plain, late = ended(shop, Bench()), ended((workshop, replace(state, lines=(seen,))), Bench())
    assert isinstance(plain, TrainingFinished)
    assert isinstance(late, TrainingFinished)
    assert late.judged == plain.judged


def test_a_champion_that_has_seen_every_labelled_row_judges_nobody(shop: tuple[Workshop, State]) -> None:
    """There is one fit on all rows, and no comparison: rows that the champion has learnt from prove nothing."""
    workshop, state = shop
    bench = Bench()
    knowing = replace(state, lines=(replace(state.alive("v1"), trained_after=3),))
    found = ended((workshop, knowing), bench)
    assert isinstance(found, TrainingFinished)
    assert found.judged is None
    assert [run.until for run in bench.runs] == [None]
