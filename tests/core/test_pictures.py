"""The pictures of a data set, without torch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from invented import recorded

from core import runs
from core.event_lines import to_line
from core.events import RunStarted
from core.images import idx
from core.images.data_sets import LOADERS, MNIST
from core.images.idx import DataError
from core.images.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_bundled_test_images(tmp_path: Path) -> None:
    pictures = Pictures.read(MNIST, tmp_path, training=False)
    assert len(pictures) == 10_000
    assert list(pictures.labels[:5]) == [7, 2, 1, 0, 4]  # as everybody knows them
    assert pictures.classes == tuple("0123456789")
    split = MNIST.find(tmp_path, training=False)
    assert pictures.ink(9_999) == bytes(idx.read(split.images)[1])[-784:]


def test_those_of_a_checkpoint_are_where_its_run_said(
    tmp_path: Path, write_idx: Callable[..., Path]
) -> None:
    data_dir = write_idx(tmp_path / "mine", num_test=7)
    (data_dir / "classes.txt").write_text("\n".join(f"kind {number}" for number in range(10)))
    text = '{"data_loader": {"type": "MnistDataLoader", "args": {"data_dir": "mine"}}}'
    run = runs.create(tmp_path / "saved", "x", text)
    start = next(iter(recorded(1)))
    assert isinstance(start, RunStarted)
    run.journal_path.write_bytes(to_line(replace(start, data_dir=str(data_dir))))
    pictures = Pictures.of_checkpoint(run.path / "last.pth")
    assert len(pictures) == 7
    assert len(Pictures.of_checkpoint(run.path / "last.pth", training=True)) == 20


def test_a_loader_that_nobody_knows_is_a_sentence(tmp_path: Path) -> None:
    run = runs.create(tmp_path, "x", '{"data_loader": {"type": "Other"}}')
    with pytest.raises(DataError, match=r"data_loader\.type"):
        Pictures.of_checkpoint(run.path / "last.pth")
    assert "Other" not in LOADERS
