"""Checkpoint files: whole or not at all, and never a reason to run what is in them."""

from __future__ import annotations

import os
import pickle
import random
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch
from refused import refusal
from tiny_data import tiny_run, train_here

from core import checkpoint, files
from core.building import build
from core.checkpoint import CheckpointError
from core.config import Component
from core.saved import results, sidecar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def good(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a checkpoint."""
    run = tiny_run(tiny_mnist, tmp_path_factory.mktemp("good"), {"trainer.epochs": 1})
    train_here(run)
    return (run.path / "last.pth").read_bytes()


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch '{self.path}'",)


def test_a_checkpoint_is_read_as_it_was_written(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "good.pth"
    path.write_bytes(good)
    found = checkpoint.load(path)
    assert (found.epoch, found.step) == (1, 9)
    assert found.ours.keys() - {"version", "data_set"} == checkpoint.OURS_REQUIRED
    assert found.metrics.keys() >= {"loss", "val_loss"}


def test_a_missing_file_says_where_to_look(tmp_path: Path) -> None:
    assert "there is no such file: mnist-tui runs" in refusal(tmp_path / "none.pth")


def test_a_directory_is_no_checkpoint(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "cannot be read (Is a directory): give a .pth file"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty: use an older checkpoint"),
        (b'{"name": "Mnist_LeNet"}', "is a JSON file, not a checkpoint: give a .pth file"),
        (b"\n  [1, 2]", "is a JSON file, not a checkpoint: give a .pth file"),
        (random.Random(0).randbytes(5000), "is not a checkpoint (torch.save writes zip files)"),
        (b"PK\x03\x04" + random.Random(0).randbytes(5000), "is cut off or damaged"),
        (b"PK\x03\x04", "is cut off or damaged"),
    ],
    ids=["empty", "JSON", "JSON list", "random", "random with a zip's head", "a zip's head"],
)
def test_what_is_no_checkpoint_is_one_sentence(
    content: bytes, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "odd.pth"
    path.write_bytes(content)
    assert expected in refusal(path)


def test_a_truncated_file_is_refused_wherever_it_was_cut(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.pth"
    for length in (1, 3, 4, 10, 64, len(good) // 3, len(good) // 2, len(good) - 30, len(good) - 1):
        path.write_bytes(good[:length])
        refusal(path)


def test_a_flipped_bit_is_found_or_harmless(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "flipped.pth"
    path.write_bytes(good)
    whole = checkpoint.load(path).content["state_dict"]
    draw, num_refused = random.Random(1), 0
    for _ in range(120):
        at = draw.randrange(len(good))
        flipped = bytearray(good)
        flipped[at] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        try:
            read = checkpoint.load(path).content["state_dict"]
        except CheckpointError as error:
            num_refused += 1
            assert "\n" not in str(error)
        else:  # in the padding between the parts
            assert all(torch.equal(read[name], whole[name]) for name in whole)
    assert num_refused > 80


def test_a_flipped_bit_in_any_byte_of_the_zips_own_lists_is_one_sentence_at_most(
    good: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "flipped.pth"
    start = good.index(b"PK\x01\x02")  # the first entry of the directory at the end
    for at in [*range(60), *range(start, start + 60), *range(len(good) - 100, len(good))]:
        for bit in (0, 3, 7):
            flipped = bytearray(good)
            flipped[at] ^= 1 << bit
            path.write_bytes(flipped)
            try:
                checkpoint.load(path)
            except CheckpointError as error:
                assert "\n" not in str(error)


def test_a_bare_pickle_is_not_opened(tmp_path: Path) -> None:
    path, made = tmp_path / "pickle.pth", tmp_path / "made"
    path.write_bytes(pickle.dumps(Touch(made)))
    assert "is a bare pickle" in refusal(path)
    assert not made.exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_torch_file_that_runs_code_is_not_unpickled(zipped: bool, tmp_path: Path) -> None:
    path, made = tmp_path / "hostile.pth", tmp_path / "made"
    content: dict[str, Any] = dict.fromkeys(checkpoint.REQUIRED, 0)
    torch.save({**content, "config": Touch(made)}, path, _use_new_zipfile_serialization=zipped)
    assert "may run code" in refusal(path)
    assert not made.exists()


def test_a_hostile_file_names_what_it_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "hostile.pth"
    torch.save({"x": Touch(tmp_path / "made")}, path)
    assert '["posix.system"]' in refusal(path)


def test_a_zip_that_is_not_torchs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.txt", "no picture")
    assert "is not a checkpoint" in refusal(path)


@pytest.mark.parametrize("inner", [b"", b"\x80\x02", b".", b"(R.", b"\x80\x02K\x01.", b"]q\x00(e."])
def test_a_broken_pickle_in_a_torch_zip_is_refused(inner: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", inner)
        archive.writestr("archive/version", "3\n")
    refusal(path)


@pytest.mark.parametrize("key", sorted(checkpoint.REQUIRED))
def test_a_checkpoint_without_one_of_the_templates_keys_names_it(
    key: str, good: bytes, tmp_path: Path
) -> None:
    def without(content: dict[str, Any]) -> None:
        del content[key]

    path = rewritten(good, tmp_path, without)
    assert refusal(path) == f"is not a training checkpoint: it lacks {key}"


def rewritten(good: bytes, tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    path = tmp_path / "changed.pth"
    path.write_bytes(good)
    content = torch.load(path, weights_only=True)
    change(content)
    torch.save(content, path)
    return path


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda content: content.update(config=[1]), "config is odd"),
        (lambda content: content.update(epoch="two"), "epoch or config is odd"),
        (lambda content: content.update(mnist_tui=3), "mnist_tui is no object"),
        (lambda content: content["mnist_tui"].update(version=2), "by another mnist-tui"),
        (lambda content: content["mnist_tui"].pop("judge"), "mnist_tui lacks judge"),
    ],
    ids=["config", "epoch", "mnist_tui", "version", "judge"],
)
def test_a_checkpoint_with_odd_content_is_one_sentence(
    change: Callable[[dict[str, Any]], object], expected: str, good: bytes, tmp_path: Path
) -> None:
    assert expected in refusal(rewritten(good, tmp_path, change))


def test_a_tensor_alone_is_no_checkpoint(tmp_path: Path) -> None:
    torch.save(torch.zeros(3), tmp_path / "tensor.pth")
    assert "it lacks arch, config, epoch" in refusal(tmp_path / "tensor.pth")


def test_weights_of_another_shape_are_one_sentence(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "good.pth"
    path.write_bytes(good)
    found = checkpoint.load(path)
    model = build.model(Component(type="MnistModel", args={"num_classes": 12}))
    with pytest.raises(CheckpointError) as caught:
        checkpoint.load_weights(model, found)
    assert str(caught.value).startswith(f"{path}: its weights do not fit MnistModel: ")
    assert "\n" not in str(caught.value)


def test_a_network_built_without_weights_draws_nothing(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "good.pth"
    path.write_bytes(good)
    before = torch.get_rng_state()
    model = build.empty_model(Component(type="MnistModel"))
    checkpoint.load_weights(model, checkpoint.load(path), assign=True)
    assert torch.equal(before, torch.get_rng_state())
    assert not any(parameter.is_meta for parameter in model.parameters())


def test_a_save_that_the_disk_garbles_leaves_the_old_file(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "last.pth"
    checkpoint.save(path, good, epoch=1, step=9, metrics={})

    def garble(descriptor: int) -> None:
        os.pwrite(descriptor, b"garbled", 0)

    monkeypatch.setattr(os, "fsync", garble)
    with pytest.raises(files.DamagedWriteError):
        checkpoint.save(path, good, epoch=2, step=18, metrics={})
    assert path.read_bytes() == good
    assert sorted(item.name for item in tmp_path.iterdir()) == ["last.pth", "last.pth.json"]


def test_a_sidecar_that_is_missing_or_of_another_file_is_written_anew(
    good: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "last.pth"
    checkpoint.save(path, good, epoch=1, step=9, metrics={})
    right = sidecar.read(path)
    assert right is not None
    for sha256, size in (("0" * 64, right.bytes), (right.sha256, 5)):
        wrong = sidecar.Sidecar("last.pth", 7, 70, size, sha256, {})
        sidecar.write(path, wrong)
        checkpoint.renew_sidecar(path)
        renewed = sidecar.read(path)
        assert renewed is not None
        assert (renewed.epoch, renewed.step, renewed.sha256) == (1, 9, right.sha256)
        assert renewed.metrics.keys() >= {"loss"}
    sidecar.path_of(path).unlink()
    checkpoint.renew_sidecar(path)
    assert sidecar.read(path) == renewed


def test_the_results_of_testing_a_checkpoint_go_with_it(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "last.pth"
    results.path_of(path).write_text("{}")
    checkpoint.save(path, good, epoch=1, step=9, metrics={})
    assert not results.path_of(path).exists()
