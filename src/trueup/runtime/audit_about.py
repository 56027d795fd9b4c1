"""Does everything hold that is on record about one version or one decision?

Its entries must come out the same again, the verdict from the stored evidence among them; the bundle and the snapshot
must be there, byte by byte what the journal calls them; and both must come from the order that the loop gave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.errors import NotFound, TrueupError
from trueup.loop.actions import Load, Train
from trueup.loop.decide.decision import Decision
from trueup.loop.events import TrainingFailed, TrainingFinished, VersionFailed, VersionLoaded
from trueup.ports.bundles import Bundles
from trueup.ports.snapshots import Snapshots
from trueup.runtime import codec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trueup.ports.journal import Journal
    from trueup.runtime.audit import Audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str  # decisions | verdict | training order | bundle | snapshot
    holds: bool
    said: str  # what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an audit says of one version or decision."""

    what: str
    entries: tuple[int, ...]  # positions in the journal that belong to it
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Every check does."""
        return all(check.holds for check in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where what the journal names lies."""

    bundles: Bundles
    snapshots: Snapshots


@dataclass(slots=True, kw_only=True)
class _Records:
    """The entries of a journal that speak of decisions and versions, up to the first that cannot be read."""

    decisions: list[tuple[int, Decision]] = field(default_factory=list)  # with their entry's position
    orders: list[tuple[int, Train]] = field(default_factory=list)
    made: list[tuple[int, TrainingFinished]] = field(default_factory=list)
    named: list[tuple[int, str]] = field(default_factory=list)  # other entries about a version

    def take(self, position: int, recorded: codec.Recorded) -> None:
        event = recorded.event
        self.decisions += [(position, one) for one in recorded.decisions]
        self.orders += [(position, one) for one in recorded.actions if isinstance(one, Train)]
        self.named += [(position, one.version) for one in recorded.actions if isinstance(one, Load)]
        if isinstance(event, TrainingFinished):
            self.made.append((position, event))
        if isinstance(event, VersionLoaded | VersionFailed):
            self.named.append((position, event.version))
        if isinstance(event, TrainingFailed):
            ordered = next((one.order.version for _, one in self.orders if one.id == event.action), "")
            self.named.append((position, ordered))

    @property
    def versions(self) -> tuple[str, ...]:
        """All that were ordered, in their order."""
        return tuple(dict.fromkeys(one.order.version for _, one in self.orders))

    def of(self, version: str) -> Iterator[int]:
        """The entries about a version."""
        yield from (position for position, one in self.decisions if one.version == version)
        yield from (position for position, one in self.orders if one.order.version == version)
        yield from (position for position, one in self.made if one.version == version)
        yield from (position for position, name in self.named if name == version)


def audit_about(what: str, journal: Journal, whole: Audit, stores: Stores) -> About:
    """Look at one version (v4) or decision (17) of a journal that was audited whole; raises NotFound."""
    name, records = what.strip(), _records(journal, whole)
    if name in records.versions:
        about = [(position, one) for position, one in records.decisions if one.version == name]
        entries = tuple(sorted(set(records.of(name))))
        return About(what=name, entries=entries, checks=_checks(name, about, entries, records, whole, stores))
    number = name.removeprefix("decision").strip()
    about = [(position, one) for position, one in records.decisions if number == str(one.number)]
    if not about:
        raise _unknown(name, records)
    version = about[0][1].version
    entries = tuple(position for position, _ in about)
    return About(
        what=f"decision {number}", entries=entries, checks=_checks(version, about, entries, records, whole, stores)
    )


def _records(journal: Journal, whole: Audit) -> _Records:
    """What was derived; an entry that could not be taken in ends it."""
    records = _Records()
    for entry in journal.read():
        if entry.position > whole.derived:
            break
        records.take(entry.position, codec.decode(entry.payload))
    return records


def _unknown(name: str, records: _Records) -> NotFound:
    versions = ", ".join(records.versions) or "none yet"
    last = records.decisions[-1][1].number if records.decisions else 0
    numbers = f"1 to {last}" if last else "none yet"
    return NotFound("version or decision", name, f"versions: {versions}; decisions: {numbers}")


def _checks(
    version: str,
    about: list[tuple[int, Decision]],
    entries: tuple[int, ...],
    records: _Records,
    whole: Audit,
    stores: Stores,
) -> tuple[Check, ...]:
    verdicts = [(position, one) for position, one in about if one.verdict]
    found = [_derived("decisions", _numbers(about), entries, whole)]
    if verdicts:
        position, judged = verdicts[-1]
        said = f"verdict {judged.verdict!r} of decision {judged.number}, from the stored evidence,"
        found.append(_derived("verdict", said, (position,), whole))
    made = next((one for _, one in records.made if one.version == version), None)
    if made is None:
        return tuple(found)
    order = next((one for _, one in records.orders if one.id == made.action), None)
    return (
        *found,
        _attempt("training order", lambda: _ordered(order, made, stores)),
        _attempt("bundle", lambda: _bundle(made, stores)),
        _attempt("snapshot", lambda: _snapshot(made, stores)),
    )


def _numbers(about: list[tuple[int, Decision]]) -> str:
    numbers = [f"{one.number}" for _, one in about]
    return f"decision{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}" if numbers else "its entries"


def _derived(name: str, subject: str, entries: tuple[int, ...], whole: Audit) -> Check:
    """Whether these entries came out the same again."""
    where = ", ".join(map(str, entries))
    came = f"{subject} came out the same again (journal {'entry' if len(entries) == 1 else 'entries'} {where})"
    parted = ", ".join(str(one) for one in entries if one in whole.parted)
    if parted:
        return Check(name=name, holds=False, said=f"{subject} did NOT come out the same again: entry {parted}")
    older = ", ".join(str(one) for one in entries if one in whole.older)
    note = f"; entry {older} is of an older core, and this one would decide otherwise" if older else ""
    return Check(name=name, holds=True, said=came + note)


def _attempt(name: str, look: Callable[[], str]) -> Check:
    """What a look finds; an error of ours is a finding."""
    try:
        return Check(name=name, holds=True, said=look())
    except TrueupError as error:
        return Check(name=name, holds=False, said=str(error))


def _ordered(order: Train | None, made: TrainingFinished, stores: Stores) -> str:
    """The bundle says that it was made by the very order that the loop gave, on the rows that the journal names."""
    lineage = stores.bundles.manifest(made.bundle).lineage
    if order is None or (lineage.order, lineage.snapshot) != (order.id, made.snapshot):
        given = "no order" if order is None else f"order {order.id} on snapshot {made.snapshot[:12]}"
        what = f"comes from order {lineage.order} on snapshot {lineage.snapshot[:12]}, the journal has {given}"
        raise TrueupError(f"bundle {made.bundle[:12]} {what}")
    rows = f"{len(order.order.windows):,} windows, seed {order.order.seed}, {order.order.code or 'default pipeline'}"
    return f"the bundle was made by order {order.id}: {rows}"


def _bundle(made: TrainingFinished, stores: Stores) -> str:
    stores.bundles.manifest(made.bundle)
    return f"bundle {made.bundle[:12]} is there, every byte as it was"


def _snapshot(made: TrainingFinished, stores: Stores) -> str:
    rows = stores.snapshots.read(made.snapshot).num_rows
    if rows != made.rows:
        raise TrueupError(f"snapshot {made.snapshot[:12]} has {rows:,} rows, the journal says {made.rows:,}")
    return f"snapshot {made.snapshot[:12]} is there, all {rows:,} rows as they were"
