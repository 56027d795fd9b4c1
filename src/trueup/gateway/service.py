"""What does the door need from the house?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from trueup.gateway.corrections import Corrections
    from trueup.loop.schema import Schema
    from trueup.ports.spool import Spool
    from trueup.runtime.misfit import Misfits


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the versions in traffic said, one entry a row."""

    versions: tuple[str, ...]  # which version was asked
    arms: tuple[str, ...]  # champion | canary
    scores: tuple[tuple[float, ...], ...]  # as served: one number, or one a class; empty where there is an error
    raws: tuple[tuple[float, ...], ...]  # blended, before recalibration
    errors: tuple[str, ...]  # why there is no score; empty where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one request: its answers, and how much of it was in before."""

    answers: Answers
    doubled: int  # rows whose id was in before, with the same row: a request that was sent again


class Service(Protocol):
    """One model behind the door."""

    @property
    def model(self) -> str:
        """The model's name, as in the path."""
        ...

    @property
    def version(self) -> str:
        """The champion; empty until one is loaded."""
        ...

    @property
    def schema(self) -> Schema:
        """What a row must look like."""
        ...

    @property
    def spool(self) -> Spool:
        """Where rows are safe before they are acknowledged."""
        ...

    @property
    def misfits(self) -> Misfits:
        """Where logged rows that do not fit are counted."""
        ...

    @property
    def corrections(self) -> Corrections:
        """What is known, and how much of it a source may change."""
        ...

    def answer(self, features: pa.Table, entities: Sequence[str]) -> Answers:
        """Route each row by its entity and score it; called from one thread at a time."""
        ...

    def explain(self, identifier: str) -> Mapping[str, object]:
        """Say why, as nouns for JSON; raises `NotFound`."""
        ...

    def on_clock(self, now: float) -> Mapping[str, object]:
        """Do what is due by then; only called by a simulation."""
        ...
