"""Do both trainers keep the promises of the port, and does the process keep the limits?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.trainer.inline import InlineTrainer
from trueup.adapters.trainer.process import ProcessTrainer
from trueup.errors import RunFailed
from trueup.testing.contracts.trainer import GOOD, TrainerContract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trueup.adapters.bundles.folder import FolderBundles
    from trueup.adapters.snapshots.parquet import ParquetSnapshots
    from trueup.ports.trainer import Trained, TrainingRun
    from trueup.testing.contracts.trainer import Yard

# Says that it is at work by a file, then hangs with a child of its own.
HANGS = """
import pathlib, subprocess, sys, time
def build():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    here = pathlib.Path("FOLDER")
    (here / "child").write_text(str(child.pid))
    (here / "child").rename(here / "working")
    time.sleep(600)
"""
EATS = """
import time
def build():
    held = bytearray(900_000_000)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(600)
"""
LEAVES = """
import os, sys
def build():
    print("I am off", file=sys.stderr)
    os._exit(3)
"""
# Waits only the first time, so that a second attempt gets through.
WAITS = """
import pathlib, time
mark = pathlib.Path("FOLDER") / "working"
if not mark.exists():
    mark.write_text("")
    time.sleep(600)
"""


class TestInline(TrainerContract):
    """The trainer of backtests."""

    @classmethod
    def make(cls, snapshots: ParquetSnapshots, bundles: FolderBundles) -> InlineTrainer:
        """Train in this process."""
        return InlineTrainer(snapshots, bundles, LocalRecipes())


class TestProcess(TrainerContract):
    """The trainer of live loops, with its limits."""

    @classmethod
    def make(cls, snapshots: ParquetSnapshots, bundles: FolderBundles) -> ProcessTrainer:
        """Train in a worker that imports engines late, since these promises kill many."""
        return ProcessTrainer(snapshots, bundles, LocalRecipes(engines=()))

    def test_one_worker_serves_many_runs(self, yard: Yard) -> None:
        """Imports are paid once: the second run meets the same worker."""
        trainer = process(yard)
        trainer.train(yard.run)
        first = trainer.worker_pid
        trainer.train(yard.run)
        assert trainer.worker_pid == first

    def test_both_trainers_make_the_same_bundle(self, yard: Yard) -> None:
        """Where a run was carried out leaves no trace in what it made."""
        inline = InlineTrainer(yard.snapshots, yard.bundles, LocalRecipes())
        for run in (yard.run, yard.with_code(GOOD)):
            assert inline.train(run).bundle == yard.trainer.train(run).bundle

    def test_a_run_that_hangs_is_ended_in_time(self, yard: Yard, tmp_path: Path) -> None:
        """Time is over: the worker and everything it started are gone."""
        run = yard.with_code(HANGS.replace("FOLDER", str(tmp_path)), seconds=0.7)
        with pytest.raises(RunFailed, match=r"\(time\): 0.7 seconds are over"):
            yard.trainer.train(run)
        assert process(yard).worker_pid is None
        assert gone(int((tmp_path / "working").read_text()))

    def test_a_run_that_eats_memory_is_ended(self, yard: Yard) -> None:
        """Memory is over: the run fails, not the machine."""
        with pytest.raises(RunFailed, match=r"\(memory\): it held [0-9,]+ bytes, 700,000,000 are allowed"):
            yard.trainer.train(yard.with_code(EATS, memory=700_000_000, seconds=20.0))

    def test_code_that_leaves_is_told_with_its_last_words(self, yard: Yard) -> None:
        """A worker that ends itself is not tried again."""
        with pytest.raises(RunFailed, match=r"\(exited\): the worker left with exit code 3: I am off"):
            yard.trainer.train(yard.with_code(LEAVES))

    def test_a_run_is_cancelled_from_another_thread(self, yard: Yard, tmp_path: Path) -> None:
        """Cancelling ends a run at work and one that waits its turn."""
        working = yard.with_code(HANGS.replace("FOLDER", str(tmp_path)), id="at work")
        waiting = yard.with_code(GOOD, id="waiting")
        first = Aside(process(yard), working)
        until((tmp_path / "working").exists)
        second = Aside(process(yard), waiting)
        until(lambda: yard.trainer.cancel("waiting"))
        assert yard.trainer.cancel("at work")
        for aside in (first, second):
            with pytest.raises(RunFailed, match=r"\(cancelled\)"):
                aside.result()
        assert gone(int((tmp_path / "working").read_text()))

    def test_a_worker_killed_from_outside_is_replaced(self, yard: Yard, tmp_path: Path) -> None:
        """The run is tried once more and says so; its bundle is the one an undisturbed run makes."""
        aside = Aside(process(yard), yard.with_code(WAITS.replace("FOLDER", str(tmp_path)) + GOOD))
        until((tmp_path / "working").exists)
        os.kill(process(yard).worker_pid or 0, signal.SIGKILL)
        assert aside.result().attempts == 2

    def test_a_worker_killed_twice_fails(self, yard: Yard) -> None:
        """A run that kills its workers does not go on for ever."""
        source = "import os, signal\ndef build():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        with pytest.raises(RunFailed, match=r"\(killed\): the worker was killed by SIGKILL, 2 times"):
            yard.trainer.train(yard.with_code(source))
        assert not list(yard.bundles.folder.glob(".writing-*"))


def test_a_worker_does_not_outlive_its_trainer(tmp_path: Path) -> None:
    """Even a trainer that is killed without a word leaves no worker behind."""
    program = (
        "import sys, time; from pathlib import Path\n"
        "from trueup.adapters.trainer.child import Child\n"
        "from trueup.adapters.trainer.fitting import Fitting\n"
        "from trueup.adapters.models.recipes import LocalRecipes\n"
        "child = Child(Fitting(None, None, LocalRecipes(engines=())))\n"
        "here = Path(sys.argv[1])\n"
        "(here / 'pid').write_text(str(child.pid))\n"
        "(here / 'pid').rename(here / 'up')\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    until((tmp_path / "up").exists)
    parent.kill()
    parent.wait()
    assert gone(int((tmp_path / "up").read_text()))


def process(yard: Yard) -> ProcessTrainer:
    """The yard's trainer, known to be one with a worker."""
    assert isinstance(yard.trainer, ProcessTrainer)
    return yard.trainer


class Aside:
    """A training in a thread of its own."""

    def __init__(self, trainer: ProcessTrainer, run: TrainingRun) -> None:
        self._ended: list[Trained | RunFailed] = []
        self._thread = threading.Thread(target=self._train, args=(trainer, run))
        self._thread.start()

    def result(self) -> Trained:
        """What the training gave, or its failure."""
        self._thread.join(30)
        [ended] = self._ended
        if isinstance(ended, RunFailed):
            raise ended
        return ended

    def _train(self, trainer: ProcessTrainer, run: TrainingRun) -> None:
        try:
            self._ended.append(trainer.train(run))
        except RunFailed as failure:
            self._ended.append(failure)


def until(happened: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process ends within a moment."""
    try:
        psutil.Process(pid).wait(5)
    except psutil.NoSuchProcess:
        return True
    return True
