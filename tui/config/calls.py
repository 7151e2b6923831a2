"""A block of the config as the Python call that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.clean import clean
from tui.config import own

if TYPE_CHECKING:
    from tui.config.draft import Draft

_CALLED = {
    "data_loader": ("", ()),
    "arch": ("core.models.", ()),
    "optimizer": ("torch.optim.", ("model.parameters()",)),
    "lr_scheduler": ("torch.optim.lr_scheduler.", ("optimizer",)),
    "loss": ("core.losses.", ("output", "target")),
}
"""Where each block's class is, and what the program itself gives to it."""


def parts(draft: Draft, block: str) -> tuple[str, list[str]]:
    """The name that is called and its arguments; an empty name where nothing is."""
    if block not in _CALLED:
        return "", []
    module, first = _CALLED[block]
    component = draft.meant.get(block)
    if isinstance(component, str):
        component = {"type": component}
    if not isinstance(component, dict) or not isinstance(component.get("type"), str):
        return "", []
    args = component.get("args")
    given = args.items() if isinstance(args, dict) else ()
    called = module + component["type"]
    if meant := own.meaning(draft.folder, block, component["type"]):
        file, _, name = meant.rpartition(":")
        called = f"{file.removesuffix('.py').replace('/', '.')}.{name}"
    return (
        clean(called),
        [*first, *(clean(f"{name}={value!r}") for name, value in given)],
    )


def call(draft: Draft, block: str) -> str:
    """The whole call in a line, as in `torch.optim.SGD(model.parameters(), lr=0.05)`."""
    name, arguments = parts(draft, block)
    return f"{name}({', '.join(arguments)})" if name else ""


def lines(draft: Draft, block: str, width: int) -> list[str]:
    """The call in lines that fit, each argument whole, the later lines below the first one."""
    name, arguments = parts(draft, block)
    if not name:
        return []
    indent = " " * (len(name) + 1 if len(name) < width // 2 else 4)
    found = [f"{name}("]
    for index, argument in enumerate(arguments):
        item = argument + (")" if index == len(arguments) - 1 else ",")
        if len(found[-1]) + 1 + len(item) > width:
            found.append(indent + item)
        else:
            found[-1] += item if found[-1].endswith("(") else f" {item}"
    return found if arguments else [f"{name}()"]
