"""Outlier models as Parquet files of one folder, named by the hash of their bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trueup.adapters.outlier_models.layout import decoded, encoded, name_of
from trueup.durable import whole
from trueup.errors import NotFound, UsageError

if TYPE_CHECKING:
    from trueup.profiling.outliers.model import OutlierModel

NAME: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FolderOutlierModels:
    """Outlier models in a folder of this machine."""

    folder: Path

    def write(self, model: OutlierModel) -> str:
        """Store a model; the same one again keeps the file that is there."""
        content = encoded(model)
        name = name_of(content)
        path = self._path(name)
        if path.exists():
            return name
        try:
            with whole(path) as file:
                file.write(content)
        except OSError as error:
            what = f"{self.folder}: an outlier model could not be written ({error.strerror})"
            raise UsageError(f"{what}; make it writable, or free some space") from error
        return name

    def read(self, name: str) -> OutlierModel:
        """The model of this hash."""
        path = self._path(name)
        if not NAME.fullmatch(name) or not path.is_file():
            raise NotFound("outlier model", name[:12], f"outlier models are kept in {self.folder}")
        return decoded(name, path.read_bytes())

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"
