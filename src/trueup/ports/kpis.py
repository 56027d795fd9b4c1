"""What is the owner's own number worth on these rows?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


class OwnKpi(Protocol):
    """A number that the owner's code works out; whatever that code raises is errors.BadAnswer."""

    @property
    def code_hash(self) -> str:
        """Content hash of the code."""

    def observe(self, rows: pa.Table) -> Mapping[str, float]:
        """What the number is made of, on rows with the features, `score` and `label`; sums of two tables add up."""

    def value(self, sums: Mapping[str, float]) -> float | None:
        """The number; None where it is undefined."""

    def standard_error(self, sums: Mapping[str, float]) -> float | None:
        """Its standard error in its own unit; None where the owner gives none."""
