"""A data set from the network: torchvision's downloader against a server of this machine."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import signal
import threading
from dataclasses import replace
from email.message import Message
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.error import HTTPError, URLError

import pytest
from tiny_data import tiny_run, train_here, write_cut
from torchvision import datasets

from core.control import Control, StopTraining
from core.events import PhaseChanged, RunEnded, RunStarted
from core.images import data_sets, download
from core.images.data_sets import FASHION_MNIST, MNIST
from core.images.idx import DataError, file_names
from core.processes import worker
from core.saved import finding
from tui.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.images.data_sets import DataSet
    from core.runs import Run

NAMES = [f"{name}.gz" for half in (True, False) for name in file_names(training=half)]


class Server(ThreadingHTTPServer):
    """Files of a folder, which all wait for `gate`."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.folder = folder
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """torchvision hangs up when it has seen where an address leads."""


class _Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path.lstrip("/"))
        self.server.gate.wait(60)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 and 200 real images in the place of Fashion-MNIST's, compressed."""
    folder = tmp_path_factory.mktemp("files")
    for training, number in ((True, 150), (False, 200)):
        write_cut(MNIST.find(folder / "none", training=training), folder, number)
    for path in list(folder.iterdir()):
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    return folder


@pytest.fixture
def server(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serves them, and torchvision knows no other server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "served"
    shutil.copytree(files, folder)
    sums = [hashlib.md5((folder / name).read_bytes()).hexdigest() for name in NAMES]
    monkeypatch.setattr(datasets.FashionMNIST, "resources", list(zip(NAMES, sums, strict=True)))
    with Server(folder) as made:
        monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [made.url])
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.gate.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def fashion(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> DataSet:
    """The set as it is on a machine that does not have it."""
    size = sum((server.folder / name).stat().st_size for name in NAMES)
    absent = replace(FASHION_MNIST, spare=tmp_path / "none", download_bytes=size)
    monkeypatch.setitem(data_sets.LOADERS, "FashionMnistDataLoader", absent)
    return absent


@pytest.fixture
def run(tmp_path: Path) -> Run:
    edits = {"data_loader.type": "FashionMnistDataLoader", "trainer.epochs": 1}
    return tiny_run(tmp_path / "data", tmp_path / "saved", edits)


@pytest.fixture
def handlers() -> Iterator[None]:
    """A command takes the signals of this process; they are given back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def in_folder(data_set: DataSet, data_dir: Path) -> list[str]:
    return sorted(path.name for path in data_set.raw_folder(data_dir).iterdir())


def test_a_run_downloads_what_is_missing_and_trains_on_it(
    tmp_path: Path,
    fashion: DataSet,
    server: Server,
    run: Run,
    capfd: pytest.CaptureFixture[str],
) -> None:
    trained = train_here(run)
    assert trained.outcome == "completed"
    assert in_folder(fashion, tmp_path / "data") == sorted(NAMES)
    (started,) = trained.all(RunStarted)
    assert (started.num_train, started.num_validation) == (135, 15)
    assert started.classes[9] == "Ankle boot"
    phases = [event.phase for event in trained.all(PhaseChanged)]
    assert phases[0] == "downloading Fashion-MNIST: 0 of 0 MB"
    assert "loading data" in phases
    assert capfd.readouterr() == ("", "")
    num_asked = len(server.asked)
    assert train_here(run, {"trainer.epochs": 2}).outcome == "completed"
    assert len(server.asked) == num_asked


def test_files_that_are_there_are_not_asked_for(
    tmp_path: Path, fashion: DataSet, server: Server
) -> None:
    raw = fashion.raw_folder(tmp_path)
    raw.mkdir(parents=True)
    (raw / NAMES[0]).write_bytes((server.folder / NAMES[0]).read_bytes())
    download.ensure(fashion, tmp_path, training=True)
    assert NAMES[0] not in server.asked
    assert set(server.asked) == set(NAMES[1:])
    assert in_folder(fashion, tmp_path) == sorted(NAMES)


def test_progress_is_told_in_megabytes(
    tmp_path: Path, fashion: DataSet, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = server.folder / NAMES[0]
    path.write_bytes(path.read_bytes() + bytes(2_500_000))
    sums = [hashlib.md5((server.folder / name).read_bytes()).hexdigest() for name in NAMES]
    monkeypatch.setattr(datasets.FashionMNIST, "resources", list(zip(NAMES, sums, strict=True)))
    monkeypatch.setattr(download, "POLL_SECONDS", 0.001)
    told: list[str] = []
    large = replace(fashion, download_bytes=2_600_000)
    download.ensure(large, tmp_path, training=True, tell=told.append)
    # On a busy machine all may be there before the first look.
    assert {*told} <= {f"downloading Fashion-MNIST: {number} of 2 MB" for number in range(3)}
    assert len(told) == len(set(told)) >= 1


def test_a_damaged_file_is_never_left_as_if_whole(
    tmp_path: Path, fashion: DataSet, server: Server
) -> None:
    path = server.folder / NAMES[2]
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(DataError, match="could not be downloaded"):
        download.ensure(fashion, tmp_path, training=True)
    assert in_folder(fashion, tmp_path) == sorted(NAMES[:2])


def test_a_file_that_ends_too_soon_is_never_left_as_if_whole(
    tmp_path: Path, fashion: DataSet, server: Server
) -> None:
    path = server.folder / NAMES[0]
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match="could not be downloaded"):
        download.ensure(fashion, tmp_path, training=True)
    assert in_folder(fashion, tmp_path) == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (URLError(OSError(113, "No route to host")), "[Errno 113] No route to host"),
        (HTTPError("http://here/", 404, "Not Found", Message(), None), "HTTP Error 404: Not Found"),
        (RuntimeError("File not found or corrupted."), "File not found or corrupted"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_went_wrong_is_in_the_sentence(
    error: Exception,
    words: str,
    tmp_path: Path,
    fashion: DataSet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(datasets.utils, "download_url", fail)
    with pytest.raises(DataError) as caught:
        download.ensure(fashion, tmp_path, training=True)
    assert f"Fashion-MNIST could not be downloaded ({words}): put train-" in str(caught.value)


def test_the_next_mirror_is_tried(
    tmp_path: Path, fashion: DataSet, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = [server.url + "nothing/here/", server.url]
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", mirrors)
    download.ensure(fashion, tmp_path, training=True)
    assert in_folder(fashion, tmp_path) == sorted(NAMES)


def test_without_a_network_a_run_fails_with_one_sentence(
    tmp_path: Path, fashion: DataSet, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Server(tmp_path)
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [closed.url])
    closed.server_close()
    ended = worker.work(run, {}, lambda _: None)
    assert ended.outcome == "failed"
    raw = fashion.raw_folder(tmp_path / "data")
    assert "\n" not in ended.reason
    assert ended.reason.startswith(
        "data_loader.args.data_dir: Fashion-MNIST could not be downloaded ("
    )
    assert ended.reason.endswith(
        f"): put {', '.join(NAMES)} into {raw}, or install Debian's package dataset-fashion-mnist"
    )
    assert run.state().ended == ended
    assert in_folder(fashion, tmp_path / "data") == []


def test_the_command_says_it_and_ends_with_1(
    tmp_path: Path,
    fashion: DataSet,
    run: Run,
    handlers: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setattr("sys.argv", ["mnist-tui", "train", "-c", str(run.config_path)])
    assert main() == 1
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("mnist-tui: failed: data_loader.args.data_dir: Fashion-MNIST could not")
    (failed,) = (item for item in finding.scan(tmp_path / "saved") if item.path != run.path)
    assert failed.state().status(live=False) == "failed"


def test_a_network_that_falls_silent_is_given_up(
    tmp_path: Path, fashion: DataSet, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.gate.clear()
    monkeypatch.setattr(download, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(download, "POLL_SECONDS", 0.05)
    with pytest.raises(DataError, match=r"could not be downloaded \(nothing came for 0 s\)"):
        download.ensure(fashion, tmp_path, training=True)


def test_a_download_can_be_stopped(
    tmp_path: Path, fashion: DataSet, server: Server, run: Run
) -> None:
    server.gate.clear()
    controls: list[Control] = []

    def stop_when_asked(control: Control) -> None:
        controls.append(control)
        threading.Timer(0.3, control.stop_by_signal, ["SIGTEST"]).start()

    ended = worker.work(run, {}, stop_when_asked)
    assert (ended.outcome, ended.reason) == ("stopped", "SIGTEST")
    assert isinstance(run.state().ended, RunEnded)
    assert run.checkpoints() == []


def test_what_check_raises_ends_the_wait(tmp_path: Path, fashion: DataSet, server: Server) -> None:
    server.gate.clear()

    def stop() -> None:
        raise StopTraining("by request")

    with pytest.raises(StopTraining):
        download.ensure(fashion, tmp_path, training=True, check=stop)


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, fashion: DataSet, server: Server
) -> None:
    (tmp_path / "FashionMNIST").write_text("a file in the way")
    with pytest.raises(DataError, match=r"could not be downloaded .*FashionMNIST"):
        download.ensure(fashion, tmp_path, training=True)
    assert server.asked == []


def test_the_bundled_set_is_never_downloaded(tmp_path: Path) -> None:
    robbed = replace(MNIST, spare=tmp_path / "gone")
    with pytest.raises(DataError, match="install mnist-tui again"):
        download.ensure(robbed, tmp_path, training=True)


def test_torchvision_still_has_what_the_download_leans_on() -> None:
    known: Any = datasets.FashionMNIST
    assert [name for name, _ in known.resources] == NAMES
    assert known.mirrors
    assert tuple(known.classes) == FASHION_MNIST.classes
