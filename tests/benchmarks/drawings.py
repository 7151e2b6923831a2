"""Test images played on the drawing pad by the mouse: are they taken for what they are taken for?

python tests/benchmarks/drawings.py saved/NAME/ID/model_best.pth --count 50
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import numpy as np
from drawing import play
from scratch import Scratch
from window import WIDE, Window, opened

from core.drawings.as_mnist import as_mnist
from core.images.pictures import Pictures
from core.predict import Predictor
from core.settings.file import PRESETS
from tui.screens.drawing import Drawing
from tui.widgets.guess_view import GuessView
from tui.widgets.pad_view import PadView


async def count_alike(checkpoint: Path, indices: list[int]) -> int:
    """How many of those test images are predicted alike, played and as they are."""
    pictures, predictor = Pictures.of_checkpoint(checkpoint), Predictor(checkpoint)
    alike = 0
    async with opened(Scratch(Path.cwd()), WIDE) as window:
        window.app.push_screen(Drawing(checkpoint, checkpoint.parents[2]))
        await window.until(lambda: window.app.screen.query(GuessView), "the pad")
        screen = window.app.screen
        view, shown = screen.query_one(PadView), screen.query_one(GuessView)
        for index in indices:
            ink = np.frombuffer(pictures.ink(index), np.uint8).reshape(28, 28)
            expected = int(np.argmax(predictor.probabilities(ink)))
            await play(window, pictures.ink(index))
            guess = int(np.argmax(await guess_of(window, shown, bytes(view.pad.ink))))
            alike += guess == expected
            if guess != expected:
                print(f"no. {index}: {expected} as it is, {guess} as drawn")
    return alike


async def guess_of(window: Window, shown: GuessView, drawn: bytes) -> tuple[float, ...]:
    """What the drawing is taken for, once it was looked at as it is now."""
    seen = as_mnist(np.frombuffer(drawn, np.uint8).reshape(28, 28)).tobytes()
    await window.until(lambda: shown.guess and shown.guess.picture == seen, "a guess")
    assert shown.guess is not None
    return shown.guess.probabilities[0]


def main() -> None:
    """Play and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    checkpoint = options.checkpoint.resolve()
    total = len(Pictures.of_checkpoint(checkpoint))
    indices = random.Random(options.seed).sample(range(total), options.count)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        os.chdir(folder)
        (Path(folder) / "config.json").write_text((PRESETS / "config.json").read_text())
        alike = asyncio.run(count_alike(checkpoint, indices))
    print(f"{alike} of {options.count} test images, seed {options.seed}, are predicted alike")


if __name__ == "__main__":
    main()
