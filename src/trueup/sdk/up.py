"""Everything in one process: the door, the drain, the control loop; training in a process of its own."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import closing, nullcontext
from math import inf
from typing import TYPE_CHECKING, Final

from trueup.adapters.notifier.lines import LineNotifier
from trueup.gateway.corrections import Corrections
from trueup.gateway.serve import LiveService, Watchman, listen, serve
from trueup.gateway.settings import LOOPBACK, GatewaySettings, Key
from trueup.runtime.windows import seconds_between_looks
from trueup.sdk.lock import only_one
from trueup.sdk.told import Lines, Told

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from trueup.loop.step import Step
    from trueup.runtime.live import Live, Looked
    from trueup.sdk.project import Project


HEED_SECONDS: Final = 1.0  # between two glances at what other processes wrote: a rollback, a yes


def up(project: Project, *, host: str | None, port: int | None, simulate: bool) -> None:
    """Serve until interrupted; what was accepted is on disk before it was acknowledged."""
    server = project.settings.file.server
    host, port = host or server.host, server.port if port is None else port
    policy, tell = project.policy, Lines()
    stop = Stop()
    with only_one(project.home), listen(host, port) as listener:
        house = project.house(notifier=LineNotifier(tell))
        live, told = project.live(house), Told(house.driver, tell)
        try:
            live.start(project.history())
            told.decisions()
            settings = _door(project, host, simulate=simulate)
            with closing(_corrections(project, live, tell)) as corrections:
                look, heed = _looks(live, told, corrections)
                service = LiveService(live, policy, corrections=corrections, explain=project.explain, look=look)
                address = f"http://{_bracketed(host)}:{listener.getsockname()[1]}/v2/models/{policy.model}/infer"
                tell(f"{policy.model} {house.driver.state.champion} champion · {address} · mode {policy.mode}")
                tell("Ctrl-C stops cleanly; nothing accepted is lost.")
                seconds = seconds_between_looks(policy.window)
                try:
                    watch = nullcontext() if simulate else Watchman(lambda: look(time.time()), seconds, tell)
                    with watch, Watchman(heed, HEED_SECONDS, tell):
                        stop.check()
                        serve(service, settings, listener)
                finally:  # the server passes the signal that ended it on
                    live.put_away()
                    told.everything(corrections.counted)
        finally:
            live.close()
            house.close()
    tell("stopped; nothing accepted is lost")


def _door(project: Project, host: str, *, simulate: bool) -> GatewaySettings:
    """Who may come in, and how much may come."""
    tokens, per_minute = project.settings.tokens(), project.settings.file.server.outcomes_per_minute
    keys = (
        Key(source="project", token=tokens.project),
        Key(source="predict", token=tokens.predict, scopes=("predict",)),
        Key(source="outcomes", token=tokens.outcomes, scopes=("outcomes",)),
        Key(source="corrections", token=tokens.corrections, scopes=("corrections",)),
    )
    return GatewaySettings(keys=keys, hosts=names(host), outcomes_per_minute=per_minute, simulate=simulate)


def _looks(
    live: Live, told: Told, corrections: Corrections
) -> tuple[Callable[[float], Looked], Callable[[], tuple[Step, ...]]]:
    """A look, and a glance at what others wrote; both are told, even if they break off half way."""
    one_at_a_time = threading.Lock()

    def look(now: float) -> Looked:
        with one_at_a_time:
            try:
                return live.look(now)
            finally:
                told.everything(corrections.counted)

    def heed() -> tuple[Step, ...]:
        with one_at_a_time:
            try:
                return live.heed()
            finally:
                told.decisions()

    return look, heed


class Stop:
    """Ctrl-C and SIGTERM, remembered: an exception that a foreign library swallows is raised once more."""

    def __init__(self) -> None:
        """Listen to both from here on."""
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def check(self) -> None:
        """Stop now if that was asked for."""
        if self._asked.is_set():
            raise KeyboardInterrupt

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()
        signal.default_int_handler(number, frame)


def _corrections(project: Project, live: Live, tell: Callable[[str], None]) -> Corrections:
    """What is known of every row; at the first start the log says it."""
    share = project.settings.file.server.corrections
    found = Corrections(project.home, project.policy.window, share=share, tell=tell)
    if found.fresh:
        found.learn(live.world.shop.log.rows(-inf, inf, known_at=None))
    return found


def names(host: str) -> tuple[str, ...]:
    """By which names the gateway may be called: this machine's own, and the address it listens on.

    >>> names("::1")[-1], names("models.example.org")[-1]
    ('[::1]', 'models.example.org')
    """
    return (*LOOPBACK, _bracketed(host))


def _bracketed(host: str) -> str:
    """An address as URLs write it."""
    return f"[{host}]" if ":" in host else host
