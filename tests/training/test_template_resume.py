"""Going on from pytorch-template's checkpoints, and beginning anew with their weights."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from template_run import Logger, copy_template_run, save_like_the_template, template_content
from tiny_data import NUM_TEST, tiny_config, tiny_run, train_here

from core import evaluate
from core.checkpoint import CheckpointError
from core.errors import MistakeError
from core.events import EpochEnded, RunStarted
from core.resuming import plan as resume
from core.settings.file import parse_path
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from core.resuming.plan import Plan
    from core.runs import Run

STEPS = 2
"""In an epoch of the real run's config on the tiny data: 135 images in batches of 128."""


@pytest.fixture
def real(tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The real run, a copy, in the folder one is in; its `data/` is the tiny one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(tiny_mnist)
    return copy_template_run(tmp_path / "saved")


def edited(value: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    text = JsonText(json.dumps(value))
    for path, item in edits.items():
        text = text.set(parse_path(path), item)
    changed: dict[str, Any] = text.value
    return changed


def like_theirs(
    folder: Path,
    data_dir: Path,
    edits: dict[str, Any] | None = None,
    *,
    sibling: dict[str, Any] | None = None,
    history: list[float] | None = None,
    **content: Any,
) -> Path:
    """A checkpoint of epoch 3 as the template writes it, with its config.json and its log.

    `history` is the val_loss of each epoch in the log.
    """
    config = tiny_config(data_dir, folder / "saved", {"trainer.epochs": 4, **(edits or {})}).value
    run = folder / "saved" / "models" / "Mnist_LeNet" / "0302_100000"
    log = folder / "saved" / "log" / "Mnist_LeNet" / "0302_100000" / "info.log"
    run.mkdir(parents=True)
    (run / "config.json").write_text(json.dumps(sibling or config))
    if history is not None:
        log.parent.mkdir(parents=True)
        lines = [
            f"2020-03-02 10:0{epoch}:00,000 - trainer - INFO -     {name:15s}: {value}\n"
            for epoch, loss in enumerate(history, 1)
            for name, value in {"epoch": epoch, "loss": loss, "val_loss": loss}.items()
        ]
        log.write_text("".join(lines))
    return save_like_the_template(
        run / "checkpoint-epoch3.pth", template_content(config, **content)
    )


def plan(path: Path, given: dict[str, Any] | None = None, **edits: Any) -> Plan:
    dotted = {key.replace("__", "."): value for key, value in edits.items()}
    text = JsonText(json.dumps(given)) if given else None
    return resume.plan(str(path), Path("saved"), text, dotted)


def fine_tuning(path: Path, given: dict[str, Any] | None = None, **edits: Any) -> Plan:
    dotted = {key.replace("__", "."): value for key, value in edits.items()}
    text = JsonText(json.dumps(given)) if given else None
    return resume.fine_tuning(str(path), Path("saved"), text, dotted)


def rates(run: Run) -> list[float | None]:
    return [row.lr for row in run.state().history if not row.inherited]


# The real run


def test_the_real_run_is_tested(real: Run) -> None:
    results = evaluate.evaluate(real.path / "model_best.pth")
    assert results["num_samples"] == NUM_TEST
    assert results["accuracy"] > 0.95


def test_a_file_that_nobody_may_write_to_gets_no_neighbour(real: Run) -> None:
    file = real.path / "model_best.pth"
    file.chmod(0o444)
    before = sorted(real.path.iterdir())
    evaluate.evaluate(file)
    assert sorted(real.path.iterdir()) == before


def test_the_real_run_goes_on_to_epoch_4_with_its_history(real: Run) -> None:
    with pytest.raises(MistakeError, match=r"^finished 3 of 3 epochs: give --epochs N$"):
        plan(real.path)
    before = sorted(real.path.iterdir())
    planned = plan(real.path, trainer__epochs=4)
    assert planned.run is None
    assert planned.checkpoint == real.path / "checkpoint-epoch3.pth"
    child = planned.realize()
    trained = train_here(child)
    assert trained.outcome == "completed", trained.reason
    started = trained.all(RunStarted)[0]
    assert (started.epoch, started.step, started.epochs) == (3, 3 * STEPS, 4)
    assert started.parent == str(planned.checkpoint)
    rows = child.state().history
    assert [(row.epoch, row.inherited) for row in rows] == [
        (1, True), (2, True), (3, True), (4, False)
    ]  # fmt: skip
    assert [row.metrics for row in rows[:3]] == [row.metrics for row in real.state().history]
    assert rows[3].metrics["val_accuracy"] > 0.9  # type: ignore[operator]
    assert rates(child) == [0.001]
    assert "keeps no exact position: the draws will be others" in trained.notices
    content = torch.load(child.path / "last.pth", weights_only=True)
    assert [row["epoch"] for row in content["mnist_tui"]["history"]] == [1, 2, 3, 4]
    assert sorted(real.path.iterdir()) == before


def test_a_child_of_the_real_run_goes_on_as_any_run_of_ours(real: Run) -> None:
    child = plan(real.path, trainer__epochs=4).realize()
    train_here(child)
    again = plan(child.path, trainer__epochs=5)
    assert again.run == child
    trained = train_here(child, again.changes)
    assert [row.epoch for row in child.state().history] == [1, 2, 3, 4, 5]
    assert trained.all(EpochEnded)[-1].epoch == 5


def test_another_rate_takes_effect_at_once(real: Run) -> None:
    child = plan(real.path, trainer__epochs=4, optimizer__args__lr=0.0002).realize()
    trained = train_here(child)
    assert rates(child) == [pytest.approx(0.0002)]
    assert "the learning rate goes on at 0.2 times the former one" in trained.notices
    content = torch.load(child.path / "last.pth", weights_only=True)
    assert content["optimizer"]["param_groups"][0]["initial_lr"] == pytest.approx(0.0002)
    assert content["optimizer"]["state"][0]["step"] == 3 * 422 + STEPS


# What its files leave out


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"type": "StepLR", "args": {"step_size": 2, "gamma": 0.1}}, [0.0001, 0.00001]),
        ({"type": "StepLR", "args": {"step_size": 50, "gamma": 0.1}}, [0.001, 0.001]),
        ({"type": "MultiStepLR", "args": {"milestones": [1, 4], "gamma": 0.1}}, [1e-4, 1e-5]),
        ({"type": "ExponentialLR", "args": {"gamma": 0.5}}, [0.001 / 8, 0.001 / 16]),
        (
            {"type": "CosineAnnealingLR", "args": {"T_max": 6}},
            [0.0005, 0.001 * (1 + math.cos(math.pi * 4 / 6)) / 2],
        ),
        ({"type": "OneCycleLR", "args": {"max_lr": 0.01, "total_steps": 6}}, None),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_a_schedule_stands_where_it_would_without_the_break(
    schedule: dict[str, Any], expected: list[float] | None, tiny_mnist: Path, tmp_path: Path
) -> None:
    edits = {"lr_scheduler": schedule, "trainer.epochs": 5}
    child = plan(like_theirs(tmp_path, tiny_mnist, edits)).realize()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns of schedules that step before the optimizer
        trained = train_here(child)
    assert trained.outcome == "completed"
    if expected is None:
        straight = tiny_run(tiny_mnist, tmp_path / "straight", edits)
        train_here(straight)
        expected = [row.lr or 0 for row in straight.state().history][3:]
    assert rates(child) == pytest.approx(expected)
    assert "schedule" not in trained.notices


def test_a_schedule_that_the_template_began_anew_is_put_right(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    edits = {"lr_scheduler": {"type": "StepLR", "args": {"step_size": 2, "gamma": 0.1}}}
    path = like_theirs(tmp_path, tiny_mnist, edits)
    config = tiny_config(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4, **edits}).value
    wrong = template_content(config, epoch=1)  # its schedule went one step instead of three
    save_like_the_template(path, {**wrong, "epoch": 3})
    child = plan(path).realize()
    trained = train_here(child)
    assert "stood at learning rate 0.001, its schedule stands at 0.0001 after epoch 3" in (
        trained.notices
    )
    assert rates(child) == [pytest.approx(0.0001)]


def test_a_rate_that_the_template_ignored_is_said(tiny_mnist: Path, tmp_path: Path) -> None:
    """Resumed there with --lr 0.02 its config claims it, and it was trained at 0.001."""
    path = like_theirs(tmp_path, tiny_mnist)
    claimed = tiny_config(
        tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4, "optimizer.args.lr": 0.02}
    ).value
    (path.parent / "config.json").write_text(json.dumps(claimed))
    config = tiny_config(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4}).value
    content = template_content(config)
    content["config"]._config = claimed
    save_like_the_template(path, content)
    child = plan(path).realize()
    assert "was trained at learning rate 0.001, not at the 0.02 of its" in train_here(child).notices
    assert rates(child) == [pytest.approx(0.001)]
    child = plan(path, optimizer__args__lr=0.005).realize()
    train_here(child)
    assert rates(child) == [pytest.approx(0.005)]


@pytest.mark.parametrize(
    ("saved", "history", "bad_epochs", "best"),
    [
        (0.25, [0.5, 0.25, 0.75], 1, 0.25),
        (0.25, [0.25, 0.5, 0.75], 2, 0.25),
        (0.25, None, 0, 0.25),
        (0.125, [0.5, 0.25, 0.75], 3, 0.125),  # the template was resumed: its log begins later
        (0, [0.5, 0.25, 0.75], 1, 0.25),  # 0 because nothing was watched
        (0, None, 0, math.inf),
        (math.inf, None, 0, math.inf),
        ("x", [0.5, 0.25, 0.75], 1, 0.25),
    ],
)
def test_the_best_and_the_patience_are_carried_on(
    saved: Any,
    history: list[float] | None,
    bad_epochs: int,
    best: float,
    tiny_mnist: Path,
    tmp_path: Path,
) -> None:
    # A rate of 0 keeps the loss far above what was best.
    edits = {"optimizer.args.lr": 0.0, "trainer.early_stop": 100}
    path = like_theirs(tmp_path, tiny_mnist, edits, history=history, monitor_best=saved)
    child = plan(path).realize()
    trained = train_here(child)
    last = trained.all(EpochEnded)[-1]
    found = torch.load(child.path / "last.pth", weights_only=True)["mnist_tui"]["judge"]
    if best == math.inf:
        assert (last.best, last.num_bad_epochs) == (True, 0)
    else:
        assert (last.best, last.num_bad_epochs) == (False, bad_epochs + 1)
        assert found["best"] == best
    assert ("no log says when val_loss was best" in trained.notices) is (history is None)


def test_monitoring_that_begins_now_looks_at_the_history(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"trainer.monitor": "off", "optimizer.args.lr": 0.0}
    path = like_theirs(
        tmp_path, tiny_mnist, edits, history=[0.5, 0.25, 0.75], monitor_best=0
    )  # fmt: skip
    planned = plan(path, trainer__monitor="min val_loss", trainer__early_stop=1)
    trained = train_here(planned.realize())
    assert trained.all(EpochEnded)[-1].num_bad_epochs == 2
    assert trained.reason == "val_loss has not improved for 2 epochs"


def test_the_history_of_2018_is_in_the_file(tiny_mnist: Path, tmp_path: Path) -> None:
    entries = {at: {"epoch": at, "loss": 1 / at, "val_loss": 2 / at} for at in (1, 2, 3)}
    path = like_theirs(tmp_path, tiny_mnist, logger=Logger(entries))
    child = plan(path).realize()
    train_here(child)
    history = child.state().history
    assert [row.metrics["loss"] for row in history[:3]] == [1, 0.5, 1 / 3]
    assert len(history) == 4


def test_the_optimizers_of_old_count_their_steps_in_whole_numbers(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    path = like_theirs(tmp_path, tiny_mnist)
    config = tiny_config(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4}).value
    content = template_content(config)
    for state in content["optimizer"]["state"].values():
        state["step"] = int(state["step"])
    (group,) = content["optimizer"]["param_groups"]
    for name in ("maximize", "foreach", "capturable", "differentiable", "fused"):
        group.pop(name, None)
    save_like_the_template(path, content)
    child = plan(path).realize()
    trained = train_here(child)
    assert trained.outcome == "completed", trained.reason
    found = torch.load(child.path / "last.pth", weights_only=True)["optimizer"]
    assert found["state"][0]["step"] == 3 + 9


def test_an_optimizer_of_another_size_is_refused(tiny_mnist: Path, tmp_path: Path) -> None:
    """torch's fused update would read on past the end of it."""
    path = like_theirs(tmp_path, tiny_mnist)
    config = tiny_config(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4}).value
    content = template_content(config)
    content["optimizer"]["state"][4]["exp_avg"] = torch.zeros(3)
    save_like_the_template(path, content)
    child = plan(path).realize()
    with pytest.raises(CheckpointError, match=r"its optimizer does not fit: exp_avg is \(3,\) "):
        train_here(child)


# Its config


def test_without_its_config_json_the_one_in_the_file_counts(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    path = like_theirs(tmp_path, tiny_mnist)
    config = json.loads((path.parent / "config.json").read_text())
    (path.parent / "config.json").unlink()
    planned = plan(path)
    assert planned.text.value == config
    assert f"{path.parent} has no config.json: taking the one in {path.name}" in planned.notices


def test_a_config_json_that_differs_counts_and_is_said(tiny_mnist: Path, tmp_path: Path) -> None:
    config = tiny_config(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4}).value
    sibling = edited(config, {"data_loader.args.batch_size": 32})
    planned = plan(like_theirs(tmp_path, tiny_mnist, sibling=sibling))
    assert planned.text.value == sibling
    (notice,) = planned.notices
    assert "differ in data_loader.args.batch_size: the file counts" in notice


def test_the_config_of_2018_is_read_as_todays(tiny_mnist: Path, tmp_path: Path) -> None:
    config = tiny_config(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 4}).value
    old = edited(config, {"metrics": ["my_metric", "my_metric2"]})
    trainer = old["trainer"]
    trainer["save_freq"] = trainer.pop("save_period")
    trainer["monitor"], trainer["monitor_mode"] = "val_loss", "min"
    del trainer["tensorboard"], trainer["early_stop"]
    args = old["data_loader"]["args"]
    args["n_cpu"] = args.pop("num_workers")
    old["visualization"] = {"tensorboardX": False, "log_dir": "saved/runs"}
    path = like_theirs(tmp_path, tiny_mnist, sibling=old)
    content = {**template_content(config), "config": old}
    save_like_the_template(path, content, legacy=True)
    assert evaluate.evaluate(path)["num_samples"] == NUM_TEST
    planned = plan(path, optimizer__args__lr=0.002)
    child = planned.realize()
    trained = train_here(child)
    assert trained.outcome == "completed", trained.reason
    assert [*trained.metrics[-1]][:3] == ["loss", "accuracy", "top_k_acc"]
    assert child.state().monitor == ("min", "val_loss")


@pytest.mark.parametrize("of", [plan, fine_tuning], ids=["resume", "fine-tune"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"arch": {"type": "NormalizedCnn", "args": {}}},
            r"^arch\.type: .*\.pth holds the weights of MnistModel, not of NormalizedCnn: ",
        ),
        (
            {"arch": {"type": "MnistModel", "args": {"num_classes": 12}}},
            r"its weights do not fit MnistModel: size mismatch for fc2\.weight",
        ),
    ],
    ids=["another network", "another width"],
)
def test_another_network_is_refused_before_there_is_a_directory(
    given: dict[str, Any], expected: str, of: Any, real: Run
) -> None:
    before = sorted(Path("saved").rglob("*"))
    with pytest.raises(MistakeError, match=expected) as caught:
        of(real.path, given, trainer__epochs=4)
    assert "\n" not in str(caught.value)
    assert sorted(Path("saved").rglob("*")) == before


def test_a_network_of_somebodys_own_is_one_sentence(real: Run) -> None:
    value = edited(real.config(), {"arch.type": "TheirOwnNet", "trainer.epochs": 4})
    real.config_path.write_text(json.dumps(value))
    with pytest.raises(MistakeError, match="TheirOwnNet"):
        plan(real.path)


# Fine-tuning


def test_fine_tuning_takes_the_weights_and_begins_at_epoch_1(real: Run) -> None:
    planned = fine_tuning(real.path / "model_best.pth", optimizer__args__lr=0.0001)
    child = planned.realize()
    assert child.fine_tunes()
    assert child.parent() == real.path / "model_best.pth"
    trained = train_here(child)
    assert trained.outcome == "completed", trained.reason
    started = trained.all(RunStarted)[0]
    assert (started.epoch, started.step, started.epochs) == (0, 0, 3)
    assert started.parent == str(real.path / "model_best.pth")
    assert "begins with the weights of" in trained.notices
    assert rates(child) == [0.0001] * 3
    assert [row.epoch for row in child.state().history] == [1, 2, 3]
    first = trained.metrics[0]["val_accuracy"]
    assert first is not None
    assert first > 0.9
    content = torch.load(child.path / "checkpoint-epoch1.pth", weights_only=True)
    assert content["optimizer"]["state"][0]["step"] == STEPS


def test_a_fine_tuned_run_goes_on_from_its_own_checkpoints(real: Run) -> None:
    child = fine_tuning(real.path, trainer__epochs=1).realize()
    train_here(child)
    trained = train_here(child, {"trainer.epochs": 2})
    assert trained.all(RunStarted)[0].epoch == 1
    assert "begins with the weights" not in trained.notices


def test_a_finished_run_of_ours_is_fine_tuned_with_its_images(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path / "saved", {"trainer.epochs": 1})
    train_here(run)
    planned = fine_tuning(run.path, trainer__save_dir=str(tmp_path / "saved"))
    assert planned.run is None
    assert planned.text.value == run.config()
    trained = train_here(planned.realize())
    assert trained.all(RunStarted)[0].num_train == 135
    assert trained.all(RunStarted)[0].epoch == 0


def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "odd.pth").write_bytes(b"{}")
    with pytest.raises(CheckpointError, match="is a JSON file"):
        fine_tuning(tmp_path / "odd.pth")


@pytest.mark.parametrize("of", [plan, fine_tuning], ids=["resume", "fine-tune"])
def test_a_run_that_was_killed_before_its_first_checkpoint_begins_again(of: Any, real: Run) -> None:
    child = of(real.path, trainer__epochs=4, optimizer__args__lr=0.0005).realize()
    child.journal_path.touch()
    planned = plan(child.path)
    assert (planned.run, planned.changes) == (child, {})
    assert planned.notices == []
    trained = train_here(child)
    assert trained.all(RunStarted)[0].epoch == (3 if of is plan else 0)
    assert rates(child) == [pytest.approx(0.0005)] * (1 if of is plan else 4)
    assert [row.epoch for row in child.state().history] == [1, 2, 3, 4]


@pytest.mark.parametrize("of", [plan, fine_tuning], ids=["resume", "fine-tune"])
def test_it_begins_again_as_another_run_where_something_else_changes(of: Any, real: Run) -> None:
    child = of(real.path, trainer__epochs=4).realize()
    child.journal_path.touch()
    planned = plan(child.path, seed=7)
    assert planned.run is None
    again = planned.realize()
    assert again.parent() == real.path / "checkpoint-epoch3.pth"
    assert again.fine_tunes() is (of is fine_tuning)
