"""The command line: streams, exit codes, JSON."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import warm
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, told_run, wait_for

from core.errors import MistakeError
from core.runs import Run
from tui.cli import main
from tui.start import resume_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = (sys.executable, "-m", "tui")


class Result:
    """What a command wrote, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Result]]:
    """A function that runs a command in this process, in the scratch folder."""
    numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
    handlers = [signal.getsignal(number) for number in numbers]

    def call(*arguments: str | Path) -> Result:
        monkeypatch.setattr("sys.argv", ["mnist-tui", *map(str, arguments)])
        capsys.readouterr()
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    yield call
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


def run_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def plain(text: str) -> bool:
    return not {unicodedata.category(char) for char in text.replace("\n", "")} & {"Cc", "Cf"}


# train


def test_train_into_a_pipe_writes_one_plain_line_for_each_epoch(scratch: Scratch) -> None:
    done = run_command("train")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert all(f"{name} " in lines[0] for name in ("loss", "val_loss", "val_accuracy", "lr"))
    assert plain(done.stdout)
    assert done.stderr == ""
    names = {path.name for path in scratch.run().path.iterdir()}
    assert {"model_best.pth", "last.pth", "checkpoint-epoch1.pth", "events.jsonl"} <= names


def test_train_says_notices_on_stderr(scratch: Scratch, call: Callable[..., Result]) -> None:
    scratch.write_config({"n_gpu": 64})
    done = call("train", "--epochs", "1")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 1
    assert done.err.startswith("mnist-tui: ")
    assert "n_gpu" in done.err


def test_train_says_on_stderr_what_it_reads_otherwise(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    text = scratch.write_config().read_text().replace('"save_period"', '"save_freq"')
    scratch.config_path.write_text(f"// mine\n{text}")
    done = call("train", "--epochs", "1", "--set", 'optimizer.args.lr="1e-3"')
    assert done.code == 0, done.err
    assert done.err.splitlines() == [
        "mnist-tui: the config is not plain JSON (comments, commas or a byte order mark): "
        "it is read all the same, and saving writes plain JSON",
        "mnist-tui: trainer.save_freq: is read as trainer.save_period",
        'mnist-tui: optimizer.args.lr: "1e-3" is read as 0.001',
    ]
    assert len(done.out.splitlines()) == 1
    frozen = scratch.run().config()  # as it was meant: pytorch-template reads it too
    assert (frozen["trainer"]["save_period"], frozen["optimizer"]["args"]["lr"]) == (1, 0.001)
    assert "save_freq" not in frozen["trainer"]
    assert scratch.config_path.read_text().startswith("// mine\n{")


def test_a_config_of_2018_trains_and_can_replace_blocks_of_a_run(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    old = {
        "name": "old", "cuda": False, "arch": "MnistModel", "model": {},
        "data_loader": {"data_dir": "data", "batch_size": 64, "shuffle": True},
        "validation": {"validation_split": 0.1, "shuffle": True},
        "optimizer_type": "Adam", "optimizer": {"lr": 0.001},
        "lr_scheduler_type": "ExponentialLR", "lr_scheduler_freq": 1,
        "lr_scheduler": {"gamma": 0.5}, "loss": "my_loss", "metrics": ["my_metric"],
        "trainer": {
            "epochs": 1, "save_dir": "saved", "save_freq": 1, "verbosity": 2,
            "monitor": "val_my_metric", "monitor_mode": "max",
        },
    }  # fmt: skip
    path = scratch.path / "old.json"
    path.write_text(json.dumps(old))
    done = call("train", "-c", path, "--lr", "0.002")
    assert done.code == 0, done.err
    assert "mnist-tui: optimizer_type, optimizer: are read as" in done.err
    run = scratch.run()
    assert run.config()["optimizer"] == {"type": "Adam", "args": {"lr": 0.002}}
    assert run.config()["trainer"]["monitor"] == "max val_accuracy"
    assert run.state().history[0].best
    old["trainer"] |= {"epochs": 2}  # type: ignore[operator]
    path.write_text(json.dumps(old))
    done = call("train", "-r", run.path, "-c", path, "--lr", "0.002")
    assert done.code == 0, done.err
    assert scratch.run().state().epoch == 2  # the same config in other words: it goes on in place


def test_a_project_of_somebody_elses_is_one_line_a_name_and_leaves_nothing(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.write_config({"arch": {"type": "UNet", "args": {"depth": 4}}})
    done = call("train")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert 'arch.type: there is no model "UNet": use one of MnistModel' in done.err
    assert scratch.runs() == []


def test_a_config_of_another_program_is_one_line(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.config_path.write_text('{"models": {}, "datasets": {}}')
    for flags in ((), ("-r", "latest", "-c", "config.json"), ("--epochs", "3")):
        done = call("train", *flags)
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
        assert "a config of deeperlearner/pytorch-template" in done.err


def test_the_steps_are_in_the_log_at_verbosity_2_alone(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    logs = []
    for verbosity in (0, 1, 2):
        name = f"verbosity{verbosity}"
        edit = f"trainer.verbosity={verbosity}"
        assert call("train", "--name", name, "--set", edit).code == 0
        (run,) = [run for run in scratch.runs() if run.path.parent.name == name]
        logs.append(run.log_path.read_text())
    assert [("  step 9 of epoch 1: loss " in log) for log in logs] == [False, False, True]
    assert [("  epoch 1: loss " in log) for log in logs] == [False, True, True]


def test_train_at_verbosity_0_is_silent(scratch: Scratch, call: Callable[..., Result]) -> None:
    done = call("train", "--set", "trainer.verbosity=0")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert scratch.run().state().epoch == 2


def test_the_flags_of_train_are_in_the_config_of_the_run(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    flags = ["--lr", "0.01", "--bs", "128", "--epochs", "1", "--name", "mine", "-d", "cpu"]
    assert call("train", *flags, "--set", "optimizer.args.amsgrad=false").code == 0
    value = scratch.run().config()
    assert value["optimizer"]["args"] == {"lr": 0.01, "weight_decay": 0, "amsgrad": False}
    assert value["data_loader"]["args"]["batch_size"] == 128
    assert (value["trainer"]["epochs"], value["name"], value["device"]) == (1, "mine", "cpu")
    assert scratch.run().path.parent.name == "mine"


def test_a_run_goes_on_in_its_folder_with_the_new_epochs_alone(
    scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    done = call("train", "-r", "latest", "--epochs", "3")
    assert done.code == 0, done.err
    assert [line.split("  ")[0] for line in done.out.splitlines()] == ["epoch 3/3"]
    assert scratch.run().path == finished.path


def test_a_loss_that_is_no_number_is_code_1(scratch: Scratch, call: Callable[..., Result]) -> None:
    scratch.write_config({"optimizer": {"type": "SGD", "args": {"lr": 1e30}}})
    done = call("train")
    assert done.code == 1
    assert "mnist-tui: failed:" in done.err
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_says_how_to_go_on(number: signal.Signals, scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    with Path("errors").open("w+b") as errors_file:
        number_of_it = errors_file.fileno()
        process = warm.start(["train"], streams=(number_of_it,) * 3)
    try:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        process.send_signal(number)
        process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
    errors = Path("errors").read_text(encoding="utf-8")
    run = scratch.run()
    assert process.returncode == 128 + number
    assert f"mnist-tui train -r {run.path}" in errors
    assert "Traceback" not in errors
    assert run.state().status(live=run.live()) == "stopped"
    assert (run.path / "last.pth").exists()


# Mistakes


class Trap:
    """Somebody's pickle: looking into it makes a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.mkdir, (Path("trap"),))


CONFIGS: dict[str, tuple[dict[str, Any], str]] = {
    "optimizer": ({"optimizer.type": "Adamm"}, "optimizer.type: there is no optimizer"),
    "argument": ({"optimizer.args.speed": 3}, "optimizer.args.speed: Adam has no such argument"),
    "type": ({"trainer.epochs": "ten"}, "trainer.epochs: must be a whole number"),
    "batch": ({"data_loader.args.batch_size": 0}, "data_loader.args.batch_size: must be 1"),
    "split": (
        {"data_loader.args.validation_split": 600},
        "data_loader.args.validation_split: 600 validation images leave none",
    ),
    "monitor": ({"trainer.monitor": "min los"}, 'trainer.monitor: "los" is not computed'),
    "device": ({"device": "cuda:77"}, "cuda:77"),
    "name": ({"name": "../out"}, "name: names a folder below save_dir"),
}


def assert_mistake(done: Result, words: str, scratch: Scratch, num_runs: int = 0) -> None:
    assert done.code == 2
    assert done.out == ""
    assert words in done.err
    assert "Traceback" not in done.err
    assert all(line.startswith("mnist-tui: ") for line in done.err.splitlines())
    assert plain(done.err)
    assert len(scratch.runs()) == num_runs


@pytest.mark.parametrize("which", CONFIGS)
def test_a_mistake_in_the_config_is_one_sentence_and_leaves_nothing(
    which: str, scratch: Scratch, call: Callable[..., Result]
) -> None:
    edits, words = CONFIGS[which]
    scratch.write_config(edits)
    done = call("train")
    assert_mistake(done, words, scratch)
    assert len(done.err.splitlines()) == 1
    assert not (scratch.path / "saved").exists()


def test_every_mistake_of_a_config_has_its_line(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.write_config({"optimizer.args.speed": 3, "trainer.epochs": "ten", "seed": -1})
    done = call("train")
    assert_mistake(done, "seed: must be 0 or more", scratch)
    assert len(done.err.splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n  "name": "x",\n  "n_gpu" 1\n}', "line 3, column 11"),
        ("", "line 1, column 1"),
        ("[1, 2]", "must be an object"),
        ('{"name": "\udcff"}', "it is not UTF-8"),
    ],
)
def test_a_file_that_is_no_config_is_one_sentence(
    text: str, words: str, scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.config_path.write_bytes(text.encode(errors="surrogateescape"))
    done = call("train")
    assert_mistake(done, words, scratch)
    assert "config.json" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-c", "nowhere.json"], "nowhere.json: there is no such file"),
        (["-c", "."], "cannot be read"),
        (["--set", "epochs"], "--set epochs: give PATH=VALUE"),
        (["--set", "trainer..epochs=3"], "give PATH=VALUE"),
        (["--set", "trainer.epochs.deep=3"], "trainer.epochs"),
        (["-r", "nothing_like_it"], "nothing_like_it: there is no such run"),
        (["-r", "latest"], "there is no run"),
        (["-d", "toaster"], "toaster"),
        (["--saved", "config.json"], "trainer.save_dir"),
    ],
)
def test_a_mistake_in_the_arguments_is_one_sentence(
    arguments: list[str], words: str, scratch: Scratch, call: Callable[..., Result]
) -> None:
    done = call("train", *arguments)
    assert_mistake(done, words, scratch)
    assert len(done.err.splitlines()) == 1


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda whole: whole[: len(whole) // 2],
    "empty": lambda whole: b"",
    "json": lambda whole: b'{"epoch": 3}',
    "pickle": lambda whole: pickle.dumps(Trap()),
    "text": lambda whole: b"\x1b[2J not a checkpoint",
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("command", ["train", "test"])
def test_a_checkpoint_that_is_none_is_one_sentence(
    command: str,
    content: str,
    scratch: Scratch,
    finished: Run,
    call: Callable[..., Result],
) -> None:
    path = scratch.path / "broken.pth"
    path.write_bytes(CONTENTS[content]((finished.path / "last.pth").read_bytes()))
    done = call(command, "-r", path)
    assert_mistake(done, "broken.pth: ", scratch, num_runs=1)
    assert len(done.err.splitlines()) == 1
    assert not (scratch.path / "trap").exists()


def test_a_checkpoint_that_is_missing_is_one_sentence(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    for command in ("train", "test"):
        done = call(command, "-r", "missing.pth")
        assert_mistake(done, "missing.pth: ", scratch)
        assert len(done.err.splitlines()) == 1


def test_nothing_left_to_train_says_how_to_go_on(
    scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    done = call("train", "-r", finished.path)
    assert_mistake(done, "finished 2 of 2 epochs: give --epochs N", scratch, num_runs=1)


def test_an_id_of_two_runs_lists_both(
    scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    import shutil

    other = scratch.saved / "other" / finished.id
    shutil.copytree(finished.path, other)
    done = call("show", finished.id)
    assert_mistake(done, f"tiny/{finished.id}", scratch, num_runs=2)
    assert f"other/{finished.id}" in done.err


@pytest.mark.parametrize("command", ["stop", "pause"])
def test_a_run_that_is_not_live_is_asked_nothing(
    command: str, scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.path.iterdir()}
    done = call(command, "latest")
    assert_mistake(done, "is not running", scratch, num_runs=1)
    assert {path: path.stat().st_mtime_ns for path in finished.path.iterdir()} == before


# A run in a process of its own


def test_a_detached_run_is_followed_paused_taken_up_and_stopped(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.write_config({**FOREVER, "trainer.len_epoch": 20})
    began = run_command("train", "--detach")
    assert began.returncode == 0, began.stderr
    run = Run(Path(began.stdout.strip()))
    assert run.path == scratch.run().path
    follower = subprocess.Popen(
        [*COMMAND, "follow", str(run.path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert follower.stdout is not None
        assert follower.stdout.readline().startswith("epoch 1/1000000  loss ")

        paused = call("pause", "latest")
        assert paused.code == 0
        assert paused.out.endswith(f"{run.id}: paused\n")
        assert run.state().paused
        assert call("runs", "--json").out.count('"paused"') == 1

        resumed = call("resume", run.id)
        assert resumed.code == 0
        assert resumed.out.endswith(f"{run.id}: going on\n")
        assert not run.state().paused

        stopped = call("stop", "Mnist_LeNet/" + run.id)
        assert stopped.code == 0
        assert stopped.out.endswith(f"{run.id}: stopped\n")
        assert not run.live()
        assert run.state().status(live=False) == "stopped"
        assert follower.wait(PATIENCE_SECONDS) == 0
        assert call("stop", "latest").code == 2
    finally:
        call("stop", run.path)
        follower.kill()
        follower.communicate()


def test_a_detached_run_can_be_asked_at_once(scratch: Scratch, call: Callable[..., Result]) -> None:
    scratch.write_config(FOREVER)
    began = call("train", "--detach")
    try:
        assert call("pause", began.out.strip()).code == 0
    finally:
        wait_for(lambda: scratch.run().live())
        assert call("stop", "latest").code == 0


def test_ctrl_c_in_follow_leaves_the_run_alone(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.write_config(FOREVER)
    warm.start(["train"])
    wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
    run = scratch.run()
    follower = subprocess.Popen(
        [*COMMAND, "follow", str(run.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert follower.stdout is not None
        assert follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=PATIENCE_SECONDS)
        assert follower.returncode == 130
        assert errors == ""
        assert run.live()
    finally:
        follower.kill()
        follower.communicate()
        assert call("stop", run.path).code == 0


# JSON


def test_the_shape_of_runs(scratch: Scratch, finished: Run, call: Callable[..., Result]) -> None:
    done = call("runs", "--json")
    assert (done.code, done.err) == (0, "")
    (row,) = json.loads(done.out)
    assert list(row) == [
        "run", "name", "id", "status", "epoch", "epochs", "device", "origin", "parent",
        "started", "best", "checkpoints",
    ]  # fmt: skip
    assert (row["name"], row["id"], row["origin"]) == ("Mnist_LeNet", finished.id, "mnist-tui")
    assert (row["status"], row["epoch"], row["epochs"]) == ("completed", 2, 2)
    assert (row["device"], row["parent"]) == ("cpu", None)
    assert list(row["best"]) == ["metric", "value", "epoch"]
    assert [set(item) for item in row["checkpoints"]] == 4 * [
        {"file", "epoch", "step", "bytes", "sound", "metrics"}
    ]
    positions = [(item["epoch"], item["step"]) for item in row["checkpoints"]]
    assert positions == sorted(positions)
    assert all(item["sound"] is True for item in row["checkpoints"])


@pytest.mark.parametrize("command", [["runs"], ["show", "latest"]])
def test_json_names_a_run_by_its_absolute_path(
    command: list[str], scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    value = json.loads(call(*command, "--json").out)
    row = value[0] if isinstance(value, list) else value
    assert row["run"] == str(finished.path)


def test_no_runs_are_an_empty_list(scratch: Scratch, call: Callable[..., Result]) -> None:
    assert json.loads(call("runs", "--json").out) == []
    assert "no runs yet" in call("runs").out


def test_the_shape_of_show(scratch: Scratch, finished: Run, call: Callable[..., Result]) -> None:
    value = json.loads(call("show", "latest", "--json").out)
    assert list(value) == [
        "run", "status", "config", "device", "threads", "num_steps", "images_per_second",
        "history",
    ]  # fmt: skip
    assert value["config"] == finished.config()
    assert (value["threads"], value["num_steps"]) == (1, 9)
    assert [list(row) for row in value["history"]] == 2 * [
        [
            "epoch", "loss", "accuracy", "top_k_acc", "val_loss", "val_accuracy",
            "val_top_k_acc", "lr", "seconds",
        ]
    ]  # fmt: skip


def test_the_shape_of_test(scratch: Scratch, finished: Run, call: Callable[..., Result]) -> None:
    path = finished.path / "model_best.pth"
    journal = finished.journal_path.read_bytes()
    done = call("test", "-r", path, "--json")
    assert done.code == 0, done.err
    value = json.loads(done.out)
    assert list(value) == [
        "loss", "accuracy", "top_k_acc", "num_samples", "confusion", "mistakes",
    ]  # fmt: skip
    assert value["num_samples"] == 200
    assert sum(map(sum, value["confusion"])) == 200
    right = sum(value["confusion"][digit][digit] for digit in range(10))
    assert value["accuracy"] == pytest.approx(right / 200)
    assert len(value["mistakes"]) == 200 - right
    assert list(value["mistakes"][0]) == ["index", "target", "predicted", "probability"]
    certain = [mistake["probability"] for mistake in value["mistakes"]]
    assert certain == sorted(certain, reverse=True)
    kept = finished.path / "model_best.pth.test.json"
    assert json.loads(kept.read_text()) == value
    assert finished.journal_path.read_bytes() == journal


def test_a_test_of_a_run_takes_its_best_checkpoint(
    scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    done = call("test", "-r", "latest")
    assert done.code == 0, done.err
    assert "model_best.pth: loss " in done.out
    assert "on 200 test images" in done.out


def test_the_shape_of_devices(scratch: Scratch, call: Callable[..., Result]) -> None:
    done = call("devices", "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert all(
        list(row) == ["device", "name", "usable", "reason", "remedy", "memory_bytes", "threads"]
        for row in rows
    )
    cpu = next(row for row in rows if row["device"] == "cpu")
    assert cpu["usable"] is True
    assert cpu["threads"] >= 1
    assert all(row["reason"] and row["remedy"] for row in rows if not row["usable"])


def test_a_number_that_is_not_finite_is_null(scratch: Scratch, call: Callable[..., Result]) -> None:
    run = told_run(scratch, "told")
    text = run.journal_path.read_text().replace('"val_loss":0.25', '"val_loss":NaN')
    run.journal_path.write_text(text)
    out = call("show", "latest", "--json").out
    assert "NaN" not in out
    assert json.loads(out)["history"][0]["val_loss"] is None


# In words


def test_the_ascii_chart_has_all_that_a_chart_needs(
    scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    done = call("show", "latest", "--ascii", "--width", "80", "--height", "20")
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    lines = done.out.splitlines()
    (head,) = (line for line in lines if line.startswith("loss of "))
    assert head.split() == ["loss", "of", f"Mnist_LeNet/{finished.id}", "**", "train", "..", "val"]
    assert any(line.strip() in ("epoch", "step") for line in lines)
    axis = next(index for index, line in enumerate(lines) if line.count("-") > 20)
    assert "^" in lines[axis]  # where checkpoints were saved
    assert lines[axis + 1].split()[0] in ("0", "0.0")
    ticks = [line.split("+")[0].strip() for line in lines[:axis] if "+" in line]
    assert len(ticks) >= 2
    assert all(float(tick) >= 0 for tick in ticks)
    assert any("best val_loss" in line and "at epoch" in line for line in lines)
    assert any(line.startswith("epoch 2/2  loss ") for line in lines)


def test_the_list_of_runs_is_a_line_each(
    scratch: Scratch, finished: Run, call: Callable[..., Result]
) -> None:
    told_run(scratch, "other")
    done = call("runs")
    assert len(done.out.splitlines()) == 2
    assert any(
        line.startswith(f"Mnist_LeNet/{finished.id}\t✓ finished\tval_loss ")
        for line in done.out.splitlines()
    )


def test_the_version_is_said(call: Callable[..., Result]) -> None:
    done = call("--version")
    assert done.code == 0
    assert done.out.startswith("mnist-tui 0.")


@pytest.mark.parametrize(
    "arguments", [["fly"], ["train", "--epochs", "x"], ["show"], ["test"], ["runs", "--fast"]]
)
def test_what_nobody_knows_is_code_2(arguments: list[str], call: Callable[..., Result]) -> None:
    done = call(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err


def test_without_a_terminal_the_app_is_one_sentence(scratch: Scratch) -> None:
    done = run_command()
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "needs a terminal" in done.stderr
    assert scratch.runs() == []


def test_the_app_names_a_checkpoint_that_is_not_there(scratch: Scratch) -> None:
    with pytest.raises(MistakeError, match=r"^gone\.pth: there is no such file"):
        resume_target("gone.pth", scratch.saved)


def test_the_app_goes_on_from_a_run_or_a_checkpoint(scratch: Scratch, finished: Run) -> None:
    checkpoint = finished.path / "last.pth"
    assert resume_target(str(checkpoint), scratch.saved) == checkpoint
    assert resume_target("latest", scratch.saved) == finished.path


@pytest.mark.parametrize(
    "command",
    [
        ("test", "-r", "~nobody-here/x.pth"),
        ("train", "-r", "~nobody-here/x.pth"),
        ("train", "--fine-tune", "~nobody-here/x.pth"),
        ("train", "--set", "trainer.save_dir=~nobody-here/x"),
    ],
)
def test_a_path_of_a_user_that_is_not_there_is_a_sentence(
    command: tuple[str, ...], scratch: Scratch, call: Callable[..., Result]
) -> None:
    answer = call(*command)
    assert answer.code == 2
    assert "~nobody-here: there is no such user: give another path" in answer.err
    assert "Traceback" not in answer.err
    assert scratch.runs() == []


def test_a_save_folder_that_cannot_be_lists_the_usual_one(
    scratch: Scratch, call: Callable[..., Result]
) -> None:
    scratch.write_config({"trainer.save_dir": "~nobody-here/x"})
    answer = call("runs", "--json")
    assert (answer.code, answer.out.strip()) == (0, "[]")
