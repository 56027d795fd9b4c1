"""One worker process as its trainer sees it: started, asked, watched, ended."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Final

import psutil

from trueup.adapters.trainer.frames import read_frame, write_frame
from trueup.errors import RunFailed

if TYPE_CHECKING:
    from trueup.adapters.trainer.fitting import Fitting

START_SECONDS: Final = 120.0  # imports on a cold, busy machine
FAMILY_SECONDS: Final = 0.5  # how often the processes started by a worker are looked for
LAST_WORDS: Final = 600  # bytes of standard error


class Child:
    """A warm worker, in a process group of its own."""

    def __init__(self, fitting: Fitting) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trueup.adapters.trainer.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=_environment(),
            start_new_session=True,
            bufsize=0,
        )
        self._finalizer = weakref.finalize(self, _end, self._process, self._stderr)
        self._family: tuple[float, list[psutil.Process]] = (-1.0, [])
        self._heard_from = 0  # where in standard error the current run began
        self.runs = 0
        self._greet(fitting)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def signal(self) -> int:
        """The signal that ended the worker; 0 if it lives, or left by itself."""
        return max(0, -(self._process.poll() or 0))

    def ask(self, order: bytes) -> None:
        """Hand over one order."""
        self._heard_from = self._stderr.seek(0, os.SEEK_END)
        self.runs += 1
        with suppress(BrokenPipeError):  # its death is seen by `wait`
            write_frame(_pipe(self._process.stdin), order)

    def wait(self, seconds: float) -> bytes | None:
        """The answer if it comes within so long; b"" if the worker is gone, None if it is still at work."""
        pipe = _pipe(self._process.stdout)
        if select.select([pipe], [], [], seconds)[0]:
            answer = read_frame(pipe)
            if answer is not None:
                return answer
            self._process.wait()
            return b""
        return b"" if self._process.poll() is not None else None

    def memory(self) -> int:
        """Bytes resident in the worker and everything it started."""
        now = time.monotonic()
        with suppress(psutil.Error):
            if now - self._family[0] > FAMILY_SECONDS:
                worker = psutil.Process(self.pid)
                self._family = (now, [worker, *worker.children(recursive=True)])
        total = 0
        for one in self._family[1]:
            with suppress(psutil.Error):
                total += one.memory_info().rss
        return total

    def last_words(self) -> str:
        """The end of what the current run wrote to standard error."""
        end = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(self._heard_from, end - LAST_WORDS))
        return self._stderr.read().decode(errors="replace").strip()

    def exit(self) -> str:
        """How the worker went, in words."""
        code = self._process.wait()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"left with exit code {code}"
        words = self.last_words()
        return f"the worker was {how}" if code < 0 else f"the worker {how}{': ' + words if words else ''}"

    def end(self) -> None:
        """Stop the worker and everything in its process group, at once."""
        self._finalizer()

    def _greet(self, fitting: Fitting) -> None:
        """Send the parts it trains with and wait until its imports are done."""
        with suppress(BrokenPipeError):
            write_frame(_pipe(self._process.stdin), pickle.dumps(fitting))
        if self.wait(START_SECONDS) != b"ready":
            words = self.last_words()
            self.end()
            raise RunFailed("start", f"the worker did not get ready: {words or 'it said nothing'}")


def _environment() -> dict[str, str]:
    """The worker's environment: one thread, repeatable, the same imports, none of our own secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRUEUP_")}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**kept, **threads, "PYTHONHASHSEED": "0", "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}


def _end(process: subprocess.Popen[bytes], stderr: IO[bytes]) -> None:
    """Kill a worker's process group and let go of its pipes."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for when the worker was started."""
    if pipe is None:
        raise RunFailed("start", "the worker has no pipe")
    return pipe
