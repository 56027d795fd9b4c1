"""Which colour and which shape does a thing have? One answer for every lane, once for paper and once for the dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FONT: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one page; `red` is only for what was kept out."""

    paper: str
    ink: str
    quiet: str  # labels and axes
    faint: str  # grid, `nothing`
    band: str  # every other version
    champion: str
    ghost: str  # never retrained
    recent: str  # every window, recent
    every: str  # every window, all
    amber: str  # trainings, alerts
    violet: str  # a person or an older version steps in
    red: str  # a window kept out
    refused: str  # a candidate kept out
    heat: tuple[str, str, str, str, str]  # as before ... moved

    def colour(self, mark: str) -> str:
        """The colour a mark's role has on this page."""
        return str(getattr(self, mark))


LIGHT: Final = Palette(
    paper="#ffffff",
    ink="#1e293b",
    quiet="#526077",
    faint="#cbd1da",
    band="#eef2f7",
    champion="#0f766e",
    ghost="#57606f",
    recent="#8a9bb8",
    every="#b49a6c",
    amber="#b45309",
    violet="#7048c6",
    red="#dc2626",
    refused="#8f1d1d",
    heat=("#f7f9fb", "#fde68a", "#f59e0b", "#b45309", "#7a2a10"),
)

DARK: Final = Palette(
    paper="#10161f",
    ink="#e8edf4",
    quiet="#a3b0c2",
    faint="#46536a",
    band="#1a2330",
    champion="#2dd4bf",
    ghost="#aab4c3",
    recent="#7f93b5",
    every="#c4a873",
    amber="#f59e0b",
    violet="#a78bfa",
    red="#f04444",
    refused="#fb7185",
    heat=("#172030", "#4a3413", "#8f530c", "#e08a12", "#fde68a"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How a kind of thing is drawn, and which of two in the same window is drawn on top."""

    label: str
    shape: str
    role: str  # a colour of the palette
    rank: int
    size: float = 1.0  # relative to the lane's marks


OTHER: Final = Mark(label="other", shape="square", role="violet", rank=5)
ALERT: Final = Mark(label="alert", shape="triangle-down", role="amber", rank=0, size=0.7)

DECISIONS: Final[Mapping[str, Mark]] = {
    "nothing": Mark(label="nothing", shape="circle", role="faint", rank=0, size=0.55),
    "shadow": Mark(label="see release", shape="circle", role="champion", rank=1, size=0.55),
    "canary": Mark(label="see release", shape="circle", role="champion", rank=1, size=0.55),
    "promote": Mark(label="see release", shape="circle", role="champion", rank=1, size=0.55),
    "close": Mark(label="see release", shape="circle", role="champion", rank=1, size=0.55),
    "refuse": Mark(label="see release", shape="circle", role="champion", rank=1, size=0.55),
    "recalibrate": Mark(label="recalibrate", shape="triangle-right", role="recent", rank=2),
    "ask": Mark(label="ask", shape="triangle-left", role="violet", rank=4),
    "failed": Mark(label="training failed", shape="cross", role="amber", rank=6),
    "train": Mark(label="train", shape="triangle-up", role="amber", rank=7),
    "restore": Mark(label="restore", shape="diamond", role="violet", rank=8),
    "quarantine": Mark(label="quarantine", shape="square", role="red", rank=9, size=1.4),
}

RELEASES: Final[Mapping[str, Mark]] = {
    "closed": Mark(label="closed", shape="circle", role="faint", rank=0, size=0.55),
    "shadow": Mark(label="shadow", shape="circle", role="recent", rank=1, size=0.8),
    "canary": Mark(label="canary", shape="triangle-right", role="champion", rank=2, size=0.8),
    "promoted": Mark(label="promoted", shape="diamond", role="champion", rank=3, size=1.4),
    "taken back": Mark(label="taken back", shape="triangle-left", role="violet", rank=4, size=1.4),
    "refused": Mark(label="refused", shape="cross", role="refused", rank=5, size=1.4),
}
