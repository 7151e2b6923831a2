"""The values of a config.json: pytorch-template's keys and ours, with the defaults filled in.

Its text is the business of `core.settings.file`; what the names in it mean (is there such an
optimizer, does it have that argument) that of `core.checking.check`.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    ValidationError,
    field_validator,
)

from core.paths import expanded
from core.settings import ranges
from core.settings import words as config_words
from core.settings.file import ConfigError, Problem
from core.settings.jsontext import shown
from core.settings.normalize import normalize
from core.settings.own_names import is_own, label

MAX_THREADS = 1024
"""More than that no machine has CPUs for, and many cannot even start."""
MAX_WHOLE = 2**53
"""Up to here a float has every whole number."""


def _number_only(value: object) -> object:
    # To Python, true is the number 1, and "5" can be read as one; to a person both are mistakes.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number, not {shown(value)}")
    _refuse_huge(value)
    return value


def _whole_only(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {shown(value)}")
    _refuse_huge(value)
    return value


def _refuse_huge(value: float) -> None:
    # JSON's whole numbers have no end, and what is reckoned with them here ends with floats.
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        raise ValueError(f"must be from -{MAX_WHOLE} to {MAX_WHOLE}, not {shown(value)}")


def _text_only(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {shown(value)}")
    return value


def _that_can_be(path: Path) -> Path:
    expanded(path)
    if "\0" in str(path):
        raise ValueError("holds a zero byte, which no path can: give another path")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character, which no path can: give another path") from error
    return path


Whole = Annotated[int, BeforeValidator(_whole_only)]
Number = Annotated[float, BeforeValidator(_number_only)]
Folder = Annotated[Path, AfterValidator(_that_can_be)]


class Block(BaseModel):
    """Frozen, and keeping what it does not know: a config may carry keys of other programs."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)


class Component(Block):
    """A class or function by its name, with the arguments to call it with."""

    type: Annotated[str, BeforeValidator(_text_only)]
    args: dict[str, Any] = {}

    @property
    def label(self) -> str:
        """Its name without the file it is in: `Net` of `model.py:Net`."""
        return label(self.type)


def _by_name(value: object) -> object:
    if not isinstance(value, str | dict | Component):
        message = f'must be a name, or an object with "type" and "args", not {shown(value)}'
        raise ValueError(message)
    return {"type": value} if isinstance(value, str) else value


Named = Annotated[Component, BeforeValidator(_by_name)]


class LoaderArgs(BaseModel):
    """What MnistDataLoader takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    data_dir: Folder
    """Where the IDX files are; where there are none, the bundled MNIST is read."""
    batch_size: Annotated[Whole, Field(ge=1)]
    shuffle: StrictBool = True
    """Ignored when there is a validation split, as in the template: then it always shuffles."""
    validation_split: int | float = 0.0
    """Share of the training images (a fraction), or that many of them (a whole number)."""
    num_workers: Annotated[Whole, Field(ge=0)] = 1
    """Read and kept; the images are in memory, so no workers are started."""
    training: StrictBool = True
    """False trains on the test images, as the template does."""

    @field_validator("validation_split", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            message = "must be a fraction like 0.1 or a number of images like 6000"
            raise ValueError(f"{message}, not {shown(value)}")
        if not value >= 0 or (isinstance(value, float) and value >= 1):
            raise ValueError(f"must be from 0 to below 1, or a whole number of images, not {value}")
        return value


class OwnLoaderArgs(LoaderArgs):
    """What a data set of one's own is called with: any argument, and of ours those it takes."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    data_dir: Folder = Path("data")

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that the config says."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Augment(BaseModel):
    """Random changes of each training image, drawn anew whenever it is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    shift: Annotated[Whole, Field(ge=ranges.PIXELS.least, le=ranges.PIXELS.most)] = 0
    """Pixels at most, each way."""
    rotate: Annotated[Number, Field(ge=ranges.DEGREES.least, le=ranges.DEGREES.most)] = 0.0
    """Degrees at most, either way round."""
    scale: Annotated[Number, Field(ge=ranges.PART.least, lt=ranges.PART.most)] = 0.0
    """Share of the size at most, larger or smaller."""


class Loader(Block):
    """The data set and how it is cut into batches."""

    type: Annotated[str, BeforeValidator(_text_only)]
    args: LoaderArgs
    augment: Augment | None = None
    """Of the training images alone; absent or empty for none."""


class OwnLoader(Loader):
    """A data set or a loader of one's own."""

    args: OwnLoaderArgs


def _whose(value: object) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return _OWN if is_own(kind) else _OURS


_OWN, _OURS = config_words.TAGS
AnyLoader = Annotated[
    Annotated[OwnLoader, Tag(_OWN)] | Annotated[Loader, Tag(_OURS)], Discriminator(_whose)
]


class Scheduler(Component):
    """A learning rate schedule."""

    interval: Literal["epoch", "batch"] = "epoch"
    """When it steps: after each epoch, as in the template, or after each batch."""
    metric: Annotated[str, BeforeValidator(_text_only)] | None = None
    """What ReduceLROnPlateau looks at; without it what is monitored."""


class TrainerArgs(Block):
    """How long to train, what to watch, what to keep."""

    epochs: Annotated[Whole, Field(ge=0)]
    save_dir: Folder
    save_period: Annotated[Whole, Field(ge=1)] = 1
    verbosity: Annotated[Literal[0, 1, 2], BeforeValidator(_whole_only)] = 2
    monitor: str = "off"
    early_stop: Number | None = None
    tensorboard: StrictBool = False
    tensorboard_images: StrictBool = False
    """A batch of images an epoch too; the template's own costs 35 MB for two epochs."""
    tensorboard_histograms: StrictBool = False
    """How each layer's weights are spread, an epoch."""
    keep_checkpoints: Annotated[Whole, Field(ge=1)] | None = None
    """How many `checkpoint-epochN.pth` to keep; all of them where it is absent."""
    len_epoch: Annotated[Whole, Field(ge=1)] | None = None
    """Batches in an epoch; all of the training images where it is absent."""

    @field_validator("monitor")
    @classmethod
    def _monitor(cls, value: str) -> str:
        words = value.split()
        if value != "off" and (len(words) != 2 or words[0] not in ("min", "max")):
            message = 'must be "off", or min or max and a metric, like "min val_loss"'
            raise ValueError(f"{message}, not {shown(value)}")
        return " ".join(words)

    @property
    def patience(self) -> float:
        """Epochs without an improvement before the run ends; infinity for never."""
        return self.early_stop if self.early_stop and self.early_stop > 0 else math.inf


class Config(Block):
    """A whole config.json."""

    name: Annotated[str, BeforeValidator(_text_only)]
    n_gpu: Whole = 0
    arch: Component
    data_loader: AnyLoader
    optimizer: Component
    loss: Named
    metrics: list[Named]
    lr_scheduler: Scheduler | None = None
    trainer: TrainerArgs
    seed: Annotated[Whole, Field(ge=0, lt=2**44)] = 123
    """Of everything random; 123 is what the template hard-codes. Each epoch makes 64 bits of it."""
    threads: Annotated[Whole, Field(ge=1, le=MAX_THREADS)] | None = None
    """CPU threads for torch; those this process may use where it is absent."""
    device: str | None = None

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        parts = value.split("/")
        if any(part in (".", "..") for part in parts) or value.startswith("/") or "\0" in value:
            raise ValueError("names a folder below save_dir: it must not be absolute or hold ..")
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("holds half a character, which no folder can: give another name")
        if any(len(part.encode()) > 200 for part in parts):
            raise ValueError("is too long for a folder: use at most 200 bytes")
        return value

    def with_data_dir(self, data_dir: Path) -> Config:
        """The same config, its images elsewhere."""
        args = self.data_loader.args.model_copy(update={"data_dir": data_dir})
        return self.model_copy(
            update={"data_loader": self.data_loader.model_copy(update={"args": args})}
        )

    @classmethod
    def parse(cls, value: object) -> Config:
        """Check the shape of a config, read as `core.settings.normalize` does.

        Raises ConfigError with every problem in it.
        """
        normal = normalize(value)
        if normal.foreign:
            raise ConfigError([Problem(path="", message=normal.foreign)])
        try:
            config = cls.model_validate(normal.value)
        except ValidationError as error:
            raise ConfigError([*normal.problems, *config_words.problems(error)]) from error
        if normal.problems:
            raise ConfigError(list(normal.problems))
        return config
