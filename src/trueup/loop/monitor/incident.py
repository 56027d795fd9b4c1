"""Which moves of a column are one episode, and worth one alert?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.reading import Severity
from trueup.loop.monitor.signals import Kind
from trueup.loop.monitor.watch import Incident
from trueup.loop.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.monitor.reading import Judged, Reading
    from trueup.loop.monitor.watch import Watch

QUIET: Final = 3  # windows without a signal over its limit that close an incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A reading that lasted, or that is overwhelming; one incident, however many windows it takes."""

    number: int  # of the incident
    window: Window
    column: str
    kind: Kind
    severity: Severity
    sentence: str
    value: float  # rank, share, or psi beyond chance
    usual: float  # the same of the champion's rows
    p: float  # chance of a value at least as far out when nothing is wrong
    psi: float  # of the column, beyond chance
    opened: bool  # in this window; else it goes on


def incidents(
    watch: Watch, window: Window, columns: Mapping[str, tuple[Judged, ...]], readings: Mapping[str, Reading]
) -> tuple[tuple[Incident, ...], tuple[Alert, ...]]:
    """The incidents that stand after this window, and its alerts."""
    standing = {one.column: one for one in watch.incidents}
    number, alerts = watch.opened, []
    for column, signals in columns.items():
        lasted, over = any(one.lasted for one in signals), any(one.over for one in signals)
        incident = standing.get(column)
        opens = incident is None and lasted
        if opens:
            number += 1
            incident = Incident(number=number, column=column, opened=window.number)
        if incident is None:
            continue
        standing[column] = replace(incident, quiet=0 if over else incident.quiet + 1)
        if over:
            alerts.append(_alert(incident.number, window, readings[column], opened=opens))
    return tuple(one for one in standing.values() if one.quiet < QUIET), tuple(alerts)


def _alert(number: int, window: Window, reading: Reading, *, opened: bool) -> Alert:
    size = f" (psi {reading.psi:.2f})" if reading.psi else ""
    return Alert(
        number=number,
        window=window,
        column=reading.column,
        kind=reading.kind,
        severity=reading.severity,
        sentence=f"{reading.column} moved: {reading.moved}{size}",
        value=reading.value,
        usual=reading.usual,
        p=reading.p,
        psi=reading.psi,
        opened=opened,
    )
