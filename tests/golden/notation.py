"""How is a golden history read? A line is an event of the toy world, what the loop wants then, and what it decides."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, assert_never

from trueup.loop.actions import Action, Adjust, Ask, Load, Notify, Quarantine, SetRoute, Train
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE: Final = Path(__file__).parent
WORDS: Final = frozenset({"happens", "wants", "decides", "why"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line: what happened, and what came of it."""

    line: str
    wants: list[str]
    decides: list[str]


def lives() -> list[dict[str, Any]]:
    """The histories of the file."""
    found = json.loads((HERE / "by_hand.json").read_text(encoding="utf-8"))
    assert isinstance(found, list)
    return found


def expected(life: dict[str, Any]) -> list[Told]:
    """What the file says that comes of each line."""
    return [Told(line=line_of(one), wants=one.get("wants", []), decides=one.get("decides", [])) for one in life["told"]]


def derived(life: dict[str, Any]) -> list[Told]:
    """What the core makes of each line."""
    scenario = Scenario(replace(PLAIN, mode=life["mode"])).start(life["start"])
    found: list[Told] = []
    for one in life["told"]:
        before = len(scenario.steps)
        facts = {key: value for key, value in one.items() if key not in WORDS}
        if one["happens"] == "becomes":
            scenario.errors[facts["version"]] = facts["error"]
        else:
            getattr(scenario, one["happens"])(**facts)
        steps = [] if one["happens"] == "windows" else scenario.steps[before:]
        found.append(
            Told(
                line=line_of(one),
                wants=[spoken(action) for step in steps for action in step.actions],
                decides=[f"{made.remedy} {made.version}".strip() for step in steps for made in step.decisions],
            )
        )
    return found


def line_of(one: dict[str, Any]) -> str:
    """The event of a line, as it stands there."""
    return json.dumps({key: value for key, value in one.items() if key not in WORDS - {"happens"}})


def spoken(action: Action) -> str:
    """An action in a few words."""
    match action:
        case Notify():
            return f"tell {action.severity} {action.kind}: {action.subject}"
        case Quarantine():
            return f"keep out window {action.window}"
        case Train():
            half = "the second half of " if action.order.judge_half else ""
            rows = f"({action.order.kind}) on {ranges(action.order.windows)}"
            return f"train {action.order.version} {rows}, judged by {half}{action.order.judge}"
        case Load():
            return f"load {action.version}"
        case Adjust():
            return f"put {action.version} right"
        case SetRoute():
            route = action.route
            beside = f", and {route.canary} {100 * route.share:g} %" if route.canary else ""
            return f"let {route.champion} answer{beside}"
        case Ask():
            return f"ask about decision {action.decision}"
        case _ as unreachable:
            assert_never(unreachable)


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in a row as first-last.

    >>> ranges((1, 2, 3, 5))
    '1-3 5'
    """
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
