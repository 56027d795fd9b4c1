"""Does the silence about thumbs mean anything yet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.monitor.dispersion import LEARNT
from trueup.loop.monitor.label_shift import THIN

if TYPE_CHECKING:
    from trueup.loop.state import State
    from trueup.runtime.story import Chronicle


def thumbs(chronicle: Chronicle, state: State) -> str:
    """How far what is usual of them is learnt; empty where nobody gave any."""
    came = [
        count
        for one in chronicle.matured.values()
        if one.returned is not None and (count := one.returned.ups + one.returned.downs)
    ]
    if not came:
        return ""
    watch = state.thumbs
    known = 0 if watch is None else len(watch.quiet)
    if watch is not None and watch.incident is not None:
        return "thumbs: not as usual"
    if known >= LEARNT:
        return "thumbs: watching"
    few = f"; {THIN} thumbs a window are needed, the newest has {came[-1]}" if came[-1] < THIN else ""
    return f"thumbs: learning, {known} of {LEARNT} windows{few}"
