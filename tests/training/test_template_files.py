"""Checkpoints of pytorch-template, of every age: read, never a reason to run what is in them."""

from __future__ import annotations

import os
import pickle
import threading
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from refused import refusal
from template_run import (
    ConfigParser,
    Logger,
    copy_template_run,
    importable,
    save_like_the_template,
    template_content,
)
from tiny_data import tiny_config

from core import checkpoint
from core.building import build
from core.checkpoint import CheckpointError
from core.config import Component
from core.template import unpickling as template_pickle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MNIST_MODEL = Component(type="MnistModel")


@pytest.fixture
def config(tiny_mnist: Path, tmp_path: Path) -> dict[str, Any]:
    """A config the template could have trained."""
    value: dict[str, Any] = tiny_config(tiny_mnist, tmp_path / "saved").value
    return value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint-epoch3.pth"


def fits(found: checkpoint.Checkpoint) -> None:
    checkpoint.load_weights(build.empty_model(MNIST_MODEL), found, assign=True)


def test_every_file_of_the_real_run_is_read(tmp_path: Path) -> None:
    run = copy_template_run(tmp_path / "saved")
    for file in run.checkpoints():
        found = checkpoint.load(file)
        fits(found)
        assert found.arch == "MnistModel"
        assert found.config == run.config()
        assert type(found.config["optimizer"]) is dict
        assert (found.ours, found.step, found.metrics) == ({}, 0, {})
    assert [checkpoint.load(file).epoch for file in run.checkpoints()] == [1, 2, 3, 3]


def test_the_names_of_a_network_on_several_gpus_lose_their_prefix(
    path: Path, config: dict[str, Any]
) -> None:
    content = template_content(config, arch="DataParallel")
    content["state_dict"] = {
        f"module.{name}": value for name, value in content["state_dict"].items()
    }
    found = checkpoint.load(save_like_the_template(path, content))
    assert found.arch == "MnistModel"
    fits(found)


def test_tensors_of_a_gpu_are_read_without_one(path: Path, config: dict[str, Any]) -> None:
    content = template_content(config)
    with patch("torch.serialization.location_tag", lambda _storage: "cuda:0"):
        save_like_the_template(path, content)
    with pytest.raises(RuntimeError, match="CUDA"), importable():
        torch.load(path, weights_only=False)
    found = checkpoint.load(path)
    fits(found)
    assert {value.device.type for value in found.content["state_dict"].values()} == {"cpu"}


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "before torch 1.6"])
@pytest.mark.parametrize("name", ["model_best.pth", "checkpoint-epoch003-loss-0.1234.pth.tar"])
def test_the_files_of_2018_are_read(
    name: str, legacy: bool, tmp_path: Path, config: dict[str, Any]
) -> None:
    entries = {1: {"epoch": 1, "loss": 0.5, "val_loss": np.float64(0.25)}}
    content = template_content(config, config=config, logger=Logger(entries))
    path = save_like_the_template(tmp_path / name, content, legacy=legacy)
    found = checkpoint.load(path)
    fits(found)
    assert found.config == config
    logger = found.content["logger"]
    assert isinstance(logger, template_pickle.Logger)
    assert logger.attributes["entries"] == {1: {"epoch": 1, "loss": 0.5, "val_loss": 0.25}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.125), 0.125),
        (np.float32(0.5), 0.5),
        (np.float64(np.inf), float("inf")),
        (np.int64(-3), -3.0),
        (0, 0),
        (float("inf"), float("inf")),
    ],
)
@pytest.mark.parametrize("module", [b"numpy._core", b"numpy.core"], ids=["numpy 2", "numpy 1"])
def test_the_best_may_be_a_number_of_numpys(
    value: object, expected: float, module: bytes, path: Path, config: dict[str, Any]
) -> None:
    save_like_the_template(path, template_content(config, monitor_best=value), legacy=True)
    path.write_bytes(path.read_bytes().replace(b"numpy._core", module))
    assert checkpoint.load(path).content["monitor_best"] == expected


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "before torch 1.6"])
def test_a_file_that_was_cut_off_is_one_sentence(
    legacy: bool, path: Path, config: dict[str, Any]
) -> None:
    whole = save_like_the_template(path, template_content(config), legacy=legacy).read_bytes()
    for length in (20, 64, 500, 5000, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:length])
        refusal(path)


@pytest.mark.parametrize(
    "settings",
    [
        ConfigParser([]),  # type: ignore[arg-type]
        ConfigParser({"name": b"bytes"}),
        ConfigParser({"name": {1, 2}}),
        Logger({}),
        "Mnist_LeNet",
        None,
    ],
    ids=["a list", "bytes", "a set", "another class", "a text", "nothing"],
)
def test_a_config_that_is_none_is_one_sentence(
    settings: object, path: Path, config: dict[str, Any]
) -> None:
    save_like_the_template(path, {**template_content(config), "config": settings})
    assert refusal(path) == "is not a training checkpoint: its epoch or config is odd"


def test_a_config_that_holds_itself_is_one_sentence(path: Path, config: dict[str, Any]) -> None:
    config["arch"]["args"]["again"] = config
    content = {**template_content({**config, "arch": {"args": {}}}), "config": ConfigParser(config)}
    save_like_the_template(path, content)
    assert refusal(path) == "is not a training checkpoint: its epoch or config is odd"


# Hostile files


class Reduced:
    """Pickled as a call of `function` with `arguments`, and a state to set afterwards."""

    def __init__(self, function: Callable[..., Any], *arguments: Any, state: Any = None) -> None:
        self.what = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self) -> Any:
        return self.what


def touch(path: Path) -> Reduced:
    return Reduced(os.system, f"touch '{path}'")


def in_its_state(made: Path) -> ConfigParser:
    parser = ConfigParser({})
    parser.log_levels = touch(made)  # type: ignore[assignment]
    return parser


def slots(made: Path) -> Reduced:
    """A state in two parts; the unpickler sets the second one attribute by attribute."""
    state = (None, {"__class__": dict, "__dict__": {"_config": touch(made)}})
    return Reduced(ConfigParser, {}, state=state)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "a command instead": touch,
    "a command inside": lambda made: ConfigParser({"name": touch(made)}),
    "a command in its state": in_its_state,
    "called with an argument": lambda _made: Reduced(ConfigParser, {"name": "x"}),
    "called with a command": lambda made: Reduced(ConfigParser, touch(made)),
    "its class": lambda _made: Reduced(getattr, ConfigParser({}), "__class__"),
    "the builtin eval": lambda made: Reduced(eval, f"open({str(made)!r}, 'w')"),
    "a state in slots": slots,
    "a path that opens": lambda made: ConfigParser({"name": Reduced(open, str(made), "w")}),
}
"""Something in the place of the config."""


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "before torch 1.6"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_in_the_templates_clothes_runs_nothing(
    kind: str, legacy: bool, path: Path, config: dict[str, Any], tmp_path: Path
) -> None:
    made = tmp_path / "made"
    content = {**template_content(config), "config": HOSTILE[kind](made)}
    save_like_the_template(path, content, legacy=legacy)
    refusal(path)
    assert not made.exists()


def test_a_stand_in_does_nothing_whatever_its_state_is(path: Path, config: dict[str, Any]) -> None:
    # The opcodes by hand: an object made bare, then BUILD with a state of slots.
    for state in ((None, {"__class__": 1}), [1, 2], "text", {"__setstate__": 1, "_config": {}}):
        parser = template_pickle.ConfigParser.__new__(template_pickle.ConfigParser)
        parser.__setstate__(state)
        assert type(parser) is template_pickle.ConfigParser
        assert parser.attributes == (state if isinstance(state, dict) else {})
    save_like_the_template(path, {**template_content(config), "config": ConfigParser(config)})
    assert checkpoint.load(path).config == config


def test_a_hostile_file_names_what_it_asked_for_but_not_the_templates_own(
    path: Path, config: dict[str, Any], tmp_path: Path
) -> None:
    content = template_content(config, more=touch(tmp_path / "made"))
    save_like_the_template(path, content)
    assert refusal(path).startswith('holds ["posix.system"], which may run code')


def test_numbers_of_numpys_that_are_none_are_refused(path: Path, config: dict[str, Any]) -> None:
    scalar: Any = np.float64(1).__reduce__()[0]
    for arguments in ((np.dtype("O"), b"x"), (np.dtype("f8"), b"short"), ("f8", b"12345678")):
        content = template_content(config, monitor_best=Reduced(scalar, *arguments))
        try:
            save_like_the_template(path, content)
        except (TypeError, ValueError, pickle.PicklingError):
            continue
        refusal(path)


def test_nobody_else_lets_the_templates_classes_in(path: Path, config: dict[str, Any]) -> None:
    save_like_the_template(path, template_content(config))
    checkpoint.load(path)
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)


def test_threads_that_read_at_once_do_not_take_the_classes_from_each_other(
    path: Path, config: dict[str, Any]
) -> None:
    save_like_the_template(path, template_content(config))
    problems: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(10):
                checkpoint.load(path)
        except CheckpointError as error:
            problems.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
