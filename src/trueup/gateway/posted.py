"""What did other services answer, and what came back?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from trueup.errors import BadData, TooLarge
from trueup.gateway.protocol import LONGEST_ID, check_id, decode
from trueup.ports.prediction_log import fill, outcome_columns, prediction_columns
from trueup.runtime.labels import class_text
from trueup.runtime.misfit import logged_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from trueup.gateway.clock import Clock
    from trueup.loop.schema import Schema
    from trueup.runtime.misfit import Counts

PREDICTIONS: Final = 'send [{"id": TEXT, "features": {NAME: VALUE, ...}, "prediction": NUMBER}, ...]'
LARGEST: Final = 1e300  # of a numeric label
OUTCOMES: Final = 'send [{"id": TEXT, "label": VALUE}, ...]'


class Prediction(msgspec.Struct, forbid_unknown_fields=True):
    """What another service was asked, and its answer."""

    id: str
    features: dict[str, Any]
    prediction: float | list[float]
    entity: str = ""
    time: float | None = None
    version: str = "external"


class Outcome(msgspec.Struct, forbid_unknown_fields=True):
    """What came back for a prediction."""

    id: str
    label: str | int | float | bool
    time: float | None = None


def read_predictions(body: bytes, schema: Schema, clock: Clock, *, max_rows: int) -> tuple[pa.Table, Counts]:
    """The predictions in a body, as the log has them, and how many rows did not fit, by column and how."""
    posted = decode(body, list[Prediction], PREDICTIONS)
    _check(posted, max_rows)
    times = [clock.moment(one.time) for one in posted]
    features, misfits = logged_table([one.features for one in posted], schema)
    own: dict[str, Sequence[object]] = {
        "_id": [one.id for one in posted],
        "_time": times,
        "_entity": [one.entity or one.id for one in posted],
        "_seen": [clock.seen(time) for time in times],
        "_version": [one.version for one in posted],
        "_arm": ["external"] * len(posted),
        "_score": [_score(one, schema) for one in posted],
        "_error": [False] * len(posted),
    }
    return fill(prediction_columns(schema), own, features), misfits


def read_outcomes(body: bytes, schema: Schema, clock: Clock, *, source: str, max_rows: int) -> pa.Table:
    """The outcomes in a body, as the log has them; `source` says whose they are."""
    posted = decode(body, list[Outcome], OUTCOMES)
    _check(posted, max_rows)
    own: dict[str, Sequence[object]] = {
        "_id": [one.id for one in posted],
        "_known": [clock.moment(one.time) for one in posted],
        "_label": [_label(one, schema, row) for row, one in enumerate(posted, start=1)],
        "_source": [source] * len(posted),
    }
    return fill(outcome_columns(schema), own)


def _check(posted: Sequence[Prediction | Outcome], max_rows: int) -> None:
    """Neither too many nor without a usable id."""
    if len(posted) > max_rows:
        raise TooLarge("the request (rows)", len(posted), max_rows)
    if not posted:
        raise BadData("body", "holds no row", "send at least one")
    for one in posted:
        _check_name("id", one.id, least=1)
        if isinstance(one, Prediction):
            check_id(one.id)
            _check_name("version", one.version, least=1)
            _check_name("entity", one.entity, least=0)


def _check_name(what: str, text: str, *, least: int) -> None:
    """A name is neither empty where it is needed, nor endless."""
    if not least <= len(text) <= LONGEST_ID:
        found = f"{text[:60]!r} is no text of {least} to {LONGEST_ID} characters"
        raise BadData(what, found, "send the row's own, or leave it out where it has none")


def _score(one: Prediction, schema: Schema) -> list[float]:
    """The answer as the log has it: one number, or one a class."""
    score = one.prediction if isinstance(one.prediction, list) else [one.prediction]
    width = len(schema.classes) if schema.task == "multiclass" else 1
    if len(score) != width:
        mend = (
            f"send {width} probabilities, in the order {', '.join(schema.classes)}" if width > 1 else "send one number"
        )
        raise BadData(f"prediction of {one.id!r}", f"has {len(score)} numbers", mend)
    if schema.task != "regression" and not all(0 <= share <= 1 for share in score):
        raise BadData(f"prediction of {one.id!r}", f"{score} is no probability", "send the probability, 0 to 1")
    return score


def _label(one: Outcome, schema: Schema, row: int) -> str | float:
    """The label as the log has it; one bad label refuses the request, and is named by its row and id."""
    where = f"row {row:,}, id {one.id!r}"
    if schema.task != "regression":
        try:
            return class_text(schema, one.label)
        except BadData as error:
            raise BadData(where, str(error), "nothing was taken, mend it and send the request again") from error
    if isinstance(one.label, bool | str) or not abs(one.label) < LARGEST:
        raise BadData(where, f"label {str(one.label)[:60]!r} is no finite number", "nothing was taken, send a number")
    return float(one.label)
