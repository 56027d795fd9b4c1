"""How are the owner's own models fitted, asked, written and read?

`build()` in the owner's code returns a new estimator each time it is called: anything with `fit(X, y)`, `predict(X)`
and, for many classes, `predict_proba(X)`. `build` may take `schema` and `seed`. X is a pandas DataFrame of the
schema's features: numbers and booleans float64 (NaN where missing), categories `str`, times `datetime64`. y holds
0 and 1, the class's position in `schema.classes`, or the value. An estimator whose `fit` takes no `sample_weight`
sees rows drawn by their weights.
"""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol, cast, runtime_checkable

import msgspec
import numpy as np
import pyarrow as pa

from trueup.adapters.models.code import HOW, Sources, builder, import_module, read_sources, register
from trueup.adapters.models.heads import Head, head_of, spread, told
from trueup.errors import BadAnswer, UsageError
from trueup.loop.schema import Schema
from trueup.ports.models import Lesson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from trueup.ports.models import Sample
    from trueup.stats.arrays import Floats

PROBED: Final = 200  # rows each fit must answer sensibly before it is called a model


@runtime_checkable
class Estimator(Protocol):
    """What `build` must return."""

    def fit(self, X: pd.DataFrame, y: Floats, /, **more: object) -> object:
        """Learn."""
        ...

    def predict(self, X: pd.DataFrame, /) -> object:
        """Answer."""
        ...


class Own(msgspec.Struct, frozen=True):
    """How the models of a bundle are written."""

    heads: tuple[Head, ...]
    classes: tuple[str, ...]  # module:class with save and load, per fit; empty: skops


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerFits:
    """The owner's fitted models of one version."""

    schema: Schema
    sources: Sources
    heads: tuple[Head, ...]
    models: tuple[Estimator | None, ...]  # None: a constant
    notes: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()  # wall time of each fit

    @property
    def code_hash(self) -> str:
        """Content hash of the owner's code."""
        return self.sources.hash

    @property
    def packages(self) -> tuple[str, ...]:
        """What the owner's code imports."""
        return self.sources.packages

    def raw(self, features: pa.Table) -> Floats:
        """What each fit says; errors.BadAnswer if that cannot be a score."""
        frame = frame_of(features)
        return np.stack([self._answer(*pair, frame) for pair in zip(self.heads, self.models, strict=True)])

    def save(self, folder: Path) -> None:
        """Write the code, and each model by its own pair of save and load, or as skops."""
        self.sources.save(folder / "code")
        own = Own(heads=self.heads, classes=tuple(_own_class(one, self.sources.package) for one in self.models))
        (folder / "own.json").write_bytes(msgspec.json.encode(own))
        for place, (model, name) in enumerate(zip(self.models, own.classes, strict=True)):
            if name:
                cast("Any", model).save(folder / f"model-{place}")
            elif model is not None:
                from trueup.adapters.models.skops import save_estimator

                save_estimator(model, folder / f"model-{place}.skops", self.sources.package)

    def _answer(self, head: Head, model: Estimator | None, frame: pd.DataFrame) -> Floats:
        """One fit's answers in the schema's shape, checked."""
        if model is None:
            said = head.constantly(len(frame))
        elif self.schema.task == "regression" or not hasattr(model, "predict_proba"):
            said = _numbers(model.predict(frame)).reshape(-1, 1)
        else:
            said = _by_class(model, head, _numbers(model.predict_proba(frame)), self.schema)
        return _sensible(said, head, self.schema, len(frame))


def fit_owner(project: Path, code: str, lesson: Lesson) -> OwnerFits:
    """Build and fit one estimator per sample, and ask each for a few answers."""
    sources = read_sources(project)
    build, frame = builder(sources, code), frame_of(lesson.features)
    heads, models, seconds, notes = [], [], [], list[str]()
    for sample in lesson.samples:
        begun = perf_counter()
        head = head_of(lesson.schema.task, lesson.target[sample.rows])
        model = None if head.constant is not None else _fit(_built(build, code, lesson), lesson, sample, frame)
        heads.append(head)
        models.append(model)
        notes.extend(told(lesson.schema, head))
        seconds.append(perf_counter() - begun)
    fits = OwnerFits(schema=lesson.schema, sources=sources, heads=tuple(heads), models=tuple(models),
                     notes=tuple(dict.fromkeys(notes)), seconds=tuple(seconds))  # fmt: skip
    fits.raw(lesson.features.take(lesson.samples[0].rows[:PROBED]))
    return fits


def load_owner(folder: Path, schema: Schema) -> OwnerFits:
    """Read what `OwnerFits.save` wrote; the owner's code is imported under its unique name."""
    sources = read_sources(folder / "code")
    own = msgspec.json.decode((folder / "own.json").read_bytes(), type=Own)
    models: list[Estimator | None] = []
    for place, (head, name) in enumerate(zip(own.heads, own.classes, strict=True)):
        if head.constant is not None:
            models.append(None)
        elif name:
            module, _, path = name.partition(":")
            models.append(attrgetter(path)(import_module(sources, module)).load(folder / f"model-{place}"))
        else:
            from trueup.adapters.models.skops import load_estimator

            register(sources)
            loaded = load_estimator(folder / f"model-{place}.skops", sources.package)
            models.append(cast("Estimator", loaded))
    return OwnerFits(schema=schema, sources=sources, heads=own.heads, models=tuple(models),
                     seconds=(0.0,) * len(models))  # fmt: skip


def try_build(project: Path, code: str, schema: Schema) -> None:
    """Call the owner's function once; raises where it does, or gives no estimator."""
    nothing = pa.table({})
    lesson = Lesson(schema=schema, features=nothing, target=np.empty(0), samples=(), seed=0)
    _built(builder(read_sources(project), code), code, lesson)


def frame_of(features: pa.Table) -> pd.DataFrame:
    """The features as pandas, with types that do not depend on what the rows hold."""
    for place, field in enumerate(features.schema):
        if pa.types.is_boolean(field.type):
            numbers = features.column(place).cast(pa.float64())
            features = features.set_column(place, field.name, numbers)
    return features.to_pandas()


def _built(build: Callable[..., object], code: str, lesson: Lesson) -> Estimator:
    """A new estimator from the owner's function, seeded also where it asks the global dice."""
    random.seed(lesson.seed)
    np.random.seed(lesson.seed % 2**32)  # noqa: NPY002 - the owner's code may use the old generator
    offered = {"schema": lesson.schema, "seed": lesson.seed}
    taken = inspect.signature(build).parameters
    built = build(**{name: value for name, value in offered.items() if name in taken})
    if not isinstance(built, Estimator):
        raise BadAnswer(f"{code} returned {type(built).__name__}", f"return an object with fit and predict; {HOW}")
    if lesson.schema.task == "multiclass" and not hasattr(built, "predict_proba"):
        raise BadAnswer(f"{code} returned {type(built).__name__}", f"many classes need predict_proba; {HOW}")
    return built


def _fit(model: Estimator, lesson: Lesson, sample: Sample, frame: pd.DataFrame) -> Estimator:
    """Fit on the sample's rows, with their weights or, failing that, on rows drawn by them."""
    rows, more = sample.rows, dict[str, object]()
    if sample.weights is not None:
        name = _weight_name(model)
        if name:
            more[name] = sample.weights
        else:
            dice = np.random.default_rng(lesson.seed)
            shares = sample.weights / sample.weights.sum()
            rows = np.sort(dice.choice(rows, size=len(rows), p=shares))
    target = lesson.target[rows]
    target = target if lesson.schema.task == "regression" else target.astype(np.int64)
    try:
        model.fit(frame.iloc[rows], target, **more)
    except Exception as error:
        error.add_note(HOW)
        raise
    return model


def _weight_name(model: Estimator) -> str:
    """Under which name an estimator's fit takes row weights; empty if it takes none."""
    last = getattr(model, "steps", None)
    if last:  # a scikit-learn pipeline hands `step__sample_weight` on to the step
        name, step = last[-1]
        return f"{name}__sample_weight" if "sample_weight" in inspect.signature(step.fit).parameters else ""
    return "sample_weight" if "sample_weight" in inspect.signature(model.fit).parameters else ""


def _own_class(model: Estimator | None, package: str) -> str:
    """The class that writes and reads itself, as module:class inside the project; empty if there is none."""
    kind = type(model)
    if not (hasattr(model, "save") and hasattr(kind, "load")):
        return ""
    if not kind.__module__.startswith(f"{package}."):
        raise UsageError(f"{kind.__qualname__} has save and load but is not of the project; subclass it in model.py")
    return f"{kind.__module__.removeprefix(package + '.')}:{kind.__qualname__}"


def _numbers(said: object) -> Floats:
    return np.asarray(said, dtype=np.float64)


def _by_class(model: Estimator, head: Head, said: Floats, schema: Schema) -> Floats:
    """Probabilities in the order of the classes present; for two classes, of the second."""
    order = [int(one) for one in getattr(model, "classes_", range(len(schema.classes)))]
    if said.ndim != 2 or said.shape[1] != len(order) or not set(head.present) <= set(order):
        raise BadAnswer(f"predict_proba gave an array of shape {said.shape}", "give a column per class")
    if schema.task == "binary":
        return said[:, [order.index(1)]]
    return said[:, [order.index(one) for one in head.present]]


def _sensible(said: Floats, head: Head, schema: Schema, rows: int) -> Floats:
    """The answers if they can be scores; errors.BadAnswer else."""
    if said.shape[0] != rows or not np.isfinite(said).all():
        what = f"{said.shape[0]} answers to {rows} rows" if said.shape[0] != rows else "answers that are not finite"
        raise BadAnswer(f"the model gave {what}", "give one finite number per row and class")
    if schema.task == "regression":
        return said.reshape(rows)
    if (said < 0).any() or (said > 1 + 1e-9).any():
        raise BadAnswer(f"the model gave probabilities from {said.min():g} to {said.max():g}", "keep them in [0, 1]")
    if schema.task == "binary":
        return said.reshape(rows)
    if (abs(said.sum(axis=1) - 1) > 1e-6).any():
        raise BadAnswer("the model's probabilities do not add up to 1", "divide each row by its sum")
    return spread(said, head, len(schema.classes))
