"""The images: the template's split, an order that depends on its arguments alone, whole batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tiny_data import NUM_TEST, NUM_TRAIN, STEPS, tiny_run

from core import dataset
from core.control import Control
from core.images.idx import DataError
from core.loop.training import Training
from core.requests import Inbox

if TYPE_CHECKING:
    from pathlib import Path


def training_of(data_dir: Path, save_dir: Path, **edits: object) -> Training:
    run = tiny_run(data_dir, save_dir, {key.replace("__", "."): edits[key] for key in edits})
    inbox = Inbox(run.requests_path)
    return Training(run, {}, lambda event: None, Control(inbox, lambda event: None))


def test_the_first_tenth_of_numpys_shuffle_is_for_validation() -> None:
    expected = np.arange(60_000)
    np.random.RandomState(0).shuffle(expected)
    to_train, to_validate = dataset.split_validation(60_000, 6_000)
    assert to_validate.tolist() == expected[:6_000].tolist()
    assert to_train.tolist() == expected[6_000:].tolist()
    assert to_validate[:3].tolist() == [3048, 19563, 58303]


def test_the_split_leaves_numpys_own_generator_alone() -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index]
    dataset.split_validation(100, 10)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]


def test_without_validation_all_images_are_in_their_own_order() -> None:
    to_train, to_validate = dataset.split_validation(100, 0)
    assert to_train.tolist() == list(range(100))
    assert len(to_validate) == 0


def test_an_epochs_order_depends_on_its_arguments_alone() -> None:
    first = dataset.epoch_order(500, seed=1, epoch=2, shuffle=True)
    torch.rand(3)
    assert torch.equal(first, dataset.epoch_order(500, seed=1, epoch=2, shuffle=True))
    assert sorted(first.tolist()) == list(range(500))
    for seed, epoch in ((1, 3), (2, 2)):
        other = dataset.epoch_order(500, seed=seed, epoch=epoch, shuffle=True)
        assert not torch.equal(first, other)
    straight = dataset.epoch_order(500, seed=1, epoch=2, shuffle=False)
    assert straight.tolist() == list(range(500))


def test_drawing_an_epochs_order_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    dataset.epoch_order(500, seed=1, epoch=2, shuffle=True)
    assert torch.equal(before, torch.get_rng_state())


def test_the_largest_seed_that_torch_takes_draws_an_order_too() -> None:
    order = dataset.epoch_order(5, seed=2**64 - 1, epoch=3, shuffle=True)
    assert sorted(order.tolist()) == [0, 1, 2, 3, 4]


def test_the_batches_of_an_epoch_cover_each_image_once(tiny_mnist: Path, tmp_path: Path) -> None:
    training = training_of(tiny_mnist, tmp_path)
    batches = list(training.rest_of_epoch())
    assert [len(batch) for batch in batches] == [16] * 8 + [7]
    assert sorted(torch.cat(batches).tolist()) == list(range(135))


def test_the_rest_of_an_epoch_starts_at_the_step_reached(tiny_mnist: Path, tmp_path: Path) -> None:
    training = training_of(tiny_mnist, tmp_path)
    whole = list(training.rest_of_epoch())
    training.step_in_epoch = 6
    rest = list(training.rest_of_epoch())
    assert [batch.tolist() for batch in rest] == [batch.tolist() for batch in whole[6:]]


@pytest.mark.parametrize("num_steps", [4, 2 * STEPS + 1])
def test_len_epoch_gives_exactly_that_many_batches(
    num_steps: int, tiny_mnist: Path, tmp_path: Path
) -> None:
    training = training_of(tiny_mnist, tmp_path, trainer__len_epoch=num_steps)
    batches = list(training.rest_of_epoch())
    assert len(batches) == training.num_steps == num_steps
    if num_steps > STEPS:
        assert batches[STEPS].tolist() == batches[0].tolist()


def test_shuffle_false_counts_only_without_a_validation_split(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    for split, shuffled in ((0.1, True), (0.0, False)):
        training = training_of(
            tiny_mnist,
            tmp_path / str(split),
            data_loader__args__shuffle=False,
            data_loader__args__validation_split=split,
            trainer__monitor="off",
        )
        first = next(training.rest_of_epoch()).tolist()
        assert (first != list(range(16))) is shuffled


def test_images_are_normalised_as_in_the_template(tiny_mnist: Path) -> None:
    samples = dataset.load(tiny_mnist, training=True)
    assert (len(samples), samples.images.dtype) == (NUM_TRAIN, torch.uint8)
    assert len(dataset.load(tiny_mnist, training=False)) == NUM_TEST
    images, labels = samples.batch(torch.tensor([3, 1]))
    expected = (samples.images[[3, 1]].double() / 255 - 0.1307) / 0.3081
    torch.testing.assert_close(images, expected.float())
    assert labels.tolist() == samples.labels[[3, 1]].tolist()
    assert samples.labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_normalising_gives_the_same_bits_as_ever() -> None:
    images = torch.arange(256, dtype=torch.uint8)
    expected = images.to(torch.float32).sub_(255 * 0.1307).div_(255 * 0.3081)
    assert torch.equal(dataset.normalize(images), expected)


def test_images_in_order_are_all_of_them(tiny_mnist: Path) -> None:
    samples = dataset.load(tiny_mnist, training=False)
    parts = list(samples.in_order(batch_size=64))
    assert torch.equal(torch.cat([labels for _, labels in parts]), samples.labels)
    assert torch.equal(
        torch.cat([images for images, _ in parts]), dataset.normalize(samples.images)
    )


def test_a_cut_off_file_is_one_sentence(tiny_mnist: Path, tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (tiny_mnist / "MNIST" / "raw").iterdir():
        (raw / path.name).write_bytes(path.read_bytes())
    images = raw / "train-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte: is cut off"):
        dataset.load(tmp_path, training=True)
