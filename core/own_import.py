"""Running code of one's own: in a training, or for a checkpoint that somebody asked about.

What is run are the very bytes that were compared with what the person started. They stay out of the
way of everything installed: a file called `random.py` hides nothing.
"""

from __future__ import annotations

import sys
import threading
import traceback
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

from core import own_code, started_code
from core.errors import MistakeError
from core.own_names import OwnCodeError, split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import ModuleType

    from core.own_code import Files
    from core.runs import Run

_IMPORTING = threading.Lock()
"""What is imported and how is one list for the whole process."""
_LONGEST = 300
"""Of what an exception says."""


class OwnCode:
    """The code of one run, imported when a name of it is first asked for."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder, self.files = folder, files
        self._finder = _Finder(folder, files)

    def named(self, field: str, name: str) -> Callable[..., Any]:
        """The class or function that `name` means. Raises MistakeError, whatever its file does."""
        try:
            wanted = split(name)
        except OwnCodeError as error:
            raise MistakeError(f"{field}: {error}") from error
        file = next((item for item in wanted.files if item in self.files), None)
        if file is None:
            raise MistakeError(f"{field}: there is no {wanted.files[0]} in {self.folder}")
        try:
            found = getattr(self._finder.module(file), wanted.name, None)
        except (Exception, SystemExit) as error:
            raise self.mistake(field, file, error) from error
        if not callable(found):
            raise MistakeError(f"{field}: {file} has no {wanted.name} once it has run: define it")
        return found  # type: ignore[no-any-return]  # it is whatever they wrote

    def mistake(self, field: str, name: str, error: BaseException) -> MistakeError:
        """What their code raised, as a sentence with the line of theirs that it came from."""
        said = " ".join(str(error).split())[:_LONGEST]
        what = f"{type(error).__name__}: {said}" if said else type(error).__name__
        return MistakeError(f"{field}: {name} raised {what}{self._line(error)}")

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
    """Finds the modules of one folder, after everything installed, while one of them is imported.

    Each has a private name with the sha256 of the code in it, so that a later run has its own. By
    its plain name it is found too, as files import each other, and forgotten afterwards.
    """

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder, self._files = folder, files
        self._root = f"_own_code_{own_code.digest(files)[:16]}"

    def module(self, file: str) -> ModuleType:
        """The module of a file, run now if it was not before."""
        steps = file.removesuffix("/__init__.py").removesuffix(".py").split("/")
        with _IMPORTING:
            before = set(sys.modules)
            sys.meta_path.append(self)
            try:
                name = self._root
                __import__(name)
                for step in steps:
                    name = f"{name}.{step}"
                    __import__(name)
                return sys.modules[name]
            finally:
                sys.meta_path.remove(self)
                self._forget(set(sys.modules) - before)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is, if it is one of the folder's."""
        steps = fullname.split(".")
        inner = steps[1:] if steps[0] == self._root else steps
        path = "/".join(inner)
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if file in self._files:
                return self._spec(fullname, file)
        is_package = not inner or any(name.startswith(f"{path}/") for name in self._files)
        return ModuleSpec(fullname, None, is_package=True) if is_package else None

    def _spec(self, fullname: str, file: str) -> ModuleSpec:
        path = str(self._folder / file)
        package = file.endswith("/__init__.py")
        spec = ModuleSpec(fullname, _Loader(self._files[file]), origin=path, is_package=package)
        spec.has_location = True  # so that it has a __file__
        return spec

    def _forget(self, names: set[str]) -> None:
        for name in names:
            spec = getattr(sys.modules[name], "__spec__", None)
            ours = isinstance(getattr(spec, "loader", None), _Loader)
            if ours and not name.startswith(f"{self._root}."):
                del sys.modules[name]


class _Loader(Loader):
    """Runs a source that was read before."""

    def __init__(self, source: bytes) -> None:
        self._source = source

    def create_module(self, _spec: ModuleSpec) -> None:
        """A module as any other."""

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        code = compile(self._source, str(module.__file__), "exec", dont_inherit=True)
        exec(code, module.__dict__)
