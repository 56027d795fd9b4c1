"""How many outcomes may one source post, and when must it wait?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    """What a source has left."""

    left: float  # rows; below zero after a request that was larger than what was left
    since: float  # seconds, when that was so


class Allowance:
    """A token bucket a source: a minute's worth at once, then the rate; a debt is waited off, so any request fits."""

    def __init__(self, per_minute: float) -> None:
        """Allow so many rows a minute."""
        self._rate = per_minute / 60.0
        self._most = per_minute
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, source: str, now: float) -> float:
        """Seconds until the source may post again; 0 if it may now.

        >>> minute = Allowance(120.0)
        >>> minute.spend("crm", 130, now=0.0)
        >>> minute.wait("crm", now=0.0), minute.wait("crm", now=6.0), minute.wait("billing", now=0.0)
        (5.0, 0.0, 0.0)
        """
        return max(0.0, -self._filled(source, now).left / self._rate)

    def spend(self, source: str, rows: int, now: float) -> None:
        """Take what was posted."""
        self._filled(source, now).left -= rows

    def _filled(self, source: str, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(source, _Bucket(self._most, now))
        bucket.left = min(self._most, bucket.left + self._rate * (now - bucket.since))
        bucket.since = now
        return bucket
