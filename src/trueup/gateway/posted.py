"""What did other services answer, and what came back?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from trueup.errors import BadData, TooLarge
from trueup.gateway.protocol import LONGEST_ID, check_id, decode_rows
from trueup.ports.prediction_log import correction_columns, fill, outcome_columns, prediction_columns
from trueup.runtime.features import to_partial_table
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
CORRECTIONS: Final = 'send [{"id": TEXT, "features": {NAME: VALUE, ...}, "label": VALUE}, ...], either may be left out'
OUTCOMES: Final = 'send [{"id": TEXT, "label": VALUE}, {"id": TEXT, "feedback": "up" or "down"}, ...]'


class Prediction(msgspec.Struct, forbid_unknown_fields=True):
    """What another service was asked, and its answer."""

    id: str
    features: dict[str, Any]
    prediction: float | list[float]
    entity: str = ""
    time: float | None = None
    version: str = "external"


class Correction(msgspec.Struct, forbid_unknown_fields=True):
    """What a row should have been; without features and label it confirms the row as it is."""

    id: str
    features: dict[str, Any] = {}
    label: str | int | float | bool | None = None
    time: float | None = None


class Outcome(msgspec.Struct, forbid_unknown_fields=True):
    """What came back for a prediction: the truth, a thumb, or both."""

    id: str
    label: str | int | float | bool | msgspec.UnsetType = msgspec.UNSET
    time: float | None = None
    feedback: Literal["up", "down"] | None = None


def read_predictions(body: bytes, schema: Schema, clock: Clock, *, max_rows: int) -> tuple[pa.Table, Counts]:
    """The predictions in a body, as the log has them, and how many rows did not fit, by column and how."""
    posted = decode_rows(body, Prediction, PREDICTIONS)
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
        "_score": [_score(one, schema, row) for row, one in enumerate(posted, start=1)],
        "_error": [False] * len(posted),
    }
    return fill(prediction_columns(schema), own, features), misfits


def read_outcomes(body: bytes, schema: Schema, clock: Clock, *, source: str, max_rows: int) -> pa.Table:
    """The outcomes in a body, as the log has them; `source` says whose they are."""
    posted = decode_rows(body, Outcome, OUTCOMES)
    _check(posted, max_rows)
    labels = [_label(one, schema, row) for row, one in enumerate(posted, start=1)]
    said: list[tuple[Outcome, str | float | None, bool | None]]
    said = [(one, label, None) for one, label in zip(posted, labels, strict=True) if label is not None]
    said += [(one, None, one.feedback == "up") for one in posted if one.feedback is not None]
    own: dict[str, Sequence[object]] = {
        "_id": [one.id for one, _, _ in said],
        "_known": [clock.moment(one.time) for one, _, _ in said],
        "_label": [label for _, label, _ in said],
        "_source": [source] * len(said),
        "_feedback": [liked for _, _, liked in said],
    }
    return fill(outcome_columns(schema), own)


def read_corrections(
    body: bytes, schema: Schema, clock: Clock, *, source: str, max_rows: int
) -> tuple[pa.Table, pa.Table | None]:
    """The corrections in a body, as the log has them, and those of labels as outcomes; known from now on."""
    posted = decode_rows(body, Correction, CORRECTIONS)
    _check(posted, max_rows)
    known = [clock.moment(one.time) for one in posted]
    own: dict[str, Sequence[object]] = {
        "_id": [one.id for one in posted],
        "_known": known,
        "_fixed": [list(one.features) for one in posted],
        "_source": [source] * len(posted),
    }
    fixed = fill(correction_columns(schema), own, to_partial_table([one.features for one in posted], schema))
    labels = [(row, one) for row, one in enumerate(posted, start=1) if one.label is not None]
    if not labels:
        return fixed, None
    came: dict[str, Sequence[object]] = {
        "_id": [one.id for _, one in labels],
        "_known": [known[row - 1] for row, _ in labels],
        "_label": [_label(one, schema, row) for row, one in labels],
        "_source": [source] * len(labels),
    }
    return fixed, fill(outcome_columns(schema), came)


def _check(posted: Sequence[Prediction | Outcome | Correction], max_rows: int) -> None:
    """Neither too many nor without a usable id."""
    if len(posted) > max_rows:
        raise TooLarge("the request (rows)", len(posted), max_rows)
    if not posted:
        raise BadData("body", "holds no row", "send at least one")
    for row, one in enumerate(posted, start=1):
        _check_name(f"row {row:,}: id", one.id, least=1)
        if isinstance(one, Prediction):
            check_id(one.id)
            _check_name(f"row {row:,}: version", one.version, least=1)
            _check_name(f"row {row:,}: entity", one.entity, least=0)


def _check_name(what: str, text: str, *, least: int) -> None:
    """A name is neither empty where it is needed, nor endless."""
    if not least <= len(text) <= LONGEST_ID:
        found = f"{text[:60]!r} is no text of {least} to {LONGEST_ID} characters"
        raise BadData(what, found, "send the row's own, or leave it out where it has none")


def _score(one: Prediction, schema: Schema, row: int) -> list[float]:
    """The answer as the log has it: one number, or one a class."""
    score = one.prediction if isinstance(one.prediction, list) else [one.prediction]
    width = len(schema.classes) if schema.task == "multiclass" else 1
    if len(score) != width:
        mend = (
            f"send {width} probabilities, in the order {', '.join(schema.classes)}" if width > 1 else "send one number"
        )
        raise BadData(f"row {row:,}: prediction of {one.id!r}", f"has {len(score)} numbers", mend)
    if schema.task != "regression" and not all(0 <= share <= 1 for share in score):
        raise BadData(
            f"row {row:,}: prediction of {one.id!r}", f"{score} is no probability", "send the probability, 0 to 1"
        )
    return score


def _label(one: Outcome | Correction, schema: Schema, row: int) -> str | float | None:
    """The label as the log has it; one bad label refuses the request, and is named by its row and id."""
    where, label = f"row {row:,}, id {one.id!r}", one.label
    if label is msgspec.UNSET:
        if isinstance(one, Outcome) and one.feedback is None:
            raise BadData(where, "has neither `label` nor `feedback`", f"nothing was taken, {OUTCOMES}")
        return None
    if schema.task != "regression":
        try:
            return class_text(schema, label)
        except BadData as error:
            raise BadData(where, str(error), "nothing was taken, mend it and send the request again") from error
    if label is None or isinstance(label, bool | str) or not abs(label) < LARGEST:
        raise BadData(where, f"label {str(label)[:60]!r} is no finite number", "nothing was taken, send a number")
    return float(label)
