"""How is a request written, and an answer, in the Open Inference Protocol (version 2)?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

import msgspec
import numpy as np

from trueup.errors import BadData, TooLarge, TrueupError
from trueup.ports.prediction_log import HISTORY_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.gateway.service import Answers, Settled
    from trueup.loop.schema import Kind, Schema

FORM: Final = 'send {"inputs": [{"name": COLUMN, "shape": [ROWS, 1], "datatype": "FP64", "data": [...]}, ...]}'
OUTPUTS: Final = ("id", "score", "label", "version", "error")
PER_ROW: Final = ("_id", "_entity", "_time")  # inputs beside the features: what a row is called, whose, and from when
TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "BOOL": (bool,),
    "BYTES": (str,),
    **dict.fromkeys(("FP16", "FP32", "FP64"), (int, float)),
    **dict.fromkeys(("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"), (int,)),
}
DATATYPES: Final[Mapping[Kind, str]] = {
    "numeric": "FP64",
    "boolean": "BOOL",
    "categorical": "BYTES",
    "datetime": "BYTES",
}
NO_NUMBER: Final = re.compile(rb"[\[:,]\s*-?(NaN|Infinity)\b|^\s*-?(NaN|Infinity)\b")  # as some programs write JSON
LONGEST_ID: Final = 200  # characters
LATEST: Final = 1e15  # seconds; later moments are mistakes of unit
Form = TypeVar("Form")


class Tensor(msgspec.Struct):
    """One input as it is written."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class Wanted(msgspec.Struct):
    """One output that is asked for."""

    name: str


class Infer(msgspec.Struct):
    """A request as it is written."""

    inputs: list[Tensor]
    id: str | None = None
    parameters: dict[str, str | int | float | bool] = {}
    outputs: list[Wanted] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request as it is meant."""

    name: str  # the request's id, its own or a new one
    rows: tuple[Mapping[str, object], ...]
    ids: tuple[str, ...]
    entities: tuple[str, ...]  # the row's id where no entity was named
    times: tuple[float | None, ...]  # as given
    outputs: tuple[str, ...]


def read(body: bytes, schema: Schema, *, max_rows: int) -> Query:
    """The request in a body; raises `BadData` or `TooLarge`."""
    request = decode(body, Infer, FORM)
    values: dict[str, list[Any]] = {}
    for tensor in request.inputs:
        if tensor.name in values:
            raise BadData(f"input {tensor.name!r}", "is there twice", "send it once")
        values[tensor.name] = _flat(tensor)
    _spread(request.inputs, values, schema)
    lengths = {len(column) for column in values.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise BadData("inputs", f"have {sorted(lengths)} rows", "send the same number of rows, at least one, for each")
    [count] = lengths
    if count > max_rows:
        raise TooLarge("the request (rows)", count, max_rows)
    own = {name: values.pop(name) for name in PER_ROW if name in values}
    rows = tuple(dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))
    if not rows:
        raise BadData("inputs", "hold no feature", FORM)
    name = _name(request, count)
    ids = _texts(own.get("_id"), "_id") or (
        (name,) if count == 1 else tuple(f"{name}-{row}" for row in range(1, count + 1))
    )
    for one in ids:
        check_id(one)
    if len(set(ids)) < count:
        raise BadData("input '_id'", "names two rows alike", "give each row an id of its own")
    return Query(
        name=name,
        rows=rows,
        ids=ids,
        entities=_texts(own.get("_entity"), "_entity") or _entities(request, ids),
        times=_times(own.get("_time"), request, count),
        outputs=_outputs(request),
    )


def check_id(name: str) -> None:
    """The ids of the project's own rows are nobody else's."""
    if name.startswith(HISTORY_ID):
        what = f"ids that begin with {HISTORY_ID!r} are those of the project's own data"
        raise BadData(f"id {name[:60]!r}", what, "give the row another id")


def write(query: Query, settled: Settled, *, model: str, schema: Schema) -> dict[str, object]:
    """The response; a row without an answer has null for a score and says why. Raises `TrueupError` if none has one."""
    answers = settled.answers
    silent = [place for place, error in enumerate(answers.errors) if error]
    if len(silent) == len(query.ids):
        rows = f" (and so for all {len(silent):,} rows)" if len(silent) > 1 else ""
        raise TrueupError(
            f"{model} {answers.versions[0]} gave no answer for {query.ids[0]!r}: {answers.errors[0]}{rows}"
        )
    outputs, versions = _columns(query, answers, schema), set(answers.versions)
    counted = {name: count for name, count in (("errors", len(silent)), ("doubled", settled.doubled)) if count}
    return {
        "model_name": model,
        **({"model_version": versions.pop()} if len(versions) == 1 else {}),
        "id": query.name,
        **({"parameters": counted} if counted else {}),
        "outputs": [
            {"name": name, "datatype": outputs[name][0], "shape": outputs[name][1], "data": outputs[name][2]}
            for name in query.outputs
            if name in outputs
        ],
    }


def _columns(query: Query, answers: Answers, schema: Schema) -> dict[str, tuple[str, list[int], list[Any]]]:
    """Each output's datatype, shape and data; all have the request's rows, so that they can be read side by side."""
    count, width = len(query.ids), max(map(len, answers.scores))
    scores = [score or (None,) * width for score in answers.scores]  # null: JSON has no NaN
    outputs: dict[str, tuple[str, list[int], list[Any]]] = {
        "id": ("BYTES", [count], list(query.ids)),
        "score": ("FP64", [count] if width == 1 else [count, width], [one for score in scores for one in score]),
        "version": ("BYTES", [count], list(answers.versions)),
        "error": ("BYTES", [count], list(answers.errors)),
    }
    if schema.task != "regression":
        outputs["label"] = ("BYTES", [count], [_label(score, schema) if score else "" for score in answers.scores])
    return outputs


def metadata(model: str, version: str, schema: Schema) -> dict[str, object]:
    """What the model takes and gives, for `GET /v2/models/NAME`."""
    inputs = [{"name": one.name, "datatype": DATATYPES[one.kind], "shape": [-1, 1]} for one in schema.features]
    score = [-1, len(schema.classes)] if schema.task == "multiclass" else [-1]
    outputs: list[dict[str, object]] = [
        {"name": name, "datatype": "FP64" if name == "score" else "BYTES", "shape": score if name == "score" else [-1]}
        for name in OUTPUTS
        if name != "label" or schema.task != "regression"
    ]
    versions = [version] if version else []
    return {"name": model, "versions": versions, "platform": "trueup_bundle", "inputs": inputs, "outputs": outputs}


def decode(body: bytes, form: type[Form], mend: str) -> Form:
    """The body as that form."""
    if not body.strip():
        raise BadData("body", "is empty", mend)
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if NO_NUMBER.search(body):
            raise BadData("body", "holds NaN or Infinity, which JSON has not", f"send null instead; {mend}") from error
        raise BadData("body", str(error), mend) from error


def decode_rows(body: bytes, form: type[Form], mend: str) -> list[Form]:
    """The body as a list of that form; what does not fit is named by its row."""
    try:
        return decode(body, list[form], mend)  # type: ignore[valid-type]  # msgspec takes it as a value
    except BadData:
        for place, part in enumerate(decode(body, list[msgspec.Raw], mend), start=1):
            try:
                msgspec.json.decode(part, type=form)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise BadData(f"row {place:,}", str(error), mend) from error
        raise


def _flat(tensor: Tensor) -> list[Any]:
    """The input's values in a row, checked against its own shape and datatype."""
    where = f"input {tensor.name!r}"
    if tensor.datatype not in TYPES:
        raise BadData(where, f"datatype {tensor.datatype!r} is not known", f"use one of {', '.join(TYPES)}")
    if not 1 <= len(tensor.shape) <= 2 or min(tensor.shape) < 0:
        raise BadData(where, f"shape {tensor.shape} is not [rows] or [rows, columns]", "send a table")
    values = tensor.data
    if any(isinstance(part, list) for part in values):
        if not all(isinstance(part, list) and len(part) == tensor.shape[-1] for part in values):
            raise BadData(
                where, f"data does not have shape {tensor.shape}", "send rows of equal length, or a flat list"
            )
        values = [value for part in values for value in part]
    if len(values) != int(np.prod(tensor.shape, dtype=object)):
        raise BadData(where, f"shape {tensor.shape} does not fit {len(values):,} values", "make them agree")
    wanted = TYPES[tensor.datatype]
    for value in values:
        if value is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
            raise BadData(where, f"{str(value)[:60]!r} is not of datatype {tensor.datatype}", "make them agree")
    return values


def _spread(inputs: Sequence[Tensor], values: dict[str, list[Any]], schema: Schema) -> None:
    """One input of all features becomes one column a feature; other inputs must be single columns."""
    width = len(schema.features)
    features = [one for one in inputs if one.name not in PER_ROW]
    for one in inputs:
        whole = len(features) == 1 and one is features[0] and one.name not in schema.names
        if whole and len(one.shape) == 2 and one.shape[1] == width:
            flat = values.pop(one.name)
            values.update({name: flat[place::width] for place, name in enumerate(schema.names)})
        elif len(one.shape) == 2 and one.shape[1] != 1:
            what = f"shape {one.shape} is neither a column nor all {width} features"
            raise BadData(
                f"input {one.name!r}", what, f"send [rows, 1] a feature, or [rows, {width}] in the model's order"
            )


def _name(request: Infer, count: int) -> str:
    """The request's id: a parameter for one row, the protocol's own, or a new one."""
    given = request.parameters.get("id")
    if given is None:
        given = request.id or uuid4().hex
    elif count > 1:
        raise BadData("parameter 'id'", f"names one row, there are {count:,}", "send ids as the input '_id'")
    [name] = _texts([given], "id")
    return name


def _entities(request: Infer, ids: tuple[str, ...]) -> tuple[str, ...]:
    """One entity for all rows, or each row by itself."""
    if "entity" not in request.parameters:
        return ids
    return _texts([request.parameters["entity"]], "entity") * len(ids)


def _texts(values: Sequence[object] | None, name: str) -> tuple[str, ...]:
    """Names, none of them empty or endless; nothing where nothing was sent."""
    for value in values or ():
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
            what = f"{str(value)[:60]!r} is no text of 1 to {LONGEST_ID} characters"
            raise BadData(repr(name), what, "send a text, or leave it out")
    return tuple(str(value) for value in values or ())


def _times(values: Sequence[Any] | None, request: Infer, count: int) -> tuple[float | None, ...]:
    """When each row happened, where that was said."""
    found = values if values is not None else [request.parameters.get("time")] * count
    for value in found:
        number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LATEST
        if value is not None and not number:
            raise BadData("time", f"{str(value)[:60]!r} is no moment", "send seconds since the epoch")
    return tuple(None if value is None else float(value) for value in found)


def _outputs(request: Infer) -> tuple[str, ...]:
    """The outputs asked for, or all."""
    names = tuple(one.name for one in request.outputs or ())
    for name in names:
        if name not in OUTPUTS:
            raise BadData("outputs", f"{name!r} is none of the model's", f"ask for {', '.join(OUTPUTS)}")
    return names or OUTPUTS


def _label(score: Sequence[float], schema: Schema) -> str:
    """The likelier class."""
    best = int(score[0] >= 0.5) if schema.task == "binary" else int(np.argmax(score))
    return schema.classes[best]
