"""Draw the pictures of the docs from a recorded run: `python docs/pictures.py`.

The real screens in memory, fed with the events of a real training, in the dark and in the light
theme: an SVG each, and where rsvg-convert is installed a PNG of those that a page of the docs
shows as such. What is drawn depends on no clock, machine or font.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

from PIL import Image

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures"
sys.path.insert(0, str(DOCS.parent / "tests" / "support"))
os.environ["TERM"] = "xterm-256color"
os.environ.pop("NO_COLOR", None)

from recorded import Moment, add_test, recorded, told  # noqa: E402
from scratch import Scratch  # noqa: E402
from window import WIDE, Window, opened  # noqa: E402

from core.events import CheckpointSaved, EpochEnded  # noqa: E402
from core.machine.device import Device  # noqa: E402
from core.saved import sidecar  # noqa: E402
from core.saved.sidecar import Sidecar  # noqa: E402
from core.settings.file import PRESETS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.runs import Run

TEMPLATE_RUN = DOCS.parent / "tests" / "fixtures" / "pytorch-template-run"
THEMES = ("dark", "light")
MEDIUM = (100, 30)
A_CPU = Device("cpu", "a processor with 2 cores", True, None, None, 8 * 10**9, 2)
STILL = SimpleNamespace(monotonic=lambda: 0.0, time=lambda: time.time())
"""A clock of the window's that stands still; that of the recorded run does anyway."""
COLOURS = 48
"""Of a PNG: enough for every shade that the window has."""
FONT = "DejaVu Sans Mono"
"""It has the dots of the chart; its characters are 0.602 of their height wide."""


class Picture(NamedTuple):
    """A screen worth showing."""

    name: str
    """Empty where it is only passed through."""
    keys: tuple[str, ...]
    """What leads to it from the picture before."""
    shows: str
    """A text that is there once it is drawn."""


class Scene(NamedTuple):
    """A run at a moment, and what is looked at then."""

    moment: Moment
    size: tuple[int, int]
    pictures: tuple[Picture, ...]


SCENES = (
    Scene("running", WIDE, (Picture("wide", ("3",), "epoch"),)),
    Scene(
        "running",
        MEDIUM,
        (
            Picture("live", ("3",), "epoch"),
            Picture("config", ("1",), "batch_size"),
            Picture("learn", ("6", "right", "right"), "core.models.MnistModel()"),
        ),
    ),
    Scene(
        "completed",
        MEDIUM,
        (
            Picture("finished", (), "finished"),
            Picture("", ("4",), "(template)"),
            Picture("runs", (), "model_best.pth"),
        ),
    ),
    Scene("completed", WIDE, (Picture("digits", ("5",), "right, "),)),
)
NAMES = [picture.name for scene in SCENES for picture in scene.pictures if picture.name]


def draw(folder: Path, *themes: str) -> dict[str, str]:
    """Every picture as SVG, by its file name without the ending; works in `folder`."""
    drawn: dict[str, str] = {}
    before = Path.cwd()
    with (
        _in_utc(),
        # What is left of a run is counted down, and its silence up.
        patch("tui.live.countdown.time", STILL),
        patch("tui.widgets.progress.time", STILL),
        patch("tui.screens.panes.cpu_device", lambda: A_CPU),
        patch("tui.device.load_watch.LoadWatch"),
    ):
        for number, scene in enumerate(SCENES):
            place = folder / str(number)
            place.mkdir()
            os.chdir(place)
            try:
                drawn |= asyncio.run(_draw_scene(scene, place, themes))
            finally:
                os.chdir(before)
    return drawn


async def _draw_scene(scene: Scene, folder: Path, themes: tuple[str, ...]) -> dict[str, str]:
    scratch, drawn = Scratch(folder), {}
    shutil.copy(PRESETS / "config.json", scratch.config_path)
    async with AsyncExitStack() as stack:
        run = stack.enter_context(recorded(folder / scratch.saved, scene.moment))
        if scene.moment == "completed":
            _add_files(run)
        window = await stack.enter_async_context(
            opened(scratch, scene.size, shown=[run], frames=True)
        )
        await window.until(lambda: not window.live.empty, "the run")
        for picture in scene.pictures:
            await window.press(*picture.keys)
            await window.until_shown(picture.shows)
            for theme in themes if picture.name else ():
                drawn[f"{picture.name}-{theme}"] = await _shot(window, theme)
    return drawn


def _add_files(run: Run) -> None:
    """Beside a finished run: checkpoints without content, a test, a run of the template's."""
    epochs = {event.epoch: event for event in told("completed") if isinstance(event, EpochEnded)}
    for event in told("completed"):
        if isinstance(event, CheckpointSaved):
            path = run.path / event.file
            path.touch()
            os.truncate(path, event.num_bytes)
            metrics = epochs[event.epoch].metrics
            facts = Sidecar(event.file, event.epoch, event.step, event.num_bytes, "", metrics)
            sidecar.write(path, facts)
    add_test(run)  # newer than what it tested
    shutil.copytree(TEMPLATE_RUN, run.path.parents[1], dirs_exist_ok=True)


async def _shot(window: Window, theme: str) -> str:
    window.app.theme = theme
    window.main.say("")  # that something is read is said where the machine is slow
    await window.settle()
    return _plain(window.app.export_screenshot(title="mnist-tui", simplify=True))


def _plain(svg: str) -> str:
    """The same picture without fonts from elsewhere, random names and endless fractions."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", f"{FONT}, Menlo, Consolas")
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    svg = re.sub(r'(?<=")\d+\.\d{2,}(?=")', lambda found: f"{float(found[0]):.1f}", svg)
    # Or rsvg-convert drops the blanks that a piece of text begins with.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def words(svg: str) -> list[str]:
    """What is written in a picture."""
    return re.findall(r">([^<>]+)</text>", svg)


@contextmanager
def _in_utc() -> Iterator[None]:
    with patch.dict(os.environ, {"TZ": "UTC"}):
        time.tzset()
        yield
    time.tzset()


def _write_png(svg: str, path: Path) -> None:
    """Draw it with characters exactly as wide as a cell, in few colours."""
    exact = svg.replace("font-size: 20px", "font-size: 20.26px")
    drawn = subprocess.run(
        ["rsvg-convert", "--zoom", "1"], input=exact.encode(), capture_output=True, check=True
    ).stdout
    with Image.open(io.BytesIO(drawn)) as image:
        image.convert("RGBA").quantize(COLOURS).save(path, optimize=True)


def main() -> None:
    """Write them all."""
    PICTURES.mkdir(exist_ok=True)
    pages = (DOCS.parent / "README.md", *DOCS.glob("*.md"))
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = f"{name}/home"
        drawn = draw(Path(name), *THEMES)
    for old in {*PICTURES.glob("*.svg"), *PICTURES.glob("*.png")}:
        old.unlink()
    can_draw = shutil.which("rsvg-convert")
    for name, svg in drawn.items():
        (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
        if f"{name}.png" in shown and can_draw:
            _write_png(svg, PICTURES / f"{name}.png")
    if not can_draw:
        sys.exit("no PNG was drawn: rsvg-convert is missing (Debian: apt install librsvg2-bin)")


if __name__ == "__main__":
    main()
