"""How is a number of the owner's asked for?

`monitor.kpis: [{name: ctr, code: kpi.py:Ctr}]` names a class, or a function that gives an object; it is called without
arguments. The object has `observe(rows)`, which gives sums by name (or a list of them), and `value(sums)`, which gives
the number; `standard_error(sums)` is welcome. Rows are a pandas DataFrame: the features, `score` and `label`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar, cast

from trueup.adapters.models.code import builder, read_sources
from trueup.adapters.models.owner import frame_of
from trueup.errors import BadAnswer, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

T = TypeVar("T")

HOW: Final = "docs/settings.md, KPIs, shows one that works"
MOST_SUMS: Final = 200  # of one KPI; the journal keeps them


class CodedKpi:
    """A number of the owner's, worked out by their code."""

    def __init__(self, project: Path, name: str, code: str) -> None:
        """Load the code; what is wrong with it is said before any row is looked at."""
        sources = read_sources(project)
        self._name = name
        self._hash = sources.hash
        self._object = builder(sources, code)()
        for method in ("observe", "value"):
            if not callable(getattr(self._object, method, None)):
                raise UsageError(f"KPI {name!r}: {code} gives an object without {method}(); {HOW}")

    @property
    def code_hash(self) -> str:
        """Content hash of the project's Python files."""
        return self._hash

    def observe(self, rows: pa.Table) -> Mapping[str, float]:
        """What the number is made of, on these rows."""
        return self._asked("observe", lambda observe: self._sums(observe(frame_of(rows))))

    def value(self, sums: Mapping[str, float]) -> float | None:
        """The number; None or NaN say that it is undefined."""
        return self._asked("value", lambda value: _number(value(dict(sums))))

    def standard_error(self, sums: Mapping[str, float]) -> float | None:
        """Its standard error, where the owner gives one."""
        if not callable(getattr(self._object, "standard_error", None)):
            return None
        return self._asked("standard_error", lambda error: _number(error(dict(sums))))

    def _asked(self, method: str, ask: Callable[[Callable[..., object]], T]) -> T:
        try:
            return ask(getattr(self._object, method))
        except BadAnswer:
            raise
        except Exception as error:  # the owner's code may raise anything; none of it may stop the loop
            what = f"KPI {self._name}: {method}() raised {type(error).__name__} ({error})"
            raise BadAnswer(what, f"mend it; {HOW}") from error

    def _sums(self, said: object) -> Mapping[str, float]:
        """The sums by name; a list of them is numbered."""
        if isinstance(said, Mapping):
            pairs = [(str(key), float(one)) for key, one in said.items()]
        else:
            pairs = [(str(place), float(one)) for place, one in enumerate(cast("Iterable[float]", said))]
        if len(pairs) > MOST_SUMS or not all(math.isfinite(one) for _, one in pairs):
            what = f"KPI {self._name}: observe() gave {len(pairs)} sums, or one that is not finite"
            raise BadAnswer(what, f"give at most {MOST_SUMS} finite ones; {HOW}")
        return dict(pairs)


def _number(said: object) -> float | None:
    if said is None:
        return None
    number = float(said)  # type: ignore[arg-type]  # what the owner's code gives; anything else is told as BadAnswer
    return number if math.isfinite(number) else None
