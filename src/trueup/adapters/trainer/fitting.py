"""What does one training do, wherever it runs: rows by scope, fits, bundle."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.adapters.trainer.packages import installed
from trueup.errors import BadAnswer, RunFailed, TrueupError
from trueup.ports.bundles import BundleFit, Bundles, Lineage, Manifest
from trueup.ports.models import Lesson, Recipe, Recipes, Sample
from trueup.ports.snapshots import Snapshots
from trueup.ports.trainer import FitReport

if TYPE_CHECKING:
    from trueup.loop.policy import Scope
    from trueup.loop.schema import Schema
    from trueup.ports.trainer import TrainingRun
    from trueup.stats.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What one training made."""

    bundle: str  # hash
    fits: tuple[FitReport, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fitting:
    """Trains with these parts; safe to send to a worker."""

    snapshots: Snapshots
    bundles: Bundles
    recipes: Recipes

    def make(self, run: TrainingRun) -> Made:
        """Fit every scope and store the bundle; whatever goes wrong is errors.RunFailed."""
        try:
            return self._make(run)
        except RunFailed:
            raise
        except BadAnswer as error:
            raise RunFailed("nonsense", str(error)) from error
        except MemoryError as error:
            raise RunFailed("memory", "Python could get no more memory") from error
        except (Exception, SystemExit) as error:  # the owner's code may raise anything; none may stop the loop
            raise RunFailed("raised", last_words(error)) from error

    def _make(self, run: TrainingRun) -> Made:
        rows = labelled(self.snapshots.read(run.snapshot), run.until)
        samples = [sample(scope, rows["_window"].to_numpy()) for scope in run.scopes]
        distinct, place = shared(samples)
        lesson = Lesson(
            schema=run.schema,
            features=rows.select(list(run.schema.names)),
            target=target(run.schema, rows),
            samples=distinct,
            seed=run.seed,
        )
        fits = self.recipes.fit(Recipe(code=run.code, project=run.project), lesson)
        sizes = [(scope.title, len(distinct[at].rows), at) for scope, at in zip(run.scopes, place, strict=True)]
        manifest = Manifest(
            schema=run.schema,
            fits=tuple(BundleFit(scope=title, rows=size, model=at) for title, size, at in sizes),
            code=run.code,
            code_hash=fits.code_hash,
            notes=fits.notes,
            lineage=Lineage(
                order=run.id, snapshot=run.snapshot, until=run.until, seed=run.seed, packages=installed(fits.packages)
            ),
        )
        reports = tuple(FitReport(scope=title, rows=size, seconds=fits.seconds[at]) for title, size, at in sizes)
        return Made(bundle=self.bundles.write(manifest, fits), fits=reports, notes=fits.notes)


def labelled(rows: pa.Table, until: float | None) -> pa.Table:
    """The rows a fit may see."""
    seen = pc.is_valid(rows["_label"])
    if until is not None:
        seen = pc.and_(seen, pc.less(rows["_time"], pa.scalar(until)))
    kept = rows.filter(seen)
    if not kept.num_rows:
        when = "" if until is None else f" before {until:g}"
        raise RunFailed("data", f"the snapshot's {rows.num_rows} rows hold none with a label{when}")
    return kept


def sample(scope: Scope, windows: Integers) -> Sample:
    """The rows and weights a scope selects."""
    age = windows.max() - windows
    rows = np.arange(len(windows), dtype=np.int64)
    match scope.name:
        case "all":
            return Sample(rows=rows, weights=None)
        case "last":
            return Sample(rows=rows[age < scope.windows], weights=None)
        case "recency":
            weights: Floats = 0.5 ** (age / scope.windows)
            return Sample(rows=rows, weights=weights if age.any() else None)


def shared(samples: list[Sample]) -> tuple[tuple[Sample, ...], list[int]]:
    """Samples without doubles, and where each one went: the same rows and weights are fitted once."""
    distinct: dict[tuple[bytes, bytes], tuple[int, Sample]] = {}
    place = []
    for one in samples:
        key = (one.rows.tobytes(), b"" if one.weights is None else one.weights.tobytes())
        at, _ = distinct.setdefault(key, (len(distinct), one))
        place.append(at)
    return tuple(one for _, one in distinct.values()), place


def target(schema: Schema, rows: pa.Table) -> Floats:
    """The labels as numbers: 0 and 1, the class's position, or the value."""
    labels = rows["_label"]
    if schema.task == "regression":
        return np.asarray(labels.to_numpy(), dtype=np.float64)
    codes = pc.index_in(labels, pa.array(schema.classes, pa.string()))
    if codes.null_count:
        strange = pc.unique(labels.filter(codes.is_null())).to_pylist()
        raise RunFailed("data", f"labels {strange[:5]} are not among the classes {list(schema.classes)[:10]}")
    return np.asarray(codes.to_numpy(), dtype=np.float64)


def last_words(error: BaseException) -> str:
    """An error's sentence and the line it came from; our own errors say all in their sentence."""
    if isinstance(error, TrueupError):
        return str(error)
    sentence = "; ".join(line.strip() for line in traceback.format_exception_only(error))
    frames = traceback.extract_tb(error.__traceback__)
    owned = [frame for frame in frames if frame.filename.startswith("trueup_code_")]
    if not owned:
        return sentence
    file = owned[-1].filename.partition("/")[2]
    return f"{sentence} (in {file}, line {owned[-1].lineno}: {owned[-1].line})"
