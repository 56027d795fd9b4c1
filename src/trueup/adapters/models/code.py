"""Where does the owner's code come from, and how do two versions of it live in one process?

The project's Python files are kept in memory by content hash and imported as the package `trueup_code_<hash>`, so that
`model.py` of version 3 and `model.py` of version 4 never meet. Files of the project import each other relatively
(`from .prices import clean`). Nothing but Python source is taken along.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.metadata import packages_distributions
from importlib.util import spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trueup.errors import NotFound, TooLarge, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.machinery import ModuleSpec

HOW: Final = "docs/settings.md, Your own model.py, shows one that works"
PREFIX: Final = "trueup_code_"
MOST_FILES: Final = 500
MOST_BYTES: Final = 5_000_000
NOT_SOURCE: Final = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})


@dataclass(frozen=True, slots=True)
class Sources:
    """The Python files of a project at one moment."""

    files: Mapping[str, bytes]  # by path relative to the project, with forward slashes

    @property
    def hash(self) -> str:
        """Content hash over names and bytes."""
        whole = hashlib.sha256()
        for name in sorted(self.files):
            whole.update(f"{name}\0{len(self.files[name])}\0".encode())
            whole.update(self.files[name])
        return whole.hexdigest()

    @property
    def package(self) -> str:
        """The unique name these files are imported under."""
        return PREFIX + self.hash[:16]

    @property
    def packages(self) -> tuple[str, ...]:
        """Names of the installed packages that the files import."""
        names = {name.partition(".")[0] for content in self.files.values() for name in _imported(content)}
        owners = packages_distributions()
        return tuple(sorted({owner for name in names for owner in owners.get(name, ())}))

    def save(self, folder: Path) -> None:
        """Write the files under a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def read_sources(project: Path) -> Sources:
    """Every Python file under a folder; hidden folders and environments are passed over."""
    if not project.is_dir():
        raise NotFound("project folder", str(project), "name the folder that holds model.py")
    files: dict[str, bytes] = {}
    for folder, inner, names in os.walk(project):
        inner[:] = sorted(one for one in inner if not one.startswith(".") and one not in NOT_SOURCE
                          and not (Path(folder) / one / "pyvenv.cfg").exists())  # fmt: skip
        for name in sorted(names):
            if name.endswith(".py"):
                path = Path(folder) / name
                files[path.relative_to(project).as_posix()] = path.read_bytes()
        if len(files) > MOST_FILES:
            raise TooLarge(f"the project folder {project} (Python files)", len(files), MOST_FILES)
    size = sum(map(len, files.values()))
    if size > MOST_BYTES:
        raise TooLarge(f"the project folder {project} (bytes of Python)", size, MOST_BYTES)
    return Sources(files)


def builder(sources: Sources, code: str) -> Callable[..., object]:
    """The owner's function, say `build` of `model.py:build`, imported under the unique name."""
    file, _, function = code.partition(":")
    if not function.isidentifier() or not file.endswith(".py"):
        raise UsageError(f"code {code!r} is not of the form model.py:build; name a file and a function in it")
    if file not in sources.files:
        known = ", ".join(sorted(sources.files)[:10]) or "none"
        raise NotFound("file", file, f"the project's Python files are: {known}")
    module = import_module(sources, file.removesuffix(".py").replace("/", "."))
    found = getattr(module, function, None)
    if not callable(found):
        raise NotFound("function", f"{function} in {file}", "define it, or name another in train.code")
    return found  # type: ignore[no-any-return]  # checked to be callable


def register(sources: Sources) -> None:
    """From now on Python finds these files under their unique name."""
    _FINDER.packages.setdefault(sources.package, sources)


def import_module(sources: Sources, name: str) -> object:
    """One module of the project, by its dotted name inside it."""
    register(sources)
    try:
        return importlib.import_module(f"{sources.package}.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if f"{missing}.py" in sources.files or any(path.startswith(f"{missing}/") for path in sources.files):
            raise UsageError(
                f"{name}: the project's own {missing!r} is imported absolutely; "
                f"write 'from .{missing} import ...', since versions of it live side by side"
            ) from error
        raise


def _imported(source: bytes) -> Iterator[str]:
    """The modules that a file imports absolutely; a file that is no Python imports nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module


class _Loader(ExecutionLoader):
    """Runs one module of one version of a project."""

    def __init__(self, path: str, source: bytes, *, package: bool) -> None:
        self.path, self.source, self.package = path, source, package

    def get_filename(self, fullname: str) -> str:  # noqa: ARG002 - the loader's protocol
        return self.path

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - the loader's protocol
        return importlib.util.decode_source(self.source)

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002 - the loader's protocol
        return self.package


class _Finder(MetaPathFinder):
    """Finds modules of the projects in memory, and nothing else."""

    def __init__(self) -> None:
        self.packages: dict[str, Sources] = {}  # by unique name

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the finder's protocol
        target: object = None,  # noqa: ARG002 - the finder's protocol
    ) -> ModuleSpec | None:
        """How to import a module of a known project."""
        package, _, rest = fullname.partition(".")
        sources = self.packages.get(package)
        if sources is None:
            return None
        inside = rest.replace(".", "/")
        file, init = f"{inside}.py", f"{inside}/__init__.py" if inside else "__init__.py"
        if file in sources.files:
            return self._spec(fullname, file, sources.files[file], package=False)
        known = not inside or any(one.startswith(f"{inside}/") for one in sources.files)
        return self._spec(fullname, init, sources.files.get(init, b""), package=True) if known else None

    @staticmethod
    def _spec(fullname: str, file: str, source: bytes, *, package: bool) -> ModuleSpec | None:
        path = f"{fullname.partition('.')[0]}/{file}"
        return spec_from_loader(fullname, _Loader(path, source, package=package), origin=path, is_package=package)


_FINDER: Final = _Finder()
sys.meta_path.append(_FINDER)
