"""What did it come to? The result in one honest sentence, made of the figures alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trueup.report.story import (
    between,
    figure,
    many,
    number,
    trainings,
    trainings_of_every_window,
    windows,
)

if TYPE_CHECKING:
    from trueup.report.story import Metric, Story

Standing = Literal["below", "level", "above", "unknown"]


def headline(story: Story) -> str:
    """The first line of the report: the result, then what was kept out."""
    parts = [_result(story), _kept_out(story)]
    return f"{story['model']}: " + "; ".join(part for part in parts if part)


def subtitle(story: Story) -> str:
    """The figures behind the headline, each beside what it is compared with."""
    metric = story["metric"]
    named = metric["name"].replace("_", " ")
    if number(metric["trueup"]) is None:
        return f"No window has a {named} yet: no labels are in."
    rivals = [
        f"{name} {figure(value)}"
        for name, value in (
            ("never retrained", metric["never"]),
            ("every window, recent", metric["every_recent"]),
            ("every window, all", metric["every_all"]),
        )
        if number(value) is not None
    ]
    beside = f" ({'; '.join(rivals)})" if rivals else ""
    way = ", lower is better" if metric["direction"] == "lower" else ""
    mean = f"{figure(metric['trueup'])}{between(metric['low'], metric['high'])}"
    return f"Mean {named} {mean}{beside}{way}.{_slo(story)}"


def standing(metric: Metric, rival: float | None) -> Standing:
    """Where the owner's policy stands beside a baseline: `below` only where the interval leaves the baseline out."""
    value, other = number(metric["trueup"]), number(rival)
    if value is None or other is None:
        return "unknown"
    sign = 1.0 if metric["direction"] == "higher" else -1.0
    ends = [sign * end for end in (number(metric["low"]), number(metric["high"]), value) if end is not None]
    if sign * other > max(ends):
        return "below"
    return "above" if sign * value > sign * other else "level"


def _result(story: Story) -> str:
    """The owner's policy beside never retraining, then what training on every window would reach."""
    metric, trained = story["metric"], trainings(story)
    if number(metric["trueup"]) is None:
        return f"not judged yet, no labels are in; {many(trained, 'training')} so far"
    never, more = standing(metric, metric["never"]), _out_of_reach(story)
    if not trained:
        return f"{_quiet(story)} in {many(len(story['series']), 'window')}{more}"
    figures = f"{metric['name'].replace('_', ' ')} {figure(metric['trueup'])} against {figure(metric['never'])}"
    if never == "below":
        return f"worse than never retraining ({figures}) after {many(trained, 'training')}{more}"
    if more:
        return f"{figures} never retrained, with {trained:,} training{'' if trained == 1 else 's'}{more}"
    return f"{'no better than never retraining,' if never == 'level' else 'kept true'} with {_count(story)}"


def _out_of_reach(story: Story) -> str:
    """What training on every window reaches and the owner's policy does not; empty where that is nothing."""
    metric, every = story["metric"], trainings_of_every_window(story)
    busy = _busiest(metric)
    if standing(metric, busy) != "below":
        return ""
    return f"; every window reaches {figure(busy)}" + (f" with {every:,}" if every is not None else "")


def _quiet(story: Story) -> str:
    done = story["releases"] or story["quarantined"] or any(one["kind"] != "nothing" for one in story["decisions"])
    return "no training was needed" if done else "nothing had to be done"


def _busiest(metric: Metric) -> float | None:
    """The better of the two baselines that train on every window."""
    known = [value for one in (metric["every_recent"], metric["every_all"]) if (value := number(one)) is not None]
    if not known:
        return None
    return max(known) if metric["direction"] == "higher" else min(known)


def _count(story: Story) -> str:
    trained, every = trainings(story), trainings_of_every_window(story)
    noun = "training" if trained == 1 else "trainings"
    instead = f" instead of {every:,}" if every is not None else ""
    return f"{trained:,} {noun}{instead}"


def _kept_out(story: Story) -> str:
    corrupt = len({one["window"] for one in story["quarantined"]})
    refused = len({one["version"] for one in story["releases"] if one["event"] == "refused"})
    back = sum(one["event"] == "taken back" for one in story["releases"])
    parts = [
        f"{many(corrupt, 'corrupt window')} kept out" if corrupt else "",
        f"{many(refused, 'bad candidate')} refused" if refused else "",
        f"{many(back, 'release')} taken back" if back else "",
    ]
    return ", ".join(part for part in parts if part)


def _slo(story: Story) -> str:
    limit = number(story["slo"])
    if limit is None:
        return ""
    sign = 1.0 if story["metric"]["direction"] == "higher" else -1.0
    served = [value for one in windows(story) if (value := number(one["served"])) is not None]
    missed = sum(sign * value < sign * limit for value in served)
    return f" SLO {limit:g} missed in {missed:,} of {len(served):,} windows."
