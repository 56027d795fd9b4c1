"""How does a program ask a running gateway?"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from urllib.parse import quote

import httpx

from trueup.errors import BadData, TrueupError, Unauthorized, Unreachable, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKEN: Final = "TRUEUP_TOKEN"  # noqa: S105 - the name of the variable, not a token
SECONDS: Final = 30.0  # to wait for an answer

Score = float | tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One answer."""

    id: str  # what `outcome` and `explain` want to know
    score: Score  # probability of the second class, one a class, or the value
    label: str | None  # the likelier class; None for a regression
    version: str  # which version answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A row that its version could not answer; it is kept, and counts against that version."""

    id: str
    version: str  # which version was asked
    error: str  # why there is no score


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of posted outcomes; all that were accepted are on the gateway's disk."""

    accepted: int
    unknown: int  # accepted ones whose id no prediction has so far: they wait for it
    unknown_ids: tuple[str, ...]  # the first ten of these
    kept_aside: int  # corrections past the source's share of a window: on record, not in force


class Client:
    """Asks one model behind a gateway; reuses its connection, and may be shared by threads."""

    def __init__(self, url: str, model: str, token: str | None = None, *, timeout: float = SECONDS) -> None:
        """Remember where and as whom; nothing is sent yet. The token is that of TRUEUP_TOKEN where none is given."""
        self.url = url.rstrip("/")
        self.model = model
        given = os.environ.get(TOKEN, "") if token is None else token
        headers = {"authorization": f"Bearer {given}"} if given else {}
        try:
            self._http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout)
        except httpx.InvalidURL as error:
            raise _no_address(url, error) from error

    def predict(
        self,
        features: Mapping[str, object],
        *,
        entity: str | None = None,
        id: str | None = None,  # noqa: A002 - one word for one thing
        time: float | None = None,
    ) -> Prediction:
        """Answer one row; when this returns, the row is on the gateway's disk. Raises where there is no answer."""
        [answer] = self.predict_many(
            [features],
            entities=None if entity is None else [entity],
            ids=None if id is None else [id],
            times=None if time is None else [time],
        )
        if isinstance(answer, Unanswered):
            raise TrueupError(f"{self.model} {answer.version} gave no answer for {answer.id!r}: {answer.error}")
        return answer

    def predict_many(
        self,
        rows: Sequence[Mapping[str, object]],
        *,
        entities: Sequence[str] | None = None,
        ids: Sequence[str] | None = None,
        times: Sequence[float] | None = None,
    ) -> list[Prediction | Unanswered]:
        """Answer rows of the same columns together; raises only where no row has an answer."""
        if not rows:
            return []
        inputs = [_tensor(name, [row.get(name) for row in rows]) for name in _columns(rows)]
        for name, values in (("_id", ids), ("_entity", entities), ("_time", times)):
            if values is not None:
                inputs.append(_tensor(name, values))
        told = self._ask("POST", f"/v2/models/{quote(self.model)}/infer", {"inputs": inputs})
        return _answers({one["name"]: one for one in told["outputs"]})

    def outcome(self, id: str, label: object, time: float | None = None) -> Taken:  # noqa: A002 - one word for one thing
        """Say what really happened to one prediction; in any order, safe to repeat, the latest word counts."""
        return self.outcomes([(id, label) if time is None else (id, label, time)])

    def outcomes(self, found: Sequence[tuple[str, object] | tuple[str, object, float]]) -> Taken:
        """Say what really happened to many: (id, label) or (id, label, time)."""
        names = ("id", "label", "time")
        return self._came_back([dict(zip(names, one, strict=False)) for one in found])

    def _came_back(self, posted: Sequence[Mapping[str, object]]) -> Taken:
        told = self._ask("POST", "/outcomes", posted) if posted else {}
        return Taken(
            accepted=told.get("accepted", 0),
            unknown=told.get("unknown", 0),
            unknown_ids=tuple(told.get("unknown_ids", ())),
            kept_aside=told.get("kept_aside", 0),
        )

    def correct(self, rows: Sequence[Mapping[str, object]]) -> int:
        """Say what rows should have been, each `{"id", "features", "label"}`; says how many, all of them or none.

        Features that are not named stay; neither features nor label confirm a row. Trainings read it from now on.
        """
        posted = [{name: _deep(value) for name, value in row.items()} for row in rows]
        return int(self._ask("POST", "/corrections", posted)["accepted"]) if posted else 0

    def feedback(self, id: str, thumb: Literal["up", "down"], time: float | None = None) -> Taken:  # noqa: A002 - as above
        """Say whether somebody liked an answer; safe to repeat, the latest word counts. It is no label."""
        posted: dict[str, object] = {"id": id, "feedback": thumb} | ({} if time is None else {"time": time})
        return self._came_back([posted])

    def log(
        self,
        *,
        id: str,  # noqa: A002 - one word for one thing
        features: Mapping[str, object],
        prediction: float | Sequence[float],
        version: str,
        entity: str | None = None,
        time: float | None = None,
    ) -> None:
        """Keep what another service answered; a feature that does not fit is kept as missing, with a warning."""
        posted: dict[str, object] = {
            "id": id,
            "features": {name: _plain(value) for name, value in features.items()},
            "prediction": prediction if isinstance(prediction, int | float) else [float(one) for one in prediction],
            "version": version,
        }
        posted.update({} if entity is None else {"entity": entity})
        posted.update({} if time is None else {"time": time})
        told = self._ask("POST", "/predictions", [posted])
        for misfit in told.get("misfits", ()):
            warnings.warn(f"{id!r}: feature {misfit['column']!r} {misfit['how']}; the row is kept", stacklevel=2)

    def health(self) -> bool:
        """Whether the gateway can answer; False while no version is loaded."""
        return bool(self._ask("GET", "/v2/health/ready", expected=(200, 503)).get("ready", False))

    def explain(self, id: str) -> dict[str, Any]:  # noqa: A002 - one word for one thing
        """Why a prediction, decision or version is as it is."""
        return self._ask("GET", f"/v2/models/{quote(self.model)}/explain/{quote(id, safe='')}")

    def clock(self, now: float) -> dict[str, Any]:
        """Move the clock of a gateway that was started with --simulate; returns when all that is due is done."""
        return self._ask("POST", "/simulate/clock", {"now": now})

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, method: str, path: str, body: object = None, *, expected: tuple[int, ...] = (200,)
    ) -> dict[str, Any]:
        """One request; every way it can fail is a sentence with its mend."""
        try:
            reply = (
                self._http.request(method, path, json=body) if method == "POST" else self._http.request(method, path)
            )
        except (TypeError, ValueError) as error:
            raise BadData("request", f"cannot be written as JSON ({error})", "send None for a missing value") from error
        except httpx.TimeoutException as error:
            what = f"the gateway at {self.url} did not answer within {self._http.timeout.read} s"
            raise Unreachable(f"{what}; ask again with the same id, or give the client a longer timeout") from error
        except httpx.UnsupportedProtocol as error:
            raise _no_address(self.url, error) from error
        except httpx.HTTPError as error:
            raise Unreachable(f"no gateway answers at {self.url} ({error}); start it with: trueup up") from error
        if reply.status_code in expected:
            return _read(reply)
        said = _read(reply).get("error", reply.text[:200])
        raise _failure(reply.status_code, f"{said}", self.url)


def _no_address(url: str, error: Exception) -> UsageError:
    """The caller's URL cannot be called."""
    return UsageError(f"{url!r} is no address ({error}); give one like http://127.0.0.1:8000")


def _failure(status: int, said: str, url: str) -> TrueupError:
    """The gateway's no as one of our errors."""
    if status == 401:
        return Unauthorized(f"{said}; the client takes it from {TOKEN} or from its token argument")
    if status == 403:
        return Unauthorized(said)
    where = f"the gateway at {url}"
    if status < 500:
        return UsageError(f"{where} says: {said}")
    return TrueupError(f"{where} could not do it: {said}")


def _read(reply: httpx.Response) -> dict[str, Any]:
    """The reply's object; something else than a gateway may be listening there."""
    try:
        told = reply.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        what = f"what answers at {reply.request.url} is not a trueup gateway (status {reply.status_code})"
        raise Unreachable(f"{what}; start one with: trueup up")
    return told


def _columns(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The columns that all rows have."""
    first = list(rows[0])
    for place, row in enumerate(rows, start=1):
        if row.keys() != rows[0].keys():
            odd = sorted(row.keys() ^ rows[0].keys())
            raise BadData(f"row {place}", f"differs from row 1 in {', '.join(odd)}", "give each row all columns")
    return first


def _tensor(name: str, values: Sequence[object]) -> dict[str, object]:
    """One column as the protocol writes it."""
    plain = [_plain(value) for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if kinds <= {bool} and kinds:
        datatype = "BOOL"
    elif kinds <= {int, float} and kinds:
        datatype = "FP64"
    elif kinds <= {str}:
        datatype = "BYTES"
    else:
        raise BadData(f"column {name!r}", "mixes numbers, texts or truths", "send one kind of value a column")
    return {"name": name, "shape": [len(plain), 1], "datatype": datatype, "data": plain}


def _deep(value: object) -> object:
    """A value of a correction as JSON: features one by one."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return _plain(value)


def _plain(value: object) -> object:
    """A value as JSON has it: numpy's numbers and Python's dates too."""
    if not isinstance(value, str | bool | int | float) and callable(item := getattr(value, "item", None)):
        value = item()
    if isinstance(value, date):  # a datetime is one as well
        return value.isoformat()
    return None if isinstance(value, float) and isnan(value) else value


def _answers(outputs: Mapping[str, Mapping[str, Any]]) -> list[Prediction | Unanswered]:
    """The rows of a response."""
    shape, flat = outputs["score"]["shape"], outputs["score"]["data"]
    count, width = shape[0], shape[1] if len(shape) == 2 else 0
    scores: list[Score] = flat if not width else [tuple(flat[row * width : (row + 1) * width]) for row in range(count)]
    labels = outputs["label"]["data"] if "label" in outputs else [None] * count
    names, versions, errors = (outputs[name]["data"] for name in ("id", "version", "error"))
    return [
        Unanswered(id=name, version=version, error=error)
        if error
        else Prediction(id=name, score=score, label=label, version=version)
        for name, score, label, version, error in zip(names, scores, labels, versions, errors, strict=True)
    ]
