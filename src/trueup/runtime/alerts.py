"""What does an alert look like to other programs? A versioned record, in a CloudEvents envelope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from trueup.runtime.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.loop.actions import NoticeKind, Notify
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.runtime.story import Chronicle

VERSION: Final = 1
SCHEMA_ID: Final = f"urn:trueup:alert:{VERSION}"
TYPE: Final = f"trueup.alert.v{VERSION}"

AlertKind = Literal["data", "concept", "label", "performance", "ood", "rule", "quality", "run"]
KINDS: Final[Mapping[NoticeKind, AlertKind]] = {
    "drift": "data",
    "limit": "data",
    "rival": "performance",
    "calibration": "concept",
    "performance": "performance",
    "label": "label",
    "ood": "ood",
    "rule": "rule",
    "skew": "quality",
    "quality": "quality",
    "run": "run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWindows:
    """The windows that an alert rests on."""

    first: Annotated[int, Meta(description="number of the window in which it began", ge=0)]
    last: Annotated[int, Meta(description="number of the newest closed window when it was told", ge=0)]
    name: Annotated[str, Meta(description="the last one, as people read it; empty before any window has closed")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvidence:
    """Where the evidence is."""

    entry: Annotated[str, Meta(description="hash of the journal's entry that holds it", pattern="^[0-9a-f]{64}$")]
    fine: Annotated[str, Meta(description="content hash of the window's fine profile; empty: none was kept")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """One alert of a model; a later version of this record only adds keys."""

    version: Annotated[Literal[1], Meta(description="of this record's form")]
    model: Annotated[str, Meta(description="whose alert it is")]
    number: Annotated[int, Meta(description="of the alert, counted from 1; one episode has one number", ge=1)]
    kind: Annotated[AlertKind, Meta(description="what is wrong")]
    severity: Annotated[Literal["minor", "moderate", "major"], Meta(description="how grave it is")]
    confidence: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="that it is so, not that it is bad; of a deviation 1 minus the chance that calm data "
            "brings it, of a proven cause how far its proof leaves nothing else, of a limit that is passed (the "
            "owner's, or one of what data must be like) 1, since that is counted; null: of a comparison, an "
            "estimate or a run, whose figures stand in the sentence"
        ),
    ]
    subject: Annotated[str, Meta(description="column, rule, version, metric or window that it is about")]
    columns: Annotated[tuple[str, ...], Meta(description="columns that it is about")]
    segments: Annotated[tuple[str, ...], Meta(description="slices or levels that it is about")]
    windows: AlertWindows
    evidence: AlertEvidence
    sentence: Annotated[str, Meta(description="what people read")]
    cause: Annotated[str, Meta(description="the likely cause, in words; empty: not told")]
    proposed: Annotated[
        str,
        Meta(description="block and quarantine, ask, recalibrate, retrain or watch; empty: nothing is proposed"),
    ]
    opened: Annotated[bool, Meta(description="it begins here; false: it became graver")]


def record(notice: Notify, chronicle: Chronicle, policy: Policy) -> AlertRecord:
    """An alert's record, from what the journal holds of it."""
    window = next((event for event in chronicle.closed if event.window.number == notice.window), None)
    about = notice.about
    values = {
        "version": VERSION,
        "model": policy.model,
        "number": notice.number,
        "kind": KINDS[notice.kind],
        "severity": notice.severity,
        "confidence": about.confidence,
        "subject": notice.subject,
        "columns": about.columns or ((notice.subject,) if notice.kind in {"drift", "limit", "skew"} else ()),
        "segments": about.segments,
        "windows": {
            "first": about.since or notice.window,
            "last": notice.window,
            "name": "" if window is None else window.window.name,
        },
        "evidence": {"entry": chronicle.written[notice.id].hash, "fine": "" if window is None else window.fine},
        "sentence": notice.sentence,
        "cause": about.cause,
        "proposed": about.proposed,
        "opened": notice.opened,
    }
    return msgspec.convert(values, AlertRecord)


def plain(one: AlertRecord) -> dict[str, Any]:
    """The record as JSON has it."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(one))
    return values


def alert_events(chronicle: Chronicle, state: State, policy: Policy) -> Iterator[dict[str, Any]]:
    """Every alert, oldest first, each in an envelope of CloudEvents 1.0.

    `id` is the same however often it is sent. `standing`, an extension, says whether the episode goes on.
    Source: github.com/cloudevents/spec, version 1.0.2, sections 3.1 and 3.2; JSON format, section 3.1.
    """
    goes_on = {one.number for one in standing(chronicle, state, policy)}
    for notice in chronicle.notices:
        if notice.number:
            yield {
                "specversion": "1.0",
                "id": f"{policy.model}/{notice.id}",
                "source": f"/trueup/{policy.model}",
                "type": TYPE,
                "subject": f"alert/{notice.number}",
                **_moment(chronicle.written[notice.id].time, policy),
                "datacontenttype": "application/json",
                "dataschema": SCHEMA_ID,
                "standing": notice.number in goes_on,
                "data": plain(record(notice, chronicle, policy)),
            }


def schema() -> dict[str, Any]:
    """The record's JSON Schema, as it stands in docs/alert.schema.json."""
    (reference,), parts = msgspec.json.schema_components([AlertRecord], ref_template="#/$defs/{name}")
    top = parts.pop(str(reference["$ref"]).rsplit("/", 1)[1])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **top,
        "title": "An alert of trueup",
        "$defs": parts,
    }


def _moment(time: float, policy: Policy) -> dict[str, str]:
    """When it was told; nothing where time is a plain order number."""
    if policy.window.unit != "time":
        return {}
    return {"time": dt.datetime.fromtimestamp(time, tz=dt.UTC).isoformat().replace("+00:00", "Z")}
