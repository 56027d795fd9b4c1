"""Which answers break the owner's business rules?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trueup.errors import BadSettings
from trueup.loop.monitor.rules import RuleCount
from trueup.profiling.source import SCORE

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from trueup.loop.policy import Rule
    from trueup.stats.arrays import Floats


def count_rules(
    table: pa.Table, rules: tuple[Rule, ...], score: Floats
) -> tuple[tuple[RuleCount, ...], NDArray[np.bool_]]:
    """How often each rule was broken, and which rows broke any; a rule that a missing value leaves open is kept.

    Rules see the table's columns and `score`; of several classes it is the greatest probability.
    """
    rows = pl.DataFrame(pl.from_arrow(table)).with_columns(_score(score))
    broken = {rule.name: _broken(rows, rule) for rule in rules}
    counts = tuple(RuleCount(name=name, rows=len(rows), broken=int(one.sum())) for name, one in broken.items())
    return counts, np.logical_or.reduce([np.zeros(len(rows), bool), *broken.values()])


def _score(score: Floats) -> pl.Series:
    return pl.Series(SCORE, score.max(axis=1) if score.ndim == 2 else score, dtype=pl.Float64)


def _broken(rows: pl.DataFrame, rule: Rule) -> NDArray[np.bool_]:
    try:
        kept = rows.select(pl.sql_expr(rule.expect)).to_series()
    except pl.exceptions.PolarsError as problem:
        why = str(problem).splitlines()[0]
        mend = f"write an SQL condition over {', '.join(name for name in rows.columns if not name.startswith('_'))}"
        raise BadSettings(f"rule {rule.name}", f"cannot work out {rule.expect!r} ({why})", mend) from problem
    if kept.dtype != pl.Boolean:
        mend = "write a condition, for example score BETWEEN 0 AND 1"
        raise BadSettings(f"rule {rule.name}", f"{rule.expect!r} is no condition, it gives {kept.dtype}", mend)
    whole = kept if len(kept) == len(rows) else kept.extend_constant(kept[0], len(rows) - len(kept))
    return ~whole.fill_null(value=True).to_numpy()
