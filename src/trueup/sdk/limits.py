"""What would the owner's own limits have cost in calm times?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.loop.monitor.limit import limits_of
from trueup.runtime.calm import measured_limits
from trueup.runtime.story import told_limit
from trueup.runtime.stream import read_stream

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.loop.policy import Policy


def limits(table: pa.Table, policy: Policy, time: str) -> list[dict[str, Any]]:
    """Each limit of the policy with its measured false alerts on these rows."""
    if not limits_of(policy.decide.triggers):
        return []
    stream = read_stream(table, policy.schema, time=time, delay=policy.feedback.label_delay or 0.0)
    return [told_limit(one) for one in measured_limits(stream, policy)]
