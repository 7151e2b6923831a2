"""Running code of one's own: in a training, or for a checkpoint that somebody asked about.

What is run are the very bytes that were compared with what the person started. Each run has modules
of its own, under a name nobody else has, and only they see the other files of their folder: a file
called `random.py` there hides nothing from what is installed.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import traceback
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import count
from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.own_code import started as started_code
from core.settings.own_names import OwnCodeError, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from core.own_code.copies import Files
    from core.runs import Run

_LONGEST = 300
"""Of what an exception says."""
_NUMBERS = count()
"""One for each run, so that two on the same files share no module and what it holds."""


class OwnCode:
    """The code of one run, imported when a name of it is first asked for."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder, self.files = folder, files
        self._root = f"_own_code_{next(_NUMBERS)}"
        sys.meta_path.append(_Finder(self._root, folder, files))

    def named(self, field: str, name: str) -> Callable[..., Any]:
        """The class or function that `name` means. Raises MistakeError, whatever its file does."""
        try:
            wanted = split(name)
        except OwnCodeError as error:
            raise MistakeError(f"{field}: {error}") from error
        file = next((item for item in wanted.files if item in self.files), None)
        if file is None:
            raise MistakeError(f"{field}: there is no {wanted.files[0]} in {self.folder}")
        steps = file.removesuffix("/__init__.py").removesuffix(".py").split("/")
        try:
            module = importlib.import_module(".".join([self._root, *steps]))
            found = getattr(module, wanted.name, None)
        except (Exception, SystemExit) as error:
            raise self.mistake(field, file, error) from error
        if not callable(found):
            raise MistakeError(f"{field}: {file} has no {wanted.name} once it has run: define it")
        return found  # type: ignore[no-any-return]  # it is whatever they wrote

    def mistake(self, field: str, name: str, error: BaseException) -> MistakeError:
        """What their code raised, as a sentence with the line of theirs that it came from."""
        said = " ".join(str(error).split())[:_LONGEST]
        what = f"{type(error).__name__}: {said}" if said else type(error).__name__
        missing = isinstance(error, ModuleNotFoundError) and error.name
        remedy = ": install it beside mnist-tui, or import it no more" if missing else ""
        return MistakeError(f"{field}: {name} raised {what}{self._line(error)}{remedy}")

    def _line(self, error: BaseException) -> str:
        known = {str(self.folder / file): file for file in self.files}
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename in known:
                return f" ({known[frame.filename]} line {frame.lineno})"
        return ""


def of_run(run: Run, config: object) -> OwnCode | None:
    """The code that a run was started on; None where its config names none.

    Raises MistakeError where this person never started a run on it.
    """
    code = started_code.of_run(run, config)
    return OwnCode(code.folder, code.files) if code else None


def beside(folder: Path, config: object) -> OwnCode | None:
    """The code beside a config that somebody gave to be used; from now on it is known as theirs.

    None where the config names none. Raises MistakeError.
    """
    code = started_code.begin(folder, config)
    return OwnCode(code.folder, code.files) if code else None


class _Finder(MetaPathFinder):
    """Finds the modules below one root, which are the files of one run, and no others."""

    def __init__(self, root: str, folder: Path, files: Files) -> None:
        self._root, self._folder, self._files = root, folder, files

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is, if it is one of the folder's."""
        root, *steps = fullname.split(".")
        if root != self._root:
            return None
        path = "/".join(steps)
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if file in self._files:
                return self._spec(fullname, file)
        is_package = not steps or self._is_folder(path)
        return ModuleSpec(fullname, None, is_package=True) if is_package else None

    def has(self, name: str) -> bool:
        """Whether a module of this plain name is one of the folder's."""
        return f"{name}.py" in self._files or self._is_folder(name)

    def plain_import(
        self,
        name: str,
        names: Mapping[str, object] | None = None,
        here: Mapping[str, object] | None = None,
        wanted: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """`import` as their files see it: those beside them first, as in any script."""
        if level or not self.has(name.partition(".")[0]):
            return builtins.__import__(name, names, here, wanted or (), level)
        # With names to take from it the module itself is given, else the first of its packages.
        full = f"{self._root}.{name}"
        if wanted:
            return builtins.__import__(full, names, here, wanted)
        importlib.import_module(full)
        return sys.modules[f"{self._root}.{name.partition('.')[0]}"]

    def _is_folder(self, path: str) -> bool:
        return any(name.startswith(f"{path}/") for name in self._files)

    def _spec(self, fullname: str, file: str) -> ModuleSpec:
        path = str(self._folder / file)
        package = file.endswith("/__init__.py")
        loader = _Loader(self._files[file], self)
        spec = ModuleSpec(fullname, loader, origin=path, is_package=package)
        spec.has_location = True  # so that it has a __file__
        return spec


class _Loader(Loader):
    """Runs a source that was read before."""

    def __init__(self, source: bytes, finder: _Finder) -> None:
        self._source, self._finder = source, finder

    def create_module(self, _spec: ModuleSpec) -> None:
        """A module as any other."""

    def exec_module(self, module: ModuleType) -> None:
        """Run it, its imports looked up beside it first."""
        code = compile(self._source, str(module.__file__), "exec", dont_inherit=True)
        theirs = {**vars(builtins), "__import__": self._finder.plain_import}
        module.__dict__["__builtins__"] = theirs
        exec(code, module.__dict__)
