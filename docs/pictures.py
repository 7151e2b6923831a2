"""Draw the pictures of the README from a recorded run: `python docs/pictures.py`.

As SVG, and as PNG too where rsvg-convert is installed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
os.environ["TERM"] = "xterm-256color"
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

from recorded import Moment, add_test, recorded  # noqa: E402
from scratch import Scratch  # noqa: E402
from tiny_data import write_tiny_mnist  # noqa: E402
from window import USUAL, WIDE, opened  # noqa: E402


class Picture(NamedTuple):
    """A screen worth showing."""

    name: str
    size: tuple[int, int]
    stage: Moment
    keys: tuple[str, ...]
    """What leads to it."""
    shows: str
    """A text that is there once it is drawn."""


ALL = (
    Picture("config", WIDE, "running", ("1",), "batch_size"),
    Picture("live", USUAL, "running", (), "epoch"),
    Picture("live-wide", WIDE, "running", ("3",), "epoch"),
    Picture("finished", USUAL, "completed", (), "finished"),
    Picture("runs", WIDE, "completed", ("4",), "finished"),
    Picture("digits", WIDE, "completed", ("5",), "right, "),
    Picture("learn", WIDE, "running", ("6", "right", "right"), "core.models.MnistModel()"),
)


async def draw(picture: Picture, folder: Path) -> None:
    """Write one picture."""
    scratch = Scratch(folder)
    scratch.write_config()
    async with AsyncExitStack() as stack:
        run = stack.enter_context(recorded(folder / scratch.saved, picture.stage))
        if picture.name == "digits":
            add_test(run)
        window = await stack.enter_async_context(opened(scratch, picture.size, shown=[run]))
        await window.until_shown("epoch")
        await window.press(*picture.keys)
        await window.until_shown(picture.shows)
        svg = window.app.export_screenshot(title="mnist-tui")
    # Or rsvg-convert drops the blanks that a piece of text begins with.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    path = PICTURES / f"{picture.name}.svg"
    path.write_text(svg, encoding="utf-8")
    if shutil.which("rsvg-convert"):
        png = path.with_suffix(".png")
        subprocess.run(["rsvg-convert", "--zoom", "1", "-o", png, path], check=True)


def main() -> None:
    """Write them all."""
    PICTURES.mkdir(exist_ok=True)
    for picture in ALL:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_tiny_mnist(folder / "data")
            os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = str(folder / "home")
            os.chdir(folder)
            asyncio.run(draw(picture, folder))
            os.chdir(HERE)


if __name__ == "__main__":
    main()
