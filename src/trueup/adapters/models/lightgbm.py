"""The default pipeline: an encoder and boosted trees, in JSON and LightGBM's own text, without pickle."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

import lightgbm as lgb
import msgspec
import numpy as np

from trueup.adapters.models.encoder import Encoder, learn_encoder
from trueup.adapters.models.heads import Head, head_of, spread, told
from trueup.loop.schema import Schema

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from trueup.ports.models import Lesson, Sample
    from trueup.stats.arrays import Floats

TREES: Final = 100
# The defaults of lightgbm's scikit-learn wrapper, made repeatable: one thread, one order of sums.
PARAMETERS: Final = {
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_data_in_leaf": 20,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
# Every round grows a tree a class. Of many classes each is rare, and its leaves' steps, a sum of gradients over a sum
# of curvatures near zero, run away: one row's worth of curvature holds them. Fewer, longer rounds then keep the cost.
MANY_CLASSES: Final = 10  # up to here the usual rounds are paid
LEAST_ROUNDS: Final = 10
LONGEST_STEP: Final = 0.3  # learning rate


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostedFits:
    """The fits of one version on one shared encoder."""

    schema: Schema
    encoder: Encoder
    heads: tuple[Head, ...]
    boosters: tuple[lgb.Booster | None, ...]  # None: a constant
    notes: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()  # wall time of each fit
    code_hash: str = ""
    packages: tuple[str, ...] = ("lightgbm", "numpy")

    def raw(self, features: pa.Table) -> Floats:
        """What each fit says: (fits, rows), or (fits, rows, classes)."""
        matrix = self.encoder.encode(features)
        answers = zip(self.heads, self.boosters, strict=True)
        return np.stack([self._answer(head, booster, matrix) for head, booster in answers])

    def save(self, folder: Path) -> None:
        """Write encoder.json and, per fit, its head and its trees."""
        (folder / "encoder.json").write_bytes(msgspec.json.encode(self.encoder))
        (folder / "heads.json").write_bytes(msgspec.json.encode(self.heads))
        for place, booster in enumerate(self.boosters):
            if booster is not None:
                (folder / f"trees-{place}.txt").write_text(booster.model_to_string(), encoding="utf-8")

    def _answer(self, head: Head, booster: lgb.Booster | None, matrix: Floats) -> Floats:
        """One fit's answers in the schema's shape."""
        if booster is None:
            said = head.constantly(len(matrix))
        else:
            said = np.asarray(booster.predict(matrix, num_threads=1), dtype=np.float64)
        if self.schema.task == "multiclass":
            return spread(said, head, len(self.schema.classes))
        return said.reshape(len(matrix))


def fit_boosted(lesson: Lesson) -> BoostedFits:
    """Learn an encoder on every row that any fit sees, then one model per sample."""
    used = np.unique(np.concatenate([sample.rows for sample in lesson.samples]))
    features = lesson.features if len(used) == lesson.features.num_rows else lesson.features.take(used)
    encoder, learnt = learn_encoder(features, lesson.schema)
    matrix, notes = encoder.encode(lesson.features), list(learnt)
    heads, boosters, seconds = [], [], []
    for sample in lesson.samples:
        begun = perf_counter()
        head, booster = _fit_one(lesson, sample, encoder, matrix)
        heads.append(head)
        boosters.append(booster)
        seconds.append(perf_counter() - begun)
        notes.extend((*told(lesson.schema, head), *_shortened(len(head.present))))
    return BoostedFits(schema=lesson.schema, encoder=encoder, heads=tuple(heads), boosters=tuple(boosters),
                       notes=tuple(dict.fromkeys(notes)), seconds=tuple(seconds))  # fmt: skip


def load_boosted(folder: Path, schema: Schema) -> BoostedFits:
    """Read what `BoostedFits.save` wrote."""
    heads = msgspec.json.decode((folder / "heads.json").read_bytes(), type=tuple[Head, ...])
    boosters: list[lgb.Booster | None] = []
    for place in range(len(heads)):
        trees = folder / f"trees-{place}.txt"
        boosters.append(lgb.Booster(model_str=trees.read_text(encoding="utf-8")) if trees.exists() else None)
    encoder = msgspec.json.decode((folder / "encoder.json").read_bytes(), type=Encoder)
    return BoostedFits(schema=schema, encoder=encoder, heads=heads, boosters=tuple(boosters),
                       seconds=(0.0,) * len(heads))  # fmt: skip


def _fit_one(lesson: Lesson, sample: Sample, encoder: Encoder, matrix: Floats) -> tuple[Head, lgb.Booster | None]:
    """Trees for one sample, or a constant where there is nothing to tell apart."""
    target, task = lesson.target[sample.rows], lesson.schema.task
    head = head_of(task, target)
    if head.constant is not None:
        return head, None
    parameters = {**PARAMETERS, "objective": task, "seed": lesson.seed}
    rounds = TREES
    if task == "multiclass":
        parameters["num_class"] = len(head.present)
        rounds = rounds_for(len(head.present))
        if rounds < TREES:
            parameters["learning_rate"] = min(0.1 * TREES / rounds, LONGEST_STEP)
            parameters["lambda_l2"] = 1.0
        target = np.searchsorted(np.array(head.present), target).astype(np.float64)
    data = lgb.Dataset(
        matrix[sample.rows],
        label=target,
        weight=sample.weights,
        feature_name=[f"f{place}" for place in range(matrix.shape[1])],
        categorical_feature=encoder.categorical,
        params=parameters,
    )
    return head, lgb.train(parameters, data, num_boost_round=rounds)


def rounds_for(classes: int) -> int:
    """Rounds of boosting: so many that no number of classes up to 100 costs more trees than ten classes do.

    >>> rounds_for(3), rounds_for(40), rounds_for(165)
    (100, 25, 10)
    """
    return max(min(TREES, TREES * MANY_CLASSES // max(classes, 1)), LEAST_ROUNDS)


def _shortened(classes: int) -> list[str]:
    """What the owner should know of a fit of many classes."""
    rounds = rounds_for(classes)
    shortened = (
        f"{classes} classes: {rounds} rounds of boosting with longer steps instead of {TREES}, to bound the cost"
    )
    return [shortened] if rounds < TREES else []
