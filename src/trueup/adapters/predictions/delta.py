"""A prediction log in one Delta table, partitioned by what a row is, so that a batch is in whole or not at all."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa
from deltalake import Schema as DeltaSchema

from trueup.adapters.predictions.corrected import with_corrections
from trueup.adapters.predictions.fixes import Fixes
from trueup.adapters.predictions.lake import KIND, Lake
from trueup.errors import BadData, NotFound
from trueup.ports.prediction_log import (
    Counts,
    conform,
    conform_outcomes,
    joined_columns,
    outcome_columns,
    prediction_columns,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from trueup.adapters.predictions.lake import Rows
    from trueup.loop.schema import Schema

PLACE: Final = "_place"  # outcomes: the order of appending, to tell two equally late ones apart
ROWS_A_COMMIT: Final = 1 << 32
THUMBS: Final = ("up", "down")  # kinds of their own, so that older tables need no new column
OUTCOME: Final = (
    pl.when(pl.col("_feedback").is_null())
    .then(pl.lit("outcome"))
    .otherwise(pl.when(pl.col("_feedback")).then(pl.lit(THUMBS[0])).otherwise(pl.lit(THUMBS[1])))
)


class DeltaPredictionLog:
    """Predictions and outcomes in a folder; one process at a time may append, any number may read.

    Delta records the source and sequence of a commit but does not enforce them; that is done here.
    """

    def __init__(self, schema: Schema, folder: Path) -> None:
        """Open the table, or make it."""
        self._schema = schema
        self._columns = _table_columns(schema)
        self._lake = Lake(folder, self._columns)
        self._fixes = Fixes(schema, folder.with_name(f"{folder.name}.corrections"))
        self._known_ids = _KnownIds()
        self._check_columns(folder)

    def append(
        self,
        source: str,
        sequence: int,
        predictions: pa.Table | None,
        outcomes: pa.Table | None,
        corrections: pa.Table | None = None,
    ) -> None:
        """Take one batch of a source, whole and durably; does nothing when the source's `sequence` is in already.

        Corrections have a table of their own, and are written first: what the log says it has, it has with them.
        """
        if corrections is not None:
            self._fixes.append(source, sequence, corrections)
        table = self._lake.table()
        if sequence <= (table.transaction_version(source) or 0):
            self._lake.flush()  # the crash that made the caller ask again may have come before the flush
            return
        parts = []
        if predictions is not None:
            parts.append(self._sort_out(conform(predictions, prediction_columns(self._schema)), table.version()))
        if outcomes is not None:
            frame = pl.from_arrow(conform_outcomes(outcomes, self._schema))
            place = (table.version() + 1) * ROWS_A_COMMIT + pl.int_range(pl.len(), dtype=pl.Int64)
            parts.append(_as_frame(frame).with_columns(OUTCOME.alias(KIND), place.alias(PLACE)).drop("_feedback"))
        batch = pl.concat([self._empty(), *parts], how="diagonal").select(self._columns.names)
        self._lake.append(batch.to_arrow().cast(self._columns), source, sequence)
        self._known_ids.add(batch, self._lake.table().version())

    def last(self, source: str) -> int:
        """The highest sequence taken from a source; 0 before the first."""
        return self._lake.table().transaction_version(source) or 0

    def rows(self, start: float, end: float, *, known_at: float | None) -> pa.Table:
        """Predictions with `_time` in [start, end) by (`_time`, `_id`), each with the outcome known at `known_at`."""
        return self._join(pl.col("_time").is_between(start, end, closed="left"), known_at, self._lake.held())

    def find(self, identifier: str) -> Mapping[str, object]:
        """One prediction with its latest outcome, by column; raises `NotFound`."""
        found = self._join(pl.col("_id") == identifier, None, self._lake.files()).to_pylist()
        if not found:
            raise NotFound(
                "prediction", identifier, "ids are in the answers; one that came in just now may take a moment"
            )
        return dict(found[0])

    def counts(self) -> Counts:
        """What is in the log as a whole."""
        rows = self._lake.files()
        asked, came = rows("prediction"), rows("outcome")
        times = asked.select(pl.len(), pl.col("_time").min().alias("first"), pl.col("_time").max().alias("last"))
        predictions, first, last = times.collect().row(0)
        outcomes, distinct = came.select(pl.len(), pl.col("_id").n_unique().alias("distinct")).collect().row(0)
        unknown = came.select("_id").join(asked.select("_id"), on="_id", how="anti").select(pl.len())
        return Counts(
            predictions=predictions,
            doubled=rows("doubled").select(pl.len()).collect().item(),
            outcomes=outcomes,
            repeated=outcomes - distinct,
            unknown=unknown.collect().item(),
            first=inf if first is None else first,
            last=-inf if last is None else last,
        )

    def _sort_out(self, predictions: pa.Table, version: int) -> pl.DataFrame:
        """Predictions with their kind: doubled when the id is in the table, or stands above in the batch."""
        frame = _as_frame(pl.from_arrow(predictions))
        ids = self._lake.files()("prediction").select("_id", KIND)
        if self._known_ids.version != version:
            self._known_ids = _KnownIds()
            self._known_ids.add(ids.collect(), version)
        again = ~pl.col("_id").is_first_distinct()
        suspects = frame.select("_id").filter(self._known_ids.suspects(frame["_id"]))
        if suspects.height:
            there = ids.join(suspects.lazy(), on="_id", how="semi").collect()
            again |= pl.col("_id").is_in(there["_id"].implode())
        kind = pl.when(again).then(pl.lit("doubled")).otherwise(pl.lit("prediction")).alias(KIND)
        return frame.with_columns(kind)

    def _join(self, which: pl.Expr, known_at: float | None, rows: Rows) -> pa.Table:
        """The predictions asked for, beside their outcomes."""
        names = prediction_columns(self._schema).names
        asked = rows("prediction").filter(which).select(names).collect()
        columns = joined_columns(self._schema)
        if not asked.height:
            return columns.empty_table()
        until = pl.lit(value=True) if known_at is None else pl.col("_known") <= known_at
        ids = asked.lazy().select("_id")
        came = rows("outcome").filter(until).select("_id", "_label", "_known", PLACE).join(ids, on="_id", how="semi")
        relabelled = (pl.col("_label").n_unique().over("_id") > 1).alias("_relabelled")
        latest = came.with_columns(relabelled).sort("_known", PLACE).unique("_id", keep="last").drop(PLACE).collect()
        thumbs = pl.concat([rows(kind).filter(until).select("_id", "_known", PLACE, KIND) for kind in THUMBS])
        liked = thumbs.join(ids, on="_id", how="semi").sort("_known", PLACE).unique("_id", keep="last")
        said = liked.select("_id", (pl.col(KIND) == THUMBS[0]).alias("_feedback")).collect()
        joined = asked.join(latest, on="_id", how="left").join(said, on="_id", how="left").sort("_time", "_id")
        joined = joined.with_columns(pl.col("_relabelled").fill_null(value=False))
        plain = joined.select(columns.names[:-1]).to_arrow().cast(pa.schema(list(columns)[:-1]))
        plain, corrected = with_corrections(plain, self._fixes.read(), self._schema, known_at)
        return plain.append_column(columns.field("_corrected"), corrected)

    def _empty(self) -> pl.DataFrame:
        """No rows, all columns."""
        return _as_frame(pl.from_arrow(self._columns.empty_table()))

    def _check_columns(self, folder: Path) -> None:
        """A table of other features is not this model's log."""
        there = {field.name: field.type for field in self._lake.table().schema().fields}
        here = {field.name: field.type for field in DeltaSchema.from_arrow(self._columns).fields}
        for name in sorted(there.keys() | here.keys()):
            if there.get(name) != here.get(name):
                what = f"its rows have {_told(name, there)}, and trueup.yaml now says {_told(name, here)}"
                mend = "put the features and the label back, or move the folder .trueup elsewhere and begin anew"
                raise BadData(str(folder), what, mend)


class _KnownIds:
    """Hashes of the ids in the table, 8 bytes each, so that an append need not read them all again."""

    def __init__(self) -> None:
        self.version = -1  # of the table that these are from
        self._hashes: NDArray[np.uint64] = np.empty(0, np.uint64)

    def add(self, batch: pl.DataFrame, version: int) -> None:
        """The batch's predictions are in the table, which is now at this version."""
        new = batch.filter(pl.col(KIND) == "prediction")["_id"].hash().to_numpy()
        self._hashes = np.sort(np.concatenate([self._hashes, new]), kind="stable")
        self.version = version

    def suspects(self, ids: pl.Series) -> pl.Series:
        """Which ids may be in the table; the others are surely not."""
        hashes = ids.hash().to_numpy()
        found = np.searchsorted(self._hashes, hashes, "left") < np.searchsorted(self._hashes, hashes, "right")
        return pl.Series(values=found)


def _table_columns(schema: Schema) -> pa.Schema:
    """The table's columns; those that reads choose by stand first, Delta keeps minima and maxima of the first 32."""
    predictions, outcomes = prediction_columns(schema), outcome_columns(schema)
    head = [pa.field("_id", pa.string()), pa.field(KIND, pa.string()), predictions.field("_time")]
    tail = [outcomes.field(name) for name in ("_known", "_label", "_source")]
    rest = [field for field in predictions if field.name not in {"_id", "_time"}]
    fields = [*head, *tail, pa.field(PLACE, pa.int64()), *rest]
    return pa.schema([field.with_nullable(True) for field in fields])  # noqa: FBT003 - Arrow's own signature


def _as_frame(data: pl.DataFrame | pl.Series) -> pl.DataFrame:
    """Polars types `from_arrow` for columns as well; a table gives a frame."""
    return data if isinstance(data, pl.DataFrame) else data.to_frame()


def _told(name: str, columns: Mapping[str, object]) -> str:
    """One column, as people read it."""
    kind = getattr(columns.get(name), "type", columns.get(name))
    return f"{name!r} as {kind}" if name in columns else f"no {name!r}"
