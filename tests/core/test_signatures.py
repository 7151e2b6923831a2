"""Arguments read from the sources: the same as torch's own, without importing it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from core.settings import signatures
from core.settings.signatures import Parameter

ASK_TORCH = """
import inspect, json, sys, torch
from torch.optim import lr_scheduler
def arguments(owner, name):
    parameters = list(inspect.signature(getattr(owner, name).__init__).parameters.values())[2:]
    return [[item.name, item.default is inspect.Parameter.empty] for item in parameters]
asked = json.loads(sys.stdin.read())
print(json.dumps({
    "optimizers": {name: arguments(torch.optim, name) for name in asked["optimizers"]},
    "schedulers": {name: arguments(lr_scheduler, name) for name in asked["schedulers"]},
}))
"""


def test_every_signature_is_the_one_torch_has() -> None:
    ours = {
        "optimizers": {name: signatures.optimizer(name) for name in signatures.optimizers()},
        "schedulers": signatures.schedulers(),
    }
    names = {kind: list(found) for kind, found in ours.items()}
    output = subprocess.run(
        [sys.executable, "-c", ASK_TORCH],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(output) == {
        kind: {
            name: [[item.name, item.required] for item in signature.parameters]
            for name, signature in found.items()
        }
        for kind, found in ours.items()
    }


def test_what_the_template_can_step_is_offered_and_nothing_else() -> None:
    assert list(signatures.optimizers()) == [
        "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam",
        "RMSprop", "Rprop", "SGD",
    ]  # fmt: skip
    assert list(signatures.schedulers()) == [
        "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR",
        "ExponentialLR", "LinearLR", "MultiStepLR", "OneCycleLR", "PolynomialLR",
        "ReduceLROnPlateau", "StepLR",
    ]  # fmt: skip


def test_our_own_components_are_offered_without_what_the_program_gives() -> None:
    models = signatures.ours("models", skip=0)
    assert [item.name for item in models["MnistModel"].parameters] == ["num_classes"]
    assert models["MnistModel"].get("num_classes") == Parameter("num_classes", "int", False, 10)
    losses = signatures.ours("losses", skip=2)
    assert [item.name for item in losses["nll_loss"].parameters] == ["label_smoothing"]
    metrics = signatures.ours("metrics", skip=2)
    assert metrics["accuracy"].parameters == ()
    assert metrics["accuracy"].get("k") is None


def problem(annotation: str, value: object, default: object = None) -> str | None:
    return Parameter("x", annotation, required=False, default=default).problem(value)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("bool", True),
        ("int", 3),
        ("float", 3),
        ("float", 0.5),
        ("str", "a"),
        ("float | Tensor", 1e-3),
        ("bool | None", None),
        ("Optional[bool]", False),
        ("Optional[bool]", None),
        ("Union[float, Tensor]", 1),
        ("float | list[float]", 0.1),
        ("float | list[float]", [0.1, 0.2]),
        ("tuple[float, float]", [0.9, 1]),
        ("tuple[float | None, float]", [None, 0.001]),
        ("Iterable[int]", [1, 2, 3]),
        ("Iterable[int]", []),
        ("Literal['cos', 'linear']", "cos"),
        ("Callable[[float], float] | None", None),
        ("", "anything at all"),
    ],
)
def test_values_of_the_right_type_are_no_problem(annotation: str, value: object) -> None:
    assert problem(annotation, value) is None


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        ("bool", 1, "must be true or false, not 1"),
        ("bool", None, "must be true or false, not null"),
        ("int", True, "must be a whole number, not true"),
        ("int", 1.5, "must be a whole number, not 1.5"),
        ("int", "3", 'must be a whole number, not "3"'),
        ("float", False, "must be a number, not false"),
        ("float", "0.1", 'must be a number, not "0.1"'),
        ("float", float("inf"), "must be a finite number"),
        ("float | Tensor", None, "must be a number, not null"),
        ("bool | None", "yes", 'must be true or false or null, not "yes"'),
        ("float | list[float]", "a", 'must be a number or a list, not "a"'),
        ("float | list[float]", [1, "a"], 'item 1: must be a number, not "a"'),
        ("tuple[float, float]", 0.9, "must be a list, not 0.9"),
        ("tuple[float, float]", [0.9], "must have 2 items, not 1"),
        ("tuple[float | Tensor, float]", [0.9, None], "item 1: must be a number, not null"),
        ("Iterable[int]", [1, 2.5], "item 1: must be a whole number, not 2.5"),
        ("Literal['cos', 'linear']", "cosine", 'must be one of cos, linear, not "cosine"'),
        ("Callable[[float], float] | None", "f", 'must be null, not "f"'),
    ],
)
def test_values_of_the_wrong_type_are_told_in_words(
    annotation: str, value: object, message: str
) -> None:
    assert problem(annotation, value) == message


@pytest.mark.parametrize(
    ("default", "good", "bad"),
    [(True, False, 1), (0.1, 2, "a"), ("cos", "x", 5), ((0.9, 0.999), [0.5, 0.5], 0.5)],
)
def test_without_an_annotation_the_default_says_the_type(
    default: object, good: object, bad: object
) -> None:
    assert problem("", good, default) is None
    assert problem("", bad, default)


def test_the_shipped_optimizers_defaults_are_known() -> None:
    def default(name: str) -> Any:
        found = signatures.optimizer("Adam").get(name)
        assert found is not None
        return found.default

    assert default("lr") == 0.001
    assert default("betas") == (0.9, 0.999)
    assert default("amsgrad") is False
