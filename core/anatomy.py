"""`python -m core.anatomy`: a network layer by layer, with one real picture going through it.

A process of its own: nothing of a live run is touched. It reads `{"config": …}`, a config.json as
text, or `{"checkpoint": …}`, the path of one, from stdin, with the `index` of a test image, and
whether to `run_own_code`; it writes one line of JSON: `stages`, in the order the picture passes
them, its `ink`, 784 values 0…255 (null of a data set of one's own), `num_parameters`,
`probabilities`, `guess` and `target`; or `mistake`, a sentence.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import fx

from core import checkpoint
from core.building import build
from core.building.trained import Trained, probabilities
from core.config import Config
from core.dataset import Samples
from core.errors import MistakeError
from core.own_code import copies as own_code
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from torch import Tensor, nn

_SETTINGS = ("kernel_size", "stride", "padding", "p", "out_channels", "out_features")
"""Of torch's layers: numbers, or a pair of them for height and width."""


def main() -> int:
    """Answer one question."""
    torch.set_num_threads(1)
    question = json.load(sys.stdin)
    try:
        answer = _answer(question)
    except MistakeError as error:
        answer = {"mistake": str(error).splitlines()[0]}
    sys.stdout.write(f"{json.dumps(answer)}\n")
    return 0


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    if "checkpoint" in question:
        path = Path(question["checkpoint"])
        names = own_code.names_in(checkpoint.load(path).config)
        if names and not question.get("run_own_code"):
            raise MistakeError(
                f"{names[0]} is code of your own, and showing this pane runs none of it: n does, "
                "with a picture"
            )
        trained = Trained.read(path)
    else:
        config = Config.parse(JsonText(question["config"]).value)
        torch.manual_seed(config.seed)
        trained = Trained(config, build.model(config.arch).eval(), torch.device("cpu"), None)
    samples = trained.test_images()
    index = int(question.get("index", 0)) % len(samples)
    images, labels = samples.batch(torch.tensor([index]))
    with torch.inference_mode():
        output = probabilities(trained.outputs(images))[0]
        stages = follow(trained.model, images)
    return {
        "stages": stages,
        "ink": samples.images[index].flatten().tolist() if isinstance(samples, Samples) else None,
        "num_parameters": sum(item.numel() for item in trained.model.parameters()),
        "probabilities": output.tolist(),
        "guess": int(output.argmax()),
        "target": int(labels[0]),
    }


def follow(model: nn.Module, images: Tensor) -> list[dict[str, Any]]:
    """What the picture passes: `{name, does, settings, shape, num_parameters}`, itself first.

    `name` is the layer's in the network, empty for a function; `settings` are what it was made or
    called with, as far as they say what it does; `shape` is that of what comes out.
    Layers alone where the network's own code cannot be followed (branches, loops over values).
    """
    first = _stage("", "picture", images)
    try:
        graph = fx.symbolic_trace(model)
    except Exception:  # a network may do what it likes
        return [first, *_layers(model, images)]
    follower = _Follower(graph)
    follower.run(images)
    return [first, *follower.stages]


class _Follower(fx.Interpreter):
    """Runs a network step by step and writes down what comes out of each."""

    def __init__(self, graph: fx.GraphModule) -> None:
        super().__init__(graph)
        self.stages: list[dict[str, Any]] = []

    def run_node(self, n: fx.Node) -> Any:
        """One step; those that give no tensor are not shown."""
        result = super().run_node(n)
        if n.op not in ("placeholder", "get_attr", "output") and isinstance(result, torch.Tensor):
            layer = self.module.get_submodule(str(n.target)) if n.op == "call_module" else None
            self.stages.append(
                _stage(str(n.target), layer, result)
                if layer is not None
                else _stage("", _named(n), result, _called_with(n))
            )
        return result


def _named(node: fx.Node) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "?")


def _called_with(node: fx.Node) -> dict[str, Any]:
    """The size of the window of a pooling function, and its step."""
    if "pool2d" not in _named(node) or "adaptive" in _named(node):
        return {}
    names = ("input", "kernel_size", "stride", "padding")
    given = {**dict(zip(names, node.args, strict=False)), **node.kwargs}
    found = {key: given[key] for key in names[1:] if given.get(key) is not None}
    return {"stride": found.get("kernel_size"), **found}


def _layers(model: nn.Module, images: Tensor) -> list[dict[str, Any]]:
    stages: list[dict[str, Any]] = []
    hooks = [
        layer.register_forward_hook(
            lambda layer, _inputs, result, name=name: stages.append(_stage(name, layer, result))
        )
        for name, layer in model.named_modules()
        if not list(layer.children())
    ]
    model(images)
    for hook in hooks:
        hook.remove()
    return stages


def _stage(
    name: str, what: nn.Module | str, result: Tensor, settings: dict[str, Any] | None = None
) -> dict[str, Any]:
    does = what if isinstance(what, str) else type(what).__name__
    parameters = [] if isinstance(what, str) else list(what.parameters())
    made_with = {key: getattr(what, key) for key in _SETTINGS if hasattr(what, key)}
    return {
        "name": name,
        "does": does,
        "settings": (settings or {}) if isinstance(what, str) else made_with,
        "shape": list(result.shape),
        "num_parameters": sum(item.numel() for item in parameters),
    }


if __name__ == "__main__":
    sys.exit(main())
