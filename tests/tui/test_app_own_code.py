"""Code of one's own in the window: its arguments are rows, which file it is from is said, and
nothing of it runs until a run is started.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from own_code import DATA, OWN, write_project
from template_project import write_template_project
from window import USUAL, WIDE, opened

from tui.config import calls, fields
from tui.config.draft import Draft

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch

    from tui.config.fields import Field

HOSTILE = "[/x][@click=app.quit]\x1b[2J\r\n.py:Net"


@pytest.fixture
def project(scratch: Scratch) -> Path:
    """The scratch folder with code of its own; who runs it leaves a file `ran`."""
    write_project(scratch.path, scratch.path / "data")
    (scratch.path / "data.py").write_text(DATA)
    scratch.write_config(OWN)
    return scratch.path


def rows(draft: Draft) -> dict[str, Field]:
    return {item.dotted: item for section in fields.sections(draft) for item in section.fields}


def test_the_arguments_of_an_own_class_are_rows(project: Path, scratch: Scratch) -> None:
    draft = Draft.read(scratch.config_path)
    found = rows(draft)
    assert (found["arch.args.width"].shown, found["arch.args.width"].default) == ("4", 12)
    assert found["arch.args.num_classes"].default == 10
    assert found["arch.type"].help == "Net of model.py: code of your own"
    assert {"MnistModel", "model.py:Net"} <= set(found["arch.type"].choices)
    assert found["loss"].help == "squared of measures.py: code of your own"
    assert found["metrics"].help == "sure of measures: code of your own"
    assert "max val_sure" in found["trainer.monitor"].choices
    assert calls.call(draft, "arch") == "model.Net(width=4)"
    assert calls.call(draft, "loss") == "measures.squared(output, target)"
    assert not (project / "ran").exists()


def test_an_own_data_set_has_its_own_rows(scratch: Scratch, project: Path) -> None:
    loader = {"type": "data.py:Stripes", "args": {"batch_size": 8, "count": 20}}
    scratch.write_config({**OWN, "data_loader": loader, "trainer.monitor": "off"})
    draft = Draft.read(scratch.config_path)
    assert draft.problems() == []
    found = rows(draft)
    assert found["data_loader.args.count"].shown == "20"
    assert found["data_loader.args.noise"].default == 0.1
    assert not any(dotted.startswith("data_loader.augment") for dotted in found)
    assert {"MnistDataLoader", "data.py:Stripes", "data.py:Loader"} <= set(
        found["data_loader.type"].choices
    )
    draft.set(("data_loader", "type"), "data.py:Loader")
    assert draft.get(("data_loader", "args", "batch_size")) == 8
    assert not (project / "ran").exists()


def test_a_project_of_the_template_says_which_file_its_names_are_from(scratch: Scratch) -> None:
    write_template_project(scratch.path)
    draft = Draft.read(scratch.config_path)
    assert draft.problems() == []
    found = rows(draft)
    said = "MnistModel of model/model.py: code of your own"
    assert (found["arch.type"].shown, found["arch.type"].help) == ("MnistModel", said)
    assert found["arch.args.hidden"].default == 7
    assert "nll_loss of model/loss.py" in found["loss"].help
    assert "top_k_acc of model/metric.py" in found["metrics"].help
    assert "MnistDataLoader of data_loader/data_loaders.py" in found["data_loader.type"].help
    assert calls.call(draft, "arch") == "model.model.MnistModel()"
    assert '"model/model.py:MnistModel"' in draft.resolved.text
    assert '"model/model.py:MnistModel"' not in draft.text.text


async def test_the_window_shows_them_and_runs_nothing(project: Path, scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.go_to("arch.type")
        await window.until_shown("Net of model.py: code of your own")
        await window.change("arch.args.width", "wide")
        await window.until_shown("must be a whole number")
        await window.press("escape", "4", "5", "6")
        assert not (project / "ran").exists()


async def test_a_run_on_it_is_trained_and_its_log_says_the_file(
    project: Path, scratch: Scratch
) -> None:
    async with opened(scratch, WIDE, start=True) as window:
        await window.until(lambda: scratch.runs() and scratch.run().state().ended, "ended")
        assert scratch.run().state().status(live=False) == "completed"
        await window.press("3", "l")
        await window.until_shown("model.py:Net, measures.py:squared")
    assert (scratch.run().code_path / "ran").exists()
    assert not (project / "ran").exists()


@pytest.mark.parametrize(
    "name",
    [
        HOSTILE, "../../x.py:y", "n" * 300 + ":N", "🙂.py:🙂\x9b2J",
    ],
)  # fmt: skip
async def test_hostile_names_are_shown_and_lead_nowhere(
    name: str, project: Path, scratch: Scratch
) -> None:
    edits: dict[str, Any] = {
        "arch": {"type": name, "args": {}},
        "loss": name,
        "metrics": [name],
        "data_loader.type": name,
        "trainer.monitor": "off",
    }
    scratch.write_config(edits)
    before = everything(project)
    async with opened(scratch, USUAL) as window:
        await window.press("1")
        for _ in range(5):
            await window.press("n")
            assert not set("\x1b\r\x9b") & set(window.text())
        await window.press("1", "s", "4", "5", "6")
        assert window.app.is_running
    assert everything(project) == before
    assert not (project / "ran").exists()


def everything(folder: Path) -> list[str]:
    """Every file below a folder but what the window itself keeps."""
    return sorted(f"{parent}/{name}" for parent, _, names in os.walk(folder) for name in names)


async def test_a_run_directory_that_is_a_link_is_left_alone(
    project: Path, scratch: Scratch, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.json").write_text(json.dumps({"arch": {"type": "model.py:Net"}}))
    (outside / "model.py").write_text("open('ran', 'w')\nclass Net: ...\n")
    saved = scratch.path / scratch.saved / "name"
    saved.mkdir(parents=True)
    (saved / "20260101_000000").symlink_to(outside)
    async with opened(scratch, USUAL) as window:
        await window.press("4")
        await window.settle()
        assert window.app.is_running
    assert sorted(path.name for path in outside.iterdir()) == ["config.json", "model.py"]
