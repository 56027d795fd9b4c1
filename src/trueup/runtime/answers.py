"""What did the champion answer in a window, counted like a column?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.loop.monitor.score import LEAST_ROWS, ScoreRows
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile
from trueup.profiling.source import SCORE, score_array

if TYPE_CHECKING:
    from trueup.loop.state import State
    from trueup.stats.arrays import Floats

OTHER_NAME: Final = "model score"  # where a feature is called `score`


def answered_scores(rows: pa.Table, state: State, schema: Schema) -> ScoreRows | None:
    """The profile of what the champion itself answered; None where that is next to nothing."""
    scores = _scores(rows, state.champion)
    known = state.score
    if len(scores) < LEAST_ROWS:
        return None
    name = OTHER_NAME if SCORE in schema.names else SCORE
    table = pa.table({name: score_array(scores)})
    edges = known.edges
    if edges is None or known.version != state.champion:
        column = Column(name=name, kind="numeric")
        edges = edges_of(table, Schema(task=schema.task, label=schema.label, features=(column,)))
    return ScoreRows(version=state.champion, edges=edges, profile=profile(table, edges))


def _scores(rows: pa.Table, version: str) -> Floats:
    """One number a row: the greatest probability of several; before recalibration where that is known of all."""
    rows = rows.filter(pc.equal(rows.column("_version"), pa.scalar(version)))
    there = {name: pc.greater(pc.list_value_length(rows.column(name)), pa.scalar(0)) for name in ("_raw", "_score")}
    raw, score = (rows.filter(one).column(name) for name, one in there.items())
    said = raw if len(raw) >= len(score) else score
    flat = np.asarray(pc.list_flatten(said).to_numpy(), np.float64)
    return flat.reshape(len(said), -1).max(axis=1) if len(said) else flat
