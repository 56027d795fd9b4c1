"""On which rows, by which recipe? The complete order of one training, repeatable bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.loop.policy import Rule, Scope

OrderKind = Literal["first", "routine", "alarm", "strict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOrder:
    """Everything a training needs to know; the same order on the same log gives the same version."""

    version: str  # the name of what comes out
    kind: OrderKind
    scopes: tuple[Scope, ...]
    windows: tuple[int, ...]  # numbers of the windows whose rows may be read: labelled, not quarantined
    as_of: float  # labels known at this moment
    judge: int | None  # number of the window that judges the fit without it; None: nothing to judge against
    judge_half: bool  # judge on the window's second half only (after an alert)
    rivals_from: tuple[int, ...]  # windows whose labels declare the proof loss and its naive rivals
    code: str  # model.py:build; empty: the default pipeline
    seed: int
    seconds: float  # wall time at most
    memory: int  # bytes at most
    kept_out: tuple[Rule, ...] = ()  # answers that break one of these and were not corrected are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One trained model of a version."""

    scope: str  # title of the scope
    rows: int


def version_number(version: str) -> int:
    """The number in a version's name.

    >>> version_number("v12")
    12
    """
    return int(version.removeprefix("v"))
