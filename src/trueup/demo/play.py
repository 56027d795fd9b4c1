"""The demo's rows over HTTP, in event time, labels as late as they really are."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil

from trueup.demo.rows import Rows
from trueup.errors import TrueupError, UsageError
from trueup.runtime.backtest import moments
from trueup.sdk.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trueup.demo.stage import Stage

CHUNK = 100  # rows a request
START_SECONDS = 120.0
KILL_AFTER = 3  # trainings that are left in peace before one worker is killed
Json = dict[str, Any]


class Counts:
    """Requests sent, and requests that failed."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.sent = 0
        self.failed = 0

    def ask(self, call: Callable[[], object]) -> Any:  # noqa: ANN401 - whatever the call gives
        """Count one request."""
        self.sent += 1
        try:
            return call()
        except TrueupError:
            self.failed += 1
            raise


def play_over_http(stage: Stage, *, on_progress: Callable[[float, str], None], tell: Callable[[str], None]) -> Json:
    """Start `trueup up --simulate`, send everything, and stop it."""
    begun = time.monotonic()
    server, counts, rows = Server(stage), Counts(), Rows(stage.stream, stage.until)
    try:
        killer, client = Killer(server.pid), server.client()
        since, waiting = stage.until, list(stage.wishes)
        ticks = stream_ticks(stage)
        for place, now in enumerate(ticks, start=1):
            _send(client, rows, counts, since, now)
            while waiting and waiting[0].time <= now:
                wish = waiting.pop(0)
                stage.project.ask_training(wish.note, code=wish.code, time=wish.time)
            with killer.watching():
                looked = counts.ask(partial(client.clock, now))
            for decision in looked["decisions"]:
                if decision["kind"] != "nothing":
                    tell(f"window {decision['window']}: {decision['headline']}")
            killer.count(looked["decisions"])
            since = now
            on_progress(place / len(ticks), f"window {looked['window']}, {looked['champion']} answers")
    finally:
        server.stop()
    decisions = stage.project.decisions(limit=1_000_000)[::-1]
    return {
        "decisions": decisions,
        "http_requests": counts.sent,
        "failed_requests": counts.failed,
        "killed_runs": killer.killed,
        "finished_after_kill": any(training["attempts"] > 1 for training in stage.project.trainings()),
        "seconds": round(time.monotonic() - begun, 1),
    }


def _send(client: Client, rows: Rows, counts: Counts, since: float, now: float) -> None:
    """The rows of one tick, then the outcomes that became known in it."""
    for chunk in rows.asked(since, now, CHUNK):
        ask = partial(client.predict_many, chunk.features, ids=chunk.ids, entities=chunk.ids, times=chunk.times)
        counts.ask(ask)
    for found in rows.known(now, 500):
        counts.ask(partial(client.outcomes, found))


class Killer:
    """Kills the process that fits models once, in the middle of a run: what happens on a bad day."""

    def __init__(self, server: int) -> None:
        """Take the server whose worker it is."""
        self._server = psutil.Process(server)
        self._trainings = 0
        self.killed = 0

    def count(self, decisions: list[Json]) -> None:
        """Know how many trainings there were."""
        self._trainings += sum(decision["kind"] == "train" for decision in decisions)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the server looks, a worker that is at work may be killed."""
        if self.killed or self._trainings < KILL_AFTER:
            yield
            return
        over = threading.Event()
        thread = threading.Thread(target=self._wait_for_work, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _wait_for_work(self, over: threading.Event) -> None:
        before = self._work()
        while not over.wait(0.02):
            after = self._work()
            busy = [pid for pid, spent in after.items() if spent - before.get(pid, spent) > 0.05]
            if busy:
                os.kill(busy[0], signal.SIGKILL)
                self.killed += 1
                return

    def _work(self) -> dict[int, float]:
        """CPU seconds of the server's children so far."""
        found: dict[int, float] = {}
        for child in self._server.children(recursive=True):
            try:
                found[child.pid] = child.cpu_times().user
            except psutil.NoSuchProcess:
                continue
        return found


class Server:
    """`trueup up --simulate` on a free port of this machine, as a process that can be started again."""

    def __init__(self, stage: Stage) -> None:
        """Start it."""
        self._stage = stage
        self._log = stage.project.settings.folder / "up.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None
        self.starts = 0
        self.start_again()

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        return self._process.pid if self._process is not None else 0

    def client(self) -> Client:
        """A way to ask it."""
        if self._client is None:
            self.start_again()
        return self._client if self._client is not None else self.client()

    def start_again(self) -> None:
        """A new process on the same project, once the old one is gone; back when it can answer."""
        if self._process is not None and self._process.poll() is None:
            self.stop()
        port, folder = _free_port(), self._stage.project.settings.folder
        command = [sys.executable, "-m", "trueup", "up", "--simulate", "--port", str(port), "--project", str(folder)]
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out)  # noqa: S603 - our own command
        self.starts += 1
        if self._client is not None:
            self._client.close()
        token = self._stage.project.settings.token()
        self._client = Client(f"http://127.0.0.1:{port}", self._stage.policy.model, token, timeout=300.0)
        self._wait_ready()

    def kill(self, with_signal: int) -> None:
        """What happens on a bad day."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(with_signal)

    def stop(self) -> None:
        """Let it end cleanly."""
        if self._client is not None:
            self._client.close()
        if self._process is None:
            return
        self.kill(signal.SIGINT)
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _wait_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process is not None and self._client is not None:
            if self._process.poll() is not None:
                message = f"trueup up ended with code {self._process.returncode}; its last words are in {self._log}"
                raise UsageError(message)
            try:
                if self._client.health():
                    return
            except TrueupError:
                time.sleep(0.1)
        message = f"trueup up was not ready within {START_SECONDS:.0f} s; its words are in {self._log}"
        raise UsageError(message)


def stream_ticks(stage: Stage) -> tuple[float, ...]:
    """The moments at which the clock is moved."""
    return moments(stage.stream, stage.policy, stage.until)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
