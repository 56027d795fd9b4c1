"""A project folder, opened: everything the command line and Python can ask of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.assembly import (
    Records,
    build,
    code_hash,
    open_fine,
    open_journal,
    open_log,
    open_outliers,
    read_journal,
    text_hash,
    writable,
)
from trueup.errors import NotFound, UsageError
from trueup.gateway.corrections import kept_aside
from trueup.loop.events import ApprovalGiven, PersonAsked
from trueup.runtime.alerts import alert_events
from trueup.runtime.audit import whole
from trueup.runtime.driver import Driver
from trueup.runtime.explain import Sources, explain
from trueup.runtime.live import Live
from trueup.runtime.story import Chronicle, told
from trueup.runtime.stream import as_history, read_stream
from trueup.sdk.audited import audited
from trueup.sdk.backtest import REPORT, Backtest, Extras, run
from trueup.sdk.incoming import incoming
from trueup.sdk.lock import only_one
from trueup.sdk.skewed import Compared, skew_of
from trueup.sdk.status import status
from trueup.sdk.thumbs import thumbs
from trueup.sdk.unfit import unfit_versions
from trueup.settings import load
from trueup.settings.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from trueup.assembly import House
    from trueup.loop.policy import Policy
    from trueup.ports.notifier import Notifier
    from trueup.ports.spool import Waiting
    from trueup.runtime.backtest import Progress
    from trueup.runtime.stream import Stream
    from trueup.settings import Settings

Json = dict[str, Any]
OPERATOR = "the operator"
SPOOL = "spool/gateway.db"  # in the project's home


def open_project(path: str | Path = ".") -> Project:
    """Open a folder with a trueup.yaml, or the file itself."""
    return Project(load(path))


class Project:
    """One model's project."""

    def __init__(self, settings: Settings) -> None:
        """Take checked settings; nothing is read until it is asked for."""
        self.settings = settings
        self._table: pa.Table | None = None
        self._policy: Policy | None = None

    @property
    def home(self) -> Path:
        """Where trueup keeps what it writes."""
        return self.settings.home

    @property
    def policy(self) -> Policy:
        """What the loop is asked for."""
        if self._policy is None:
            self._policy = self.settings.policy_for(self._rows())
        return self._policy

    def backtest(
        self, data: str | Path | None = None, *, on_progress: Callable[[Progress], None] | None = None
    ) -> Backtest:
        """The project's policy over logged history: a simulated clock, real training and proof."""
        writable(self.home)
        table = self._rows() if data is None else read_table(Path(data))
        extras = Extras(project=self._code_folder(), scratch=self.home)
        return run(self._stream(table), self.policy, self.home / REPORT, extras, on_progress=on_progress)

    def status(self) -> Json:
        """The champion, its health, and what is being worked on."""
        driver = Driver(read_journal(self.home))
        unfit = [one.sentence for one in unfit_versions(driver.state, self.home)]
        found = status(driver, Chronicle(driver.journal), self.policy, unfit)
        came = incoming(driver.state, self.policy, lambda: open_log(self.home, self.policy), self._waiting())
        return {**found, "kept_aside": kept_aside(self.home), "incoming": came}

    def decisions(self, limit: int = 20) -> list[Json]:
        """What was decided, newest first."""
        return [told(decision) for decision in reversed(Driver(read_journal(self.home)).decisions[-limit:])]

    def alerts(self) -> list[Json]:
        """Every alert, oldest first, each a versioned record in an envelope of CloudEvents."""
        driver = Driver(read_journal(self.home))
        return list(alert_events(Chronicle(driver.journal), driver.state, self.policy))

    def thumbs(self) -> str:
        """Whether the silence about thumbs means anything yet; empty where nobody gave any."""
        driver = Driver(read_journal(self.home))
        return thumbs(Chronicle(driver.journal), driver.state)

    def trainings(self) -> list[Json]:
        """Every training that ended with a version, oldest first."""
        return [
            {
                "version": one.version,
                "time": one.time,
                "rows": one.rows,
                "fits": [{"scope": fit.scope, "rows": fit.rows} for fit in one.fits],
                "snapshot": one.snapshot,
                "bundle": one.bundle,
                "cpu_seconds": one.cpu_seconds,
                "attempts": one.attempts,
            }
            for one in Chronicle(read_journal(self.home)).trainings
        ]

    def explain(self, what: str) -> Json:
        """Why: for a prediction, decision, alert or version."""
        journal, log = read_journal(self.home), open_log(self.home, self.policy)
        fine = open_fine(self.home)
        sources = Sources(chronicle=Chronicle(journal), log=log, fine=fine, waiting=self._waiting)
        answer = explain(what, sources, self.policy, journal.head())
        works = answer["undo"] and Driver(journal).state.armed is not None
        return answer if works else {**answer, "undo": ""}

    def approve(self, number: int, note: str = "", *, granted: bool = True) -> Json:
        """Say yes, or no, to a decision that waits; a running server carries it out at its next look."""
        driver = self._driver()
        waiting = [one.decision for one in driver.state.pending]
        if number not in waiting:
            newer, known = driver.state.instead_of(number), ", ".join(map(str, waiting)) or "none"
            if newer is not None:
                raise NotFound("waiting decision", str(number), f"decision {newer} took its place: approve that one")
            raise NotFound("waiting decision", str(number), f"waiting are: {known}")
        event = ApprovalGiven(time=driver.state.time, decision=number, granted=granted, who=OPERATOR, note=note)
        step = driver.take(event)
        wanted = [type(action).__name__.lower() for action in step.actions]
        return {"approved": number, "wanted": wanted, "journal": driver.journal.head().hash}

    def rollback(self, reason: str = "") -> Json:
        """Let the version before the champion answer again."""
        driver = self._driver()
        if driver.state.armed is None:
            message = "nothing to roll back to: no release is armed; trueup status shows what is in service"
            raise UsageError(message)
        gone, back = driver.state.champion, driver.state.armed.previous
        unfit = [one.sentence for one in unfit_versions(driver.state, self.home) if one.version == back]
        if unfit:
            raise UsageError(unfit[0])
        driver.take(PersonAsked(time=driver.state.time, wish="rollback", who=OPERATOR, note=reason))
        return {"champion": back, "taken_back": gone, "journal": driver.journal.head().hash}

    def release(self, window: int | str, note: str = "") -> Json:
        """Let a quarantined window, by number or name, train from the next training on; recorded, with who and why."""
        driver = self._driver()
        state = driver.state
        kept = [one for one in state.windows if one.number in state.quarantined]
        found = next((one for one in kept if str(window) in {str(one.number), one.name}), None)
        if found is None:
            known = ", ".join(f"{one.number} ({one.name})" for one in kept) or "none"
            raise NotFound("window in quarantine", str(window), f"in quarantine are: {known}")
        wish = PersonAsked(time=state.time, wish="release", who=OPERATOR, note=note, window=found.number)
        step = driver.take(wish)
        [decision] = step.decisions
        head = driver.journal.head().hash
        rows = open_log(self.home, self.policy).rows(found.start, found.end, known_at=None)
        corrected = rows.num_rows - rows.column("_corrected").null_count
        return {
            "released": found.number,
            "name": found.name,
            "decision": decision.number,
            "rows": rows.num_rows,
            "corrected": corrected,
            "journal": head,
        }

    def ask_training(self, note: str = "", *, code: str = "", time: float | None = None) -> Json:
        """Wish for a training; a running server carries it out at its next look."""
        driver = self._driver()
        moment = driver.state.time if time is None else time
        driver.take(PersonAsked(time=moment, wish="train", who=OPERATOR, note=note, code=code))
        return {"asked": True, "waiting": len(driver.state.wishes)}

    def train(self) -> Json:
        """Train the first version now, or wish for another one."""
        driver = self._driver()
        if driver.state.champion:
            return self.ask_training("asked for on the command line")
        with only_one(self.home):
            house = self.house(notifier=_silent())
            live = self.live(house)
            try:
                live.start(self.history())
            finally:
                live.close()
                house.close()
        state = house.driver.state
        return {"champion": state.champion, "windows": state.closed, "labels": state.labels}

    def audit(self, what: str | None = None) -> Json:
        """Derive every recorded action and decision again, and say it of a version (v4) or decision (17) in detail."""
        return audited(read_journal(self.home), self.home, what)

    def skew(self, data: str | Path, said: Compared | None = None) -> Json:
        """Logged features beside the owner's table, by id; what differs in too many rows is an alert of the loop."""
        return skew_of(self.home, self.policy, Path(data), said or Compared())

    def house(self, *, notifier: Notifier) -> House:
        """The loop with its parts, its policy taken in."""
        policy, journal = self.policy, open_journal(self.home)
        whole(journal)
        house = build(
            self.home,
            policy,
            Records(
                journal=journal,
                log=open_log(self.home, policy),
                fine=open_fine(self.home),
                outliers=open_outliers(self.home),
            ),
            notifier=notifier,
            project=self._code_folder(),
        )
        house.driver.adopt(
            policy,
            text_hash=text_hash(self.settings.resolved_yaml()),
            code_hash=code_hash(self._code_folder(), policy.train.code),
            time=house.driver.state.time,
        )
        return house

    def live(self, house: House) -> Live:
        """The loop on the project's spool and log."""
        from trueup.adapters.spool.sqlite import SqliteSpool

        return Live(house.driver, house.world, self.policy, SqliteSpool(self.home / SPOOL))

    def history(self) -> Stream:
        """The project's own rows, in the order of their times, under ids that no caller can use."""
        return as_history(self._stream(self._rows()))

    def _rows(self) -> pa.Table:
        if self._table is None:
            self._table = read_table(self.settings.data)
        return self._table

    def _stream(self, table: pa.Table) -> Stream:
        delay = self.policy.feedback.label_delay or 0.0
        return read_stream(table, self.policy.schema, time=self.settings.file.time, delay=delay)

    def _code_folder(self) -> Path:
        return self.settings.folder

    def _waiting(self) -> Iterator[Waiting]:
        """What was accepted and is not in the log yet."""
        from trueup.adapters.spool.sqlite import read_waiting

        return read_waiting(self.home / SPOOL)

    def _driver(self) -> Driver:
        return Driver(open_journal(self.home))


def _silent() -> Notifier:
    from trueup.adapters.notifier.silent import SilentNotifier

    return SilentNotifier()
