"""What in a window's rows tells one cause from another? Arrow in, figures out; no IO.

`remember` the champion's own rows once, then ask for the `symptoms` of each window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.symptoms import Symptoms
from trueup.profiling.symptoms.beside import Beside, gaps, remember, view
from trueup.profiling.symptoms.findings import atoms, exchanged, renamed, rescaled, residuals

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Beside", "remember", "symptoms"]

LEAST_GAP: Final = 0.05  # distance of a column from which on it is looked at without the far rows
LEAST_ROWS: Final = 50  # a thinner window has no symptoms


def symptoms(beside: Beside, table: pa.Table) -> Symptoms | None:
    """What stands out in a window's rows; None where they are too few to say."""
    if table.num_rows < LEAST_ROWS or not beside.columns:
        return None
    seen, joint = view(beside, table), beside.joint
    near = seen.laid.far <= joint.limit
    kept = {name: one.take(np.flatnonzero(near)) for name, one in seen.laid.columns.items()}
    rest, usual = gaps(beside, kept), joint.usual_far
    return Symptoms(
        rows=seen.total,
        repeated=round(seen.repeated, 4),
        repeated_usual=round(beside.repeated, 4),
        far=round(1.0 - float(near.mean()), 4),
        far_usual=round(usual, 4),
        far_error=round(float(np.sqrt(joint.far_wobble + usual * (1 - usual) / len(near))), 4),
        near=tuple((name, round(rest[name], 4)) for name, gap in seen.gaps.items() if gap > LEAST_GAP and name in rest),
        atoms=tuple(atoms(seen)),
        rescaled=tuple(rescaled(seen)),
        residuals=tuple(residuals(seen)),
        renamed=tuple(renamed(seen)),
        exchanged=tuple(exchanged(seen)),
    )
