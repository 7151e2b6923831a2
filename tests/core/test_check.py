"""What a config says, checked before anything starts: every mistake, its field and its remedy."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from core.checking import check
from core.settings import file as config_file
from core.settings.file import ConfigError
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = JsonText((config_file.PRESETS / "config.json").read_text(encoding="utf-8"))
MISSING = object()


def edited(path: str, value: object) -> dict[str, Any]:
    """The shipped config with one value changed, or taken out."""
    found: dict[str, Any] = copy.deepcopy(TEXT.value)
    *parents, last = path.split(".")
    block = found
    for name in parents:
        block = block[name]
    if value is MISSING:
        del block[last]
    else:
        block[last] = value
    return found


def problems(value: object) -> list[str]:
    return [str(problem) for problem in check.problems_of(value)]


SPLIT = "data_loader.args.validation_split"
HALF = "holds half a character, which no path can: give another path"
RANGE = "must be from 0 to below 1, or a whole number of images, not "
FOLDER = "names a folder below save_dir: it must not be absolute or hold .."


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("name", MISSING, "is missing: add it"),
        ("loss", MISSING, "is missing: add it"),
        ("trainer", MISSING, "is missing: add it"),
        ("trainer.epochs", MISSING, "is missing: add it"),
        ("data_loader.args.batch_size", MISSING, "is missing: add it"),
        ("optimizer.type", MISSING, "is missing: add it"),
        ("trainer.epochs", True, "must be a whole number, not true"),
        ("trainer.epochs", "many", 'must be a whole number, not "many"'),
        ("trainer.epochs", 2.5, "must be a whole number, not 2.5"),
        ("trainer.epochs", -1, "must be 0 or more, not -1"),
        ("trainer.epochs", None, "must be a whole number, not null"),
        ("trainer.save_period", 0, "must be 1 or more, not 0"),
        ("trainer.save_dir", 3, "must be a path, not 3"),
        ("trainer.verbosity", 3, "must be 0, 1 or 2, not 3"),
        ("trainer.verbosity", True, "must be a whole number, not true"),
        ("trainer.tensorboard", "yes", 'must be true or false, not "yes"'),
        ("trainer.early_stop", "ten", 'must be a number, not "ten"'),
        ("trainer.early_stop", float("nan"), "must be a finite number, not NaN"),
        ("trainer", 3, "must be an object, not 3"),
        ("n_gpu", "all", 'must be a whole number, not "all"'),
        ("seed", -1, "must be 0 or more, not -1"),
        ("seed", 10**400, f"must be from -{2**53} to {2**53}, not 1{'0' * 56}…"),
        ("trainer.early_stop", 10**400, f"must be from -{2**53} to {2**53}, not 1{'0' * 56}…"),
        ("optimizer.args.lr", 10**400, "must be a finite number"),
        ("lr_scheduler.args.step_size", -(10**400), "must be a finite number"),
        ("n_gpu", "\ud800", 'must be a whole number, not "\\ud800"'),
        ("name", "\ud800", "holds half a character, which no folder can: give another name"),
        ("trainer.save_dir", "\ud800", HALF),
        ("data_loader.args.data_dir", "\ud800", HALF),
        ("seed", 2**44, f"must be less than {2**44}, not {2**44}"),
        ("threads", 0, "must be 1 or more, not 0"),
        ("device", 0, "must be a text, not 0"),
        ("name", 3, "must be a text, not 3"),
        ("name", "../x", FOLDER),
        ("name", "a/../b", FOLDER),
        ("name", "/tmp/x", FOLDER),
        ("name", ".", FOLDER),
        ("name", "a\0b", FOLDER),
        ("name", "é" * 101, "is too long for a folder: use at most 200 bytes"),
        ("arch", 3, 'must be an object with "type" and "args", not 3'),
        ("arch.args", [], "must be an object, not []"),
        ("arch.args.num_classes", True, "must be a whole number, not true"),
        ("arch.args.num_classes", 2, "must be 10 or more, not 2"),
        ("arch.args.depth", 3, "MnistModel has no such argument: remove it"),
        ("data_loader.args.batch_size", 0, "must be 1 or more, not 0"),
        ("data_loader.args.batch_size", 128.5, "must be a whole number, not 128.5"),
        ("data_loader.args.num_workers", -1, "must be 0 or more, not -1"),
        ("data_loader.args.shuffle", 1, "must be true or false, not 1"),
        ("data_loader.args.shufle", True, "the data loader has no such argument: remove it"),
        (SPLIT, 1.0, RANGE + "1.0"),
        (SPLIT, -0.1, RANGE + "-0.1"),
        (SPLIT, -5, RANGE + "-5"),
        (SPLIT, float("nan"), RANGE + "nan"),
        (SPLIT, True, "must be a fraction like 0.1 or a number of images like 6000, not true"),
        (SPLIT, "few", 'must be a fraction like 0.1 or a number of images like 6000, not "few"'),
        (SPLIT, 60000, "60000 validation images leave none of 60000 to train on: give less"),
        (SPLIT, 99999, "99999 validation images leave none of 60000 to train on: give less"),
        (SPLIT, 1e-5, "1e-05 of 60000 images is none: give more, or 0 for no validation"),
        ("optimizer.args.lr", "fast", 'must be a number, not "fast"'),
        ("optimizer.args.lr", True, "must be a number, not true"),
        ("optimizer.args.lr", -1, "must be 0 or more, not -1"),
        ("optimizer.args.lr", float("inf"), "must be a finite number"),
        ("optimizer.args.amsgrad", 1, "must be true or false, not 1"),
        ("optimizer.args.weight_decay", -0.1, "must be 0 or more, not -0.1"),
        ("optimizer.args.betas", [0.9], "must have 2 items, not 1"),
        ("optimizer.args.betas", [0.9, 1], "must be from 0 to below 1, not 1"),
        ("loss", 3, 'must be a name, or an object with "type" and "args", not 3'),
        ("metrics", "accuracy", 'must be a list, not "accuracy"'),
        ("lr_scheduler", "StepLR", 'must be an object with "type" and "args", not "StepLR"'),
        ("lr_scheduler.args.step_size", MISSING, "StepLR needs it: add it"),
        ("lr_scheduler.args.step_size", 0, "must be 1 or more, not 0"),
        ("lr_scheduler.args.step_size", 1.5, "must be a whole number, not 1.5"),
        ("lr_scheduler.interval", "day", 'must be "epoch" or "batch", not "day"'),
        ("trainer.len_epoch", 0, "must be 1 or more, not 0"),
        ("trainer.keep_checkpoints", 0, "must be 1 or more, not 0"),
    ],
)
def test_a_mistake_names_its_field_and_what_to_do(path: str, value: object, message: str) -> None:
    assert f"{path}: {message}" in problems(edited(path, value))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (
            "optimizer.type",
            "SGD",
            ["optimizer.args.amsgrad: SGD has no such argument: remove it"],
        ),
        (
            "optimizer.type",
            "adam",
            ['optimizer.type: there is no optimizer "adam": did you mean Adam?'],
        ),
        (
            "lr_scheduler.type",
            "ChainedScheduler",
            [
                'lr_scheduler.type: there is no scheduler "ChainedScheduler": use one of '
                + "ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, "
                + "ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, PolynomialLR, "
                + "ReduceLROnPlateau, StepLR"
            ],
        ),
        (
            "lr_scheduler.type",
            "CosineAnnealingLR",
            [
                "lr_scheduler.args.step_size: CosineAnnealingLR has no such argument: remove it",
                "lr_scheduler.args.gamma: CosineAnnealingLR has no such argument: remove it",
                "lr_scheduler.args.T_max: CosineAnnealingLR needs it: add it",
            ],
        ),
        (
            "arch.type",
            "MnistNet",
            ['arch.type: there is no model "MnistNet": did you mean MnistModel?'],
        ),
        (
            "data_loader.type",
            "Loader",
            [
                'data_loader.type: there is no data loader "Loader": use one of MnistDataLoader, '
                "FashionMnistDataLoader; the file can be edited and saved all the same"
            ],
        ),
        ("loss", "nl_loss", ['loss: there is no loss "nl_loss": did you mean nll_loss?']),
        (
            "loss",
            {"type": "nll_loss", "args": {"label_smoothing": "much"}},
            ['loss.args.label_smoothing: must be a number, not "much"'],
        ),
        (
            "metrics",
            ["accuracy", "acuracy", {"type": "top_k_acc", "args": {"n": 5}}, 3],
            [
                'metrics.3: must be a name, or an object with "type" and "args", not 3',
                'metrics.1: there is no metric "acuracy": did you mean accuracy?',
                "metrics.2.args.n: top_k_acc has no such argument: remove it",
            ],
        ),
        (
            "trainer.monitor",
            "min val_los",
            [
                'trainer.monitor: "val_los" is not computed: watch one of loss, accuracy, '
                "top_k_acc, val_loss, val_accuracy, val_top_k_acc"
            ],
        ),
        (
            "optimizer",
            {"type": "SGD", "args": {"nesterov": True}},
            [
                "optimizer.args.nesterov: needs momentum above 0 and dampening 0: "
                "set optimizer.args.momentum"
            ],
        ),
        (
            "optimizer",
            {"type": "SGD", "args": {"momentum": 1.5, "dampening": -1}},
            [
                "optimizer.args.momentum: must be from 0 to 1, not 1.5",
                "optimizer.args.dampening: must be from 0 to 1, not -1",
            ],
        ),
        (
            "optimizer",
            {"type": "Adadelta", "args": {"rho": 2}},
            ["optimizer.args.rho: must be from 0 to 1, not 2"],
        ),
        (
            "arch",
            {"type": "NormalizedCnn", "args": {"width": 0, "dropout": 1.1}},
            [
                "arch.args.width: must be 1 or more, not 0",
                "arch.args.dropout: must be from 0 to 1, not 1.1",
            ],
        ),
        (
            "loss",
            {"type": "nll_loss", "args": {"label_smoothing": 2}},
            ["loss.args.label_smoothing: must be from 0 to 1, not 2"],
        ),
        (
            "lr_scheduler",
            {"type": "StepLR", "args": {"step_size": 2, "gamma": 0}},
            ["lr_scheduler.args.gamma: must be above 0, not 0"],
        ),
    ],
)
def test_a_name_that_does_not_fit_is_told(path: str, value: object, expected: list[str]) -> None:
    assert problems(edited(path, value)) == expected


@pytest.mark.parametrize("monitor", ["min", "", "best loss", "min val_loss now"])
def test_a_monitor_is_off_or_two_words(monitor: str) -> None:
    (found,) = problems(edited("trainer.monitor", monitor))
    assert found.startswith('trainer.monitor: must be "off", or min or max and a metric')


def test_every_problem_of_a_file_is_told_at_once() -> None:
    value = edited("trainer.epochs", "many")
    value["optimizer"]["type"] = "SDG"
    value["data_loader"]["args"]["batch_size"] = 0
    value["metrics"] = ["accuracy", "f1"]
    del value["lr_scheduler"]["args"]["step_size"]
    del value["name"]
    with pytest.raises(ConfigError) as caught:
        check.load(value)
    paths = [problem.path for problem in caught.value.problems]
    assert sorted(paths) == [
        "data_loader.args.batch_size",
        "lr_scheduler.args.step_size",
        "metrics.1",
        "name",
        "optimizer.type",
        "trainer.epochs",
    ]
    assert len(str(caught.value).splitlines()) == len(paths)


@pytest.mark.parametrize("value", [None, [], 3, "config"])
def test_what_is_no_object_is_one_problem(value: object) -> None:
    assert len(problems(value)) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "Mnist_LeNet"),
        ("name", ""),
        ("lr_scheduler", None),
        ("lr_scheduler", MISSING),
        ("lr_scheduler", {"type": "ExponentialLR", "args": {"gamma": 0.9}, "interval": "batch"}),
        ("lr_scheduler", {"type": "OneCycleLR", "args": {"max_lr": 0.01}}),
        ("lr_scheduler", {"type": "MultiStepLR", "args": {"milestones": [2, 4]}}),
        ("trainer.early_stop", 0),
        ("trainer.early_stop", -1),
        ("trainer.early_stop", None),
        ("trainer.early_stop", MISSING),
        ("trainer.monitor", "off"),
        ("trainer.monitor", "max  val_top_k_acc"),
        ("trainer.epochs", 0),
        ("trainer.their_key", [1, 2]),
        ("their_key", {"a": None}),
        ("metrics", []),
        ("metrics", [{"type": "top_k_acc", "args": {"k": 5}}]),
        ("loss", {"type": "nll_loss", "args": {"label_smoothing": 0.1}}),
        ("loss", "cross_entropy"),
        ("optimizer", {"type": "SGD", "args": {}}),
        ("optimizer", {"type": "SGD", "args": {"momentum": 0.9, "nesterov": True}}),
        ("optimizer", {"type": "Adam", "args": {"betas": [0.8, 0.9], "fused": None}}),
        ("optimizer", {"type": "RMSprop"}),
        ("arch", {"type": "MnistModel", "args": {"num_classes": 12}}),
        ("arch", {"type": "NormalizedCnn"}),
        (SPLIT, 6000),
        (SPLIT, 1),
        (SPLIT, 59_999),
        (SPLIT, 0.99),
        ("n_gpu", -1),
        ("n_gpu", MISSING),
        ("threads", None),
    ],
)
def test_an_odd_but_valid_config_is_no_problem(path: str, value: object) -> None:
    assert problems(edited(path, value)) == []


def test_without_validation_the_training_metrics_can_be_watched() -> None:
    value = edited(SPLIT, 0.0)
    value["trainer"]["monitor"] = "max accuracy"
    settings = check.load(value)
    assert check.log_keys(settings) == ["loss", "accuracy", "top_k_acc"]
    assert check.num_images(settings) == (60_000, 0)


def test_the_keys_of_the_log_come_in_its_order() -> None:
    assert check.log_keys(check.load(TEXT.value)) == [
        "loss", "accuracy", "top_k_acc", "val_loss", "val_accuracy", "val_top_k_acc",
    ]  # fmt: skip
    assert check.num_images(check.load(TEXT.value)) == (54_000, 6_000)


def test_the_split_is_measured_against_the_files_in_data_dir(
    tmp_path: Path, write_idx: Callable[..., Path]
) -> None:
    write_idx(tmp_path, num_train=20, num_test=4)
    value = edited("data_loader.args.data_dir", str(tmp_path))
    assert check.num_images(check.load(value)) == (18, 2)
    value["data_loader"]["args"]["validation_split"] = 20
    assert problems(value) == [
        f"{SPLIT}: 20 validation images leave none of 20 to train on: give less"
    ]
    value["data_loader"]["args"] |= {"training": False, "validation_split": 1}
    assert check.num_images(check.load(value)) == (3, 1)


def test_damaged_files_in_data_dir_are_a_problem_of_data_dir(
    tmp_path: Path, write_idx: Callable[..., Path]
) -> None:
    write_idx(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"nonsense")
    (found,) = problems(edited("data_loader.args.data_dir", str(tmp_path)))
    assert found.startswith(
        f"data_loader.args.data_dir: {tmp_path}/train-images-idx3-ubyte: is not"
    )


def test_a_number_that_is_not_finite_cannot_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(edited("optimizer.args.lr", float("nan"))))
    with pytest.raises(ConfigError, match="NaN is not JSON"):
        config_file.read_text(path)
    path.write_text(TEXT.text.replace("0.001", "1e999"))
    assert problems(config_file.read_text(path).value) == [
        "optimizer.args.lr: must be a finite number"
    ]


@pytest.mark.parametrize(
    "path", sorted(config_file.PRESETS.glob("*.json")), ids=lambda path: path.stem
)
def test_every_preset_can_be_trained(path: Path) -> None:
    assert check.problems_of(config_file.read_text(path).value) == []
