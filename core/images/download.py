"""A data set's files from the network, by torchvision's downloader, in a thread of its own.

The thread that asks for them stays free to say how far it is and to be stopped. torchvision is
imported inside functions: hardly any start has something to download.
"""

from __future__ import annotations

import contextlib
import threading
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.images import idx
from core.images.data_sets import MissingDataError
from core.images.idx import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.images.data_sets import DataSet

POLL_SECONDS = 0.25
STALL_SECONDS = 60.0
"""Without a byte more, after which the network counts as gone; torchvision would wait for ever."""


def ensure(
    data_set: DataSet,
    data_dir: Path,
    *,
    training: bool,
    tell: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Download all files of a set that `data_set.find` does not find. Raises DataError.

    `tell` hears how far it is, a few times a second at most; what `check` raises gives it up.
    """
    try:
        data_set.find(data_dir, training=training)
    except MissingDataError:
        if not data_set.download_bytes:
            raise
        download = _Download(data_set, data_set.raw_folder(data_dir))
        download.start()
        _watch(download, tell, check)
        if download.error is not None:
            message = f"{data_set.title} could not be downloaded ({_reason(download.error)})"
            remedy = data_set.remedy(data_dir)
            raise DataError(f"data_loader.args.data_dir: {message}: {remedy}") from download.error


class _Download(threading.Thread):
    """Brings the files into a folder, each under its name only once it is whole."""

    def __init__(self, data_set: DataSet, folder: Path) -> None:
        # A daemon: who gives up on it, or ends the program, leaves it behind.
        super().__init__(name=f"download {data_set.title}", daemon=True)
        self.data_set, self.folder = data_set, folder
        self.error: BaseException | None = None
        self.num_bytes_whole = 0
        self._partial: Path | None = None

    @property
    def num_bytes(self) -> int:
        """What has come so far."""
        num_bytes = self.num_bytes_whole
        with contextlib.suppress(OSError):  # a file may be moved at this very moment
            if self._partial is not None:
                num_bytes += sum(path.stat().st_size for path in self._partial.iterdir())
        return num_bytes

    def run(self) -> None:
        """Download; what goes wrong is kept for who looks after it."""
        try:
            self._bring()
        except Exception as error:  # of the network, the disk, or an odd torchvision
            self.error = error

    def _bring(self) -> None:
        from torchvision import datasets

        known = getattr(datasets, self.data_set.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".download-", dir=self.folder) as scratch, _no_bar():
            self._partial = Path(scratch)
            for name, md5 in known.resources:
                if idx.existing(self.folder / name.removesuffix(".gz")) is None:
                    _from_one_of(known.mirrors, self._partial, name, md5)
                    whole = (self._partial / name).replace(self.folder / name)
                    self.num_bytes_whole += whole.stat().st_size


@contextlib.contextmanager
def _no_bar() -> Iterator[None]:
    """Keep torchvision from drawing its progress on stderr, which may be a screen."""
    from torchvision.datasets import utils

    drawn = utils.tqdm
    utils.tqdm = partial(drawn, disable=True)
    try:
        yield
    finally:
        utils.tqdm = drawn


def _from_one_of(mirrors: list[str], folder: Path, name: str, md5: str) -> None:
    from torchvision.datasets.utils import download_url

    for number, mirror in enumerate(mirrors, start=1):
        try:
            download_url(mirror + name, str(folder), name, md5)
        except (OSError, RuntimeError):
            if number == len(mirrors):
                raise
        else:
            return


def _watch(download: _Download, tell: Callable[[str], None], check: Callable[[], None]) -> None:
    """Say how far a download is until it ends, or stands still for too long."""
    total, told = download.data_set.download_bytes // 10**6, -1
    before, since = 0, time.monotonic()
    while download.is_alive():
        now = time.monotonic()
        done = max(before, download.num_bytes)  # a file that is being moved counts as neither
        if done > before:
            before, since = done, now
        if now - since > STALL_SECONDS:
            download.error = TimeoutError(f"nothing came for {STALL_SECONDS:.0f} s")
            return
        megabytes = done // 10**6
        if megabytes != told:
            told = megabytes
            tell(f"downloading {download.data_set.title}: {told} of {total} MB")
        check()
        download.join(POLL_SECONDS)


def _reason(error: BaseException) -> str:
    """What an error says, without the wrapping that urllib puts around it."""
    words = " ".join(str(error).removeprefix("<urlopen error ").removesuffix(">").split())
    return words.rstrip(".") or type(error).__name__
