"""What is in this project's trueup.yaml?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trueup.errors import BadData
from trueup.runtime.features import infer_schema
from trueup.runtime.stream import is_clock
from trueup.settings.places import Document, Key, read_document
from trueup.settings.problems import Problems, checked
from trueup.settings.reach import check_levels
from trueup.settings.references import check_code, check_columns, check_values
from trueup.settings.resolved import resolved_yaml
from trueup.settings.sections import ProjectFile
from trueup.settings.table import must_have_features
from trueup.settings.to_policy import to_policy
from trueup.settings.token import Tokens, server_token, server_tokens
from trueup.settings.tried import try_code

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.loop.policy import Policy
    from trueup.loop.schema import Schema, Task

HOME: Final = ".trueup"  # beside the project file


@dataclass(frozen=True, slots=True)
class Settings:
    """A checked project file and where things of the project are."""

    path: Path  # of the project file
    file: ProjectFile
    document: Document

    @property
    def folder(self) -> Path:
        """Where the project file is; relative paths in it start here."""
        return self.path.parent

    @property
    def home(self) -> Path:
        """Where trueup keeps what it writes."""
        return self.folder / HOME

    @property
    def data(self) -> Path:
        """The rows of the first training."""
        return self.folder / Path(self.file.data).expanduser()

    @property
    def task(self) -> Task | None:
        """The task, where the owner names it; else the label's type tells."""
        return None if self.file.task == "from the label" else self.file.task

    def token(self) -> str:
        """What opens all of this project's server; made at the first call."""
        return server_token(self.home)

    def tokens(self) -> Tokens:
        """The project's own token and the narrower ones; made at the first call."""
        return server_tokens(self.home)

    def policy(self, schema: Schema, *, clock: bool) -> Policy:
        """What the loop is asked for, in its own units; `clock`: the time column holds moments, not order numbers."""
        return to_policy(self.file, Problems(self.document), schema, clock=clock)

    def policy_for(self, table: pa.Table) -> Policy:
        """What the loop is asked for on this table: schema and clock are told from its columns."""
        return self._policy(table, Problems(self.document))

    def check(self, table: pa.Table) -> Policy:
        """As `policy_for`; the levels that are named must be in the table, and the owner's code must work on it."""
        problems = Problems(self.document)
        check_code(problems, self.file, self.folder)
        check_levels(problems, self.file, table)
        policy = self._policy(table, problems)
        try_code(problems, self.file, self.folder, policy, table)
        problems.stop()
        return policy

    def _policy(self, table: pa.Table, problems: Problems) -> Policy:
        """The policy, or all problems that could be found, in one go."""
        file = self.file
        check_columns(problems, file, table.column_names)
        if not {file.time, file.label} <= set(table.column_names):
            raise problems.together()
        unfit = check_values(problems, file, table)
        ignored = {*file.ignore, *unfit} & {*table.column_names} - {file.time, file.label}
        try:
            must_have_features(table, ignored | {file.time, file.label}, str(self.data))
            schema = infer_schema(table, label=file.label, time=file.time, ignore=sorted(ignored), task=self.task)
        except BadData as error:
            what, _, mend = str(error).partition("; ")
            problems.add(("label",) if what.startswith("label") else ("data",), what, mend)
            raise problems.together() from error
        return to_policy(file, problems, schema, clock=is_clock(table, file.time))

    def resolved_yaml(self) -> str:
        """The file with nothing left unsaid."""
        return resolved_yaml(self.file)

    def place(self, *path: Key) -> str:
        """File, line and column of a key, for messages."""
        return self.document.place(path)


def load(path: str | Path) -> Settings:
    """Read and check a project file, or its folder's trueup.yaml."""
    found = Path(path)
    found = found / "trueup.yaml" if found.is_dir() else found
    document = read_document(found)
    return Settings(path=found.absolute(), file=checked(document), document=document)
