"""Does the project file mean what it says, and is everything that is wrong with it told?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from settings.shortest import SHORT
from trueup.errors import BadSettings
from trueup.loop.policy import (
    DecidePolicy,
    DeployPolicy,
    FeedbackPolicy,
    Guard,
    Hold,
    MonitorPolicy,
    Policy,
    Rule,
    Scope,
    TrainPolicy,
    Trigger,
    ValidatePolicy,
    Windowing,
)
from trueup.loop.schema import Column, Schema
from trueup.settings import load

if TYPE_CHECKING:
    from pathlib import Path

DAY: Final = 86_400.0
FULL: Final = (
    SHORT
    + """\
sensitive: [age]
timezone: Europe/Lisbon
window: 1 week                     # or 1000 rows, where there is no clock
min_rows: 500
mode: act
feedback:
  label_delay: 14 days
  outcomes: independent
monitor:
  false_alerts: 1 per 90 days
  rules:
    - {name: is_probability, expect: "score BETWEEN 0 AND 1"}
  quarantine: {missing: 20 points, unseen: 20 %, out_of_range: 20 %}
decide:
  triggers:
    - drift: calibrated
    - freshness: learned
    - slo: {at_least: 0.12, for: 2 windows}
    - schedule: {every: 90 days}
    - rule: is_probability
  hold: {cooldown: 2 windows, runs: 12 per year, cpu: 60 minutes per month, min_labels: 500}
train:
  code: model.py:build
  rows: [all, last 6 windows, recency]
  limits: {time: 5 min, memory: 2 GB}
  seed: 7
validate: {prove: routine, keep_skill: 80 %}
deploy:
  steps: [{canary: 20 %}]
  guard: {latency_p99: 50 ms, errors: 1 %}
"""
)
SCHEMA: Final = Schema(
    task="binary",
    label="subscribed",
    features=(Column(name="age", kind="numeric"), Column(name="balance", kind="numeric")),
    classes=("0", "1"),
)


def policy(folder: Path, text: str, *, clock: bool = True, schema: Schema = SCHEMA) -> Policy:
    """What a project file asks of the loop."""
    (folder / "trueup.yaml").write_text(text, encoding="utf-8")
    return load(folder).policy(schema, clock=clock)


def refusal(folder: Path, text: str, *, clock: bool = True) -> list[str]:
    """The problems a project file is refused with."""
    with pytest.raises(BadSettings) as caught:
        policy(folder, text, clock=clock)
    return str(caught.value).splitlines()


def test_the_shortest_file_is_every_default_of_the_policy(tmp_path: Path) -> None:
    """The six lines give what the core calls its defaults, and nothing else."""
    assert policy(tmp_path, SHORT) == Policy(
        model="bank",
        schema=SCHEMA,
        metric="average_precision",
        window=Windowing(unit="time", length=DAY),
        decide=DecidePolicy(hold=Hold(runs=0)),  # no limit has no number either
    )


def test_the_full_file_means_what_it_says(tmp_path: Path) -> None:
    """Every line of the long form reaches the loop in the loop's units."""
    rule = Rule(name="is_probability", expect="score BETWEEN 0 AND 1")
    triggers = (
        Trigger(name="drift"),
        Trigger(name="freshness"),
        Trigger(name="slo", settings=(("at_least", 0.12), ("windows", 2.0))),
        Trigger(name="schedule", settings=(("every", 90 * DAY), ("wall", 1.0))),
        Trigger(name="rule", settings=(("name", "is_probability"),)),
    )
    hold = Hold(cooldown=2, runs=12, runs_per=365 * DAY, cpu_minutes=60.0, cpu_per=30 * DAY, min_labels=500)
    scopes = (Scope(name="all"), Scope(name="last", windows=6), Scope(name="recency"))
    assert policy(tmp_path, FULL) == Policy(
        model="bank",
        schema=SCHEMA,
        metric="average_precision",
        window=Windowing(unit="time", length=7 * DAY, min_rows=500, timezone="Europe/Lisbon"),
        mode="act",
        feedback=FeedbackPolicy(label_delay=14 * DAY),
        monitor=MonitorPolicy(windows_per_false_alert=90 / 7, rules=(rule,)),
        decide=DecidePolicy(triggers=triggers, hold=hold),
        train=TrainPolicy(code="model.py:build", scopes=scopes),
        validate=ValidatePolicy(),
        deploy=DeployPolicy(guard=Guard(slower_than=0.05)),
        sensitive=("age",),
    )


def test_windows_of_rows_count_everything_in_rows_and_windows(tmp_path: Path) -> None:
    """Where there is no clock, a delay is rows, a budget is windows, and a thin window is a whole one."""
    text = SHORT + "window: 100 rows\nfeedback: {label_delay: 2 windows}\ndecide: {hold: {runs: 1 per 500 rows}}\n"
    found = policy(tmp_path, text, clock=False)
    assert found.window == Windowing(unit="rows", length=100.0, min_rows=100)
    assert found.feedback.label_delay == 200.0
    assert (found.decide.hold.runs, found.decide.hold.runs_per) == (1, 500.0)
    assert found.monitor.windows_per_false_alert == 90.0


def test_a_typo_names_file_line_column_and_the_nearest_key(tmp_path: Path) -> None:
    """The reader is led to the letter that is off."""
    wanted = "trueup.yaml:8:3: no key is called 'labeldelay' in feedback; did you mean 'label_delay'?"
    assert refusal(tmp_path, SHORT + "feedback:\n  labeldelay: 14 days\n") == [wanted]


def test_a_typo_of_a_needed_key_points_to_that_key(tmp_path: Path) -> None:
    """`modle` is the missing `model`, not the optional `mode`."""
    found = refusal(tmp_path, SHORT.replace("model:", "modle:"))
    assert found[1] == "trueup.yaml:2:1: no key is called 'modle'; did you mean 'model'?"


def test_a_key_in_the_wrong_section_is_sent_to_its_own(tmp_path: Path) -> None:
    """A known word in the wrong place is no typo."""
    found = refusal(tmp_path, SHORT + "label_delay: 14 days\nfeedback: {mode: act}\n")
    assert found == [
        "trueup.yaml:7:1: no key is called 'label_delay'; it belongs under feedback:",
        "trueup.yaml:8:12: no key is called 'mode' in feedback; it belongs at the top, without indent",
    ]


def test_all_problems_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Nobody mends one line only to be told of the next."""
    text = (
        SHORT.replace("trueup: 1", "trueup: 2")
        + "mode: auto\nmin_rows: 0\ntrain: {rows: [some], limits: {time: 3 m}}\n"
    )
    found = refusal(tmp_path, text)
    assert [line.split(":")[1] for line in found] == ["1", "7", "8", "9", "9"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("min_rows: many", "7:1: min_rows is 'many'; write a whole number"),
        ("mode: acct", "7:1: mode is 'acct'; did you mean 'act'?"),
        ("window: 1 fortnight", "7:1: window: '1 fortnight' has the unknown unit 'fortnight'; write a number"),
        ("sensitive: age", "7:1: sensitive is 'age'; write a list, like [a, b]"),
        ("feedback:", "7:1: feedback is empty; write keys below it"),
        ("validate: {keep_skill: 120 %}", "7:12: validate.keep_skill: '120 %' is not between 0 and 100 %"),
        ("deploy: {steps: []}", "7:10: deploy.steps is a list of 0; write at least 1"),
        (
            "train: {code: model}",
            "7:9: train.code is 'model'; write a Python file beside this one and the function in it, like code:",
        ),
        ("decide: {triggers: [{slo: {for: 2 windows}}]}", "7:22: decide.triggers.slo: an slo names one level"),
        ("decide: {triggers: [{freshness: learned, rule: x}]}", "7:21: decide.triggers: a trigger is one reason"),
        ("schedule: 1", "7:1: no key is called 'schedule'; it belongs under decide.triggers:"),
        ("fenster: 3", "7:1: no key is called 'fenster'; known here: trueup, model,"),
        ("min_rows: 99999999999999999999999", "7:1: min_rows is 99999999999999999999999; write at most 1000000000"),
        ("train: {limits: {memory: 1 KB}}", "7:18: train.limits.memory: '1 KB' is less than a training needs to begin"),
        ("server: {host: not a host}", "7:10: server.host: 'not a host' is no address; write an IP address like"),
        ("server: {host: 10.0.0}", "7:10: server.host: '10.0.0' is no address"),
        ("decide: {triggers: [{schedule: {every: 0 days}}]}", "7:33: decide.triggers.schedule.every: '0 days' is no"),
        ("server: {port: 99999}", "7:10: server.port is 99999; write at most 65535"),
    ],
)
def test_a_wrong_value_is_told_with_its_mend(tmp_path: Path, line: str, words: str) -> None:
    """Type, unit and bound are named in words."""
    [found] = refusal(tmp_path, f"{SHORT}{line}\n")
    assert found.startswith(f"trueup.yaml:{words}")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sensitive: [aeg]", "7:13: sensitive: no feature is called 'aeg'; did you mean 'age'?"),
        ("decide: {triggers: [{rule: polite}]}", "7:22: decide.triggers.rule: no rule is called 'polite'"),
        ("timezone: Lissabon", "7:1: timezone: there is no time zone 'Lissabon'"),
        ("window: 2 windows", "7:1: window: a window cannot be counted in windows"),
        ("window: 0 days", "7:1: window: '0 days' is no length at all"),
        ("window: 100 rows\nmonitor: {false_alerts: 1 per 90 days}", "8:11: monitor.false_alerts: 90 days cannot be"),
        ("monitor: {false_alerts: 2 per day}", "7:11: monitor.false_alerts: 2 per day is more than one false alert"),
        ("train: {limits: {time: 5 rows}}", "7:18: train.limits.time: '5 rows' is no length of time"),
    ],
)
def test_what_does_not_fit_the_data_is_told_with_its_place(tmp_path: Path, line: str, words: str) -> None:
    """A file can be well written and still ask for what its data cannot give."""
    [found] = refusal(tmp_path, f"{SHORT}{line}\n")
    assert found.startswith(f"trueup.yaml:{words}")


def test_days_are_refused_where_there_is_no_clock(tmp_path: Path) -> None:
    """A plain order number has no days; the mend says what to write."""
    [found] = refusal(tmp_path, SHORT, clock=False)
    assert found.endswith("the time column holds plain order numbers, not moments; write window: 1000 rows")


def test_the_metric_must_measure_the_task(tmp_path: Path) -> None:
    """An error in megawatts says nothing of a yes or no."""
    [found] = refusal(tmp_path, SHORT.replace("average_precision", "MAE"))
    assert "mean_absolute_error does not measure a binary model; write one of accuracy" in found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "trueup.yaml:1:1: the file holds no keys"),
        ("trueup: 1\ntrueup: 1\n", "trueup.yaml:2:1: the same key stands twice"),
        ("trueup: [1\n", "trueup.yaml:2:1: this is no YAML"),
        ("- a\n", "trueup.yaml:1:1: the file holds no keys"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """Broken YAML is one sentence, not a stack."""
    [found] = refusal(tmp_path, text)
    assert found.startswith(words)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The first thing a new owner meets leads on."""
    with pytest.raises(BadSettings, match="trueup init FILE"):
        load(tmp_path / "trueup.yaml")


def test_home_and_data_are_beside_the_file(tmp_path: Path) -> None:
    """A project can be run from anywhere."""
    (tmp_path / "trueup.yaml").write_text(SHORT, encoding="utf-8")
    settings = load(tmp_path)
    assert (settings.home, settings.data) == (tmp_path / ".trueup", tmp_path / "calls.parquet")


def test_every_place_of_a_default_is_the_policys(tmp_path: Path) -> None:
    """A default that changes in the core changes in the file's reading too."""
    plain = policy(tmp_path, SHORT)
    assert replace(plain.decide, hold=Hold()) == DecidePolicy()
    assert (plain.feedback, plain.monitor, plain.train) == (FeedbackPolicy(), MonitorPolicy(), TrainPolicy())
    assert (plain.validate, plain.deploy) == (ValidatePolicy(), DeployPolicy())
