"""Did two columns change places?"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.symptoms import Exchanged
from trueup.profiling.symptoms.columns import Levels, Numbers, shares, upto
from trueup.profiling.symptoms.joint import normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trueup.profiling.symptoms.beside import Laid
    from trueup.profiling.symptoms.columns import Values
    from trueup.profiling.symptoms.joint import Joint
    from trueup.stats.arrays import Floats

PARTS: Final = np.arange(21) / 20
POINTS: Final = 200
LEAST_BETTER: Final = 0.05  # gain of the share of rows, or fall of the distance


def numbers(
    joint: Joint, pair: tuple[str, str], laid: tuple[Laid, Laid], ordered: tuple[Mapping[str, Floats], ...]
) -> Exchanged:
    """How much better two columns of numbers fit the other way round, row by row and as a whole; reference first."""
    fits = _numbers_fit(*(side[name] for side in ordered for name in pair))
    before, after = (_better(joint, pair, side) for side in laid)
    untied, tied = _ties(joint, pair, laid[1])
    return replace(_exchanged(pair, fits, after, before), untied=untied, tied=tied)


def levels(pair: tuple[str, str], before: Mapping[str, Values], after: Mapping[str, Values]) -> Exchanged | None:
    """The same of two columns of levels, as a whole."""
    mixes = [_mix(side[name]) for side in (before, after) for name in pair]
    if any(not one for one in mixes):
        return None
    names = sorted(set().union(*mixes))
    left, right, now_left, now_right = (np.array([one.get(name, 0.0) for name in names]) for one in mixes)
    apart = np.array(
        [
            max(
                np.abs((1 - part) * left + part * right - now_left).sum() / 2,
                np.abs((1 - part) * right + part * left - now_right).sum() / 2,
            )
            for part in PARTS
        ]
    )
    return _exchanged(pair, apart, 0.0, 0.0)


def candidates(names: Sequence[str], most: int) -> Iterator[tuple[str, str]]:
    """Every pair of the first columns."""
    yield from combinations(names[:most], 2)


def _exchanged(pair: tuple[str, str], apart: Floats, better: float, usual: float) -> Exchanged:
    place = int(np.flatnonzero(apart <= apart.min() + 0.005)[-1])
    return Exchanged(
        left=pair[0],
        right=pair[1],
        part=float(PARTS[place]),
        better=better,
        usual=usual,
        before=float(apart[0]),
        after=float(apart[place]),
    )


def _numbers_fit(left: Floats, right: Floats, now_left: Floats, now_right: Floats) -> Floats:
    """For each part that may have been exchanged the larger distance of the two columns from such a mixture."""
    if not (len(now_left) and len(now_right)):
        return np.ones(len(PARTS))
    found = []
    for own, other, now in ((left, right, now_left), (right, left, now_right)):
        at = np.unique(now[np.linspace(0, len(now) - 1, POINTS).astype(int)])
        mixture = (1 - PARTS[:, None]) * upto(own, at) + PARTS[:, None] * upto(other, at)
        found.append(np.abs(mixture - upto(now, at)).max(axis=1))
    return np.asarray(np.maximum(*found))


def _better(joint: Joint, pair: tuple[str, str], laid: Laid) -> float:
    """Share of rows that are nearer to the middle of the reference once the two values are exchanged."""
    places = [joint.places(name)[0] for name in pair]
    left, right = (laid.columns[name] for name in pair)
    if not (isinstance(left, Numbers) and isinstance(right, Numbers)):
        return 0.0
    turned = np.column_stack([_score(joint, places[0], right.values), _score(joint, places[1], left.values)])
    step = turned - laid.rows[:, places]
    own = step @ joint.inverse[np.ix_(places, places)]
    change = np.einsum("ij,ij->i", step, 2 * laid.pulled[:, places] + own)
    return float(np.mean(change < 0))


def _ties(joint: Joint, pair: tuple[str, str], laid: Laid) -> tuple[float, float]:
    """How far the two columns' covariances with all others are from the reference, as they are and exchanged back."""
    places = [joint.places(name)[0] for name in pair]
    left, right = (laid.columns[name] for name in pair)
    others = [place for place, one in enumerate(joint.scores) if one.column not in pair]
    if not others or not (isinstance(left, Numbers) and isinstance(right, Numbers)):
        return 0.0, 0.0
    rest = laid.rows[:, others] - laid.rows[:, others].mean(axis=0)
    turned = np.column_stack([_score(joint, places[0], right.values), _score(joint, places[1], left.values)])
    usual = joint.covariance[np.ix_(places, others)]
    found = [side.T @ rest / len(rest) - usual for side in (laid.rows[:, places], turned)]
    before, after = (float(np.sqrt(np.mean(one**2))) for one in found)
    return before, after


def _score(joint: Joint, place: int, values: Floats) -> Floats:
    one = joint.scores[place]
    return (normal(one.ordered, values) - one.mean) / one.sd


def _mix(values: Values) -> dict[str, float]:
    return shares(values.counts) if isinstance(values, Levels) else {}
