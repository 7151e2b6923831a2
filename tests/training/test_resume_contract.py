"""Going on from a run or a checkpoint: where, with what, and what a person is told."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tiny_data import STEPS, tiny_config, tiny_run, train_here

from core import checkpoint, runs
from core.checkpoint import CheckpointError
from core.errors import MistakeError
from core.events import EpochEnded, RunStarted
from core.journal import Journal
from core.resuming import beginning
from core.resuming import plan as resume
from core.saved import sidecar
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from pathlib import Path

    from core.resuming.plan import Plan
    from core.runs import Run

ONE_CYCLE = {"lr_scheduler": {"type": "OneCycleLR", "args": {"max_lr": 0.01}, "interval": "batch"}}


@pytest.fixture
def done(tiny_mnist: Path, tmp_path: Path) -> Run:
    """A finished run of two epochs."""
    run = tiny_run(tiny_mnist, tmp_path / "saved")
    train_here(run)
    return run


def plan(reference: Path, given: Any = None, **edits: Any) -> Plan:
    text = None
    for key, value in (given or {}).items():
        text = (text or JsonText("{}")).set((key,), value)
    dotted = {key.replace("__", "."): value for key, value in edits.items()}
    return resume.plan(str(reference), reference.parent, text, dotted)


def rates(training_file: Path) -> list[float]:
    """The learning rate of each epoch in a checkpoint's history."""
    ours = torch.load(training_file, weights_only=True)["mnist_tui"]
    return [row["lr"] for row in ours["history"]]


def test_more_epochs_go_on_in_place_and_the_config_stays_as_it_was(done: Run) -> None:
    before = done.config_path.read_bytes()
    planned = plan(done.path, trainer__epochs=3)
    assert planned.run == done
    assert planned.realize() == done
    assert planned.changes == {"trainer.epochs": 3}
    assert planned.checkpoint.parent == done.path
    trained = train_here(done, planned.changes)
    assert trained.reason == "all 3 epochs are done"
    assert done.config_path.read_bytes() == before
    started = trained.all(RunStarted)[0]
    assert (started.epoch, started.step, started.epochs) == (2, 2 * STEPS, 3)
    assert started.changes == {"trainer.epochs": 3}
    assert started.parent is None
    assert [row.epoch for row in done.state().history] == [1, 2, 3]


def test_what_was_changed_in_place_counts_at_the_next_start_too(done: Run) -> None:
    train_here(done, {"trainer.epochs": 3, "trainer.save_period": 2})
    with pytest.raises(MistakeError, match=r"^finished 3 of 3 epochs: give --epochs N$"):
        plan(done.path)
    assert plan(done.path, trainer__epochs=4).changes == {"trainer.epochs": 4}
    started = train_here(done, {"trainer.epochs": 4}).all(RunStarted)[0]
    assert started.changes == {"trainer.epochs": 4, "trainer.save_period": 2}


def test_three_epochs_at_once_or_one_later_are_the_same(
    done: Run, tiny_mnist: Path, tmp_path: Path
) -> None:
    train_here(done, {"trainer.epochs": 3})
    straight = tiny_run(tiny_mnist, tmp_path / "straight", {"trainer.epochs": 3})
    train_here(straight)
    one, other = (torch.load(run.path / "last.pth", weights_only=True) for run in (done, straight))
    assert all(
        torch.equal(one["state_dict"][key], other["state_dict"][key]) for key in one["state_dict"]
    )


def test_nothing_left_to_train_is_one_sentence(done: Run) -> None:
    for reference in (done.path, done.path / "last.pth", done.path / "checkpoint-epoch2.pth"):
        with pytest.raises(MistakeError, match=r"^finished 2 of 2 epochs: give --epochs N$"):
            plan(reference)


@pytest.mark.parametrize(
    "name", ["save_period", "keep_checkpoints", "verbosity", "tensorboard", "epochs"]
)
def test_these_may_change_in_place(name: str, done: Run) -> None:
    values = {"save_period": 2, "keep_checkpoints": 1, "verbosity": 1, "tensorboard": True}
    edits = {f"trainer__{name}": values.get(name, 3)}
    assert plan(done.path, **{"trainer__epochs": 3, **edits}).run == done


@pytest.mark.parametrize(
    "edits",
    [
        {"trainer__early_stop": 3},
        {"optimizer__args__lr": 0.01},
        {"data_loader__args__batch_size": 32},
        {"seed": 5},
        {"threads": 2},
        {"name": "other"},
    ],
    ids=lambda edits: next(iter(edits)),
)
def test_any_other_change_makes_a_new_run(edits: dict[str, Any], done: Run) -> None:
    planned = plan(done.path, trainer__epochs=3, **edits)
    assert planned.run is None
    assert planned.changes == {}


def test_a_run_stopped_halfway_goes_on_in_place(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run, stop_at=4)
    planned = plan(run.path)
    assert (planned.run, planned.changes) == (run, {})


def test_an_earlier_checkpoint_makes_a_new_run_with_its_parent_and_history(done: Run) -> None:
    early = done.path / "checkpoint-epoch1.pth"
    planned = plan(early)
    assert planned.run is None
    child = planned.realize()
    assert child.path != done.path
    assert child.path.parent == done.path.parent.parent / "Mnist_LeNet"
    trained = train_here(child)
    started = trained.all(RunStarted)[0]
    assert started.parent == str(early)
    assert (started.epoch, started.step) == (1, STEPS)
    assert [(row.epoch, row.inherited) for row in trained.all(EpochEnded)] == [
        (1, True),
        (2, False),
    ]
    straight = torch.load(done.path / "last.pth", weights_only=True)
    again = torch.load(child.path / "last.pth", weights_only=True)
    assert all(
        torch.equal(straight["state_dict"][key], again["state_dict"][key])
        for key in straight["state_dict"]
    )
    assert [row.epoch for row in child.state().history] == [1, 2]


def test_the_best_checkpoint_of_the_last_epoch_is_the_furthest_too(done: Run) -> None:
    facts = sidecar.read(done.path / "model_best.pth")
    assert facts is not None
    assert facts.epoch == 2
    assert plan(done.path / "model_best.pth", trainer__epochs=3).run == done


def test_blocks_of_another_config_replace_the_runs(done: Run) -> None:
    block = {"type": "SGD", "args": {"lr": 0.1}}
    planned = plan(done.path, {"optimizer": block}, trainer__epochs=3)
    assert planned.run is None
    assert planned.text.value["optimizer"] == block  # replaced, not merged
    assert planned.text.value["lr_scheduler"] == done.config()["lr_scheduler"]
    trained = train_here(planned.realize())
    assert trained.outcome == "completed"
    assert "optimizer.type is SGD now: its state starts anew" in trained.notices
    assert trained.all(EpochEnded)[-1].lr == 0.1


def test_a_live_run_cannot_be_taken_up_but_its_checkpoints_can(done: Run) -> None:
    with Journal(done.journal_path):
        with pytest.raises(MistakeError, match="is being trained now: stop it first"):
            plan(done.path, trainer__epochs=3)
        assert plan(done.path / "last.pth", trainer__epochs=3).run is None


def test_a_changed_rate_scales_every_rate(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"lr_scheduler": {"type": "ExponentialLR", "args": {"gamma": 0.5}}}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    train_here(run)
    child = plan(run.path, trainer__epochs=4, optimizer__args__lr=0.003).realize()
    trained = train_here(child)
    assert "goes on at 3 times the former one" in trained.notices
    expected = [0.001, 0.0005, 3 * 0.00025, 3 * 0.000125]
    assert rates(child.path / "last.pth") == pytest.approx(expected)
    # And it is not scaled a second time by the next start.
    train_here(child, {"trainer.epochs": 5})
    assert rates(child.path / "last.pth")[-1] == pytest.approx(3 * 0.0000625)


def test_a_rate_given_where_the_default_was_scales_too(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"optimizer": {"type": "Adam", "args": {}}})
    train_here(run, stop_at=STEPS + 3)
    child = plan(run.path, optimizer__args__lr=0.002).realize()
    assert "goes on at 2 times the former one" in train_here(child).notices
    assert rates(child.path / "last.pth") == pytest.approx([0.001, 0.002])


def test_a_changed_rate_scales_both_ends_of_a_cycle(tiny_mnist: Path, tmp_path: Path) -> None:
    args = {"base_lr": 0.001, "max_lr": 0.005, "step_size_up": 4, "cycle_momentum": False}
    edits = {"lr_scheduler": {"type": "CyclicLR", "args": args, "interval": "batch"}}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    train_here(run, stop_at=STEPS + 3)
    child = plan(run.path, optimizer__args__lr=0.002).realize()
    train_here(child)
    straight = tiny_run(tiny_mnist, tmp_path / "straight", edits)
    train_here(straight)
    doubled = [rates(child.path / "last.pth")[-1], 2 * rates(straight.path / "last.pth")[-1]]
    assert doubled[0] == pytest.approx(doubled[1])


def test_other_arguments_of_the_optimizer_count_from_then_on(done: Run) -> None:
    child = plan(done.path, trainer__epochs=3, optimizer__args__weight_decay=0.25).realize()
    train_here(child)
    content = torch.load(child.path / "last.pth", weights_only=True)
    assert content["optimizer"]["param_groups"][0]["weight_decay"] == 0.25
    assert content["optimizer"]["state"][0]["step"] == 3 * STEPS


def test_an_argument_that_needs_other_state_starts_the_optimizer_anew(done: Run) -> None:
    child = plan(
        done.path, trainer__epochs=3, optimizer__args__amsgrad=False, optimizer__args__lr=0.002
    ).realize()
    trained = train_here(child)
    assert trained.outcome == "completed"
    assert "optimizer.args changed in amsgrad: its state starts anew" in trained.notices
    content = torch.load(child.path / "last.pth", weights_only=True)
    assert content["optimizer"]["state"][0]["step"] == STEPS
    assert trained.all(EpochEnded)[-1].lr == 0.002


@pytest.mark.parametrize(
    "block",
    [
        None,
        {"type": "CosineAnnealingLR", "args": {"T_max": 3}},
        {"type": "OneCycleLR", "args": {"max_lr": 0.01}, "interval": "batch"},
    ],
    ids=["none", "cosine", "one cycle"],
)
@pytest.mark.parametrize("before", [None, {"type": "ExponentialLR", "args": {"gamma": 0.5}}])
def test_another_schedule_starts_anew(
    before: dict[str, Any] | None, block: dict[str, Any] | None, tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"lr_scheduler": before})
    train_here(run)
    planned = plan(run.path, trainer__epochs=4, lr_scheduler=block)
    trained = train_here(planned.realize(), planned.changes)
    assert trained.outcome == "completed", trained.reason
    ends = [event.lr or 0.0 for event in trained.all(EpochEnded) if not event.inherited]
    if block is None:
        assert ends == [0.001, 0.001]
    elif block["type"] == "CosineAnnealingLR":
        assert ends == pytest.approx([0.001, 0.00075])
    else:
        assert ends[-1] < 0.001 < ends[-2]  # the new cycle ends with the run
    assert ("the learning rate schedule starts anew" in trained.notices) is (before != block)


def test_a_schedule_of_fixed_length_refuses_more_epochs(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, ONE_CYCLE)
    train_here(run, stop_at=3)
    with pytest.raises(MistakeError, match=r"^trainer\.epochs: OneCycleLR was drawn up"):
        plan(run.path, trainer__epochs=4)
    with pytest.raises(MistakeError, match=r"^data_loader\.args\.batch_size: OneCycleLR was"):
        plan(run.path, data_loader__args__batch_size=32)
    assert plan(run.path, trainer__epochs=1).run == run  # shorter it may be
    assert plan(run.path, trainer__epochs=4, lr_scheduler=None).run is None


def test_a_damaged_newest_checkpoint_gives_way_to_the_next_with_a_notice(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run, stop_at=STEPS + 4)
    last = run.path / "last.pth"
    last.write_bytes(last.read_bytes()[:-7])
    planned = plan(run.path)
    assert planned.run == run  # what is left is the furthest there is
    assert planned.checkpoint.name in ("model_best.pth", "checkpoint-epoch1.pth")
    assert str(last) in "\n".join(planned.notices)
    trained = train_here(run)
    assert trained.outcome == "completed"
    assert f"{last}: is cut off or damaged" in trained.notices
    straight = tiny_run(tiny_mnist, tmp_path / "straight")
    assert train_here(straight).metrics[-1] == trained.metrics[-1]


def test_when_every_checkpoint_is_damaged_that_is_one_sentence(done: Run) -> None:
    for path in done.checkpoints():
        path.write_bytes(b"PK\x03\x04")
    with pytest.raises(CheckpointError) as caught:
        plan(done.path, trainer__epochs=3)
    assert str(caught.value).startswith(f"{done.path}: none of its checkpoints can be read: ")
    assert "\n" not in str(caught.value)


def test_a_run_that_was_stopped_before_its_first_checkpoint_begins_again(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run, undisturbed = (tiny_run(tiny_mnist, tmp_path / name) for name in ("cut", "whole"))
    run.journal_path.touch()
    planned = plan(run.path)
    assert planned.realize().path == run.path
    assert train_here(run, planned.changes).metrics == train_here(undisturbed).metrics


def test_it_may_begin_again_otherwise(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    run.journal_path.touch()
    planned = plan(run.path, trainer__epochs=1, optimizer__args__lr=0.002)
    assert planned.run is not None
    assert planned.changes == {"trainer.epochs": 1, "optimizer.args.lr": 0.002}
    assert train_here(run, planned.changes).all(EpochEnded)[-1].lr == 0.002


def test_weights_are_not_taken_from_a_run_that_has_none(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    run.journal_path.touch()
    with pytest.raises(CheckpointError, match="holds no checkpoint yet: start a new run"):
        resume.fine_tuning(str(run.path), tmp_path, None, {})


def test_a_kill_between_a_checkpoint_and_its_sidecar_loses_nothing(
    done: Run, tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path / "killed", {"trainer.save_period": 2})
    train_here(run, stop_at=STEPS + 1)
    train_here(run, stop_at=2)
    old_sidecar = sidecar.path_of(run.path / "last.pth").read_bytes()
    train_here(run, {"trainer.epochs": 2})
    (run.path / "checkpoint-epoch2.pth").unlink()
    (run.path / "model_best.pth").unlink()
    shutil.copy(done.path / "checkpoint-epoch1.pth", run.path)
    shutil.copy(done.path / "checkpoint-epoch1.pth.json", run.path)
    for torn in (old_sidecar, None):
        place = sidecar.path_of(run.path / "last.pth")
        if torn is None:
            place.unlink()
        else:
            place.write_bytes(torn)
        found, problems = beginning.newest_valid(run)
        assert (found.path.name, found.epoch, problems) == ("last.pth", 2, [])
        facts = sidecar.read(run.path / "last.pth")
        assert facts is not None
        assert facts.step == 2 * STEPS


def test_the_threads_of_the_run_before_are_kept(tiny_mnist: Path, tmp_path: Path) -> None:
    text = tiny_config(tiny_mnist, tmp_path).remove(("threads",))
    run = runs.create(tmp_path, "threads", text.text)
    train_here(run, stop_at=2)
    found = checkpoint.load(run.path / "last.pth").content
    found["mnist_tui"]["threads"] = 1
    torch.save(found, run.path / "last.pth")
    started = train_here(run, stop_at=2).all(RunStarted)[0]
    assert started.threads == 1


def test_another_number_of_threads_says_that_the_bits_will_differ(done: Run) -> None:
    child = plan(done.path, trainer__epochs=3, threads=2).realize()
    trained = train_here(child, stop_at=1)
    assert "threads was 1 and is 2: the last bits will differ" in trained.notices


def test_an_open_epoch_begins_anew_when_its_batches_are_others(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run, stop_at=STEPS + 5)
    for edits in ({"seed": 9}, {"data_loader__args__batch_size": 15}):
        trained = train_here(plan(run.path, **edits).realize())
        assert "the batches are others now: epoch 2 begins anew" in trained.notices
        assert trained.all(RunStarted)[0].step == STEPS


def test_the_config_in_the_file_counts_where_there_is_no_other(done: Run, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(done.path / "last.pth", alone)
    planned = plan(alone / "last.pth", trainer__epochs=3)
    assert planned.run is None
    assert planned.text.value == {
        **done.config(), "trainer": {**done.config()["trainer"], "epochs": 3}
    }  # fmt: skip
    assert "has no config.json: taking the one in last.pth" in planned.notices[0]


def test_a_config_that_differs_from_the_file_is_said(done: Run) -> None:
    text = done.config_path.read_text().replace('"gamma": 0.1', '"gamma": 0.2')
    done.config_path.write_text(text)
    planned = plan(done.path, trainer__epochs=3)
    assert "differ in lr_scheduler.args.gamma: the file counts" in planned.notices[0]


def test_a_refused_resume_leaves_no_directory_behind(done: Run) -> None:
    before = sorted(done.path.parent.parent.rglob("*"))
    with pytest.raises(MistakeError):
        plan(done.path / "checkpoint-epoch1.pth", optimizer__args__nonsense=1)
    assert sorted(done.path.parent.parent.rglob("*")) == before


def test_patience_is_carried_on(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"optimizer.args.lr": 0.0, "trainer.monitor": "max loss", "trainer.epochs": 3}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    straight = train_here(tiny_run(tiny_mnist, tmp_path / "straight", edits))
    train_here(run, stop_at=2 * STEPS + 5)
    went_on = train_here(run)
    counts = [event.num_bad_epochs for event in straight.all(EpochEnded)]
    assert went_on.all(EpochEnded)[-1].num_bad_epochs == counts[-1]


def test_another_optimizer_state_than_the_networks_is_one_sentence(done: Run) -> None:
    path = done.path / "last.pth"
    content = torch.load(path, weights_only=True)
    content["optimizer"]["param_groups"][0]["params"] = [0, 1]
    torch.save(content, path)
    with pytest.raises(CheckpointError, match=r"last\.pth: its optimizer does not fit: "):
        train_here(done, {"trainer.epochs": 3})


def test_validation_images_that_the_weights_were_trained_on_are_told(done: Run) -> None:
    def tuned(split: float) -> list[str]:
        edits = {"data_loader.args.validation_split": split}
        return resume.fine_tuning(str(done.path), done.path.parent, None, edits).notices

    split = done.config()["data_loader"]["args"]["validation_split"]
    assert not tuned(split)
    assert not tuned(split / 2)
    (said,) = tuned(split * 2)
    assert "val_ numbers look too good" in said
    assert f"keep validation_split at {split:g}" in said
    edits = {"data_loader__args__validation_split": split * 2, "trainer__epochs": 3}
    assert said in plan(done.path, **edits).notices
