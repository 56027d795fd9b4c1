"""Why? One sentence first, the evidence after, what would have changed it last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from trueup.errors import NotFound
from trueup.loop.decide.remedies import PROPOSALS
from trueup.loop.validate.verdict import PROMISE
from trueup.ports.fine_profiles import FineProfiles
from trueup.ports.prediction_log import PredictionLog
from trueup.ports.spool import Waiting
from trueup.runtime.alerts import plain, record
from trueup.runtime.beside import worst_slices
from trueup.runtime.drain import find_waiting
from trueup.runtime.explain_drift import drift_evidence
from trueup.runtime.explain_labels import label_evidence
from trueup.runtime.explain_otherwise import otherwise
from trueup.runtime.story import Chronicle
from trueup.runtime.windows import seconds_between_looks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.actions import Notify
    from trueup.loop.decide.decision import Decision
    from trueup.loop.events import TrainingFinished
    from trueup.loop.monitor.outliers import FarRows
    from trueup.loop.policy import Policy
    from trueup.ports.journal import Head

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What there is to explain from."""

    chronicle: Chronicle
    log: PredictionLog
    fine: FineProfiles
    waiting: Callable[[], Iterable[Waiting]]  # reads what was accepted and is not in the log yet


def explain(what: str, sources: Sources, policy: Policy, head: Head) -> Json:
    """Answer for a decision (17), a version (v4), an alert (alert 3), or a prediction's id."""
    name, chronicle = what.strip(), sources.chronicle
    if name.startswith("v") and name[1:].isdigit():
        answer = _version(name, chronicle, policy)
    elif name.isdigit():
        answer = _decision(int(name), chronicle)
    elif name.removeprefix("alert").strip(" -#").isdigit() and name.startswith("alert"):
        answer = _alert(int(name.removeprefix("alert").strip(" -#")), chronicle, sources.fine, policy)
    else:
        answer = _prediction(name, sources, policy)
    return {**answer, "journal": {"position": head.position, "hash": head.hash}}


def _answer(what: str, sentence: str, evidence: list[str], otherwise: str, *, check: str, undo: str = "") -> Json:
    return {
        "what": what,
        "sentence": sentence,
        "evidence": evidence,
        "otherwise": otherwise,
        "check": check,
        "undo": undo,
    }


def _decision(number: int, chronicle: Chronicle) -> Json:
    decision = next((one for one in chronicle.decisions if one.number == number), None)
    if decision is None:
        raise NotFound("decision", str(number), "trueup decisions lists them")
    held = [f"held back: {sentence}" for sentence in decision.held]
    gain = [] if decision.gain is None else [f"expected gain: {100 * decision.gain:.1f} % of the metric"]
    verdict = [] if not decision.verdict else [f"verdict: {decision.verdict}"]
    sentence = f"decision {number} after {_window(decision.window, chronicle)}: {decision.headline}."
    return _answer(
        "decision",
        sentence,
        [*_unsaid(decision), *held, *gain, *verdict, *chronicle.estimates.lines(decision.window)],
        _otherwise(decision),
        check=f"trueup audit {number}",
    )


def _unsaid(decision: Decision) -> list[str]:
    """The reasons that its headline does not give already."""
    return [reason for reason in decision.reasons if reason not in decision.headline]


def _window(number: int, chronicle: Chronicle) -> str:
    """A window by its number and, where it is known, its name."""
    event = next((event for event in chronicle.closed if event.window.number == number), None)
    if event is None:
        return f"window {number}"
    names = (*(() if event.window.name.startswith("#") else (event.window.name,)), *event.known)
    return f"window {number}" + (f" ({', '.join(names)})" if names else "")


def _otherwise(decision: Decision) -> str:
    return f"What would have changed it: {decision.otherwise}." if decision.otherwise else ""


def _version(name: str, chronicle: Chronicle, policy: Policy) -> Json:
    training = next((one for one in chronicle.trainings if one.version == name), None)
    about = [one for one in chronicle.decisions if one.version == name]
    if training is None and not about:
        known = ", ".join(one.version for one in chronicle.trainings) or "none yet"
        raise NotFound("version", name, f"known versions: {known}")
    last = about[-1] if about else None
    headline = last.headline if last is not None else f"{name} was trained"
    sentence = _reign(name, chronicle) or (f"{headline}." if headline.startswith(name) else f"{name}: {headline}.")
    evidence = [f"decision {one.number}, {_window(one.window, chronicle)}: {one.headline}" for one in about]
    evidence += next((_unsaid(one) for one in reversed(about) if one.verdict and one.reasons), [])
    evidence += [] if training is None else _lineage(training)
    return _answer(
        "version",
        sentence,
        evidence,
        _otherwise(last) if last is not None else "",
        check=f"trueup audit {name}",
        undo=_undo(name, chronicle, policy),
    )


def _reign(name: str, chronicle: Chronicle) -> str:
    """When a former champion answered; empty for the one that does, and for those that never did."""
    places = [at for at, (_, version) in enumerate(chronicle.champions) if version == name]
    if not places or places[-1] == len(chronicle.champions) - 1:
        return ""
    (begun, _), (ended, heir) = chronicle.champions[places[-1] : places[-1] + 2]
    since, until = _window(begun, chronicle), _window(ended, chronicle)
    return f"{name} was champion from {since} to {until}; then {heir} took over."


def _undo(name: str, chronicle: Chronicle, policy: Policy) -> str:
    """How to take a version back: only the one that answers can be, and only where one answered before it."""
    answering = chronicle.champions[-1:]
    later = len(chronicle.champions) > 1 and any(version == name for _, version in answering)
    return f"trueup rollback {policy.model}" if later else ""


def _lineage(training: TrainingFinished) -> list[str]:
    fits = ", ".join(f"{fit.scope} ({fit.rows:,} rows)" for fit in training.fits)
    code = training.code_hash[:12] or "default pipeline"
    hashes = f"snapshot {training.snapshot[:12]} · bundle {training.bundle[:12]} · code {code}"
    lines = [f"fits: {fits}", f"rows {training.rows:,} · {hashes}"]
    if training.judged is not None:
        lines.append(f"judged on {training.judged.comparison.labelled:,} rows it had not seen")
        lines.append(f"what the proof promises: {PROMISE}")
    return lines


def _alert(number: int, chronicle: Chronicle, fine: FineProfiles, policy: Policy) -> Json:
    notice = next((one for one in chronicle.notices if one.number == number), None)
    if notice is None:
        raise NotFound("alert", str(number), f"there are {len(chronicle.alerts)} so far; trueup alerts lists them")
    answer = _answer(
        "alert",
        f"alert {number} in {_window(notice.window, chronicle)}, {notice.severity}: {notice.sentence}.",
        [
            *_cause(notice),
            *_moved(notice, chronicle, fine),
            *_worse(notice, chronicle, policy),
            *_labels_before(notice, chronicle, policy),
            *_context(notice, chronicle),
        ],
        f"What would have changed it: {otherwise(notice)} would have raised nothing.",
        check="trueup audit",
    )
    return {**answer, "alert": plain(record(notice, chronicle, policy))}


def _far(counted: FarRows) -> str:
    """How many rows are far, and beside what."""
    rows = f"{counted.far:,} of {counted.rows:,} rows; about 1 in 100 is usual"
    return f"{rows} · measured beside {counted.reference:,} rows, outlier model {counted.model[:12]}"


def _cause(notice: Notify) -> list[str]:
    """What most likely brought it about, and what that calls for."""
    about = notice.about
    proposed = PROPOSALS.get(about.cause.replace(" ", "_"), about.proposed)
    return [
        *([f"likely cause: {about.cause}"] if about.cause else []),
        *([f"proposed: {proposed}"] if proposed else []),
    ]


def _moved(notice: Notify, chronicle: Chronicle, fine: FineProfiles) -> list[str]:
    """The column's old and new values, where the alert is on a column."""
    window = next((event for event in chronicle.closed if event.window.number == notice.window), None)
    if window is not None and notice.kind == "ood" and window.outliers is not None:
        return [_far(window.outliers)]
    if notice.kind not in {"drift", "limit"} or window is None:
        return []
    columns = notice.about.columns
    if len(columns) < 2:
        return drift_evidence(window.fine, notice.subject, fine)
    return [f"{column}: {line}" for column in columns for line in drift_evidence(window.fine, column, fine)]


def _labels_before(notice: Notify, chronicle: Chronicle, policy: Policy) -> list[str]:
    """Which labels came before, and which in the window, where the alert is on them."""
    event, history = chronicle.matured.get(chronicle.judged.get(notice.number, 0)), chronicle.history
    if notice.kind != "label" or notice.subject != policy.schema.label or event is None or history is None:
        return []
    return label_evidence(history.returned, event.returned, policy.schema)


def _worse(notice: Notify, chronicle: Chronicle, policy: Policy) -> list[str]:
    """The number that became worse and its slices, where the alert is on one."""
    event = chronicle.matured.get(chronicle.judged.get(notice.number, 0))
    return worst_slices(event, notice.subject, policy) if notice.kind == "performance" and event is not None else []


def _context(notice: Notify, chronicle: Chronicle) -> list[str]:
    return [f"decision {one.number}: {one.headline}" for one in chronicle.decisions if one.window == notice.window]


def _prediction(name: str, sources: Sources, policy: Policy) -> Json:
    row, waits = _row(name, sources)
    version = str(row.get("_version") or "")
    score = row.get("_score")
    shown = ", ".join(f"{one:.3g}" for one in score) if isinstance(score, list) else "no score"
    who = f"{policy.model} {version}".strip()
    sentence = f"{row.get('_entity') or name} got {shown} from {who}{_moment(row, policy)} ({row.get('_arm')})."
    sentence += _wait(row, policy) if waits else ""
    evidence = _label(row)
    otherwise = undo = ""
    check = "trueup audit"
    if version.startswith("v") and version[1:].isdigit():
        about = _version(version, sources.chronicle, policy)
        undo, check = about["undo"], about["check"]
        evidence += [about["sentence"], *about["evidence"]]
        otherwise = about["otherwise"]
    return _answer("prediction", sentence, evidence, otherwise, check=check, undo=undo)


def _row(name: str, sources: Sources) -> tuple[Mapping[str, object], bool]:
    """A prediction with its latest outcome, and whether it waits for the log; raises `NotFound`."""
    waiting = find_waiting(sources.waiting(), name)
    waits = False
    try:
        row = sources.log.find(name)  # read last: what was waiting a moment ago is in it by now
    except NotFound:
        if waiting.prediction is None:
            raise
        row, waits = waiting.prediction, True
    last = waiting.outcome
    if last is None or _known(last) < _known(row):
        return row, waits
    return {**row, "_label": last["_label"], "_known": last["_known"]}, waits


def _known(row: Mapping[str, object]) -> float:
    """When a row's label became known; before all time where none is."""
    moment = row.get("_known")
    return moment if isinstance(moment, float) else -inf


def _wait(row: Mapping[str, object], policy: Policy) -> str:
    """That a row is safe, and when it will be where the loop sees it."""
    seconds = seconds_between_looks(policy.window)
    moment = _moment({"_time": row.get("_seen")}, policy).removeprefix(" on ")
    accepted = f"accepted at {moment}" if moment else "accepted"
    return f" It was {accepted} and is safe on disk, not yet in the lake: about {seconds:.0f} s while trueup up runs."


def _moment(row: Mapping[str, object], policy: Policy) -> str:
    """When it was asked, in the project's time zone; empty where time is a plain order number."""
    time = row.get("_time")
    if policy.window.unit != "time" or not isinstance(time, float):
        return ""
    return f" on {dt.datetime.fromtimestamp(time, tz=ZoneInfo(policy.window.timezone)):%Y-%m-%d %H:%M}"


def _label(row: Mapping[str, object]) -> list[str]:
    label, corrected = row.get("_label"), row.get("_corrected")
    said = ["its outcome is not known yet"] if label is None else [f"its outcome was {label}"]
    mended = "its row was corrected or confirmed since: trainings read it so; it was answered as it was asked"
    liked = row.get("_feedback")
    thumb = [] if liked is None else ["somebody liked the answer" if liked else "somebody did not like the answer"]
    return [*said, *thumb, *([] if corrected is None else [mended])]
