"""The fields of a config as rows: label, value, default, a line of help."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data_sets import LOADERS
from core.schedules import PLATEAU
from tui.clean import clean
from tui.draft import choices, parse, signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.jsontext import Path
    from tui.draft import Draft

MISSING = object()
MAX_DEPTH = 5
"""Of keys that have a row of their own; what lies deeper is shown as JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form."""

    path: Path
    label: str
    value: object
    """MISSING where the config does not give it."""
    default: object
    """MISSING where there is none."""
    help: str
    choices: tuple[str, ...] = ()
    absent: str = ""
    """What happens without a value, in a word, where there is no default to show."""

    @property
    def dotted(self) -> str:
        """Its path as problems name it."""
        return ".".join(map(str, self.path))

    @property
    def shown(self) -> str:
        """The value, or the default where there is none."""
        return show(self.default if self.value is MISSING else self.value)

    @property
    def in_row(self) -> str:
        """The same for a table: a text as it is; nothing at all would look like a fault."""
        value = self.default if self.value is MISSING else self.value
        return value if isinstance(value, str) else self.shown or self.absent

    @property
    def given(self) -> bool:
        """Whether the config itself says it."""
        return self.value is not MISSING


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    title: str
    fields: tuple[Field, ...]


def show(value: object) -> str:
    """A value as it is typed: text bare where that can be read back, everything else as JSON."""
    if value is MISSING:
        return ""
    if isinstance(value, str) and clean(value) == value and parse(value) == value:
        return value
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def sections(draft: Draft) -> list[Section]:
    """The whole form."""
    known = [
        Section("run", tuple(_plain(draft, _RUN))),
        Section("data", tuple(_plain(draft, _DATA))),
        Section("model", tuple(_block(draft, "arch", _HELP["arch"]))),
        Section("optimizer", tuple(_block(draft, "optimizer", _HELP["optimizer"]))),
        Section("schedule", tuple(_block(draft, "lr_scheduler", _HELP["lr_scheduler"]))),
        Section("loss and metrics", tuple(_plain(draft, _LOSS))),
        Section("training", tuple(_plain(draft, _TRAINING))),
    ]
    others = tuple(_others(draft, {item.path for section in known for item in section.fields}))
    return [*known, Section("other keys", others)] if others else known


def _plain(draft: Draft, rows: dict[str, tuple[object, str]]) -> Iterator[Field]:
    for dotted, (default, text) in rows.items():
        path = tuple(dotted.split("."))
        absent, offered = _ABSENT.get(dotted, ""), _CHOICES.get(dotted, ())
        yield Field(path, path[-1], _value(draft, path), default, text, offered, absent)


def _block(draft: Draft, name: str, text: str) -> Iterator[Field]:
    path: Path = (name, "type")
    offered = tuple(choices(name))
    default = "none" if name == "lr_scheduler" else MISSING
    yield Field(path, "type", _value(draft, path), default, text, offered)
    signature = signature_of(name, draft.get(path))
    given = draft.get((name, "args"))
    names = list(given) if isinstance(given, dict) else []
    if signature is not None:
        names = [item.name for item in signature.parameters] + [
            item for item in names if signature.get(item) is None
        ]
    for argument in names:
        parameter = signature.get(argument) if signature else None
        default = MISSING if parameter is None or parameter.required else parameter.default
        absent = ""
        if argument == "mode" and signature is not None and signature.name == PLATEAU:
            default, absent = MISSING, "as monitored"
        if parameter is None and signature is not None:
            words = f"{signature.name} has no such argument: del takes it out"
        else:
            words = _HELP.get(argument, f"an argument of {draft.get(path)}")
        argument_path = (name, "args", argument)
        value = _value(draft, argument_path)
        yield Field(argument_path, argument, value, default, words, absent=absent)
    if signature is not None and signature.name == PLATEAU:
        path = (name, "metric")
        words = "what it looks at; without it what is monitored, else the loss"
        yield Field(path, "metric", _value(draft, path), MISSING, words, absent="as monitored")
    elif name == "lr_scheduler" and signature is not None:
        path = (name, "interval")
        words = "when it steps: after each epoch, or after each batch"
        yield Field(path, "interval", _value(draft, path), "epoch", words, ("epoch", "batch"))


def _value(draft: Draft, path: Path) -> object:
    if path in draft.current.spans:
        return draft.get(path)
    value: Any = draft.meant  # where a key of another name says it
    for key in path:
        value = value.get(key, MISSING) if isinstance(value, dict) else MISSING
    return value


def _others(draft: Draft, known: set[Path]) -> Iterator[Field]:
    """What else the file says: other programs' keys, and arguments of classes not known here."""
    blocks = {path[0] for path in known if len(path) > 1}
    for path, value in _leaves(draft.current.value, ()):
        shown = any(path[:length] in known for length in range(1, len(path) + 1))
        if shown or (path[0] in blocks and value in (None, {})):
            continue
        broken = len(path) == 1 and path[0] in blocks
        words = "has to be an object: del takes it out" if broken else "kept, and not read here"
        yield Field(path, ".".join(path), value, MISSING, words)


def _leaves(value: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, item in value.items():
        if isinstance(item, dict) and item and len(path) < MAX_DEPTH:
            yield from _leaves(item, (*path, key))
        else:
            yield (*path, key), item


_RUN = {
    "name": (MISSING, "the run's name: its folder below save_dir"),
    "device": (MISSING, "auto, cpu, cuda:1, mps; without it n_gpu decides"),
    "n_gpu": (0, "GPUs to use as in pytorch-template; 0 means the CPU"),
    "seed": (123, "the start of everything random: the same seed, the same run"),
    "threads": (MISSING, "CPU threads for torch; without it, all that this process may use"),
}
_ABSENT = {
    "device": "as n_gpu says",
    "threads": "all there are",
    "trainer.early_stop": "never",
    "trainer.keep_checkpoints": "all",
    "trainer.len_epoch": "all images once",
}
_CHOICES = {"data_loader.type": tuple(LOADERS)}
_DATA = {
    "data_loader.type": (MISSING, "the data set: enter shows those there are"),
    "data_loader.args.data_dir": (
        MISSING,
        "where the IDX files are; MNIST came along, Fashion-MNIST is downloaded if need be",
    ),
    "data_loader.args.batch_size": (MISSING, "images in one step: more is steadier and faster"),
    "data_loader.args.shuffle": (True, "a new order each epoch; always so with a validation split"),
    "data_loader.args.validation_split": (
        0.0,
        "the part of the training images kept aside to judge on: 0.1 is a tenth, 6000 so many",
    ),
    "data_loader.augment.shift": (0, "pixels each image may move while learning, each way"),
    "data_loader.augment.rotate": (0.0, "degrees each image may turn while learning, each way"),
    "data_loader.augment.scale": (0.0, "share of the size it may grow or shrink while learning"),
    "data_loader.args.num_workers": (1, "read and kept; the images are in memory, none are needed"),
}
_LOSS = {
    "loss": (MISSING, "what training makes small: nll_loss, cross_entropy"),
    "metrics": (MISSING, "what else is counted: accuracy, top_k_acc"),
}
_TRAINING = {
    "trainer.epochs": (MISSING, "how often the network sees every training image, at most"),
    "trainer.monitor": (
        "off",
        "what the best checkpoint is chosen by: min val_loss, max val_accuracy, off. A tie is best",
    ),
    "trainer.early_stop": (
        MISSING,
        "ends the run when more epochs than this in a row brought nothing better; 0: never",
    ),
    "trainer.save_dir": (MISSING, "the folder of all runs"),
    "trainer.save_period": (1, "a numbered checkpoint every so many epochs; best and last always"),
    "trainer.keep_checkpoints": (MISSING, "how many numbered checkpoints stay; without it, all"),
    "trainer.len_epoch": (MISSING, "steps in an epoch; without it, once through the images"),
    "trainer.verbosity": (2, "0: no line per epoch, 1: one, 2: steps in train.log too"),
    "trainer.tensorboard": (False, "scalars for TensorBoard too, where that is installed"),
    "trainer.tensorboard_images": (False, "a batch of images there too, each epoch"),
    "trainer.tensorboard_histograms": (False, "how the weights are spread there too, each epoch"),
}
_HELP = {
    "arch": "the network: enter shows those there are",
    "optimizer": "the rule that updates the weights: enter shows those there are",
    "lr_scheduler": "how the learning rate changes over the epochs; del: not at all",
    "lr": "the size of each update. Too large and the loss jumps; too small and it crawls",
    "momentum": "how much of the last update is kept: 0 none, 0.9 usual",
    "dampening": "how much of the gradient the momentum leaves out",
    "weight_decay": "pulls all weights towards 0 a little; against overfitting",
    "nesterov": "looks ahead along the momentum; needs momentum above 0",
    "amsgrad": "keeps the largest step scale seen: steadier, sometimes slower",
    "betas": "how long Adam remembers the gradient and its size: [0.9, 0.999]",
    "eps": "keeps a division from failing; rarely worth a change",
    "maximize": "makes the loss larger instead of smaller; not what you want",
    "foreach": "how the update is computed; null lets torch choose",
    "fused": "how the update is computed; null lets torch choose",
    "capturable": "for CUDA graphs; leave it off",
    "differentiable": "for gradients of gradients; leave it off",
    "num_classes": "kinds of things to tell apart: 10 digits",
    "step_size": "epochs (or batches) between two drops",
    "gamma": "what the learning rate is multiplied by at a drop",
    "milestones": "the epochs of the drops: [30, 80]",
    "max_lr": "the highest learning rate of the cycle",
    "T_max": "epochs (or batches) until the lowest learning rate",
    "total_steps": "the length of the cycle; without it, the whole run",
    "patience": "epochs without an improvement before it drops",
    "factor": "what the learning rate is multiplied by",
    "cooldown": "epochs after a drop before it looks again",
    "threshold": "how much better counts as an improvement",
    "min_lr": "where it stops dropping",
    "last_epoch": "for resuming by hand; leave it",
    "width": "channels of the first convolution; the second has twice as many",
    "hidden": "width of the hidden linear layer",
    "dropout": "share of the features left out at random while learning; against overfitting",
}
