"""What does a version say of these rows?"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from trueup.errors import BadAnswer, TrueupError
from trueup.ports.bundles import Bundle

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.loop.schema import Schema
    from trueup.ports.bundles import Bundles, Manifest
    from trueup.stats.arrays import Floats


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A bundle ready to answer, one fit per scope."""

    bundle: Bundle

    @property
    def hash(self) -> str:
        """The bundle's content hash."""
        return self.bundle.hash

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of itself."""
        return self.bundle.manifest

    @property
    def schema(self) -> Schema:
        """What the version sees and predicts."""
        return self.bundle.manifest.schema

    @property
    def scopes(self) -> tuple[str, ...]:
        """The titles of its fits, in the order of `raw`'s first axis."""
        return tuple(fit.scope for fit in self.bundle.manifest.fits)

    def raw(self, table: pa.Table) -> Floats:
        """What each scope's fit says: (scopes, rows), or (scopes, rows, classes) for many classes.

        The table holds the schema's columns as `conform` or `to_table` gave them; others are passed over.
        Whatever a model raises is errors.BadAnswer.
        """
        names = list(self.schema.names)
        features = table if table.column_names == names else table.select(names)
        if not features.num_rows:
            classes = (len(self.schema.classes),) if self.schema.task == "multiclass" else ()
            return np.zeros((len(self.scopes), 0, *classes))
        try:
            said = self.bundle.fits.raw(features)
        except TrueupError:
            raise
        except Exception as error:  # the owner's model may raise anything; none of it may stop the loop
            what = f"the model raised {type(error).__name__} ({error})"
            raise BadAnswer(what, "train a version that answers every row, or mend the code") from error
        models = [fit.model for fit in self.manifest.fits]
        return said if models == list(range(len(said))) else said[models]


class Loader:
    """Loads versions once and keeps the ones used last; safe to call from several threads."""

    def __init__(self, bundles: Bundles, keep: int = 8) -> None:
        self._bundles = bundles
        self._keep = keep
        self._loaded: OrderedDict[str, LoadedVersion] = OrderedDict()
        self._lock = Lock()

    def load(self, bundle: str) -> LoadedVersion:
        """The version of that bundle hash, checked against it when it is first read."""
        with self._lock:
            found = self._loaded.pop(bundle, None) or LoadedVersion(self._bundles.load(bundle))
            self._loaded[bundle] = found
            while len(self._loaded) > self._keep:
                self._loaded.popitem(last=False)
            return found
