"""Which tests can be asked of a candidate? One small file a check; CHECKS is the list."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from trueup.loop.validate.checks.bar import bar
from trueup.loop.validate.checks.estimate import estimate
from trueup.loop.validate.checks.harm import harm
from trueup.loop.validate.checks.labels import labels
from trueup.loop.validate.checks.metric import metric
from trueup.loop.validate.checks.proof import proof
from trueup.loop.validate.checks.rival import rival

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.loop.validate.check import Case, Check

CHECKS: Final[Mapping[str, Callable[[Case], Check]]] = MappingProxyType(
    {
        "bar": bar,
        "estimate": estimate,
        "harm": harm,
        "labels": labels,
        "metric": metric,
        "proof": proof,
        "rival": rival,
    }
)
