"""Who fits models, within limits, where no harm comes of it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from trueup.loop.policy import Scope
from trueup.loop.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """One training, complete: the same run on the same snapshot gives the same bundle."""

    id: str
    snapshot: str  # hash of the rows
    schema: Schema
    scopes: tuple[Scope, ...]
    until: float | None = None  # fit only rows with `_time` below it; None: all
    project: str = ""  # folder of the owner's code
    code: str = ""  # model.py:build; empty: the default pipeline
    seed: int = 7
    seconds: float = 300.0  # wall time at most, starting up not counted
    memory: int = 2 << 30  # bytes at most, resident, with everything the run starts


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """How one scope was fitted."""

    scope: str  # title
    rows: int
    seconds: float  # wall time; shared fits say the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What came out of a training."""

    run: str  # id
    bundle: str  # hash
    fits: tuple[FitReport, ...]
    notes: tuple[str, ...]  # what the owner should know
    cpu_seconds: float
    attempts: int  # 2: a first worker was killed from outside


class Trainer(Protocol):
    """Fits models. A run that ends without a model is errors.RunFailed and leaves nothing behind."""

    def train(self, run: TrainingRun) -> Trained:
        """Fit, store the bundle, report; blocks until done, failed, out of limits or cancelled."""
        ...

    def cancel(self, run: str) -> bool:
        """Stop a run by id, from any thread, waiting or at work; whether there was one to stop."""
        ...

    def close(self) -> None:
        """Let go of workers; nothing is trained after it."""
        ...
