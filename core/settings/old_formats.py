"""Configs of pytorch-template's first year (April 2018 to June 2019), and those of its relatives.

The former are turned into today's keys, each with a note; the latter are other programs' files:
they are recognised, so that one sentence says so instead of thirty about keys. A key that stands
beside its successor is nobody's any more: like every unknown key it is kept and not read.
"""

from __future__ import annotations

from typing import Any

from core.settings.file import Problem

_OURS = {"arch", "data_loader", "optimizer", "trainer"}
_RELATIVES = {
    "deeperlearner/pytorch-template": (
        {"datasets", "data_loaders", "models", "losses", "optimizers", "lr_schedulers"}, 2,
    ),
    "Janspiry/distributed-pytorch-template": ({"gpu_ids", "path", "datasets", "model"}, 3),
    "Hydra": ({"defaults", "hydra"}, 1),
}  # fmt: skip
"""Keys at the top by which a file is known, and how many of them it takes."""


def relative(config: dict[str, Any]) -> str:
    """Whose file this is, as a sentence; empty where it may be pytorch-template's."""
    if any(isinstance(block, dict) and "_target_" in block for block in config.values()):
        return _another("Hydra", "_target_")
    if config.keys() >= _OURS:
        return ""
    for name, (keys, number) in _RELATIVES.items():
        found = sorted(keys & config.keys())
        if len(found) >= number:
            return _another(name, ", ".join(found))
    return ""


def is_old(config: dict[str, Any]) -> bool:
    """Whether blocks have another shape than today's, so that an edit must convert them first."""
    return (
        isinstance(config.get("arch"), str)
        or _is_flat_loader(config)
        or any(_is_flat(config, name) for name in ("optimizer", "lr_scheduler"))
        or _is_before(config, "training", "trainer")
    )


def convert(config: dict[str, Any]) -> tuple[list[str], list[Problem]]:
    """Turn `config` into today's keys, in place. Returns notes, and what cannot be turned."""
    notes: list[str] = []
    problems = _schedule_period(config, notes)
    for name in ("optimizer", "lr_scheduler"):
        _component(config, name, notes)
    for step in (_devices, _arch, _loader, _validation, _trainer, _tensorboard):
        step(config, notes)
    return notes, problems


def _another(name: str, keys: str) -> str:
    return (
        f"this is a config of {name} (it has {keys}), which is another program: "
        "give one of victoresque/pytorch-template"
    )


def _is_flat(config: dict[str, Any], name: str) -> bool:
    """Whether `optimizer_type` stands beside `optimizer`, which holds the arguments alone."""
    args = config.get(name) or {}
    return f"{name}_type" in config and isinstance(args, dict) and "type" not in args


def _is_flat_loader(config: dict[str, Any]) -> bool:
    loader = config.get("data_loader")
    return isinstance(loader, dict) and "data_dir" in loader and "args" not in loader


def _is_before(config: dict[str, Any], old: str, new: str) -> bool:
    return old in config and new not in config


def _devices(config: dict[str, Any], notes: list[str]) -> None:
    if not _is_before(config, "cuda", "n_gpu"):
        return
    config["n_gpu"] = int(bool(config.pop("cuda")))
    notes.append(f"cuda: is read as n_gpu {config['n_gpu']}")
    if (gpu := config.pop("gpu", 0)) and config["n_gpu"]:
        notes.append(f"gpu: {gpu} is not chosen by itself: give -d cuda:{gpu} for that one")


def _arch(config: dict[str, Any], notes: list[str]) -> None:
    arch = config.get("arch")
    if isinstance(arch, str):
        both = "model" in config
        config["arch"] = {"type": arch, "args": config.pop("model", {})}
        words = "arch, model: are read as arch.type and arch.args"
        notes.append(words if both else "arch: is read as arch.type")
    elif isinstance(arch, dict) and arch.get("type") == "MnistModel":
        args = arch.get("args")
        if isinstance(args, dict) and "verbose" in args:
            del args["verbose"]
            notes.append("arch.args.verbose: is dropped: MnistModel prints nothing since 2019")


def _loader(config: dict[str, Any], notes: list[str]) -> None:
    if _is_flat_loader(config):
        args = dict(config["data_loader"])
        kind = args.pop("type", "MnistDataLoader")
        config["data_loader"] = {"type": kind, "args": args}
        notes.append("data_loader: its keys are read as data_loader.type and data_loader.args")
    loader = config.get("data_loader")
    given = loader.get("args") if isinstance(loader, dict) else None
    if isinstance(given, dict) and _is_before(given, "n_cpu", "num_workers"):
        given["num_workers"] = given.pop("n_cpu")
        notes.append("data_loader.args.n_cpu: is read as data_loader.args.num_workers")


def _validation(config: dict[str, Any], notes: list[str]) -> None:
    loader, validation = config.get("data_loader"), config.get("validation")
    args = loader.get("args") if isinstance(loader, dict) else None
    if isinstance(validation, dict) and isinstance(args, dict) and "validation_split" not in args:
        split = config.pop("validation").get("validation_split", 0)
        args["validation_split"] = split
        notes.append("validation: is read as data_loader.args.validation_split")


def _component(config: dict[str, Any], name: str, notes: list[str]) -> None:
    if not _is_flat(config, name):
        return
    kind, args = config.pop(f"{name}_type"), config.get(name) or {}
    config[name] = {"type": kind, "args": args} if kind else None
    words = f"{name}.type and {name}.args" if kind else f"no {name}"
    notes.append(f"{name}_type, {name}: are read as {words}")


def _schedule_period(config: dict[str, Any], notes: list[str]) -> list[Problem]:
    if not _is_flat(config, "lr_scheduler") or "lr_scheduler_freq" not in config:
        return []
    period = config.pop("lr_scheduler_freq")
    if period == 1 or not config["lr_scheduler_type"]:
        notes.append("lr_scheduler_freq: is dropped: a schedule steps once an epoch")
        return []
    message = f"is {period}, but a schedule steps once an epoch: remove it, adapt lr_scheduler"
    return [Problem(path="lr_scheduler_freq", message=message)]


def _trainer(config: dict[str, Any], notes: list[str]) -> None:
    if _is_before(config, "training", "trainer"):
        config["trainer"] = config.pop("training")
        notes.append("training: is read as trainer")
    trainer = config.get("trainer")
    if not isinstance(trainer, dict):
        return
    if "save_dir" in config and "save_dir" not in trainer:
        trainer["save_dir"] = config.pop("save_dir")
        notes.append("save_dir: is read as trainer.save_dir")
    for old, new in (("save_freq", "save_period"), ("verbose", "verbosity")):
        if _is_before(trainer, old, new):
            trainer[new] = trainer.pop(old)
            notes.append(f"trainer.{old}: is read as trainer.{new}")


def _tensorboard(config: dict[str, Any], notes: list[str]) -> None:
    """`tensorboardX` of 2018, here and there, and `tensorboard.enabled` of a week in 2019."""
    trainer = config.get("trainer")
    if not isinstance(trainer, dict):
        return
    if _is_before(trainer, "tensorboardX", "tensorboard"):
        trainer["tensorboard"] = trainer.pop("tensorboardX")
        notes.append("trainer.tensorboardX: is read as trainer.tensorboard")
    for block, key in (("visualization", "tensorboardX"), ("tensorboard", "enabled")):
        found = config.get(block)
        if isinstance(found, dict) and key in found and "tensorboard" not in trainer:
            trainer["tensorboard"] = found[key]
            notes.append(f"{block}.{key}: is read as trainer.tensorboard")
    for block in ("trainer", "visualization"):
        found = config.get(block)
        if isinstance(found, dict) and "log_dir" in found:
            notes.append(f"{block}.log_dir: is not used: what a run writes is in its own folder")
