"""How far is a challenger on its way to traffic, and can the old champion still come back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.loop.deploy.exposure import Exposure
from trueup.loop.train.order import OrderKind
from trueup.loop.validate.comparison import Comparison
from trueup.loop.validate.loss import ProofLoss

Stage = Literal["waiting", "loading", "shadow", "canary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A challenger's way to traffic; it ends as champion, refused, or closed undecided."""

    version: str
    kind: OrderKind
    stage: Stage
    since: float  # moment the stage began
    window: int  # newest closed window when the stage began
    salt: str
    word: str  # proven | not shown worse | undecided: what may be said of it
    loss: ProofLoss  # declared before its first row
    decision: int  # number of the decision it came from
    comparison: Comparison | None = None  # with the champion, over the shadow's windows
    windows: int = 0  # labelled windows in shadow
    exposure: Exposure | None = None  # of the canary
    counted: float = 0.0  # moment up to which its exposure is in
    agreed: bool = False  # a person let it into the canary, and with that to everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """The champion before the last promotion, in shadow, ready to come back."""

    previous: str  # version
    champion: str  # version it may replace again
    since: int  # first window the new champion's labels count for
    loss: ProofLoss
    comparison: Comparison | None = None  # champion (as candidate) with previous (as champion)
    windows: int = 0  # labelled windows so far
