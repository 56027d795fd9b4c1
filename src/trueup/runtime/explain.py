"""Why? One sentence first, the evidence after, what would have changed it last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import NotFound
from trueup.loop.validate.verdict import PROMISE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.actions import Notify
    from trueup.loop.decide.decision import Decision
    from trueup.loop.events import TrainingFinished
    from trueup.loop.policy import Policy
    from trueup.ports.journal import Head
    from trueup.ports.prediction_log import PredictionLog
    from trueup.runtime.story import Chronicle

Json = dict[str, Any]


def explain(what: str, chronicle: Chronicle, log: PredictionLog, policy: Policy, head: Head) -> Json:
    """Answer for a decision (17), a version (v4), an alert (alert 3), or a prediction's id."""
    name = what.strip()
    if name.startswith("v") and name[1:].isdigit():
        answer = _version(name, chronicle)
    elif name.isdigit():
        answer = _decision(int(name), chronicle)
    elif name.removeprefix("alert").strip(" -#").isdigit() and name.startswith("alert"):
        answer = _alert(int(name.removeprefix("alert").strip(" -#")), chronicle)
    else:
        answer = _prediction(name, log, chronicle, policy)
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
    sentence = f"decision {number} after window {decision.window}: {decision.headline}."
    return _answer(
        "decision",
        sentence,
        [*decision.reasons, *held, *gain, *verdict],
        _otherwise(decision),
        check="trueup audit",
    )


def _otherwise(decision: Decision) -> str:
    return f"What would have changed it: {decision.otherwise}." if decision.otherwise else ""


def _version(name: str, chronicle: Chronicle) -> Json:
    training = next((one for one in chronicle.trainings if one.version == name), None)
    about = [one for one in chronicle.decisions if one.version == name]
    if training is None and not about:
        known = ", ".join(one.version for one in chronicle.trainings) or "none yet"
        raise NotFound("version", name, f"known versions: {known}")
    last = about[-1] if about else None
    sentence = f"{name}: {last.headline}." if last is not None else f"{name} was trained."
    evidence = [f"decision {one.number}: {one.headline}" for one in about]
    evidence += [] if training is None else _lineage(training)
    return _answer(
        "version",
        sentence,
        evidence,
        _otherwise(last) if last is not None else "",
        check=f"trueup audit {name}",
        undo="trueup rollback",
    )


def _lineage(training: TrainingFinished) -> list[str]:
    fits = ", ".join(f"{fit.scope} ({fit.rows:,} rows)" for fit in training.fits)
    code = training.code_hash[:12] or "default pipeline"
    hashes = f"snapshot {training.snapshot[:12]} · bundle {training.bundle[:12]} · code {code}"
    lines = [f"fits: {fits}", f"rows {training.rows:,} · {hashes}"]
    if training.judged is not None:
        lines.append(f"judged on {training.judged.comparison.labelled:,} rows it had not seen")
        lines.append(f"what the proof promises: {PROMISE}")
    return lines


def _alert(number: int, chronicle: Chronicle) -> Json:
    notice = next((one for one in chronicle.notices if one.number == number), None)
    if notice is None:
        raise NotFound("alert", str(number), f"there are {len(chronicle.alerts)} alerts so far")
    return _answer(
        "alert",
        f"alert {number} in window {notice.window} ({notice.severity}): {notice.sentence}.",
        _context(notice, chronicle),
        "Within its usual range the column would have raised nothing.",
        check="trueup audit",
    )


def _context(notice: Notify, chronicle: Chronicle) -> list[str]:
    return [f"decision {one.number}: {one.headline}" for one in chronicle.decisions if one.window == notice.window]


def _prediction(name: str, log: PredictionLog, chronicle: Chronicle, policy: Policy) -> Json:
    row = log.find(name)
    version = str(row.get("_version") or "")
    score = row.get("_score")
    shown = ", ".join(f"{one:.3g}" for one in score) if isinstance(score, list) else "no score"
    who = f"{policy.model} {version}".strip()
    sentence = f"{row.get('_entity') or name} got {shown} from {who} ({row.get('_arm')})."
    evidence = _label(row)
    otherwise = ""
    if version.startswith("v") and version[1:].isdigit():
        about = _version(version, chronicle)
        evidence += [about["sentence"], *about["evidence"]]
        otherwise = about["otherwise"]
    return _answer(
        "prediction", sentence, evidence, otherwise, check=f"trueup audit {version}".strip(), undo="trueup rollback"
    )


def _label(row: Mapping[str, object]) -> list[str]:
    label = row.get("_label")
    return ["its outcome is not known yet"] if label is None else [f"its outcome was {label}"]
