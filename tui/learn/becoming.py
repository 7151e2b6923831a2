"""What each part of config.json becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui import format as fmt
from tui.clean import clean
from tui.config import calls

if TYPE_CHECKING:
    from tui.config.draft import Draft

_PARTS = {
    "arch": "the network: its layers, with weights drawn at random, or those of a checkpoint",
    "data_loader": "the pictures: in shuffled batches; a part is kept back for validation",
    "loss": "how wrong an output is, as one number: what training makes small",
    "optimizer": "how the weights move along the gradients, and how far",
    "lr_scheduler": "how the learning rate changes as training goes on",
    "metrics": "what is counted besides the loss, for people: training does not look at it",
    "trainer": "how many epochs, what is watched for the best one, when to end, where to save",
}


def becoming(draft: Draft, width: int, *, beside_run: bool = False) -> Text:
    """Each block with the call that it becomes, and what that is for.

    `beside_run`: the pages before tell of a run, whose config may be another one.
    """
    text = Text()
    which = f"{fmt.path(draft.path, max(8, width - 40))}, the config of the next run."
    text.append(f"{clean(which)}\n", "bold")
    if beside_run:
        text.append("The pages before this one tell of the run that is shown.\n", "dim")
    text.append("\n")
    for block, words in _PARTS.items():
        if block not in draft.meant:
            continue
        text.append(f"{block}\n", "bold")
        text.append(f"    {words}\n", "dim")
        for line in _lines(draft, block, width - 4):
            text.append(f"    {line}\n")
        text.append("\n")
    return text


def _lines(draft: Draft, block: str, width: int) -> list[str]:
    called = calls.lines(draft, block, width)
    if called:
        return called
    value = draft.meant[block]
    if isinstance(value, dict):
        return [clean(f"{name} = {item!r}") for name, item in value.items()]
    return [clean(f"{block} = {value!r}")]
