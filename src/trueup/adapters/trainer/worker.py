"""The worker's own program: takes orders on standard input, answers on what was its standard output.

    python -m trueup.adapters.trainer.worker

It ends when its trainer does. What the owner's code prints goes to standard error, where the trainer reads its last
words. The first message is the trainer's `Fitting`, pickled: it comes over a private pipe from the process that
started this one; answers go back as JSON.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from trueup.adapters.trainer.frames import read_frame, write_frame
from trueup.errors import RunFailed
from trueup.ports.trainer import FitReport, TrainingRun

if TYPE_CHECKING:
    from typing import IO

    from trueup.adapters.trainer.fitting import Fitting, Made


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended: `bundle` on success, else `why` and `detail`."""

    bundle: str = ""  # hash
    fits: tuple[FitReport, ...] = ()
    notes: tuple[str, ...] = ()
    cpu_seconds: float = 0.0  # with the processes it started and waited for
    why: str = ""
    detail: str = ""


def main() -> None:
    """Get ready, then train whatever is asked until the trainer is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    first = read_frame(sys.stdin.buffer)
    if first is None:
        return
    fitting: Fitting = pickle.loads(first)  # noqa: S301 - written by the process that started this one, over its pipe
    fitting.recipes.warm()
    write_frame(answers, b"ready")
    serve(fitting, sys.stdin.buffer, answers)


def serve(fitting: Fitting, orders: IO[bytes], answers: IO[bytes]) -> None:
    """Answer one order after the other."""
    while (order := read_frame(orders)) is not None:
        run = msgspec.json.decode(order, type=TrainingRun)
        begun = cpu_seconds()
        try:
            answer = _answer(fitting.make(run), cpu_seconds() - begun)
        except RunFailed as error:
            answer = Answer(why=error.why, detail=error.detail)
        sys.stdout.flush()
        write_frame(answers, msgspec.json.encode(answer))


def cpu_seconds() -> float:
    """CPU time of this process and of its finished children."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _answer(made: Made, spent: float) -> Answer:
    return Answer(bundle=made.bundle, fits=made.fits, notes=made.notes, cpu_seconds=spent)


def _leave_with(parent: int) -> None:
    """End this process, even in the middle of a fit, once its trainer is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
