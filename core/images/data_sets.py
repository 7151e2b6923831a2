"""The data sets that `data_loader.type` can name: where their files are, and what is in them.

A set is known by where its files lie (torchvision's folder for it) or by its training labels.
Files of any other set are read too: its classes are the lines of `classes.txt` beside them, or
else numbers, and its pixels are measured.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.images import idx
from core.images.idx import DataError
from core.settings.own_names import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.images.idx import Split

CLASSES_FILE = "classes.txt"
"""Beside the files of a set of one's own: the names of its classes, one a line, label 0 first."""


class MissingDataError(DataError):
    """The files are nowhere on this machine."""


class Normalization(NamedTuple):
    """What pixels in 0…1 are scaled by before a network sees them."""

    mean: float
    deviation: float


class Contents(NamedTuple):
    """What the files of a set hold."""

    classes: tuple[str, ...]
    """Their names, by label."""
    normalization: Normalization | None
    """None where the training pixels are to be measured."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that a config can name."""

    title: str
    folder: str
    """Its name in torchvision, which is also that of its folder below `data_dir`."""
    spare: Path
    """Where its files are on this machine when `data_dir` has none."""
    classes: tuple[str, ...]
    normalization: Normalization
    """Mean and deviation of its training pixels, to four digits."""
    labels_md5: str
    """Of its training labels, uncompressed and without the header."""
    num_train: int = 60_000
    num_test: int = 10_000
    any_files: bool = False
    """Whether files of other sets in `data_dir` are read in its place."""
    download_bytes: int = 0
    """Of its four compressed files; 0 where they are not downloaded."""
    package: str = ""
    """Debian's package that brings `spare`."""

    def find(self, data_dir: Path, *, training: bool) -> Split:
        """The files of one half: in torchvision's folder, in `data_dir` itself, or spare ones.

        Raises MissingDataError, or DataError where they cannot be read.
        """
        for folder in self._folders(data_dir):
            split = idx.pair(folder, training=training)
            if split is not None:
                return split
        raise MissingDataError(f"{data_dir}: holds no {self.title}: {self.remedy(data_dir)}")

    def contents(self, data_dir: Path) -> Contents:
        """What the files are, or will be once they are downloaded. Raises DataError."""
        try:
            folder = self._folder(data_dir)
        except MissingDataError:
            return Contents(self.classes, self.normalization)
        names, least = _read_names(folder / CLASSES_FILE), _num_labels(folder)
        if names is not None:
            if len(names) < least:
                message = f"names {len(names)} classes, but the labels go up to {least - 1}"
                raise DataError(f"{folder / CLASSES_FILE}: {message}: give a line for each")
            return Contents(names, None)
        known = _by_labels(folder) if folder == data_dir else self
        if known is not None and least <= len(known.classes):
            return Contents(known.classes, known.normalization)
        if not self.any_files and least <= len(self.classes):  # a part of it, so measured anew
            return Contents(self.classes, None)
        return Contents(tuple(map(str, range(least))), None)

    def num_samples(self, data_dir: Path, *, training: bool) -> int:
        """How many samples one half has, or will have once it is downloaded. Raises DataError."""
        try:
            return self.find(data_dir, training=training).num_samples()
        except MissingDataError:
            if not self.download_bytes:
                raise
            return self.num_train if training else self.num_test

    def raw_folder(self, data_dir: Path) -> Path:
        """Where torchvision keeps the files."""
        return data_dir / self.folder / "raw"

    def remedy(self, data_dir: Path) -> str:
        """What a person can do who has no files, as the end of a sentence."""
        if not self.package:
            return "install mnist-tui again"
        names = (*idx.file_names(training=True), *idx.file_names(training=False))
        files = ", ".join(f"{name}.gz" for name in names)
        folder = self.raw_folder(data_dir)
        return f"put {files} into {folder}, or install Debian's package {self.package}"

    def _folders(self, data_dir: Path) -> Iterator[Path]:
        yield self.raw_folder(data_dir)
        if self.any_files or _by_labels(data_dir) in (None, self):
            yield data_dir
        yield self.spare

    def _folder(self, data_dir: Path) -> Path:
        try:
            return self.find(data_dir, training=True).images.parent
        except MissingDataError:  # who only tests needs no training images
            return self.find(data_dir, training=False).images.parent


MNIST = DataSet(
    title="MNIST",
    folder="MNIST",
    spare=idx.BUNDLED,
    classes=tuple("0123456789"),
    normalization=Normalization(0.1307, 0.3081),
    labels_md5="e86ee40d66677c011a9abda399ec8c4d",
    any_files=True,
)
FASHION_MNIST = DataSet(
    title="Fashion-MNIST",
    folder="FashionMNIST",
    spare=Path("/usr/share/datasets/fashion-mnist"),
    classes=(
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
        "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    normalization=Normalization(0.2860, 0.3530),
    labels_md5="3236f6424fc25388b2834cb19942cf7e",
    download_bytes=30_878_645,
    package="dataset-fashion-mnist",
)  # fmt: skip

LOADERS = {"MnistDataLoader": MNIST, "FashionMnistDataLoader": FASHION_MNIST}
"""By the names that a config has for them."""


def named(loader: str) -> DataSet:
    """What `data_loader.type` means. Raises DataError."""
    if is_own(loader):
        raise DataError(f"data_loader.type: the images of {loader} are known to its own code alone")
    if loader not in LOADERS:
        message = f'data_loader.type: there is no data loader "{loader}"'
        raise DataError(f"{message}: use one of {', '.join(LOADERS)}")
    return LOADERS[loader]


def _by_labels(folder: Path) -> DataSet | None:
    """The set whose training labels lie in `folder`."""
    split = idx.pair(folder, training=True)
    digest = _labels(split.labels).md5 if split else None
    return next((known for known in LOADERS.values() if known.labels_md5 == digest), None)


def _num_labels(folder: Path) -> int:
    """One more than the highest label in `folder`, in either half."""
    splits = [idx.pair(folder, training=training) for training in (True, False)]
    return 1 + max(_labels(split.labels).highest for split in splits if split is not None)


class _Labels(NamedTuple):
    highest: int
    md5: str


def _labels(path: Path) -> _Labels:
    try:
        facts = path.stat()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error}): put a whole file there") from error
    return _read_labels(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=16)
def _read_labels(path: Path, _mtime_ns: int, _size: int) -> _Labels:
    # A config is checked at every key in its form, so what was read is kept until it changes.
    values = idx.read(path)[1]
    digest = hashlib.md5(values, usedforsecurity=False).hexdigest()
    return _Labels(max(values, default=0), digest)


def _read_names(path: Path) -> tuple[str, ...] | None:
    """The lines of `classes.txt`; None where there is none. Raises DataError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read ({error}): give a name a line, in UTF-8"
        raise DataError(f"{path}: {message}") from error
    names = tuple(line.strip() for line in text.rstrip().splitlines())
    if not all(names):
        raise DataError(f"{path}: line {names.index('') + 1} is empty: give a name a line")
    return names
