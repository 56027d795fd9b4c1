"""Everything in one process: the door, the drain, the control loop; training in a process of its own."""

from __future__ import annotations

import sys
import time
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING

from trueup.adapters.notifier.lines import LineNotifier
from trueup.gateway.corrections import Corrections
from trueup.gateway.serve import LiveService, Watchman, listen, serve
from trueup.gateway.settings import LOOPBACK, GatewaySettings, Key
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
            settings = _door(project, host, simulate=simulate)
            with closing(_corrections(project, live)) as corrections:
                service = LiveService(live, policy, corrections=corrections, explain=project.explain)
                address = f"http://{_bracketed(host)}:{listener.getsockname()[1]}/v2/models/{policy.model}/infer"
                tell(f"{policy.model} {house.driver.state.champion} champion · {address} · mode {policy.mode}")
                tell("Ctrl-C stops cleanly; nothing accepted is lost.")
                with nullcontext() if simulate else Watchman(lambda: _look(live), _interval(policy.window), tell):
                    serve(service, settings, listener)
        finally:
            house.close()
    tell("stopped; nothing accepted is lost")


def _door(project: Project, host: str, *, simulate: bool) -> GatewaySettings:
    """Who may come in, and how much may come."""
    tokens, per_minute = project.settings.tokens(), project.settings.file.server.outcomes_per_minute
    keys = (
        Key(source="project", token=tokens.project),
        Key(source="predict", token=tokens.predict, scopes=("predict",)),
        Key(source="outcomes", token=tokens.outcomes, scopes=("outcomes",)),
    )
    return GatewaySettings(keys=keys, hosts=names(host), outcomes_per_minute=per_minute, simulate=simulate)


def _corrections(project: Project, live: Live) -> Corrections:
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
