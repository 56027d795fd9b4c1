"""Worlds in which one thing happens, or two: 12 numbers of several shapes and 8 categories, tied by a common factor.

Every column has day effects and maybe a weekend of its own, and the rule from hidden values to the outcome wobbles from
day to day. Magnitude 1 is a plain case of a cause, 0.4 a faint one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import lightgbm
import numpy as np
import pyarrow as pa

from trueup.loop.decide.judgement import causes, evidence
from trueup.loop.monitor.truth import errors_stayed, stayed
from trueup.loop.schema import Column, Schema
from trueup.loop.train.calibration import MASS, RESIDUALS, outcomes, reliability
from trueup.profiling import edges_of, profile
from trueup.profiling.symptoms import remember, symptoms

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.loop.decide.cause import Cause
    from trueup.loop.monitor.truth import Stayed
    from trueup.loop.schema import Task
    from trueup.loop.train.calibration import Reliability

Values = np.ndarray[tuple[int, ...], np.dtype[Any]]

SHAPES: Final[tuple[Callable[[Values], Values], ...]] = (
    lambda x: x,
    lambda x: np.exp(0.8 * x + 3),
    lambda x: np.sinh(1.2 * x) * 4 + 20,
    lambda x: np.maximum(0.0, x),
    lambda x: np.floor(np.exp(0.7 * x + 1.5)),
    lambda x: x + 3 * np.sign(x),
)
NUMBERS: Final = 12
LEVELS: Final = (2, 3, 3, 8, 8, 20, 60, 5)
WIDTH: Final = NUMBERS + len(LEVELS)
REFERENCE: Final = 28  # windows
CLASSES: Final = 4  # of an outcome that has several


@dataclass(slots=True)
class Rows:
    """A window: its hidden normal values, its columns and its outcomes."""

    hidden: Values
    columns: dict[str, Values]
    label: Values

    def table(self) -> pa.Table:
        """The columns as Arrow."""
        listed = {name: one.tolist() if one.dtype == object else one for name, one in self.columns.items()}
        return pa.table({name: pa.array(one, from_pandas=True) for name, one in listed.items()})

    def matrix(self) -> Values:
        """The columns as the model sees them; a level is its number, and a word that is none of them 999."""
        numbered = [_numbers(one) if one.dtype == object else one for one in self.columns.values()]
        return np.column_stack(numbered)


class World:
    """One seed's world, its model, and what is remembered of its first days."""

    def __init__(self, seed: int, rows: int, *, wobble: float = 1.0, task: Task = "binary") -> None:
        """Draw what stays the same, train on two weeks, learn four more."""
        self.task: Task = task
        self.rng = rng = np.random.default_rng(seed)
        self.rows, self.wobble, self.day = rows, wobble, 0
        self.ties = rng.uniform(0.2, 0.85, WIDTH) * rng.choice([-1, 1], WIDTH)
        self.sd = wobble * rng.uniform(0.02, 0.12, WIDTH)
        self.weekend = wobble * rng.uniform(0.1, 0.6, WIDTH) * (rng.random(WIDTH) < 0.5)
        self.rule = np.where(rng.random(WIDTH) < 0.5, rng.normal(0, 1.0, WIDTH), 0.0)
        self.rule[:2] = (1.2, -0.9)
        self.base, self.own = rng.uniform(-2.0, 0.0), np.zeros(WIDTH)
        if task == "multiclass":
            self.rule = self.rule[:, None] * rng.normal(0, 1.0, (1, CLASSES)) + rng.normal(0, 0.6, (WIDTH, CLASSES))
        train = [self.window() for _ in range(14)]
        kind = lightgbm.LGBMRegressor if task == "regression" else lightgbm.LGBMClassifier
        self.model = kind(n_estimators=60, num_leaves=8, n_jobs=1, verbose=-1)
        features, labels = [one.matrix() for one in train], [one.label for one in train]
        self.model.fit(np.concatenate(features), np.concatenate(labels))
        self._learn([self.window() for _ in range(REFERENCE)])

    def _learn(self, past: list[Rows]) -> None:
        tables = [one.table() for one in past]
        names = tables[0].column_names
        kinds = (Column(name=name, kind="numeric" if name[0] == "n" else "categorical") for name in names)
        whole = pa.concat_tables(tables)
        self.edges = edges_of(whole, Schema(task="binary", label="", features=tuple(kinds)))
        profiles = [profile(one, self.edges) for one in tables]
        level = profiles[0]
        for one in profiles[1:]:
            level += one
        self.accepted = (level, *profiles)
        numbers = np.repeat(np.arange(len(past)), [one.num_rows for one in tables])
        self.beside = remember(whole, numbers, self.edges)
        self.met = [self.met_by(one) for one in past[-6:]]

    def window(self, *, factor: float = 0.0, rule: Values | None = None, odds: float = 1.0) -> Rows:
        """The next day; `factor` moves all columns together, `odds` draws more rows of the positive outcome."""
        rng, rows = self.rng, self.rows
        self.own = 0.6 * self.own + 0.8 * rng.normal(size=WIDTH)
        effect = self.sd * self.own + self.weekend * (self.day % 7 >= 5)
        self.day += 1
        common = rng.normal(size=(rows, 1)) + factor
        hidden = self.ties * common + np.sqrt(1 - self.ties**2) * rng.normal(size=(rows, WIDTH)) + effect
        logit = 0.6 * hidden @ (self.rule if rule is None else rule) + self.base + 0.1 * self.wobble * rng.normal()
        label = self._label(logit)
        if odds != 1.0:
            weight = np.where(label > 0, odds, 1.0)
            place = rng.choice(rows, rows, p=weight / weight.sum())
            hidden, label = hidden[place] + 1e-9 * rng.normal(size=hidden.shape), label[place]
        return Rows(hidden=hidden, columns=columns(hidden), label=label)

    def _label(self, logit: Values) -> Values:
        if self.task == "regression":
            return np.asarray(logit + self.rng.normal(size=len(logit)))
        if self.task == "multiclass":
            return np.asarray(np.argmax(logit + self.rng.gumbel(size=logit.shape), axis=1), float)
        return np.asarray(self.rng.random(len(logit)) < 1 / (1 + np.exp(-logit)), float)

    def met_by(self, rows: Rows) -> Reliability:
        """What the model's scores met."""
        if self.task == "regression":
            return reliability(self.task, rows.label, np.asarray(self.model.predict(rows.matrix())), scale=5.0)
        score = np.asarray(self.model.predict_proba(rows.matrix()))
        return reliability(self.task, rows.label, score[:, 1] if self.task == "binary" else score)

    def truth(self, rows: Rows) -> Stayed | None:
        """What the labels say."""
        now = self.met_by(rows)
        if self.task == "regression":
            tables = [np.array(one.seen) / MASS for one in (*self.met, now)]
            return errors_stayed(tables[:-1], tables[-1], abs(RESIDUALS))
        names = tuple("abcdefgh"[:CLASSES]) if self.task == "multiclass" else ()
        return stayed([outcomes(one, names) for one in self.met], outcomes(now, names))

    def found(self, rows: Rows, *, labels: bool = True) -> tuple[Cause, ...]:
        """The causes of a window."""
        table = rows.table()
        truth = self.truth(rows) if labels else None
        counted, shown = profile(table, self.edges), symptoms(self.beside, table)
        return causes(evidence(self.edges, self.accepted, counted, shown, truth))


def columns(hidden: Values) -> dict[str, Values]:
    """The columns that hidden values make."""
    found: dict[str, Values] = {f"n{j}": SHAPES[j % len(SHAPES)](hidden[:, j]) for j in range(NUMBERS)}
    for place, levels in enumerate(LEVELS):
        cuts = np.sqrt(2) * 1.2 * (np.arange(1, levels) / levels * 2 - 1)
        codes = np.searchsorted(cuts, hidden[:, NUMBERS + place])
        found[f"c{place}"] = np.array([f"level {code}" for code in codes.tolist()], dtype=object)
    return found


def _numbers(levels: Values) -> Values:
    words = [str(level).rsplit(" ", 1)[-1] for level in levels.tolist()]
    return np.array([float(word) if word.isdigit() else 999.0 for word in words])
