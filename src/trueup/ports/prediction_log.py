"""What was asked, what was answered, and what came back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyarrow as pa

from trueup.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.loop.schema import Kind, Schema

ARROW_KINDS: Final[Mapping[Kind, pa.DataType]] = {
    "numeric": pa.float64(),
    "boolean": pa.bool_(),
    "categorical": pa.string(),
    "datetime": pa.timestamp("us"),
}
RESERVED: Final = "_"  # the log's own columns begin with it
HISTORY_ID: Final = "history:"  # ids of the project's own rows begin with it, so that no caller's id can meet one


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much is in a log, what came twice, and what fits to nothing."""

    predictions: int  # distinct ids
    doubled: int  # rows left out because their id was in before
    outcomes: int  # labels, whatever they fit to
    repeated: int  # outcomes past the first of their id: repeats and corrections
    unknown: int  # outcomes whose id no prediction has (yet)
    first: float  # event time of the earliest prediction; infinity when there is none
    last: float  # event time of the latest prediction; minus infinity when there is none


class PredictionLog(Protocol):
    """Keeps predictions and outcomes, each accepted batch exactly once.

    The first prediction of an id counts, later ones are only counted. Of an id's outcomes the one with the latest
    `_known` counts; of two equally late ones the one that was appended later. An outcome is a label, or a thumb
    (`_feedback`, and no label); each of the two has a latest word of its own. Corrections lie over the features of a
    prediction, each from its `_known` on, later ones over earlier ones; what was asked first is kept.
    """

    def append(
        self,
        source: str,
        sequence: int,
        predictions: pa.Table | None,
        outcomes: pa.Table | None,
        corrections: pa.Table | None = None,
    ) -> None:
        """Take one batch of a source, whole and durably; does nothing when the source's `sequence` is in already."""
        ...

    def last(self, source: str) -> int:
        """The highest sequence taken from a source; 0 before the first."""
        ...

    def rows(self, start: float, end: float, *, known_at: float | None) -> pa.Table:
        """Predictions with `_time` in [start, end) by (`_time`, `_id`), with what was known of each at `known_at`.

        None stands for everything that is known by now. `_label` and `_known` are null where no label is known,
        `_feedback` where no thumb is; `_relabelled` says whether a label took the place of another one; `_corrected`
        is when the features were last corrected, null where they were not.
        """
        ...

    def find(self, identifier: str) -> Mapping[str, object]:
        """One prediction with its latest outcome, by column; raises `NotFound`."""
        ...

    def counts(self) -> Counts:
        """What is in the log as a whole."""
        ...


def prediction_columns(schema: Schema) -> pa.Schema:
    """The columns of a batch of predictions: the log's own first, then one a feature."""
    for column in schema.features:
        if column.name.startswith(RESERVED):
            raise BadData(
                f"column {column.name!r}", "names that begin with an underscore are the log's own", "rename the column"
            )
    own: list[pa.Field[Any]] = [
        pa.field("_id", pa.string(), nullable=False),
        pa.field("_time", pa.float64(), nullable=False),
        pa.field("_entity", pa.string()),
        pa.field("_seen", pa.float64()),
        pa.field("_version", pa.string()),
        pa.field("_arm", pa.string()),
        pa.field("_score", pa.list_(pa.float64())),
        pa.field("_raw", pa.list_(pa.float64())),
        pa.field("_seconds", pa.float64()),
        pa.field("_error", pa.bool_()),
    ]
    return pa.schema([*own, *(pa.field(column.name, ARROW_KINDS[column.kind]) for column in schema.features)])


def outcome_columns(schema: Schema) -> pa.Schema:
    """The columns of a batch of outcomes: each row has a label, or says whether the answer was liked."""
    own: list[pa.Field[Any]] = [
        pa.field("_id", pa.string(), nullable=False),
        pa.field("_known", pa.float64(), nullable=False),
        pa.field("_label", label_type(schema)),
        pa.field("_source", pa.string()),
        pa.field("_feedback", pa.bool_()),
    ]
    return pa.schema(own)


def correction_columns(schema: Schema) -> pa.Schema:
    """The columns of a batch of corrections; `_fixed` names the features that are corrected, none confirms a row."""
    own: list[pa.Field[Any]] = [
        pa.field("_id", pa.string(), nullable=False),
        pa.field("_known", pa.float64(), nullable=False),
        pa.field("_fixed", pa.list_(pa.string()), nullable=False),
        pa.field("_source", pa.string()),
    ]
    return pa.schema([*own, *(pa.field(column.name, ARROW_KINDS[column.kind]) for column in schema.features)])


def conform_outcomes(table: pa.Table, schema: Schema) -> pa.Table:
    """A batch of outcomes with exactly the log's columns; `BadData` where a row says nothing."""
    whole = conform(table, outcome_columns(schema))
    silent = whole.column("_label").is_null().to_numpy() & whole.column("_feedback").is_null().to_numpy()
    if silent.any():
        what = f"{int(silent.sum()):,} rows have neither a label nor a thumb"
        raise BadData("the outcomes", what, "give every row one of them")
    return whole


def joined_columns(schema: Schema) -> pa.Schema:
    """The columns of rows as `rows` hands them out."""
    known: list[pa.Field[Any]] = [
        pa.field("_label", label_type(schema)),
        pa.field("_known", pa.float64()),
        pa.field("_relabelled", pa.bool_(), nullable=False),
        pa.field("_feedback", pa.bool_()),
        pa.field("_corrected", pa.float64()),
    ]
    return pa.schema([*prediction_columns(schema), *known])


def label_type(schema: Schema) -> pa.DataType:
    """A class as text, or a number."""
    return pa.float64() if schema.task == "regression" else pa.string()


def fill(columns: pa.Schema, own: Mapping[str, Sequence[object]], features: pa.Table | None = None) -> pa.Table:
    """A batch from plain values of the log's own columns (null where left out) and a table of features."""
    absent = [None] * len(own["_id"])
    given = {} if features is None else dict(zip(features.column_names, features.columns, strict=True))
    arrays = [given.get(field.name) or pa.array(own.get(field.name, absent), field.type) for field in columns]
    return pa.Table.from_arrays(arrays, schema=columns)


def conform(table: pa.Table, columns: pa.Schema) -> pa.Table:
    """The table with exactly these columns, in this order; a log's own column that is not there is null.

    Raises `BadData` for a feature or a required column that is missing, holds nulls, or cannot be read as its type.
    """
    present = set(table.column_names)
    arrays = []
    for field in columns:
        if field.name not in present:
            if not field.nullable or not field.name.startswith(RESERVED):
                raise BadData(f"column {field.name!r}", "is missing from the batch", "send every column of the log")
            arrays.append(pa.chunked_array([pa.nulls(table.num_rows, field.type)]))
            continue
        try:
            column = table.column(field.name).cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise BadData(f"column {field.name!r}", str(error), f"send it as {field.type}") from error
        if not field.nullable and column.null_count:
            raise BadData(f"column {field.name!r}", f"{column.null_count:,} values are missing", "give every row one")
        arrays.append(column)
    return pa.Table.from_arrays(arrays, schema=columns)
