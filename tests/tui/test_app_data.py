"""Another data set, from the Config pane to the page of its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tiny_data import write_cut
from window import USUAL, opened

from core.images.data_sets import FASHION_MNIST
from tui.config import fields
from tui.config.draft import Draft

if TYPE_CHECKING:
    from scratch import Scratch


def test_the_form_offers_the_data_sets_there_are(scratch: Scratch) -> None:
    draft = Draft.read(scratch.config_path)
    rows = {item.dotted: item for section in fields.sections(draft) for item in section.fields}
    assert rows["data_loader.type"].choices == ("MnistDataLoader", "FashionMnistDataLoader")


@pytest.mark.skipif(
    not FASHION_MNIST.spare.is_dir(),
    reason=f"{FASHION_MNIST.spare} is not here: apt-get install {FASHION_MNIST.package}",
)
async def test_fashion_is_chosen_trained_and_tested_by_keys(scratch: Scratch) -> None:
    raw = FASHION_MNIST.raw_folder(scratch.path / "clothes")
    raw.mkdir(parents=True)
    for training, number in ((True, 150), (False, 200)):
        write_cut(FASHION_MNIST.find(raw, training=training), raw, number)
    scratch.write_config({"data_loader.args.data_dir": "clothes", "trainer.epochs": 1})
    async with opened(scratch, USUAL) as window:
        await window.go_to("data_loader.type")
        await window.press("enter", "down", "enter")
        assert window.app.draft.get(("data_loader", "type")) == "FashionMnistDataLoader"
        await window.press("s")
        await window.until_shown("✓ finished")
        await window.press("t")
        await window.until_page()
        text = window.text()
        assert "0 T-shirt/top" in text
        assert "of 200 wrong" in text
        lines = [line for line in text.splitlines() if "Ankle boot" in line]
        assert lines[0].rstrip(" │▁▂▃▄▅▆▇█").endswith("%")
