"""The data sets a config can name: where their files are found, and what is known of them."""

from __future__ import annotations

import gzip
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tiny_data import tiny_config, write_cut

from core.checking import check
from core.images import data_sets, idx
from core.images.data_sets import FASHION_MNIST, MNIST, DataSet, MissingDataError
from core.images.idx import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.settings.file import Problem

    WriteIdx = Callable[..., Path]

real_fashion = pytest.mark.skipif(
    not FASHION_MNIST.spare.is_dir(),
    reason=f"{FASHION_MNIST.spare} is not here: apt-get install {FASHION_MNIST.package}",
)
DIGITS = tuple("0123456789")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataSet:
    """Fashion-MNIST on a machine without it."""
    absent = replace(FASHION_MNIST, spare=tmp_path / "no such folder")
    monkeypatch.setitem(data_sets.LOADERS, "FashionMnistDataLoader", absent)
    return absent


def write_labels(folder: Path, labels: list[int], prefix: str = "train") -> None:
    count = len(labels)
    images = struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28) + bytes(count * 784)
    (folder / f"{prefix}-images-idx3-ubyte").write_bytes(images)
    head = struct.pack(">4BI", 0, 0, 8, 1, count)
    (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(head + bytes(labels))


def problems(data_dir: Path, edits: dict[str, Any] | None = None) -> list[Problem]:
    value = tiny_config(data_dir, data_dir / "saved", edits).value
    return check.problems_of(value)


# Where the files are


def test_the_bundled_set_is_mnist(tmp_path: Path) -> None:
    split = MNIST.find(tmp_path, training=False)
    assert split.images.parent == idx.BUNDLED
    assert split.num_samples() == 10_000
    shape, labels = idx.read(split.labels)
    assert shape == (10_000,)
    assert list(labels[:5]) == [7, 2, 1, 0, 4]
    assert MNIST.num_samples(tmp_path, training=True) == 60_000


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("data_set", [MNIST, FASHION_MNIST])
def test_the_files_in_data_dir_come_first(
    tmp_path: Path, write_idx: WriteIdx, data_set: DataSet, raw: bool, compressed: bool
) -> None:
    folder = data_set.raw_folder(tmp_path) if raw else tmp_path
    write_idx(folder, num_train=7, num_test=3, compressed=compressed)
    split = data_set.find(tmp_path, training=True)
    assert split.images.parent == folder
    assert split.num_samples() == 7
    shape, pixels = idx.read(split.images)
    assert (shape, len(pixels)) == ((7, 28, 28), 7 * 784)
    assert data_set.num_samples(tmp_path, training=False) == 3


def test_torchvisions_folder_wins_over_the_one_above(tmp_path: Path, write_idx: WriteIdx) -> None:
    write_idx(tmp_path, num_train=7)
    write_idx(tmp_path / "MNIST" / "raw", num_train=5)
    assert MNIST.num_samples(tmp_path, training=True) == 5


def test_each_set_has_its_own_folder(tmp_path: Path, write_idx: WriteIdx) -> None:
    write_idx(tmp_path / "MNIST" / "raw", num_train=5)
    write_idx(tmp_path / "FashionMNIST" / "raw", num_train=7)
    assert MNIST.num_samples(tmp_path, training=True) == 5
    assert FASHION_MNIST.num_samples(tmp_path, training=True) == 7


def test_images_without_their_labels_are_not_a_set(tmp_path: Path, write_idx: WriteIdx) -> None:
    write_idx(tmp_path, num_train=7)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    assert MNIST.find(tmp_path, training=True).images.parent == idx.BUNDLED


def test_mnist_itself_is_not_taken_for_fashion(tmp_path: Path, nowhere: DataSet) -> None:
    for path in idx.BUNDLED.glob("*.gz"):
        (tmp_path / path.name).symlink_to(path)
    with pytest.raises(MissingDataError):
        nowhere.find(tmp_path, training=True)
    assert MNIST.contents(tmp_path) == (DIGITS, MNIST.normalization)


def test_what_can_be_downloaded_is_no_problem_before(tmp_path: Path, nowhere: DataSet) -> None:
    assert problems(tmp_path, {"data_loader.type": "FashionMnistDataLoader"}) == []
    assert nowhere.contents(tmp_path).classes[9] == "Ankle boot"
    assert nowhere.num_samples(tmp_path, training=True) == 60_000
    assert nowhere.num_samples(tmp_path, training=False) == 10_000
    assert list(tmp_path.iterdir()) == []


def test_a_program_without_its_bundled_files_says_so(tmp_path: Path) -> None:
    robbed = replace(MNIST, spare=tmp_path / "gone")
    with pytest.raises(DataError, match="holds no MNIST: install mnist-tui again"):
        robbed.num_samples(tmp_path, training=True)


def test_a_loader_nobody_knows_is_one_sentence() -> None:
    with pytest.raises(DataError, match='there is no data loader "Theirs": use one of Mnist'):
        data_sets.named("Theirs")


# What the files are


def test_a_folder_of_torchvisions_says_what_it_holds(tmp_path: Path, write_idx: WriteIdx) -> None:
    write_idx(MNIST.raw_folder(tmp_path))
    write_idx(FASHION_MNIST.raw_folder(tmp_path))
    assert MNIST.contents(tmp_path) == (DIGITS, MNIST.normalization)
    assert FASHION_MNIST.contents(tmp_path).classes[0] == "T-shirt/top"
    assert FASHION_MNIST.contents(tmp_path).normalization == (0.2860, 0.3530)


def test_files_of_another_set_have_numbers_for_names(tmp_path: Path) -> None:
    write_labels(tmp_path, [0, 25, 3])
    assert MNIST.contents(tmp_path) == (tuple(map(str, range(26))), None)
    write_labels(tmp_path, [0, 30], prefix="t10k")
    assert len(MNIST.contents(tmp_path).classes) == 31


def test_a_part_of_fashion_keeps_its_names_and_is_measured(tmp_path: Path) -> None:
    write_labels(tmp_path, [0, 9, 3])
    assert FASHION_MNIST.contents(tmp_path) == (FASHION_MNIST.classes, None)
    write_labels(tmp_path, [0, 10, 3])
    assert len(FASHION_MNIST.contents(tmp_path).classes) == 11


def test_who_only_tests_needs_no_training_images(tmp_path: Path, nowhere: DataSet) -> None:
    write_labels(tmp_path, [2, 4], prefix="t10k")
    assert nowhere.contents(tmp_path) == (nowhere.classes, None)


@pytest.mark.parametrize("text", ["cat\ndog", "cat\r\ndog\r\n", "\ufeff cat \ndog\n\n"])
def test_classes_are_the_lines_of_a_file(tmp_path: Path, text: str) -> None:
    write_labels(tmp_path, [0, 1, 1])
    (tmp_path / "classes.txt").write_text(text, encoding="utf-8", newline="")
    assert MNIST.contents(tmp_path) == (("cat", "dog"), None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"cat\n", "names 1 classes, but the labels go up to 1: give a line for each"),
        (b"", "names 0 classes, but the labels go up to 1: give a line for each"),
        (b"cat\n\ndog\n", "line 2 is empty: give a name a line"),
        (b"\ncat\ndog\n", "line 1 is empty: give a name a line"),
        (b"caf\xe9\ndog\n", "cannot be read (.*): give a name a line, in UTF-8"),
    ],
)
def test_a_file_of_classes_that_does_not_fit_is_told(
    tmp_path: Path, content: bytes, message: str
) -> None:
    write_labels(tmp_path, [0, 1, 1])
    path = tmp_path / "classes.txt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        MNIST.contents(tmp_path)
    words = message.partition("(.*)")
    assert str(caught.value).startswith(f"{path}: {words[0]}")
    assert str(caught.value).endswith(words[2])
    (problem,) = problems(tmp_path)
    assert str(problem) == f"data_loader.args.data_dir: {caught.value}"


def test_labels_are_read_anew_when_their_file_changes(tmp_path: Path) -> None:
    write_labels(tmp_path, [0, 1])
    assert len(MNIST.contents(tmp_path).classes) == 2
    write_labels(tmp_path, [0, 1, 4])
    assert len(MNIST.contents(tmp_path).classes) == 5


@real_fashion
def test_the_real_fashion_is_known_wherever_it_lies(tmp_path: Path) -> None:
    for name in ("train-labels-idx1-ubyte", "train-images-idx3-ubyte"):
        source = FASHION_MNIST.spare / f"{name}.gz"
        (tmp_path / source.name).symlink_to(source)
    for data_set in (MNIST, FASHION_MNIST):
        assert data_set.find(tmp_path, training=True).images.parent == tmp_path
        assert data_set.contents(tmp_path) == (
            FASHION_MNIST.classes,
            FASHION_MNIST.normalization,
        )


@real_fashion
def test_debians_files_are_found_without_any_in_data_dir(tmp_path: Path) -> None:
    split = FASHION_MNIST.find(tmp_path, training=True)
    assert split.images.parent == FASHION_MNIST.spare
    assert split.num_samples() == 60_000
    assert FASHION_MNIST.contents(tmp_path).classes == FASHION_MNIST.classes


# The network's classes


@pytest.mark.parametrize(
    ("labels", "num_classes", "expected"),
    [
        ([0, 9], None, None),
        ([0, 1], 2, None),
        ([0, 25], 26, None),
        ([0, 25], 40, None),
        ([0, 25], None, "must be 26 or more, not 10"),
        ([0, 25], 25, "must be 26 or more, not 25"),
        ([0, 1], 1, "must be 2 or more, not 1"),
    ],
)
def test_the_network_must_tell_all_classes_apart(
    tmp_path: Path, labels: list[int], num_classes: int | None, expected: str | None
) -> None:
    write_labels(tmp_path, labels * 10)
    args = {} if num_classes is None else {"num_classes": num_classes}
    found = [str(problem) for problem in problems(tmp_path, {"arch.args": args})]
    assert found == ([f"arch.args.num_classes: {expected}"] if expected else [])


def test_fashion_needs_ten_classes_before_it_is_there(tmp_path: Path, nowhere: DataSet) -> None:
    assert not nowhere.spare.exists()
    edits = {"data_loader.type": "FashionMnistDataLoader", "arch.args.num_classes": 9}
    assert [str(problem) for problem in problems(tmp_path, edits)] == [
        "arch.args.num_classes: must be 10 or more, not 9"
    ]


def test_compressed_labels_count_too(tmp_path: Path) -> None:
    write_labels(tmp_path, [0, 12])
    for path in list(tmp_path.iterdir()):
        (tmp_path / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert len(MNIST.contents(tmp_path).classes) == 13


def test_a_cut_of_mnist_lying_bare_is_numbered(tmp_path: Path) -> None:
    write_cut(MNIST.find(tmp_path / "none", training=True), tmp_path, 100)
    assert MNIST.contents(tmp_path) == (DIGITS, None)
