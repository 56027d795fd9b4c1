"""Who answers, and what? The versions in service, as the gateway and the backtest ask them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trueup.errors import BadAnswer, NotFound
from trueup.loop.deploy.routing import Route, arm, version_of
from trueup.loop.train.blend import blend
from trueup.loop.train.calibration import Calibration, calibrate, shifted
from trueup.runtime.scoring import LoadedVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from trueup.loop.schema import Task
    from trueup.stats.arrays import Floats

DIGITS = 12
WARM = 2  # versions that stay ready beside those that answer, those that answered last first


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A version ready to answer, blended and recalibrated as it is by now."""

    version: str
    loaded: LoadedVersion
    weights: tuple[float, ...]
    calibration: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Who answers whom, and who is ready."""

    route: Route
    seats: Mapping[str, Seat]  # by version, that which was seated last at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a batch of rows was answered."""

    versions: tuple[str, ...]
    arms: tuple[str, ...]
    scores: np.ndarray  # as served; NaN where there is an error
    raws: np.ndarray  # blended, before recalibration
    errors: tuple[str, ...]  # why there is no score; empty where there is one


class Desk:
    """Holds the route and the seats; each change is one store, so requests in flight keep what they picked."""

    def __init__(self, task: Task) -> None:
        """Start with nobody in service."""
        self._task = task
        self._service = Service(route=Route(champion=""), seats={})

    @property
    def route(self) -> Route:
        """Who answers whom."""
        return self._service.route

    def has(self, version: str) -> bool:
        """Whether a version is ready."""
        return version in self._service.seats

    def seat(self, seat: Seat) -> None:
        """Make a version ready; again is harmless."""
        others = {name: one for name, one in self._service.seats.items() if name != seat.version}
        self._service = replace(self._service, seats={**others, seat.version: seat})

    def adjust(self, version: str, weights: tuple[float, ...], calibration: Calibration) -> None:
        """Re-weigh and recalibrate a version that is ready."""
        if version in self._service.seats:
            self.seat(replace(self._service.seats[version], weights=weights, calibration=calibration))

    def set_route(self, route: Route) -> None:
        """Let these versions answer; those that answered until now stay warm, so that a rollback is one switch."""
        old, seats = self._service.route, self._service.seats
        for version in (route.champion, route.canary):
            if version and version not in seats:
                kind = "version ready to answer called"
                raise NotFound(kind, version, "load it before it is routed to")
        answering = {route.champion, route.canary}
        resting = [name for name in seats if name not in answering]
        resting.sort(key=lambda name: (name == old.champion, name == old.canary))
        gone = set(resting[:-WARM])
        self._service = Service(route=route, seats={name: seat for name, seat in seats.items() if name not in gone})

    def answer(self, table: pa.Table, entities: Sequence[str]) -> Answers:
        """Answer every row by the version its entity is routed to; what one cannot answer costs no other its answer."""
        service = self._service  # read once: a change in between must not split it
        route, seats = service.route, service.seats
        if not route.champion:
            kind = "version in service;"
            raise NotFound(kind, "champion", "train one first: trueup train")
        arms = (
            np.array([arm(route, entity) for entity in entities])
            if route.canary
            else np.full(len(entities), "champion")
        )
        scores: list[np.ndarray] = []
        raws: list[np.ndarray] = []
        errors: list[str] = []
        places: list[np.ndarray] = []
        for which in np.unique(arms):
            at = np.flatnonzero(arms == which)
            seat = seats[version_of(route, str(which))]
            score, raw, why = self._said(seat, table.take(at) if len(at) < table.num_rows else table)
            places.append(at)
            errors += why
            scores.append(score)
            raws.append(raw)
        order = np.argsort(np.concatenate(places)) if places else np.array([], dtype=int)
        return Answers(
            versions=tuple(version_of(route, str(which)) for which in arms),
            arms=tuple(str(which) for which in arms),
            scores=np.concatenate(scores)[order] if scores else np.array([]),
            raws=np.concatenate(raws)[order] if raws else np.array([]),
            errors=tuple(errors[at] for at in order),
        )

    def score(self, seat: Seat, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
        """The served and the blended score of rows by one version."""
        raw = blend(seat.loaded.raw(table), seat.weights)
        return finish(raw, seat.calibration, self._task), rounded(raw)

    def _said(self, seat: Seat, table: pa.Table) -> tuple[Floats, Floats, list[str]]:
        """Served and blended scores, and why there is none; a batch that makes the model raise is halved."""
        rows = table.num_rows
        try:
            return (*self.score(seat, table), [""] * rows)
        except BadAnswer as error:
            if rows == 1:
                classes = len(seat.loaded.schema.classes)
                none = np.full((1, classes) if self._task == "multiclass" else 1, np.nan)
                return none, none, [str(error)]
        halves = [self._said(seat, part) for part in (table.slice(0, rows // 2), table.slice(rows // 2))]
        scores, raws, errors = zip(*halves, strict=True)
        return np.concatenate(scores), np.concatenate(raws), [why for half in errors for why in half]


def finish(raw: np.ndarray, calibration: Calibration, task: Task) -> np.ndarray:
    """The served score of a blended one, rounded so that it is the same wherever it was computed."""
    served = shifted(raw, calibration) if task == "regression" else calibrate(raw, calibration)
    return rounded(served)


def rounded(values: np.ndarray) -> np.ndarray:
    """Twelve significant digits.

    >>> float(rounded(np.array([1 / 3]))[0])
    0.333333333333
    """
    with np.errstate(divide="ignore"):
        power = np.where(values == 0, 0.0, np.floor(np.log10(np.abs(np.where(values == 0, 1.0, values)))))
    scale = 10.0 ** (DIGITS - 1 - power)
    return np.asarray(np.rint(values * scale) / scale)
