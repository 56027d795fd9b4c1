"""Training in a process of its own: whatever the owner's code does, the loop goes on.

The worker is started with the first run and kept warm, so that imports are paid once. It is killed, with everything it
started, when a run is cancelled or goes over its time or memory, and replaced at the next run. A run whose worker was
killed from outside is tried once more.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from trueup.adapters.trainer.child import Child
from trueup.adapters.trainer.fitting import Fitting
from trueup.adapters.trainer.worker import Answer
from trueup.errors import RunFailed
from trueup.ports.trainer import Trained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.ports.bundles import Bundles
    from trueup.ports.models import Recipes
    from trueup.ports.snapshots import Snapshots
    from trueup.ports.trainer import TrainingRun

LOOK_SECONDS: Final = 0.02  # between two looks at a run's time, memory and cancellation
ATTEMPTS: Final = 2


class ProcessTrainer:
    """Fits in one warm worker process, one run at a time; further runs wait for their turn."""

    def __init__(self, snapshots: Snapshots, bundles: Bundles, recipes: Recipes) -> None:
        self._fitting = Fitting(snapshots, bundles, recipes)
        self._turn = threading.Lock()
        self._lock = threading.Lock()  # guards what follows
        self._runs: dict[str, bool] = {}  # runs waiting or at work -> cancelled
        self._child: Child | None = None
        self._closed = False

    @property
    def worker_pid(self) -> int | None:
        """The process id of the warm worker, if there is one."""
        child = self._child
        return child.pid if child is not None else None

    def train(self, run: TrainingRun) -> Trained:
        """Fit in the worker; errors.RunFailed says how it ended otherwise."""
        with self._known(run.id), self._turn:
            words = ""
            for attempt in range(1, ATTEMPTS + 1):
                self._stop_if_cancelled(run.id)
                child = self._warm(run.memory)
                child.ask(msgspec.json.encode(run))
                answer = self._watch(child, run)
                self._stop_if_cancelled(run.id)
                if answer is not None:
                    return _trained(run, answer, attempt)
                words = self._retire(child)
                if not child.signal:
                    raise RunFailed("exited", words)
            raise RunFailed("killed", f"{words}, {ATTEMPTS} times")

    def cancel(self, run: str) -> bool:
        """Stop a run, waiting or at work; its `train` raises errors.RunFailed."""
        with self._lock:
            found = run in self._runs
            if found:
                self._runs[run] = True
        return found

    def close(self) -> None:
        """Cancel what is left and end the worker."""
        with self._lock:
            self._closed = True
            self._runs = dict.fromkeys(self._runs, True)
        with self._turn:
            if self._child is not None:
                self._retire(self._child)

    @contextmanager
    def _known(self, run: str) -> Iterator[None]:
        """While a run waits or works, it can be cancelled."""
        with self._lock:
            if run in self._runs or self._closed:
                raise RunFailed("refused", f"run {run} is already at work" if run in self._runs else "trainer closed")
            self._runs[run] = False
        try:
            yield
        finally:
            with self._lock:
                del self._runs[run]

    def _warm(self, memory: int) -> Child:
        """A live worker with room to work in: one that earlier runs left fat is replaced."""
        child = self._child
        if child is not None and (child.wait(0) is not None or child.memory() > memory / 2):
            self._retire(child)
        if self._child is None:
            self._child = Child(self._fitting)
        return self._child

    def _watch(self, child: Child, run: TrainingRun) -> Answer | None:
        """The worker's answer, or None if it died; errors.RunFailed, after killing it, if the run must end."""
        deadline = time.monotonic() + run.seconds
        while (answer := child.wait(LOOK_SECONDS)) is None:
            held = child.memory()
            if self._runs.get(run.id):
                self._kill(child, "cancelled", "somebody asked for it")
            if time.monotonic() > deadline:
                self._kill(child, "time", f"{run.seconds:g} seconds are over")
            if held > run.memory:
                self._kill(child, "memory", f"it held {held:,} bytes, {run.memory:,} are allowed")
        return msgspec.json.decode(answer, type=Answer) if answer else None

    def _kill(self, child: Child, why: str, detail: str) -> None:
        """End a run by force."""
        words = child.last_words()
        self._retire(child)
        raise RunFailed(why, f"{detail}{'; last words: ' + words if words else ''}")

    def _retire(self, child: Child) -> str:
        """Let a worker go, and say how it went."""
        with self._lock:
            self._child = None
        words = "" if child.wait(0) is None else child.exit()
        child.end()
        return words

    def _stop_if_cancelled(self, run: str) -> None:
        if self._runs[run]:
            raise RunFailed("cancelled", "somebody asked for it")


def _trained(run: TrainingRun, answer: Answer, attempt: int) -> Trained:
    """The answer as a report; errors.RunFailed if it says that there is no model."""
    if answer.why:
        raise RunFailed(answer.why, answer.detail)
    return Trained(
        run=run.id,
        bundle=answer.bundle,
        fits=answer.fits,
        notes=answer.notes,
        cpu_seconds=answer.cpu_seconds,
        attempts=attempt,
    )
