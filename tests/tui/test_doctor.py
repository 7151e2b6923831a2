"""What the doctor finds: pure parts on made-up machines, and one real look at this one."""

from __future__ import annotations

import errno
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scratch import PATIENCE_SECONDS, Scratch

from core.machine.device import Device, unusable
from tui.cli import main
from tui.doctor import command, devices, disk, link, logind, machine, place
from tui.doctor.disk import Mount
from tui.doctor.findings import Findings, output_of
from tui.doctor.terminal import Terminal
from tui.doctor.terminal import look as look_at_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

XTERM = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
SEEN = Terminal(stdin=True, stderr=True, encoding="utf-8", size=(120, 40), too_wide=False)
IN_SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"


def write(root: Path, path: str, text: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def facts(findings: Findings) -> dict[str, str]:
    return dict(findings.facts)


# The terminal


def test_a_good_terminal_needs_no_advice() -> None:
    found = look_at_terminal(SEEN, XTERM)
    assert found.advice == found.obstacles == []
    assert facts(found) == {
        "TERM": "xterm-256color",
        "COLORTERM": "not set",
        "colours": "256",
        "encoding": "utf-8",
        "locale": "C.UTF-8 (LANG)",
        "size": "120×40",
        "signs": "one column wide",
        "multiplexer": "none",
    }


@pytest.mark.parametrize(
    ("environ", "changed", "words"),
    [
        ({"TERM": "dumb"}, {}, "TERM is dumb"),
        ({"TERM": ""}, {}, "TERM is not set"),
        ({}, {"stdin": False, "stderr": False}, "ssh -t"),
        ({"TERM": "xterm"}, {}, "COLORTERM=truecolor"),
        ({"TERM": "linux", "NO_COLOR": "1"}, {}, "Linux console"),
        ({}, {"encoding": "ascii"}, "LC_ALL=C.UTF-8"),
        ({}, {"too_wide": True}, "narrow"),
        ({"LANG": "C"}, {"too_wide": None}, "--ascii"),
        ({}, {"size": (20, 5)}, "40×12"),
        ({}, {"size": (60, 20)}, "80×24"),
    ],
)
def test_each_fault_of_a_terminal_has_one_sentence(
    environ: dict[str, str], changed: dict[str, bool], words: str
) -> None:
    seen = Terminal(**{name: getattr(SEEN, name) for name in Terminal.__slots__} | changed)
    (sentence,) = look_at_terminal(seen, {**XTERM, **environ}).advice
    assert words in sentence


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "dumb"}, "none"),
        ({"TERM": "screen"}, "16"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million"),
    ],
)
def test_colours_are_those_that_the_window_will_use(environ: dict[str, str], colours: str) -> None:
    assert facts(look_at_terminal(SEEN, environ))["colours"] == colours


def test_what_keeps_a_terminal_is_named() -> None:
    found = look_at_terminal(SEEN, {**XTERM, "STY": "1.pts", "NO_COLOR": "1"})
    assert facts(found)["multiplexer"] == "screen"
    assert facts(found)["NO_COLOR"] == "set: no colour is sent"


# The link


def outlives(environ: Mapping[str, str], root: Path) -> str:
    return facts(link.look(environ, root))[link.OUTLIVES]


def test_over_ssh_it_says_from_where_and_how_to_do_better(tmp_path: Path) -> None:
    found = link.look({"SSH_CONNECTION": "192.0.2.7 5 192.0.2.8 22"}, tmp_path)
    assert facts(found)["terminal"] == "over SSH from 192.0.2.7"
    assert "ServerAliveInterval" in found.advice[0]
    assert facts(link.look({}, tmp_path))["terminal"] == "local"


def test_without_systemd_or_outside_of_a_session_a_run_outlives_the_link(tmp_path: Path) -> None:
    assert outlives({}, tmp_path) == "yes: no systemd ends what a login leaves behind"
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    assert outlives({}, tmp_path) == "yes: this is no login session of systemd"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, None),
        ({"etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n"}, True),
        ({"etc/systemd/logind.conf": "not a file of this kind"}, None),
        (
            {
                "usr/lib/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n",
                "etc/systemd/logind.conf.d/50-site.conf": "[Login]\nKillUserProcesses = no\n",
            },
            False,
        ),
        (
            {
                "usr/lib/systemd/logind.conf.d/50-site.conf": "[Login]\nKillUserProcesses=1\n",
                "etc/systemd/logind.conf.d/50-site.conf": "[Login]\nHandleLidSwitch=ignore\n",
            },
            None,
        ),
    ],
)
def test_logind_is_read_as_it_reads_itself(
    tmp_path: Path, files: dict[str, str], expected: bool | None
) -> None:
    for path, text in files.items():
        write(tmp_path, path, text)
    assert logind.kills_user_processes(tmp_path) is expected


def test_where_a_logout_ends_runs_it_says_how_to_start_one_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    write(tmp_path, "proc/self/cgroup", IN_SESSION)
    assert outlives({}, tmp_path) == "unknown"
    write(tmp_path, "etc/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\n")
    write(tmp_path, "var/lib/systemd/linger/ada")
    found = link.look({}, tmp_path)
    assert facts(found)[link.OUTLIVES] == "no: systemd ends it at logout"
    assert facts(found)["lingering"] == "yes"
    (sentence,) = found.advice
    assert "systemd-run --user --scope mnist-tui" in sentence
    write(tmp_path, "etc/systemd/logind.conf.d/x.conf", "[Login]\nKillExcludeUsers=root ada\n")
    found = link.look({}, tmp_path)
    assert facts(found)[link.OUTLIVES] == "yes"
    assert found.advice == []


def test_only_users_that_are_named_are_killed_and_root_is_spared(tmp_path: Path) -> None:
    assert logind.spares("root", tmp_path)
    assert not logind.spares("ada", tmp_path)
    write(tmp_path, "etc/systemd/logind.conf", "[Login]\nKillOnlyUsers=bob\nKillExcludeUsers=\n")
    assert logind.spares("ada", tmp_path)
    assert not logind.spares("bob", tmp_path)
    assert logind.spares("root", tmp_path)


def test_a_job_of_slurm_ends_with_srun_and_not_with_sbatch(tmp_path: Path) -> None:
    end = str(int(time.time()) + 7210)
    job = {"SLURM_JOB_ID": "41", "SLURM_JOB_END_TIME": end}
    found = link.look(job, tmp_path)
    assert facts(found)["SLURM"] == "job 41"
    assert facts(found)["the job ends in"].startswith("2 h")
    assert facts(found)[link.OUTLIVES] == "yes, as long as the job lasts"
    assert outlives({**job, "SLURM_STEP_ID": link.BATCH_STEP}, tmp_path).startswith("yes")
    found = link.look({**job, "SLURM_STEP_ID": "0"}, tmp_path)
    assert facts(found)["SLURM"] == "job 41, inside srun"
    assert facts(found)[link.OUTLIVES] == "no: srun ends it"
    assert "sbatch" in found.advice[0]


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, None),
        ({".dockerenv": ""}, "Docker"),
        ({"run/.containerenv": "engine=podman"}, "Podman"),
        ({"proc/self/cgroup": "0::/kubepods/besteffort/pod1\n"}, "kubepods"),
        ({"proc/self/cgroup": IN_SESSION}, None),
    ],
)
def test_containers_are_known_by_their_marks(
    tmp_path: Path, files: dict[str, str], kind: str | None
) -> None:
    for path, text in files.items():
        write(tmp_path, path, text)
    assert place.container(tmp_path) == kind


def test_colab_is_known_by_its_variables_or_its_folders(tmp_path: Path) -> None:
    assert not place.is_colab({}, tmp_path)
    assert place.is_colab({"COLAB_RELEASE_TAG": "x"}, tmp_path)
    (tmp_path / "content/drive").mkdir(parents=True)
    assert place.is_colab({}, tmp_path)
    assert any("mount Drive" in sentence for sentence in link.look({}, tmp_path).advice)


# Devices, memory, packages


def test_pytorch_that_does_not_answer_is_an_obstacle() -> None:
    cpu = Device("cpu", "CPU", True, None, None, 8_000_000_000, 2)
    found = devices.look([cpu, unusable("gpu", "any GPU", "asking took 60 s", "see nvidia-smi")])
    assert facts(found)["PyTorch"] == "does not answer"
    assert found.obstacles == ["gpu: asking took 60 s: see nvidia-smi"]


def test_a_machine_without_a_gpu_can_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    cpu = Device("cpu", "CPU", True, None, None, 8_000_000_000, 2, build="PyTorch 2.14.1+cpu")
    rows = [cpu, unusable("cuda", "GPU", "no driver", "install it"), unusable("mps", "", "a", "b")]
    found = devices.look(rows)
    assert facts(found)["PyTorch"] == "2.14.1+cpu"
    assert facts(found)["cpu"] == "usable, CPU, 2 threads, 8.0 GB"
    assert found.obstacles == []
    assert found.advice == ["cuda: no driver: install it"]


def test_little_memory_and_missing_packages_are_said() -> None:
    found = Findings("machine")
    machine.look_at_memory(found, 2_000_000_000, 1_500_000_000)
    assert facts(found)["memory"] == "500.0 MB free of 2.0 GB"
    assert len(found.advice) == 1
    versions: dict[str, str | None] = dict.fromkeys((*machine.NEEDED, *machine.OPTIONAL), "1.0")
    machine.look_at_packages(found, versions | {"numpy": None, "tensorboard": None})
    assert found.obstacles == ["numpy: not installed: `pip install numpy`"]
    assert facts(found)["not installed"] == "tensorboard, for trainer.tensorboard only"


# The save folder


def test_a_save_folder_is_tried_out_and_left_as_it_was(tmp_path: Path) -> None:
    found = disk.look(tmp_path, [Mount("/", "ext4")])
    assert facts(found)["tried"] == "lock, append, rename and fsync: all work"
    assert found.obstacles == []
    assert list(tmp_path.iterdir()) == []


def test_a_save_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    found = disk.look(tmp_path / "a/b", [])
    assert facts(found)["lies in"].startswith(str(tmp_path))
    assert "file system" not in facts(found)
    assert list(tmp_path.iterdir()) == []


def test_file_systems_that_are_far_or_do_not_last_are_named(tmp_path: Path) -> None:
    known = [Mount("/", "overlay"), Mount(str(tmp_path), "ext4"), Mount(str(tmp_path), "nfs4")]
    found = disk.look(tmp_path, known)
    assert facts(found)["file system"] == "nfs4, over the network"
    assert "--saved" in found.advice[0]
    assert "container" in disk.look(tmp_path, known[:1]).advice[0]
    assert disk.file_system(Path("/elsewhere"), known[1:]) is None


@pytest.mark.parametrize("name", list(disk.ATTEMPTS))
def test_a_save_folder_in_which_something_fails_is_an_obstacle(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setitem(disk.ATTEMPTS, name, fail)
    found = disk.look(tmp_path, [])
    (sentence,) = found.obstacles
    assert f"{name} failed (No locks available): name another folder with --saved" in sentence
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_save_folder_is_an_obstacle(tmp_path: Path) -> None:
    write(tmp_path, "saved")
    (sentence,) = disk.look(tmp_path / "saved/deeper", []).obstacles
    assert sentence == f"{tmp_path / 'saved'} is no folder: name another one with --saved"


def test_a_folder_of_a_user_that_is_not_there_is_told() -> None:
    (sentence,) = disk.look(Path("~nobody-here/saved"), []).obstacles
    assert sentence == "~nobody-here: there is no such user: give another path"


# The whole


def test_a_tool_that_is_not_there_fails_or_hangs_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.doctor.findings.TOOL_SECONDS", 0.2)
    assert output_of("no-such-tool-anywhere") == ""
    assert output_of("false") == ""
    assert output_of("sleep", "5") == ""
    assert output_of("echo", "yes") == "yes"


def test_the_doctor_prints_a_fact_a_line_and_what_is_not_ours_is_clean(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Device("cpu", "Fast\x1b[2J", True, None, None, None, 2, build="PyTorch 2.14.1")
    monkeypatch.setattr("tui.doctor.devices.seen", lambda: [row])
    monkeypatch.setenv("TERM", "bad\x1b[2Jterm")
    assert command.examine(scratch.saved) == 0
    lines = capsys.readouterr().out.splitlines()
    assert r"  TERM: bad\x1b[2Jterm" in lines
    assert r"  cpu: usable, Fast\x1b[2J, 2 threads" in lines
    assert lines[-1] == "a run can be trained here"


def test_with_an_obstacle_the_doctor_ends_with_1(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = unusable("gpu", "any GPU", "asking failed", "install it anew")
    monkeypatch.setattr("tui.doctor.devices.seen", lambda: [broken])
    monkeypatch.setattr("sys.argv", ["mnist-tui", "doctor", "--saved", str(scratch.saved)])
    assert main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert "  gpu: asking failed: install it anew" in lines
    assert lines[-1] == "nothing can be trained here yet"


def test_a_real_look_at_this_machine(scratch: Scratch) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "tui", "doctor"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=scratch.path,
        timeout=2 * PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    subjects = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert subjects == [
        "terminal", "link", "machine", "save folder", "devices", "advice",
        "a run can be trained here",
    ]  # fmt: skip
    assert f"  folder: {scratch.path / 'saved'}" in done.stdout.splitlines()
    assert not (scratch.path / "saved").exists()
