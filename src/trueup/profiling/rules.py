"""Which answers break the owner's business rules, and can a rule be worked out at all?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from trueup.errors import BadQuantity, BadSettings
from trueup.loop.monitor.rules import RuleCount
from trueup.profiling.source import SCORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from trueup.loop.policy import Rule
    from trueup.loop.schema import Column, Kind
    from trueup.stats.arrays import Floats

CONDITION: Final = "write a condition on one answer, for example score BETWEEN 0 AND 1"
TYPES: Final[Mapping[Kind, pl.DataType]] = {
    "numeric": pl.Float64(),
    "boolean": pl.Boolean(),
    "categorical": pl.String(),
    "datetime": pl.Datetime("us"),
}
OF_MANY_ROWS: Final = frozenset({"Agg", "Len", "Over", "Quantile", "Range", "Rank", "Shift"})  # Polars' own words
NAMING: Final = frozenset({"Alias", "Column", "Literal"})  # below these stand the owner's words


def check_rule(expect: str, features: Sequence[Column]) -> None:
    """Whether a rule is a condition on one answer, over these features and `score`; errors.BadQuantity says why not.

    It is tried on rows without values: one that only some values break, such as a text read as a number, is found live.
    """
    read = _parsed(expect, [one.name for one in features])
    named = set(read.meta.root_names())
    if not named:
        raise BadQuantity(f"{expect!r} looks at no column", CONDITION)
    if SCORE in named and SCORE in {one.name for one in features}:
        what = f"{expect!r} speaks of {SCORE}, which is the model's answer and a feature of this data"
        raise BadQuantity(what, "rename the feature, or ignore it")
    rows = pl.DataFrame(schema={**{one.name: TYPES[one.kind] for one in features}, SCORE: pl.Float64()}).clear(2)
    kept = _worked_out(expect, read, rows)
    if len(kept) != len(rows) or OF_MANY_ROWS & set(_words(json.loads(read.meta.serialize(format="json")))):
        raise BadQuantity(f"{expect!r} looks at many rows at once", CONDITION)


def count_rules(
    table: pa.Table, rules: tuple[Rule, ...], score: Floats
) -> tuple[tuple[RuleCount, ...], NDArray[np.bool_]]:
    """How often each rule was broken, and which rows broke any; a rule that a missing value leaves open is kept.

    Rules see the features and `score`; of several classes it is the greatest probability.
    """
    features = [name for name in table.column_names if not name.startswith("_")]
    rows = pl.DataFrame(pl.from_arrow(table.select(features)))
    rows = rows.with_columns(_score(score)) if features else pl.DataFrame([_score(score)])
    broken = {rule.name: _broken(rows, rule) for rule in rules}
    counts = tuple(RuleCount(name=name, rows=len(rows), broken=int(one.sum())) for name, one in broken.items())
    return counts, np.logical_or.reduce([np.zeros(len(rows), bool), *broken.values()])


def _score(score: Floats) -> pl.Series:
    return pl.Series(SCORE, score.max(axis=1) if score.ndim == 2 else score, dtype=pl.Float64)


def _broken(rows: pl.DataFrame, rule: Rule) -> NDArray[np.bool_]:
    try:
        kept = _worked_out(rule.expect, _parsed(rule.expect, rows.columns), rows)
    except BadQuantity as problem:
        raise BadSettings(f"rule {rule.name}", problem.what, problem.mend) from problem
    whole = kept if len(kept) == len(rows) else kept.extend_constant(kept[0], len(rows) - len(kept))
    return ~whole.fill_null(value=True).to_numpy()


def _parsed(expect: str, known: Sequence[str]) -> pl.Expr:
    """The rule as Polars reads SQL."""
    try:
        return pl.sql_expr(expect)
    except pl.exceptions.PolarsError as problem:
        raise _impossible(expect, problem, known) from problem


def _worked_out(expect: str, read: pl.Expr, rows: pl.DataFrame) -> pl.Series:
    """Which rows keep the rule."""
    try:
        kept = rows.select(read).to_series()
    except pl.exceptions.PolarsError as problem:
        raise _impossible(expect, problem, rows.columns) from problem
    if kept.dtype != pl.Boolean:
        raise BadQuantity(f"{expect!r} is no condition, it gives {kept.dtype}", CONDITION)
    return kept


def _impossible(expect: str, problem: pl.exceptions.PolarsError, known: Sequence[str]) -> BadQuantity:
    """Why Polars cannot work a rule out, without its own list of columns."""
    why = str(problem).splitlines()[0].partition("; valid columns")[0]
    names = ", ".join(dict.fromkeys([*known, SCORE]))
    return BadQuantity(f"cannot work out {expect!r} ({why})", f"write an SQL condition over {names}")


def _words(node: Any) -> Iterator[str]:  # noqa: ANN401 - a tree of JSON
    """The kinds of operation in an expression that Polars wrote as JSON."""
    match node:
        case str():
            yield node
        case list():
            for below in node:
                yield from _words(below)
        case dict():
            for key, below in node.items():
                yield key
                if key not in NAMING:
                    yield from _words(below)
                elif key == "Alias":
                    yield from _words(below[0])
        case _:
            return
