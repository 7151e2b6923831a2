"""Runs on code of one's own: trained, resumed, tested; and what of it never runs unasked."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from in_process import command
from own_code import write_project
from tiny_data import train_here

from core import anatomy, evaluate, probe
from core.building import build
from core.config import Config
from core.errors import MistakeError
from core.events import RunStarted
from core.own_code.copies import folder_of
from core.predict import Predictor
from core.processes import worker
from core.resuming import plan as resume
from core.runs import Run
from core.saved import finding
from core.settings import file as config_file
from tui import starting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, tiny_mnist: Path) -> Path:
    write_project(tmp_path / "project", tiny_mnist)
    return tmp_path / "project"


@pytest.fixture(scope="module")
def trained(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project that was trained for an epoch, in a state folder that still knows it."""
    folder = tmp_path_factory.mktemp("trained")
    write_project(folder, tiny_mnist)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        train_here(start(folder))
    yield folder


@pytest.fixture
def its(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The run of that project, whose code is known as one's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(trained / "state"))
    (run,) = finding.scan(trained / "saved" / "Mnist_LeNet")
    return run


def start(folder: Path, edits: dict[str, Any] | None = None) -> Run:
    """What `mnist-tui train` makes in that folder."""
    text = starting.edited(config_file.read_text(folder / "config.json"), edits or {})
    return starting.create(text, folder)


def test_a_run_trains_on_copies_and_says_which(its: Run, trained: Path) -> None:
    event = its.first_start()
    assert isinstance(event, RunStarted)
    assert list(event.code) == ["layers.py", "measures.py", "model.py"]
    assert (its.code_path / "model.py").read_bytes() == (trained / "model.py").read_bytes()
    assert (its.code_path / "ran").exists()
    assert not (trained / "ran").exists()
    row = its.state().history[0].metrics
    assert list(row) == ["loss", "accuracy", "sure", "val_loss", "val_accuracy", "val_sure"]
    assert 0 <= (row["val_sure"] or 0) <= 1
    assert json.loads((its.path / "model_best.pth.json").read_text())["metrics"] == row


def test_its_log_and_its_json_say_which_files(project: Path) -> None:
    run = start(project, {"trainer.epochs": 0})
    worker.work(run, {}, lambda _control: None)
    told = "own code: model.py:Net, measures.py:squared, measures:sure from layers.py ("
    assert told in run.log_path.read_text()
    assert command(project, "show", "latest", "--json")[0] == 0
    said = json.loads(command(project, "show", "latest", "--json")[1])
    assert list(said["code"]) == ["layers.py", "measures.py", "model.py"]


def test_it_goes_on_in_place_to_the_same_bits(project: Path) -> None:
    straight = start(project, {"trainer.epochs": 2})
    train_here(straight)
    run = start(project)
    train_here(run)
    (project / "measures.py").write_text("changed = True\n")
    plan = resume.plan(str(run.path), project / "saved", None, {"trainer.epochs": 2})
    assert plan.run == run
    again = train_here(plan.realize(), plan.changes)
    assert again.outcome == "completed"
    assert f"measures.py in {project} has changed since" in again.notices
    weights = [torch.load(r.path / "last.pth")["state_dict"] for r in (straight, run)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_it_is_tested_and_shown_digits(its: Run) -> None:
    results = evaluate.evaluate(its.path / "last.pth")
    assert {"loss", "accuracy", "sure"} <= results.keys()
    assert Predictor(its.path / "last.pth").num_classes == 10


def test_a_test_draws_nothing(its: Run) -> None:
    before = torch.get_rng_state()
    evaluate.evaluate(its.path / "last.pth")
    assert torch.equal(torch.get_rng_state(), before)


def test_edited_code_makes_a_new_run_that_names_its_parent(project: Path) -> None:
    run = start(project)
    train_here(run)
    (project / "layers.py").write_text("def flat(x):\n    return x.flatten(1).tanh()\n")
    given = config_file.read_text(project / "config.json")
    plan = resume.plan(str(run.path), project / "saved", given, {"trainer.epochs": 2}, project)
    assert plan.run is None
    made = plan.realize()
    assert made.parent() == run.path / "last.pth"
    assert b"tanh" in (made.code_path / "layers.py").read_bytes()
    assert train_here(made).outcome == "completed"


def test_two_runs_in_a_process_have_each_its_own_code(project: Path) -> None:
    first = train_here(start(project)).metrics[-1]
    (project / "layers.py").write_text("def flat(x):\n    return x.view(len(x), -1) * 0\n")
    second = train_here(start(project)).metrics[-1]
    assert first["loss"] != second["loss"]


def test_fine_tuning_takes_the_code_of_the_run(its: Run, trained: Path) -> None:
    plan = resume.fine_tuning(str(its.path), trained / "tuned", None, {"name": "tuned"})
    made = plan.realize()
    assert sorted(path.name for path in made.code_path.glob("*.py")) == [
        "layers.py", "measures.py", "model.py",
    ]  # fmt: skip
    assert train_here(made).outcome == "completed"
    assert made.fine_tunes()


def test_its_layers_are_shown_when_a_key_asks_and_not_before(its: Run) -> None:
    ran = its.code_path / "ran"
    ran.unlink(missing_ok=True)
    question = {"checkpoint": str(its.path / "last.pth"), "index": 0}
    with pytest.raises(MistakeError, match="showing this pane runs none of it: n does"):
        anatomy._answer(question)
    assert not ran.exists()
    answer = anatomy._answer({**question, "run_own_code": True})
    assert answer["num_parameters"] == 1554
    assert ran.exists()


# What is wrong with it


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("raise OSError('no\\nway')\n", "raised OSError: no way (model.py line 1)"),
        ("import sys; sys.exit(3)\n", "raised SystemExit: 3 (model.py line 1)"),
        ("import gone\n", "raised ModuleNotFoundError: No module named 'gone' (model.py line 1)"),
        ("class Net:\n  def __init__(self, width): ...\nNet = 3\n", None),
    ],
)
def test_a_file_that_fails_ends_the_run_in_a_sentence(
    source: str, sentence: str | None, project: Path
) -> None:
    body = (project / "model.py").read_text()
    end = "\n\nNet = 3\n" if sentence is None else ""
    (project / "model.py").write_text((source if sentence else "") + body + end)
    run = start(project)
    with pytest.raises(MistakeError) as caught:
        train_here(run)
    assert str(caught.value).startswith("arch.type: model.py")
    assert (sentence or "has no Net once it has run") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("replaced", "by", "sentence"),
    [
        (
            "dim=1)",
            "dim=1)[0]",
            "arch.type: model.py:Net gives a tensor of 10 for a tensor of 4×1×",
        ),
        ("dim=1)", "dim=1).tolist()", "arch.type: model.py:Net gives a list for a tensor of 4×1×"),
        ("dim=1)", "dim=1)[:, :7]", "arch.type: model.py:Net tells 7 classes apart, and the data"),
        ("width * 36", "width * 35", "arch.type: model.py:Net raised RuntimeError: "),
        ("super().__init__()", "pass", "arch.args: model.py:Net raised AttributeError"),
        ("5, stride", "50, stride", "arch.type: model.py:Net raised RuntimeError"),
        ("class Net(nn.Module)", "Net = None\nclass _N(nn.Module)", None),
        ("class Net(nn.Module)", "def Net(width): return 3\nclass _N(nn.Module)", "makes a int"),
        (
            "class Net(nn.Module)",
            "def Net(width): return nn.ReLU()\nclass _N(nn.Module)",
            "no para",
        ),
    ],
)
def test_a_network_of_no_use_ends_the_run_in_a_sentence(
    replaced: str, by: str, sentence: str | None, project: Path
) -> None:
    source = (project / "model.py").read_text()
    assert replaced in source
    (project / "model.py").write_text(source.replace(replaced, by))
    with pytest.raises(MistakeError) as caught:
        train_here(start(project))
    assert (sentence or "there is no Net in") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        (
            {"loss": "measures.py:fails"},
            "loss: measures.py:fails raised ZeroDivisionError: division by zero (measures.py line ",
        ),
        ({"loss": "measures.py:many"}, "loss: measures.py:many gives a tensor of 4×10: let it"),
        (
            {"loss": "measures.py:sure"},
            "loss: measures.py:sure gives a float: let it give a tensor",
        ),
        ({"loss": "measures.py:constant"}, "loss: does not depend on the network's output"),
        (
            {"metrics": ["measures.py:fails"], "trainer.monitor": "off"},
            "metrics: measures.py:fails raised ZeroDivisionError",
        ),
        (
            {"metrics": ["measures.py:many"], "trainer.monitor": "off"},
            "metrics: measures.py:many gives a tensor of 4×10: let it give one number",
        ),
    ],
)
def test_a_measure_of_no_use_ends_the_run_in_a_sentence(
    edits: dict[str, Any], sentence: str, project: Path
) -> None:
    run = start(project, edits)
    ended = worker.work(run, {}, lambda _control: None)
    assert ended.outcome == "failed"
    assert ended.reason.startswith(sentence)
    assert "\n" not in ended.reason
    assert "Traceback" not in run.log_path.read_text()


def test_a_loss_that_fails_later_says_its_line(project: Path) -> None:
    (project / "measures.py").write_text(
        (project / "measures.py").read_text() + "\n\ncalls = []\n\n\ndef later(output, target):\n"
        "    calls.append(1)\n    assert len(calls) < 5, 'enough'\n    return output.mean()\n"
    )
    ended = worker.work(start(project, {"loss": "measures.py:later"}), {}, lambda _control: None)
    assert ended.reason.startswith("loss: measures.py:later raised AssertionError: enough (")


def test_a_mistake_that_is_known_before_leaves_no_run_and_no_traceback(project: Path) -> None:
    code, out, err = command(project, "train", "--set", "arch.type=os:system", "--plain")
    assert (code, out) == (2, "")
    assert "arch.type: there is no os.py in" in err
    assert "Traceback" not in err
    assert not (project / "saved").exists()


# What never runs unasked


def test_reading_commands_run_nothing(project: Path) -> None:
    run = start(project)
    train_here(run)
    (run.code_path / "ran").unlink()
    for arguments in (
        ["runs"],
        ["runs", "--json"],
        ["show", "latest"],
        ["show", "latest", "--json"],
    ):
        assert command(project, *arguments)[0] == 0
    assert not (run.code_path / "ran").exists()
    assert not (project / "ran").exists()
    assert command(project, "test", "-r", "latest")[0] == 0
    assert (run.code_path / "ran").exists()


def test_planning_a_resume_runs_nothing(its: Run, trained: Path) -> None:
    ran = its.code_path / "ran"
    ran.unlink(missing_ok=True)
    resume.plan(str(its.path), trained / "saved", None, {"trainer.epochs": 9})
    assert not ran.exists()


def test_a_run_from_elsewhere_is_looked_at_and_never_run(
    its: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = Run(tmp_path / "saved" / "tiny" / "20260101_000000")
    shutil.copytree(its.path, theirs.path)
    (theirs.code_path / "ran").unlink(missing_ok=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another person"))
    with pytest.raises(MistakeError, match="code that you never started a run on"):
        evaluate.evaluate(theirs.path / "last.pth")
    with pytest.raises(MistakeError, match="code that you never started a run on"):
        resume.plan(str(theirs.path), tmp_path / "saved", None, {"trainer.epochs": 9})
    with pytest.raises(MistakeError, match="code that you never started a run on"):
        resume.fine_tuning(str(theirs.path), tmp_path / "saved", None, {})
    with pytest.raises(MistakeError, match="code that you never started a run on"):
        train_here(theirs)
    assert not (theirs.code_path / "ran").exists()
    # Who has read it can say so, by the run's own config.
    results = evaluate.evaluate(theirs.path / "last.pth", beside=folder_of(theirs.config_path))
    assert results["num_samples"] == 200


def test_code_that_was_changed_in_a_run_is_not_run(its: Run, tmp_path: Path) -> None:
    mine = Run(tmp_path / "tiny" / "20260101_000000")
    shutil.copytree(its.path, mine.path)
    evaluate.evaluate(mine.path / "last.pth")  # a copy is as good as the run
    with (mine.code_path / "layers.py").open("a") as file:
        file.write("\nraise RuntimeError('it ran')\n")
    with pytest.raises(MistakeError, match="or that was changed since, so it was not run"):
        evaluate.evaluate(mine.path / "last.pth")


def test_a_checkpoint_alone_runs_nothing_until_its_code_is_given(
    its: Run, trained: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "last.pth"
    shutil.copy(its.path / "last.pth", alone)
    shutil.copy(trained / "model.py", tmp_path / "model.py")  # not what it is asked to run
    with pytest.raises(
        MistakeError, match=r"holds no code of a run, and its config names model\.py"
    ):
        evaluate.evaluate(alone)
    assert not (tmp_path / "ran").exists()
    code, out, _ = command(trained, "test", "-r", str(alone), "-c", "config.json", "--json")
    assert code == 0
    assert json.loads(out)["num_samples"] == 200


def test_a_config_that_is_only_looked_at_makes_no_network(project: Path) -> None:
    text = (project / "config.json").read_text()
    config = Config.parse(json.loads(text))
    for make in (build.model, build.empty_model):
        with pytest.raises(MistakeError, match="runs only when a run is started"):
            make(config.arch)
    with pytest.raises(MistakeError, match="runs only when a run is started"):
        probe.speed(Run(project / "probe"), text, "cpu")
    assert not (project / "ran").exists()


def test_nothing_outside_the_save_folder_is_written(project: Path, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "saved" not in path.parts}
    for name in (
        "../../x.py:y",
        "os:system",
        "__main__:x",
        "m\n.py:N",
        "🙂.py:N",
        "n" * 300 + ":N",
    ):
        with pytest.raises(MistakeError):
            start(project, {"arch.type": name})
    train_here(start(project))
    assert {path for path in tmp_path.rglob("*") if "saved" not in path.parts} == before


def test_a_state_folder_that_cannot_be_written_is_said_before_there_is_a_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(MistakeError, match="set XDG_STATE_HOME"):
        start(project)
    assert not (project / "saved").exists()


def test_modules_of_the_folder_are_seen_by_its_own_files_alone(project: Path) -> None:
    (project / "random.py").write_text("raise RuntimeError('random of the project')\n")
    (project / "core").mkdir()
    (project / "core" / "json.py").write_text("least = 0.3\n")
    source = (project / "measures.py").read_text()
    later = "\n\ndef late(output, target):\n    import core.json as found\n    return found.least\n"
    (project / "measures.py").write_text(
        f"from core.json import least\nimport core\n{source}{later}"
    )
    run = start(project, {"metrics": ["measures.py:late"], "trainer.monitor": "off"})
    row = train_here(run).metrics[-1]
    assert row["late"] == pytest.approx(0.3)
    names = {path.name for path in run.code_path.iterdir()}
    assert names == {"core", "layers.py", "measures.py", "model.py", "ran"}


def test_two_runs_on_the_same_files_share_no_module(project: Path) -> None:
    source = (project / "measures.py").read_text()
    more = "\n\ncalls = []\n\n\ndef count(output, target):\n    calls.append(1)\n"
    more += "    return len(calls)\n"
    (project / "measures.py").write_text(source + more)
    edits = {"metrics": ["measures.py:count"], "trainer.monitor": "off"}
    counts = [train_here(start(project, edits)).metrics[-1]["count"] for _ in range(2)]
    assert counts[0] == counts[1]
