"""Everything in one process: the door, the drain, the control loop; training in a process of its own."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.adapters.notifier.lines import LineNotifier
from trueup.gateway.serve import LiveService, Watchman, listen, serve
from trueup.gateway.settings import LOOPBACK, GatewaySettings
from trueup.sdk.lock import only_one

if TYPE_CHECKING:
    from trueup.loop.policy import Windowing
    from trueup.loop.step import Step
    from trueup.runtime.live import Live
    from trueup.sdk.project import Project

LONGEST = 30.0  # seconds between two looks


def up(project: Project, *, host: str | None, port: int | None, simulate: bool) -> None:
    """Serve until interrupted; what was accepted is on disk before it was acknowledged."""
    server = project.settings.file.server
    host, port = host or server.host, server.port if port is None else port
    policy = project.policy
    with only_one(project.home), listen(host, port) as listener:
        house = project.house(notifier=LineNotifier(tell))
        live = project.live(house)
        try:
            for step in live.start(project.history()):
                _say(step)
            service = LiveService(policy, house.world.desk, live.spool, live=live, explain=project.explain)
            settings = GatewaySettings(token=project.settings.token(), hosts=names(host), simulate=simulate)
            champion = house.driver.state.champion
            address = f"http://{host}:{listener.getsockname()[1]}/v2/models/{policy.model}/infer"
            tell(f"{policy.model} {champion} champion · {address} · mode {policy.mode}")
            tell("Ctrl-C stops cleanly; nothing accepted is lost.")
            with nullcontext() if simulate else Watchman(lambda: _look(live), _interval(policy.window), tell):
                serve(service, settings, listener)
        finally:
            house.close()
    tell("stopped; nothing accepted is lost")


def names(host: str) -> tuple[str, ...]:
    """By which names the gateway may be called: this machine's own, and the address it listens on.

    >>> names("::1")[-1], names("models.example.org")[-1]
    ('[::1]', 'models.example.org')
    """
    return (*LOOPBACK, f"[{host}]" if ":" in host else host)


def tell(line: str) -> None:
    """One line with its time, at once."""
    sys.stdout.write(f"{datetime.now(tz=UTC).astimezone():%H:%M:%S} {line}\n")
    sys.stdout.flush()


def _look(live: Live) -> None:
    for step in live.look(time.time()).steps:
        _say(step)


def _say(step: Step) -> None:
    for decision in step.decisions:
        tell(f"window {decision.window}: {decision.headline}")


def _interval(windowing: Windowing) -> float:
    if windowing.unit == "rows":
        return LONGEST
    return max(1.0, min(LONGEST, windowing.length / windowing.ticks))
