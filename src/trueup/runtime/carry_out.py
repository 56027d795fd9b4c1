"""How is an action carried out? Each by its id: doing it twice is the same as doing it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from trueup.errors import NotFound, TrueupError, UsageError
from trueup.loop.actions import Action, Adjust, Ask, Load, Notify, Quarantine, SetRoute, Train
from trueup.loop.events import ActionsDone, VersionFailed, VersionLoaded
from trueup.ports.fine_profiles import FineProfiles
from trueup.ports.kpis import OwnKpi
from trueup.ports.notifier import Notifier
from trueup.ports.outlier_models import OutlierModels
from trueup.runtime.desk import Desk, Seat
from trueup.runtime.training import Workshop, train

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.deploy.routing import Route
    from trueup.loop.deploy.version import Line
    from trueup.loop.events import Event
    from trueup.loop.state import State
    from trueup.loop.step import Step
    from trueup.runtime.driver import Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything outside the core that actions touch."""

    shop: Workshop
    desk: Desk
    notifier: Notifier
    fine: FineProfiles
    outliers: OutlierModels
    kpis: Mapping[str, OwnKpi] = field(default_factory=dict)  # those that are the owner's code, by name


def settle(driver: Driver, world: World) -> list[Step]:
    """Carry out every open action, and those that follow, until none is left: the inline executor.

    After a crash this is the reconcile pass: the journal's actions without an answer are the work queue.
    """
    steps: list[Step] = []
    while driver.open:
        quick = _quick(driver.open.values())
        for action in quick:
            _effect(action, driver.state, world)
        if quick:
            done = ActionsDone(time=driver.state.time, actions=tuple(action.id for action in quick))
            steps.append(driver.take(done))
            continue
        slow = next(action for action in driver.open.values() if isinstance(action, Train | Load))
        steps.append(driver.take(_answered(slow, driver, world)))
    return steps


def _quick(actions: Iterable[Action]) -> tuple[Action, ...]:
    """What needs no answer of its own goes first, in order; but a version is loaded before it is put right."""
    loading: set[str] = set()
    found: list[Action] = []
    for action in actions:
        if isinstance(action, Load):
            loading.add(action.version)
        elif not isinstance(action, Train) and not (isinstance(action, Adjust) and action.version in loading):
            found.append(action)
    return tuple(found)


def _answered(action: Train | Load, driver: Driver, world: World) -> Event:
    """Do what has an answer of its own."""
    if isinstance(action, Train):
        return train(action, driver.state, driver.rules, world.shop)
    now = driver.state.time
    try:
        _seat(action, world)
    except TrueupError as error:
        return VersionFailed(time=now, action=action.id, version=action.version, why=str(error))
    return VersionLoaded(time=now, action=action.id, version=action.version)


def _effect(action: Action, state: State, world: World) -> None:
    """Do what needs no answer of its own."""
    match action:
        case Notify() | Quarantine() | Ask():
            world.notifier.send(action)
        case Adjust():
            world.desk.adjust(action.version, action.weights, action.calibration)
        case SetRoute():
            _let_answer(action.route, state, world)
        case Train() | Load():
            message = "training and loading have answers of their own"
            raise TypeError(message)
        case _ as unreachable:
            assert_never(unreachable)


def _seat(action: Load, world: World) -> None:
    loaded = world.shop.load(action.bundle)
    seat = Seat(version=action.version, loaded=loaded, weights=action.weights, calibration=action.calibration)
    world.desk.seat(seat)


def _let_answer(route: Route, state: State, world: World) -> None:
    """Whom the route names is made ready if it is not; a route that another one has replaced since is passed over."""
    if route != state.route:
        return
    for line in state.lines:
        if line.version in {route.champion, route.canary} and not world.desk.has(line.version):
            _sit(line, world)
    world.desk.set_route(route)


def _sit(line: Line, world: World) -> None:
    loaded = world.shop.load(line.bundle)
    seat = Seat(version=line.version, loaded=loaded, weights=line.weights, calibration=line.calibration)
    world.desk.seat(seat)


def _sit_again(line: Line, world: World) -> None:
    """A version whose bundle is gone or changed cannot answer, and nothing else can in its place."""
    try:
        _sit(line, world)
    except NotFound as error:
        mend = (
            "put it back from a copy and start again; where there is no copy, move .trueup elsewhere, and "
            "trueup up begins anew from the project's data"
        )
        raise UsageError(f"{line.version} cannot answer, its bundle is gone: {error}; {mend}") from error


def reopen(driver: Driver, world: World) -> None:
    """After a start: the versions in service sit at the desk again, as the journal has them."""
    state = driver.state
    ready = {state.champion, state.route.canary if state.route is not None else ""}
    ready |= {state.armed.previous} if state.armed is not None else set()
    for line in state.lines:
        if line.version in ready:
            _sit_again(line, world)
    if state.champion and state.route is not None:
        world.desk.set_route(state.route)
