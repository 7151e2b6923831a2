"""Data sets and loaders of one's own: trained on, resumed, tested, and what is wrong with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from own_code import DATA, write_project
from tiny_data import train_here

from core import evaluate
from core.checking import check
from core.errors import MistakeError
from core.events import RunStarted
from core.images.pictures import Pictures
from core.predict import Predictor
from core.resuming import plan as resume
from core.settings import file as config_file
from tui import starting

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

STRIPES: dict[str, Any] = {
    "type": "data.py:Stripes",
    "args": {"batch_size": 8, "validation_split": 0.25, "count": 40},
}
HOLLOW = """

class Hollow(DataLoader):
    def __init__(self, batch_size, training=True):
        super().__init__(Stripes(8), batch_size, collate_fn=lambda _: (torch.zeros(0, 1, 28, 28),
                         torch.zeros(0, dtype=torch.long)))
"""
LOADER: dict[str, Any] = {"type": "data:Loader", "args": {"batch_size": 8}}


@pytest.fixture
def project(tmp_path: Path, tiny_mnist: Path) -> Path:
    folder = tmp_path / "project"
    write_project(folder, tiny_mnist, {"data_loader": STRIPES})
    (folder / "data.py").write_text(DATA)
    return folder


def start(folder: Path, edits: dict[str, Any] | None = None) -> Run:
    text = starting.edited(config_file.read_text(folder / "config.json"), edits or {})
    return starting.create(text, folder)


def sentence(folder: Path, edits: dict[str, Any]) -> str:
    """What a run on the edited config ends with before its first step."""
    with pytest.raises(MistakeError) as caught:
        train_here(start(folder, edits))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def weights(run: Run) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(run.path / "last.pth")["state_dict"]
    return found


def test_a_data_set_is_cut_into_batches(project: Path) -> None:
    run = start(project)
    trained = train_here(run)
    (started,) = trained.all(RunStarted)
    assert (started.num_train, started.num_validation, started.num_steps) == (30, 10, 4)
    assert started.classes == ["across", "down"]
    assert list(started.code) == ["data.py", "layers.py", "measures.py", "model.py"]
    assert trained.metrics[-1]["val_accuracy"] is not None
    results = evaluate.evaluate(run.path / "last.pth")
    assert results["num_samples"] == 10
    assert sum(map(sum, results["confusion"])) == 10


@pytest.mark.parametrize("stop_at", [2, 5])
def test_a_data_set_that_draws_from_torch_is_resumed_to_the_same_bits(
    stop_at: int, project: Path
) -> None:
    straight = start(project, {"trainer.epochs": 2})
    train_here(straight)
    run = start(project, {"trainer.epochs": 2})
    train_here(run, stop_at=stop_at)
    again = train_here(resume.plan(str(run.path), project / "saved", None, {}).realize())
    assert again.outcome == "completed"
    one, other = weights(straight), weights(run)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_loader_is_iterated_as_it_is_and_exact_at_the_end_of_an_epoch(project: Path) -> None:
    edits: dict[str, Any] = {"data_loader": LOADER, "trainer.monitor": "off"}
    straight = start(project, {**edits, "trainer.epochs": 2})
    trained = train_here(straight)
    (started,) = trained.all(RunStarted)
    assert (started.num_train, started.num_validation, started.num_steps) == (40, 0, 5)
    run = start(project, edits)
    train_here(run)
    plan = resume.plan(str(run.path), project / "saved", None, {"trainer.epochs": 2})
    again = train_here(plan.realize(), plan.changes)
    assert "drawn anew" not in again.notices
    one, other = weights(straight), weights(run)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert evaluate.evaluate(run.path / "last.pth")["num_samples"] == 10


def test_a_loader_that_was_left_in_an_epoch_says_that_the_rest_is_drawn_anew(
    project: Path,
) -> None:
    run = start(project, {"data_loader": LOADER, "trainer.monitor": "off"})
    train_here(run, stop_at=2)
    again = train_here(resume.plan(str(run.path), project / "saved", None, {}).realize())
    assert (
        "data:Loader goes on exactly at the end of an epoch alone: what is left of epoch 1 is "
        "drawn anew" in again.notices
    )
    assert again.outcome == "completed"
    assert run.state().step == 5


def test_a_loader_brings_its_validation_and_may_be_longer_than_it_is(project: Path) -> None:
    loader = {**LOADER, "args": {"batch_size": 8, "validation_split": 0.2}}
    trained = train_here(start(project, {"data_loader": loader, "trainer.len_epoch": 12}))
    (started,) = trained.all(RunStarted)
    assert (started.num_steps, started.num_validation) == (12, 8)
    assert trained.metrics[-1]["val_loss"] is not None


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (
            {"type": "data.py:Plain", "args": {"batch_size": 8}},
            "data_loader.args.size: data.py:Plain needs it: add it",
        ),
        (
            {"args": {"batch_size": 8, "cuont": 3}},
            "data_loader.args.cuont: data.py:Stripes has no such argument: remove it",
        ),
        (
            {"args": {"batch_size": 8, "count": "many"}},
            'data_loader.args.count: must be a whole number, not "many"',
        ),
        ({"args": {"count": 8}}, "data_loader.args.batch_size: is missing: add it"),
        (
            {"args": {"batch_size": 0}},
            "data_loader.args.batch_size: must be 1 or more, not 0",
        ),
        (
            {"augment": {"shift": 2}},
            "data_loader.augment: changes our own pictures alone: leave it out, and change them "
            "in data.py:Stripes",
        ),
        (
            {"type": "measures.py:Loss", "args": {"batch_size": 8}},
            "data_loader.type: measures.py:Loss is no data set: give it __len__ and __getitem__, "
            "or let it inherit from torch.utils.data.DataLoader",
        ),
        ({"type": "os:listdir"}, "data_loader.type: there is no os.py in {folder}: own code is "),
    ],
)
def test_what_is_wrong_is_known_before_anything_runs(
    edits: dict[str, Any], said: str, project: Path
) -> None:
    value = json.loads((project / "config.json").read_text())
    value["data_loader"] |= edits
    value["trainer"]["monitor"] = "off"
    found = [str(item) for item in check.problems_of(value, project)]
    assert len(found) == 1
    assert found[0].startswith(said.format(folder=project))


@pytest.mark.parametrize(
    ("loader", "said"),
    [
        ("Odd", "data_loader.type: data.py:Odd gives a dict: let it give pairs of an image"),
        ("Bare", "data_loader.type: data.py:Bare gives torch.uint8 as images: let it give"),
        (
            "Failing",
            "data_loader.type: data.py:Failing raised KeyError: 'gone' (data.py line ",
        ),
    ],
)
def test_data_of_no_use_ends_the_run_in_a_sentence(loader: str, said: str, project: Path) -> None:
    block = {"type": f"data.py:{loader}", "args": {"batch_size": 8, "size": 1}}
    edits = {"data_loader": block, "trainer.monitor": "off"}
    assert sentence(project, edits).startswith(said)


def test_a_split_that_leaves_nothing_is_said(project: Path) -> None:
    said = sentence(project, {"data_loader.args.validation_split": 40})
    assert said == (
        "data_loader.args.validation_split: 40 validation images leave none of 40 to train on: "
        "give less"
    )
    assert "of 40 images is none" in sentence(project, {"data_loader.args.validation_split": 0.001})


def test_a_data_set_without_images_is_said_to_its_own_field(project: Path) -> None:
    said = sentence(project, {"data_loader.args.count": 0})
    assert said == "data_loader.type: data.py:Stripes has no images: give it some data"


def test_a_batch_without_images_is_of_no_use(project: Path) -> None:
    with (project / "data.py").open("a") as file:
        file.write(HOLLOW)
    edits = {"data_loader": {"type": "data.py:Hollow", "args": {"batch_size": 8}}}
    said = sentence(project, {**edits, "trainer.monitor": "off"})
    assert said.startswith("data_loader.type: data.py:Hollow gives a batch without images: let it")


def test_what_only_its_own_code_knows_is_said(project: Path) -> None:
    edits = {"trainer.monitor": "off"}
    plain = {"type": "data.py:Plain", "args": {"batch_size": 8, "size": 1}}
    run = start(project, {**edits, "data_loader": plain})
    train_here(run)
    with pytest.raises(MistakeError, match="has no argument training, so there are no test images"):
        evaluate.evaluate(run.path / "last.pth")
    with pytest.raises(MistakeError, match="are known to its own code alone"):
        Predictor(run.path / "last.pth")
    with pytest.raises(MistakeError, match="are known to its own code alone"):
        Pictures.of_checkpoint(run.path / "last.pth")
