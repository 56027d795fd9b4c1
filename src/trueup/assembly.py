"""Which parts make a running loop? The only file that knows everyone."""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.fine_profiles.folder import FolderFineProfiles
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.journal.sqlite import SqliteJournal
from trueup.adapters.models.code import read_sources
from trueup.adapters.models.kpi import CodedKpi
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.notifier.silent import SilentNotifier
from trueup.adapters.outlier_models.folder import FolderOutlierModels
from trueup.adapters.outlier_models.memory import MemoryOutlierModels
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.adapters.snapshots.parquet import ParquetSnapshots
from trueup.adapters.trainer.process import ProcessTrainer
from trueup.errors import UsageError
from trueup.ports.fine_profiles import FineProfiles
from trueup.ports.journal import Journal
from trueup.ports.outlier_models import OutlierModels
from trueup.ports.prediction_log import PredictionLog
from trueup.runtime.baselines import baselines
from trueup.runtime.carry_out import World
from trueup.runtime.desk import Desk
from trueup.runtime.driver import Driver
from trueup.runtime.scoring import Loader
from trueup.runtime.training import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from trueup.loop.policy import Policy
    from trueup.loop.window import Window
    from trueup.ports.kpis import OwnKpi
    from trueup.ports.notifier import Notifier
    from trueup.runtime.baselines import Baselines
    from trueup.runtime.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A loop with everything it needs."""

    driver: Driver
    world: World
    trainer: ProcessTrainer

    def close(self) -> None:
        """Let go of processes."""
        self.trainer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What a loop remembers by, beside its models."""

    journal: Journal
    log: PredictionLog
    fine: FineProfiles
    outliers: OutlierModels


def build(home: Path, policy: Policy, records: Records, *, notifier: Notifier, project: Path | None) -> House:
    """A loop whose models lie under `home`."""
    writable(home)
    recipes = LocalRecipes()
    snapshots, bundles = ParquetSnapshots(home / "snapshots"), FolderBundles(home / "bundles", recipes)
    trainer = ProcessTrainer(snapshots, bundles, recipes)
    shop = Workshop(
        log=records.log,
        snapshots=snapshots,
        trainer=trainer,
        load=Loader(bundles).load,
        project=str(project) if project is not None else "",
    )
    kpis = own_kpis(policy, project)
    desk = Desk(policy.schema.task)
    world = World(shop=shop, desk=desk, notifier=notifier, fine=records.fine, outliers=records.outliers, kpis=kpis)
    return House(driver=Driver(records.journal), world=world, trainer=trainer)


def own_kpis(policy: Policy, project: Path | None) -> dict[str, OwnKpi]:
    """The KPIs that are the owner's code, loaded."""
    coded = [kpi for kpi in policy.monitor.kpis if kpi.kind == "code"]
    if coded and project is None:
        message = f"KPI {coded[0].name!r} is code, and there is no project folder to find it in; open a project"
        raise UsageError(message)
    return {kpi.name: CodedKpi(project, kpi.name, kpi.of[0]) for kpi in coded if project is not None}


def backtest_house(home: Path, policy: Policy, *, project: Path | None) -> House:
    """A loop for simulated time: records in memory, models under `home`."""
    return build(
        home,
        policy,
        Records(
            journal=MemoryJournal(),
            log=MemoryPredictionLog(policy.schema),
            fine=MemoryFineProfiles(),
            outliers=MemoryOutlierModels(),
        ),
        notifier=SilentNotifier(),
        project=project,
    )


def open_journal(home: Path) -> SqliteJournal:
    """The project's journal."""
    writable(home)
    return SqliteJournal(home / "journal.db")


def read_journal(home: Path) -> Journal:
    """The project's journal for who only looks: nothing is made, and an empty one stands in where there is none."""
    if home.exists() and not home.is_dir():
        writable(home)  # says what is in the way
    path = home / "journal.db"
    return SqliteJournal(path) if path.is_file() else MemoryJournal()


def open_log(home: Path, policy: Policy) -> PredictionLog:
    """The project's lake of predictions and outcomes."""
    from trueup.adapters.predictions.delta import DeltaPredictionLog

    return DeltaPredictionLog(policy.schema, home / "lake")


def open_outliers(home: Path) -> OutlierModels:
    """The project's outlier models."""
    return FolderOutlierModels(home / "outliers")


def open_fine(home: Path) -> FineProfiles:
    """The project's fine profiles."""
    return FolderFineProfiles(home / "profiles")


def code_hash(project: Path | None, code: str) -> str:
    """What the owner's recipe is now; empty for the default pipeline."""
    if not code or project is None:
        return ""
    return read_sources(project).hash


def text_hash(text: str) -> str:
    """What the journal calls a policy."""
    return hashlib.sha256(text.encode()).hexdigest()


def baselines_beside(
    stream: Stream, policy: Policy, windows: tuple[Window, ...], history: int
) -> tuple[ProcessPoolExecutor, Future[Baselines]]:
    """Play the baselines in a process of their own, while the policy plays here."""
    pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
    with _script_left_alone():
        return pool, pool.submit(_baselines, stream, policy, windows, history)


@contextmanager
def _script_left_alone() -> Iterator[None]:
    """A process started here does not run the caller's script again, so a script needs no guard against it."""
    main = sys.modules["__main__"]
    file, spec = getattr(main, "__file__", None), main.__spec__
    if file is None:
        yield
        return
    del main.__file__
    main.__spec__ = None
    try:
        yield
    finally:
        main.__file__, main.__spec__ = file, spec


def _baselines(stream: Stream, policy: Policy, windows: tuple[Window, ...], history: int) -> Baselines:
    return baselines(stream, policy, windows, LocalRecipes(), history=history)


def writable(home: Path) -> None:
    """Make the folder, or say that it cannot be written before any work is done."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        message = f"{home}: cannot be written ({error.strerror}); choose a folder that can, or mend its rights"
        raise UsageError(message) from error
