"""Every key of pytorch-template and every odd value of real files: what becomes of it, and why.

A row is a change of the shipped config, what it is then read as, and what is said: notes of what
is read otherwise than it is written, or problems that keep it from being trained.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from core.checking import check
from core.config import Config
from core.settings import file as config_file
from core.settings import schedules, signatures
from core.settings.jsontext import JsonText
from core.settings.normalize import editable, in_text, normalize, notes_of

SHIPPED: dict[str, Any] = json.loads((config_file.PRESETS / "config.json").read_text())
MISSING = object()
SPLIT = "data_loader.args.validation_split"
STEP_LR = SHIPPED["lr_scheduler"]


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The shipped config with values changed by dotted path, or taken out."""
    config: dict[str, Any] = copy.deepcopy(SHIPPED)
    for path, value in changes.items():
        *parents, last = path.split(".")
        block = config
        for name in parents:
            block = block.setdefault(name, {})
        if value is MISSING:
            block.pop(last, None)
        else:
            block[last] = value
    return config


def get(config: Any, path: str) -> object:
    for name in path.split("."):
        config = config.get(name, MISSING) if isinstance(config, dict) else MISSING
    return config


def problems(value: object) -> list[str]:
    return [str(problem) for problem in check.problems_of(value)]


def numbers(config: Config) -> dict[str, Any]:
    """The parsed config as plain values."""
    return json.loads(config.model_dump_json())  # type: ignore[no-any-return]


# Taken as it stands, and without a word: (key, value)
ACCEPTED = [
    ("name", "Mnist_LeNet"),
    ("name", "two words/below"),
    ("name", ""),
    ("n_gpu", 0),
    ("n_gpu", -1),
    ("n_gpu", 8),
    ("arch.args", {"num_classes": 10}),
    ("arch.args", {"num_classes": 12}),
    ("arch.args", MISSING),
    ("arch.args", None),
    ("data_loader.args.data_dir", "~/data"),
    ("data_loader.args.batch_size", 64),
    ("data_loader.args.shuffle", False),
    ("data_loader.args.shuffle", MISSING),
    (SPLIT, 0.1),
    (SPLIT, 6000),
    ("data_loader.args.num_workers", 0),
    ("data_loader.args.num_workers", 16),
    ("data_loader.args.num_workers", MISSING),
    ("data_loader.args.training", False),
    *(("optimizer", {"type": name, "args": {}}) for name in (
        "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam",
        "RMSprop", "Rprop", "SGD",
    )),
    ("optimizer", {"type": "Adam"}),
    ("optimizer.args.betas", [0.8, 0.9]),
    ("loss", "nll_loss"),
    ("loss", "cross_entropy"),
    ("loss", {"type": "nll_loss", "args": {}}),
    ("loss", {"type": "nll_loss"}),
    ("metrics", []),
    ("metrics", ["top_k_acc", "accuracy"]),
    ("metrics", ["accuracy", {"type": "top_k_acc", "args": {"k": 5}}]),
    ("lr_scheduler", None),
    ("lr_scheduler", MISSING),
    *(("lr_scheduler", {"type": name, "args": args}) for name, args in (
        ("StepLR", {"step_size": 50, "gamma": 0.1}),
        ("MultiStepLR", {"milestones": [30, 80]}),
        ("ConstantLR", {}),
        ("LinearLR", {}),
        ("ExponentialLR", {"gamma": 0.9}),
        ("PolynomialLR", {}),
        ("CosineAnnealingLR", {"T_max": 100}),
        ("CosineAnnealingWarmRestarts", {"T_0": 10}),
        ("CyclicLR", {"base_lr": 0.001, "max_lr": 0.01}),
        ("OneCycleLR", {"max_lr": 0.01, "total_steps": 100}),
        ("OneCycleLR", {"max_lr": 0.01, "epochs": 10, "steps_per_epoch": 10}),
        ("OneCycleLR", {"max_lr": 0.01}),
        ("ReduceLROnPlateau", {}),
        ("ReduceLROnPlateau", {"mode": "max", "factor": 0.5, "patience": 3, "min_lr": 1e-5}),
    )),
    ("lr_scheduler", {"type": "ReduceLROnPlateau", "args": {}, "metric": "accuracy"}),
    ("trainer.save_dir", "~/saved"),
    ("trainer.save_period", 5),
    *(("trainer.verbosity", level) for level in (0, 1, 2)),
    ("trainer.monitor", "off"),
    ("trainer.monitor", MISSING),
    ("trainer.monitor", "  max   val_accuracy "),
    ("trainer.monitor", "min loss"),
    *(("trainer.early_stop", value) for value in (MISSING, None, 0, -1, 10, 2.5)),
    ("trainer.tensorboard", True),
    ("trainer.tensorboard", MISSING),
    ("seed", 7),
    ("their_key", {"deep": [1, {"er": None}]}),
    ("trainer.their_key", "x"),
    ("training", {"epochs": 3}),  # beside trainer it is nobody's
    ("tensorboard", {"enabled": False}),
    ("optimizer_type", "SGD"),
    ("trainer.save_freq", 5),  # beside save_period it is nobody's
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), ACCEPTED)
def test_accepted_as_it_stands(path: str, value: object) -> None:
    config = changed({path: value})
    assert problems(config) == []
    assert normalize(config).notes == ()
    Config.parse(config)


def read_as(old: str, new: str) -> str:
    return f"{old} is read as {new}"


# Read otherwise than it is written, and said so: (change, what it becomes, notes)
NORMALISED: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (
        {"trainer.save_period": MISSING, "trainer.save_freq": 5},
        {"trainer.save_period": 5, "trainer.save_freq": MISSING},
        [read_as("trainer.save_freq:", "trainer.save_period")],
    ),
    (
        {"trainer.verbosity": MISSING, "trainer.verbose": 1},
        {"trainer.verbosity": 1},
        [read_as("trainer.verbose:", "trainer.verbosity")],
    ),
    (
        {"trainer.tensorboard": MISSING, "trainer.tensorboardX": True, "trainer.log_dir": "runs"},
        {"trainer.tensorboard": True, "trainer.log_dir": "runs"},
        [
            read_as("trainer.tensorboardX:", "trainer.tensorboard"),
            "trainer.log_dir: is not used: what a run writes is in its own folder",
        ],
    ),
    (
        {
            "trainer.tensorboard": MISSING,
            "visualization": {"tensorboardX": False, "log_dir": "saved/runs"},
        },
        {"trainer.tensorboard": False},
        [
            read_as("visualization.tensorboardX:", "trainer.tensorboard"),
            "visualization.log_dir: is not used: what a run writes is in its own folder",
        ],
    ),
    (
        {"trainer.tensorboard": MISSING, "tensorboard": {"enabled": True, "modules": ["x"]}},
        {"trainer.tensorboard": True},
        [read_as("tensorboard.enabled:", "trainer.tensorboard")],
    ),
    (
        {"trainer.monitor": "val_loss", "trainer.monitor_mode": "min"},
        {"trainer.monitor": "min val_loss", "trainer.monitor_mode": MISSING},
        [read_as('trainer.monitor: "val_loss"', '"min val_loss"')],
    ),
    (
        {"trainer.monitor": "val_loss", "trainer.monitor_mode": "off"},
        {"trainer.monitor": "off"},
        [read_as('trainer.monitor: "val_loss"', '"off"')],
    ),
    (
        {"trainer.monitor": "OFF"},
        {"trainer.monitor": "off"},
        [read_as('trainer.monitor: "OFF"', '"off"')],
    ),
    (
        {"trainer.monitor": None},
        {"trainer.monitor": "off"},
        [read_as("trainer.monitor: null", '"off"')],
    ),
    (
        {"metrics": ["my_metric", "my_metric2"], "trainer.monitor": "max val_my_metric"},
        {"metrics": ["accuracy", "top_k_acc"], "trainer.monitor": "max val_accuracy"},
        [
            read_as('metrics.0: "my_metric"', "accuracy"),
            read_as('metrics.1: "my_metric2"', "top_k_acc"),
            read_as('trainer.monitor: "max val_my_metric"', '"max val_accuracy"'),
        ],
    ),
    (
        {"metrics": {"accuracy": {}, "top_k_acc": {"k": 5}}},
        {"metrics": ["accuracy", {"type": "top_k_acc", "args": {"k": 5}}]},
        ["metrics: an object is read as a list of names with arguments"],
    ),
    (
        {"metrics": {"type": "accuracy", "args": {}}},
        {"metrics": [{"type": "accuracy", "args": {}}]},
        ["metrics: an object is read as a list of names with arguments"],
    ),
    (
        {"loss": "CrossEntropyLoss"},
        {"loss": "cross_entropy"},
        [read_as('loss: "CrossEntropyLoss"', "cross_entropy")],
    ),
    ({"loss": "NLLLoss"}, {"loss": "nll_loss"}, [read_as('loss: "NLLLoss"', "nll_loss")]),
    ({"loss": "my_loss"}, {"loss": "nll_loss"}, [read_as('loss: "my_loss"', "nll_loss")]),
    (
        {"loss": {"type": "CrossEntropyLoss", "args": {"label_smoothing": 0.1}}},
        {"loss": {"type": "cross_entropy", "args": {"label_smoothing": 0.1}}},
        [read_as('loss: "CrossEntropyLoss"', "cross_entropy")],
    ),
    ({"lr_scheduler": {}}, {"lr_scheduler": None}, ["lr_scheduler: {} is read as none"]),
    (
        {"lr_scheduler": {"type": None, "args": {}}},
        {"lr_scheduler": None},
        ['lr_scheduler: {"type": null, "args": {}} is read as none'],
    ),
    (
        {"lr_scheduler.args.verbose": True},
        {"lr_scheduler": STEP_LR},
        ["lr_scheduler.args.verbose: is dropped: torch has no such argument any more"],
    ),
    (
        {"lr_scheduler.metric": "val_loss"},
        {},
        ["lr_scheduler.metric: is not used: only ReduceLROnPlateau looks at a metric"],
    ),
    (
        {"optimizer": {"type": "SGD", "kwargs": {"lr": 0.1}}},
        {"optimizer": {"type": "SGD", "args": {"lr": 0.1}}},
        ["optimizer.kwargs: is read as optimizer.args"],
    ),
    (
        {"optimizer.args.lr": "1e-3"},
        {"optimizer.args.lr": 0.001},
        [read_as('optimizer.args.lr: "1e-3"', "0.001")],
    ),
    ({"trainer.epochs": 2.0}, {"trainer.epochs": 2}, [read_as("trainer.epochs: 2.0", "2")]),
    (
        {"data_loader.args.batch_size": "128"},
        {"data_loader.args.batch_size": 128},
        [read_as('data_loader.args.batch_size: "128"', "128")],
    ),
    ({"n_gpu": "1"}, {"n_gpu": 1}, [read_as('n_gpu: "1"', "1")]),
    (
        {"trainer.early_stop": "10"},
        {"trainer.early_stop": 10},
        [read_as('trainer.early_stop: "10"', "10")],
    ),
    ({SPLIT: "0.1"}, {SPLIT: 0.1}, [read_as(f'{SPLIT}: "0.1"', "0.1")]),
    ({SPLIT: "6000"}, {SPLIT: 6000}, [read_as(f'{SPLIT}: "6000"', "6000")]),
    (
        {"lr_scheduler.args": {"step_size": 50.0, "gamma": "0.1"}},
        {"lr_scheduler": STEP_LR},
        [
            read_as("lr_scheduler.args.step_size: 50.0", "50"),
            read_as('lr_scheduler.args.gamma: "0.1"', "0.1"),
        ],
    ),
    (
        {SPLIT: 1},
        {SPLIT: 1},
        [
            f"{SPLIT}: 1 keeps one single image for validation: "
            "give a share like 0.1 or a number like 6000"
        ],
    ),
    *(
        (
            {SPLIT: nothing},
            {"trainer.monitor": "off"},
            [
                "trainer.monitor: is off, since val_loss needs data_loader.args.validation_split "
                "above 0: no checkpoint will be the best and early_stop cannot end the run"
            ],
        )
        for nothing in (0, 0.0, MISSING)
    ),
    (
        {"trainer.epochs": 3, "trainer.save_period": 5},
        {"trainer.save_period": 5},
        [
            "trainer.save_period: 5 is more than the 3 epochs: "
            "only the best and the last checkpoint will be saved"
        ],
    ),
    (
        {"trainer.epochs": 0},
        {},
        ["trainer.epochs: 0 trains nothing, as in the template: give 1 or more"],
    ),
    (
        {"n_gpu": MISSING, "cuda": True, "gpu": 0},
        {"n_gpu": 1, "cuda": MISSING, "gpu": MISSING},
        ["cuda: is read as n_gpu 1"],
    ),
    ({"n_gpu": MISSING, "cuda": False}, {"n_gpu": 0}, ["cuda: is read as n_gpu 0"]),
    (
        {"n_gpu": MISSING, "cuda": True, "gpu": 2},
        {"n_gpu": 1},
        [
            "cuda: is read as n_gpu 1",
            "gpu: 2 is not chosen by itself: give -d cuda:2 for that one",
        ],
    ),
    (
        {SPLIT: MISSING, "validation": {"validation_split": 0.2, "shuffle": True}},
        {SPLIT: 0.2, "validation": MISSING},
        [f"validation: is read as {SPLIT}"],
    ),
    (
        {"arch": {"type": "MnistModel", "args": {"verbose": 2}}},
        {"arch.args": {}},
        ["arch.args.verbose: is dropped: MnistModel prints nothing since 2019"],
    ),
    (
        {
            "trainer": MISSING,
            "save_dir": "saved/",
            "training": {k: v for k, v in SHIPPED["trainer"].items() if k != "save_dir"},
            "testing": {"verbosity": 2},
        },
        {"trainer": {**SHIPPED["trainer"]}, "training": MISSING, "testing": {"verbosity": 2}},
        ["training: is read as trainer", "save_dir: is read as trainer.save_dir"],
    ),
]


@pytest.mark.parametrize(("changes", "expected", "notes"), NORMALISED)
def test_read_as_what_is_meant_with_a_note(
    changes: dict[str, Any], expected: dict[str, Any], notes: list[str]
) -> None:
    config = changed(changes)
    before = copy.deepcopy(config)
    normal = normalize(config)
    assert config == before  # the file's own values are nobody's to change
    assert list(normal.notes) == notes
    assert {path: get(normal.value, path) for path in expected} == expected
    assert problems(config) == []
    again = normalize(normal.value)
    assert again.value == normal.value
    assert numbers(Config.parse(normal.value)) == numbers(Config.parse(config))


# Not trained, and why: (change, problems)
NOT_A_SHARE = "must be from 0 to below 1, or a whole number of images, not "
NO_SHARE = "must be a fraction like 0.1 or a number of images like 6000, not "
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    *(
        ({path: MISSING}, [f"{path}: is missing: add it"])
        for path in (
            "name", "arch", "data_loader", "optimizer", "loss", "metrics", "trainer",
            "arch.type", "optimizer.type", "data_loader.type", "trainer.epochs",
            "trainer.save_dir", "data_loader.args.data_dir", "data_loader.args.batch_size",
        )
    ),
    ({"arch.args.num_classes": 2}, ["arch.args.num_classes: must be 10 or more, not 2"]),
    ({"data_loader.args.batch_size": 0}, ["data_loader.args.batch_size: must be 1 or more, not 0"]),
    (
        {"data_loader.args.batch_size": 64.5},
        ["data_loader.args.batch_size: must be a whole number, not 64.5"],
    ),
    ({SPLIT: True}, [f"{SPLIT}: {NO_SHARE}true"]),
    ({SPLIT: "a tenth"}, [f'{SPLIT}: {NO_SHARE}"a tenth"']),
    ({SPLIT: -0.1}, [f"{SPLIT}: {NOT_A_SHARE}-0.1"]),
    ({SPLIT: 1.0}, [f"{SPLIT}: {NOT_A_SHARE}1.0"]),
    ({SPLIT: 1.5}, [f"{SPLIT}: {NOT_A_SHARE}1.5"]),
    (
        {SPLIT: 60_000},
        [f"{SPLIT}: 60000 validation images leave none of 60000 to train on: give less"],
    ),
    (
        {SPLIT: 1e-6},
        [f"{SPLIT}: 1e-06 of 60000 images is none: give more, or 0 for no validation"],
    ),
    *(
        (
            {"optimizer": {"type": name, "args": {}}},
            [
                f'optimizer.type: there is no optimizer "{name}": use one of ASGD, Adadelta, '
                "Adafactor, Adagrad, Adam, AdamW, Adamax, NAdam, RAdam, RMSprop, Rprop, SGD"
            ],
        )
        for name in ("LBFGS", "Muon")
    ),
    (
        {"optimizer.type": "SGD"},
        ["optimizer.args.amsgrad: SGD has no such argument: remove it"],
    ),
    (
        {"optimizer": {"type": "SGD", "args": {"nesterov": True}}},
        [
            "optimizer.args.nesterov: needs momentum above 0 and dampening 0: "
            "set optimizer.args.momentum"
        ],
    ),
    ({"optimizer.args.lr": "fast"}, ['optimizer.args.lr: must be a number, not "fast"']),
    ({"loss": "mse"}, ['loss: there is no loss "mse": use one of nll_loss, cross_entropy']),
    (
        {"metrics": ["accuracy", "f1"]},
        ['metrics.1: there is no metric "f1": use one of accuracy, top_k_acc'],
    ),
    (
        {"lr_scheduler": {"type": "LambdaLR", "args": {}}},
        [
            'lr_scheduler.type: there is no scheduler "LambdaLR": use one of '
            + ", ".join(signatures.schedulers())
        ],
    ),
    (
        {"lr_scheduler": {"type": "ReduceLROnPlateau", "args": {}, "interval": "batch"}},
        [
            'lr_scheduler.interval: must be "epoch": ReduceLROnPlateau looks at a metric, '
            "which is there once an epoch"
        ],
    ),
    (
        {"lr_scheduler": {"type": "ReduceLROnPlateau", "args": {"factor": 1}}},
        ["lr_scheduler.args.factor: must be above 0 and below 1, not 1"],
    ),
    (
        {"lr_scheduler": {"type": "ReduceLROnPlateau", "metric": "val_f1"}},
        [
            'lr_scheduler.metric: "val_f1" is not computed: watch one of loss, accuracy, '
            "top_k_acc, val_loss, val_accuracy, val_top_k_acc"
        ],
    ),
    (
        {"lr_scheduler": {"type": "ReduceLROnPlateau", "metric": "val_loss"}, SPLIT: 0},
        [
            'lr_scheduler.metric: "val_loss" is not computed: watch one of loss, accuracy, '
            "top_k_acc (a val_ metric needs data_loader.args.validation_split above 0)"
        ],
    ),
    (
        {"lr_scheduler": {"type": "OneCycleLR", "args": {"max_lr": 0.1, "epochs": 100}}},
        [
            "lr_scheduler.args.steps_per_epoch: is needed beside epochs: add it, "
            "or leave both out for the whole run"
        ],
    ),
    (
        {"lr_scheduler": {"type": "OneCycleLR", "args": {"max_lr": 0.1, "total_steps": 99}}},
        [
            "lr_scheduler.args.total_steps: 99 steps are fewer than the 100 of the run: "
            "leave it out for the whole run"
        ],
    ),
    (
        {
            "optimizer": {"type": "Adagrad"},
            "lr_scheduler": {"type": "CyclicLR", "args": {"base_lr": 0.01, "max_lr": 0.1}},
        },
        ["lr_scheduler.args.cycle_momentum: must be false: Adagrad has no momentum to cycle"],
    ),
    (
        {
            "optimizer": {"type": "Rprop"},
            "lr_scheduler": {"type": "OneCycleLR", "args": {"max_lr": 0.1}},
        },
        ["lr_scheduler.args.cycle_momentum: must be false: Rprop has no momentum to cycle"],
    ),
    (
        {"lr_scheduler": {"type": "LinearLR", "args": {"start_factor": 0}}},
        ["lr_scheduler.args.start_factor: must be above 0 and at most 1, not 0"],
    ),
    ({"trainer.epochs": 2.5}, ["trainer.epochs: must be a whole number, not 2.5"]),
    ({"trainer.save_period": 0}, ["trainer.save_period: must be 1 or more, not 0"]),
    ({"trainer.verbosity": 3}, ["trainer.verbosity: must be 0, 1 or 2, not 3"]),
    ({"trainer.tensorboard": "yes"}, ['trainer.tensorboard: must be true or false, not "yes"']),
    *(
        (
            {"trainer.monitor": odd},
            [
                'trainer.monitor: must be "off", or min or max and a metric, like '
                f"{json.dumps('min val_loss')}, not {json.dumps(odd)}"
            ],
        )
        for odd in ("min", "val_loss", "best val_loss", "")
    ),
    (
        {"trainer.monitor": "max val_f1"},
        [
            'trainer.monitor: "val_f1" is not computed: watch one of loss, accuracy, top_k_acc, '
            "val_loss, val_accuracy, val_top_k_acc"
        ],
    ),
    ({"threads": 100_000}, ["threads: must be 1024 or less, not 100000"]),
    (
        {"arch": {"type": "UNet", "args": {"depth": 4}}},
        [
            'arch.type: there is no model "UNet": use one of '
            + ", ".join(signatures.offered("arch"))
            + "; the file can be edited and saved all the same"
        ],
    ),
    (
        {"data_loader": {"type": "CocoData", "args": {"root": "coco/", "size": 512}}},
        [
            'data_loader.type: there is no data loader "CocoData": use one of MnistDataLoader, '
            "FashionMnistDataLoader; the file can be edited and saved all the same"
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), REFUSED)
def test_refused_in_a_sentence_that_names_the_field(
    changes: dict[str, Any], expected: list[str]
) -> None:
    assert problems(changed(changes)) == expected


FIRST_FORMAT = {
    "name": "Mnist_LeNet",
    "cuda": True,
    "gpu": 0,
    "data_loader": {"data_dir": "datasets/", "batch_size": 32, "shuffle": True},
    "validation": {"validation_split": 0.1, "shuffle": True},
    "lr_scheduler_type": "ExponentialLR",
    "lr_scheduler_freq": 1,
    "lr_scheduler": {"gamma": 0.87},
    "optimizer_type": "Adam",
    "optimizer": {"lr": 0.001, "weight_decay": 0},
    "loss": "my_loss",
    "metrics": ["my_metric", "my_metric2"],
    "trainer": {
        "epochs": 1000, "save_dir": "saved/", "save_freq": 1, "verbosity": 2,
        "monitor": "val_loss", "monitor_mode": "min",
    },
    "visualization": {"tensorboardX": True, "log_dir": "saved/runs"},
    "arch": "MnistModel",
    "model": {},
}  # fmt: skip


def test_the_format_of_2018_is_converted_as_a_whole() -> None:
    normal = normalize(FIRST_FORMAT)
    assert normal.value == {
        "name": "Mnist_LeNet",
        "n_gpu": 1,
        "data_loader": {
            "type": "MnistDataLoader",
            "args": {
                "data_dir": "datasets/", "batch_size": 32, "shuffle": True,
                "validation_split": 0.1,
            },
        },
        "lr_scheduler": {"type": "ExponentialLR", "args": {"gamma": 0.87}},
        "optimizer": {"type": "Adam", "args": {"lr": 0.001, "weight_decay": 0}},
        "loss": "nll_loss",
        "metrics": ["accuracy", "top_k_acc"],
        "trainer": {
            "epochs": 1000, "save_dir": "saved/", "save_period": 1, "verbosity": 2,
            "monitor": "min val_loss", "tensorboard": True,
        },
        "visualization": {"tensorboardX": True, "log_dir": "saved/runs"},
        "arch": {"type": "MnistModel", "args": {}},
    }  # fmt: skip
    assert problems(FIRST_FORMAT) == []
    for word in ("cuda", "optimizer_type", "lr_scheduler_type", "arch, model", "validation"):
        assert any(note.startswith(word) for note in normal.notes), word


def test_a_schedule_that_stepped_every_other_epoch_is_refused_by_its_key() -> None:
    old = {**FIRST_FORMAT, "lr_scheduler_freq": 2, "name": 3}
    assert problems(old) == [
        "lr_scheduler_freq: is 2, but a schedule steps once an epoch: "
        "remove it, adapt lr_scheduler",
        "name: must be a text, not 3",
    ]
    assert editable(JsonText(json.dumps(old))).value == old  # nothing is lost before that


def test_an_old_format_without_a_schedule_has_none() -> None:
    old = {**FIRST_FORMAT, "lr_scheduler_type": "", "lr_scheduler_freq": 3}
    assert normalize(old).value["lr_scheduler"] is None
    assert problems(old) == []


DEEPERLEARNER = {
    "n_gpu": 1, "root_dir": "./", "save_dir": "saved/", "name": "dataset_model",
    "datasets": {"train": {"data": {"type": "MyDataset", "kwargs": {"mode": "train"}}}},
    "data_loaders": {"train": {"data": {"type": "BaseDataLoader", "kwargs": {}}}},
    "models": {"model": {"type": "MyModel"}},
    "losses": {"loss": {"type": "MyLoss"}}, "metrics": {}, "optimizers": {}, "trainer": {},
}  # fmt: skip
HYDRA = {"name": "x", "arch": {"_target_": "srcs.model.Net"}, "trainer": {"epochs": 3}}
JANSPIRY = {"name": "x", "gpu_ids": [0], "path": {}, "datasets": {}, "model": {}, "train": {}}


@pytest.mark.parametrize(
    ("config", "whose"),
    [
        (DEEPERLEARNER, "deeperlearner/pytorch-template (it has data_loaders, datasets, losses,"),
        (HYDRA, "Hydra (it has _target_)"),
        (JANSPIRY, "Janspiry/distributed-pytorch-template (it has datasets, gpu_ids, model, path)"),
    ],
)
def test_another_programs_config_is_one_sentence(config: dict[str, Any], whose: str) -> None:
    (found,) = problems(config)
    assert found.startswith(f"this is a config of {whose}")
    assert normalize(config).value is config


def test_somebody_elses_project_has_one_sentence_a_name() -> None:
    config = changed(
        {
            "arch": {"type": "UNet", "args": {"depth": 4}},
            "data_loader": {"type": "CocoData", "args": {"root": "coco/", "batch": 4}},
            "loss": "dice",
            "metrics": ["miou"],
            "trainer.monitor": "max val_miou",
        }
    )
    assert [item.path for item in check.problems_of(config)] == [
        "arch.type", "loss", "metrics.0", "data_loader.type",
    ]  # fmt: skip


@pytest.mark.parametrize("value", [None, 3, [], "config", {}, {"arch": {}}, {"trainer": None}])
def test_whatever_is_there_is_read_without_a_crash(value: object) -> None:
    normal = normalize(value)
    assert normalize(normal.value).value == normal.value
    assert problems(value)


def test_a_value_of_any_shape_anywhere_is_a_problem_and_no_crash() -> None:
    shapes: list[object] = [
        None, True, 3, 2.5, "x", [], [1], [{}], {}, {"type": 3}, {"args": []},
        10**400, -(10**400), [10**400], "1" * 400, "\ud800",
    ]  # fmt: skip
    paths = [
        *SHIPPED, "arch.type", "arch.args", "data_loader.args", "optimizer.args.lr",
        "lr_scheduler.args", "lr_scheduler.metric", "trainer.monitor", "trainer.monitor_mode",
        "cuda", "validation", "visualization", "training", "lr_scheduler_freq", "model",
    ]  # fmt: skip
    for base in (SHIPPED, FIRST_FORMAT):
        for path in paths:
            for shape in shapes:
                config = copy.deepcopy(base)
                *parents, last = path.split(".")
                block: Any = config
                for name in parents:
                    block = block.get(name) if isinstance(block, dict) else None
                if isinstance(block, dict):
                    block[last] = shape
                    check.problems_of(config)
                    text = in_text(JsonText(json.dumps(config)))
                    assert text.value == normalize(config).value


# Files that are not quite JSON


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "a", // the name\n "n_gpu": 1}',
        b'{"name": "a", # the name\n "n_gpu": 1}',
        b'{/* the name */ "name": "a", "n_gpu": 1}',
        b'{"name": "a", "n_gpu": 1,}',
        b'{"name": "a"\n "n_gpu": 1}',
        b'\xef\xbb\xbf{"name": "a", "n_gpu": 1}',
    ],
)
def test_a_file_that_is_not_quite_json_is_read_with_a_note(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    text = config_file.read_text(path)
    assert text.value == {"name": "a", "n_gpu": 1}
    assert notes_of(text) == [config_file.LENIENT]
    config_file.save_text(path, text)
    assert json.loads(path.read_bytes()) == text.value
    assert notes_of(config_file.read_text(path)) == []


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_refused(constant: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(f'{{// a comment: NaN\n"seed": {constant}}}')
    with pytest.raises(config_file.ConfigError) as caught:
        config_file.read_text(path)
    message = f"line 2, column 9: {constant} is not JSON: give a number"
    assert str(caught.value) == f"{path}: {message}"


COMMENTED = Path(__file__).parents[1] / "data" / "commented_config.json"
"""In the shape of the sample in pytorch-template's README, commas too many and too few included."""


def test_the_sample_of_the_readme_is_read_and_trained(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(COMMENTED.read_bytes())
    text = config_file.read_text(path)
    assert notes_of(text) == [
        config_file.LENIENT,
        "trainer.save_freq: is read as trainer.save_period",
    ]
    assert problems(text.value) == []
    assert Config.parse(text.value).trainer.save_period == 1


def test_saving_it_writes_plain_json_and_changes_only_what_was_edited(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(COMMENTED.read_bytes())
    text = config_file.read_text(path)
    before = copy.deepcopy(text.value)
    config_file.save_text(path, text.set(("trainer", "epochs"), 3))
    before["trainer"]["epochs"] = 3
    assert json.loads(path.read_text()) == before
    assert (tmp_path / "config.json.bak").read_bytes() == COMMENTED.read_bytes()
    written = path.read_text().splitlines()
    assert '        "lr": 0.001,' not in written  # its indentation is 2, and stays
    assert '      "lr": 0.001,' in written
    assert not any(line != line.rstrip() and "//" in line for line in written)


# Where the run's own copy stands


def test_a_run_keeps_the_config_in_plain_json_and_todays_keys() -> None:
    text = JsonText("// old\n" + json.dumps({**FIRST_FORMAT, "their_key": [1]}, indent=4))
    frozen = in_text(text)
    assert json.loads(frozen.text) == {**normalize(FIRST_FORMAT).value, "their_key": [1]}
    assert in_text(frozen) is frozen


def test_a_config_without_oddities_is_frozen_to_the_byte() -> None:
    for preset in config_file.PRESETS.glob("*.json"):
        text = config_file.read_text(preset)
        assert in_text(text) is text
        assert notes_of(text) == []


def test_an_edit_of_an_old_format_is_made_in_todays_keys() -> None:
    text = JsonText(json.dumps(FIRST_FORMAT, indent=4))
    edited = editable(text).set(("optimizer", "args", "lr"), 0.5)
    assert edited.value["optimizer"] == {"type": "Adam", "args": {"lr": 0.5, "weight_decay": 0}}
    assert edited.value["metrics"] == ["my_metric", "my_metric2"]  # a name, not a shape: it stays
    assert Config.parse(edited.value).optimizer.args["lr"] == 0.5
    assert any(note.startswith("optimizer_type") for note in notes_of(text, edited))


def test_what_an_edit_puts_right_is_no_longer_said() -> None:
    text = JsonText(json.dumps(changed({SPLIT: 0})))
    assert notes_of(text)
    assert notes_of(text, text.set(("data_loader", "args", "validation_split"), 0.1)) == []


# ReduceLROnPlateau


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("val_loss", "min")),
        ({"trainer.monitor": "max val_accuracy"}, ("val_accuracy", "max")),
        ({"trainer.monitor": "off"}, ("val_loss", "min")),
        ({"trainer.monitor": "off", SPLIT: 0}, ("loss", "min")),
        ({SPLIT: 0}, ("loss", "min")),
        ({"lr_scheduler.metric": "accuracy"}, ("accuracy", "max")),
        ({"lr_scheduler.metric": "loss"}, ("loss", "min")),
        ({"lr_scheduler.metric": "val_my_metric"}, ("val_accuracy", "max")),
        ({"lr_scheduler.args": {"mode": "max"}}, ("val_loss", "max")),
    ],
)
def test_a_plateau_is_one_of_what_is_monitored(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    plateau = {"type": "ReduceLROnPlateau", "args": {}}
    config = Config.parse(changed({"lr_scheduler": plateau, **changes}))
    assert schedules.watched(config) == expected
