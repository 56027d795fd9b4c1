"""Which columns of a window stand out, and by which figures?"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from trueup.loop.monitor.symptoms import Atom, Exchanged, Renamed, Rescaled, Residual
from trueup.profiling.symptoms import levels, numbers, pairs
from trueup.profiling.symptoms.columns import Numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.profiling.symptoms.beside import View
    from trueup.stats.arrays import Floats

Figures = TypeVar("Figures", Atom, Exchanged, Renamed, Rescaled, Residual)

MOVED: Final = 0.08  # distance from which on a column may have another unit
WHOLE: Final = 0.95  # share of rows from which on all of a column is turned back
PAIRS: Final = 8  # columns that may have changed places
UNTIED: Final = 0.08  # mean change of its correlations that makes a column one of them
LEAST_BETTER: Final = 0.05
LEAST_RESIDUAL: Final = 0.1  # standard deviations


def atoms(seen: View) -> Iterator[Atom]:
    """Values and levels that gained rows."""
    for name, now in seen.present.items():
        edges = seen.beside.edges.column(name)
        found = numbers.atoms(
            edges, seen.beside.ordered[name], now, most=seen.beside.most[name], told=name not in seen.beside.sensitive
        )
        yield from map(_short, found)
    for name, column in seen.levels.items():
        one = levels.atom(column.edges, column.counts, seen.beside.counts[name])
        if one is not None:
            yield _short(one)


def rescaled(seen: View) -> Iterator[Rescaled]:
    """Columns that fit better in another unit."""
    for name, now in seen.present.items():
        if seen.gaps[name] < MOVED:
            continue
        best = numbers.unit(seen.beside.ordered[name], now)
        if not best.part:
            continue
        apart = _residual(seen, name, seen.laid.rows)
        turned = _turned(seen, name, best) if best.part >= WHOLE else seen.laid.rows
        found = Rescaled(
            column=name,
            factor=best.factor,
            offset=best.offset,
            part=best.part,
            before=seen.gaps[name],
            after=best.after,
            same=numbers.same_values(seen.beside.ordered[name], now, best)
            and numbers.finer(seen.beside.ordered[name], now, best),
            apart=apart,
            agrees=_residual(seen, name, turned),
            plain=numbers.affine(seen.beside.ordered[name], now),
        )
        yield _short(found)


def residuals(seen: View) -> Iterator[Residual]:
    """Numbers whose mean the other columns do not explain."""
    joint = seen.beside.joint
    if not len(seen.laid.rows):
        return
    means = seen.laid.rows.mean(axis=0)
    apart = joint.residual(means)
    own = 1.0 / np.diag(joint.inverse) if len(joint.scores) else np.empty(0)
    for place, score in enumerate(joint.scores):
        if score.level or abs(float(apart[place])) < LEAST_RESIDUAL or score.column not in seen.present:
            continue
        found = Residual(
            column=score.column,
            shift=float(means[place]),
            residual=float(apart[place]),
            error=float(np.sqrt(joint.wobble[place] + own[place] / len(seen.laid.rows))),
            explained=max(0.0, 1.0 - float(own[place])),
            before=seen.gaps[score.column],
            after=numbers.affine(score.ordered, seen.present[score.column]),
        )
        yield _short(found)


def renamed(seen: View) -> Iterator[Renamed]:
    """Never-seen levels, each beside the known one that it may be."""
    for name, column in seen.levels.items():
        yield from map(_short, levels.renamed(column.edges, column.counts, seen.beside.counts[name]))


def exchanged(seen: View) -> Iterator[Exchanged]:
    """Pairs of columns that fit better the other way round."""
    joint, reference, ordered = seen.beside.joint, seen.beside.columns, (seen.beside.ordered, seen.present)
    scored = {one.column for one in joint.scores}
    for pair in pairs.candidates([name for name in _unlike(seen) if name in scored and name in seen.present], PAIRS):
        found = pairs.numbers(joint, pair, (seen.beside.laid, seen.laid), ordered)
        if found.better - found.usual > LEAST_BETTER or found.before - found.after > LEAST_BETTER:
            yield _short(found)
    moved = sorted((name for name in seen.levels if seen.gaps.get(name, 0.0) > MOVED), key=lambda n: -seen.gaps[n])
    for pair in pairs.candidates(moved, PAIRS):
        mixed = pairs.levels(pair, reference, seen.columns)
        if mixed is not None and mixed.before - mixed.after > LEAST_BETTER:
            yield _short(mixed)


def _unlike(seen: View) -> list[str]:
    """Numbers that moved, or that go together with others in another way, the most unlike first."""
    joint = seen.beside.joint
    if len(joint.scores) < 2 or len(seen.laid.rows) < 2:
        return []
    change = (np.cov(seen.laid.rows, rowvar=False) - joint.covariance) ** 2
    np.fill_diagonal(change, 0.0)
    untied = dict(zip([one.column for one in joint.scores], np.sqrt(change.mean(axis=1)).tolist(), strict=True))
    unlike = {name: max(seen.gaps[name], untied.get(name, 0.0)) for name in seen.present}
    over = [name for name in unlike if seen.gaps[name] > MOVED or untied.get(name, 0.0) > UNTIED]
    return sorted(over, key=lambda name: -unlike[name])


def _residual(seen: View, name: str, rows: Floats) -> float:
    places = seen.beside.joint.places(name)
    return float(seen.beside.joint.residual(rows.mean(axis=0))[places[0]]) if places and len(rows) else 0.0


def _turned(seen: View, name: str, best: numbers.Fit) -> Floats:
    """The rows' coordinates with one column in its old unit."""
    column, places = seen.laid.columns[name], seen.beside.joint.places(name)
    if not places or not isinstance(column, Numbers):
        return seen.laid.rows
    back = replace(column, values=(column.values - best.offset) / best.factor)
    rows = seen.laid.rows.copy()
    rows[:, places[0]] = seen.beside.joint.scores[places[0]].of(back)
    return rows


def _short(found: Figures) -> Figures:
    """The same with four digits after the point: what a journal keeps of a figure."""
    values: dict[str, Any] = {one.name: getattr(found, one.name) for one in fields(found)}
    figures = {name: round(one, 4) for name, one in values.items() if isinstance(one, float) and name != "factor"}
    return replace(found, **{**values, **figures})
