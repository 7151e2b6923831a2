"""Names of one's own code: what they may be, what they take; reading runs nothing of them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from own_code import write_project

from core.checking import check
from core.errors import MistakeError
from core.own_code import copies as own_code
from core.own_code import signatures as own_signatures
from core.own_code import source as own_source
from core.own_code import started as started_code
from core.runs import Run
from core.settings import normalize
from core.settings.own_names import OwnCodeError, label, split

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with own code, its data the bundled MNIST."""
    write_project(tmp_path / "project", tmp_path / "data")
    return tmp_path / "project"


def problems(folder: Path | None, edits: dict[str, Any]) -> list[str]:
    """What is wrong with the project's config after some edits."""
    source = folder if folder is not None else None
    assert source is not None
    value = json.loads((source / "config.json").read_text())
    for path, new in edits.items():
        *parents, last = path.split(".")
        block = value
        for name in parents:
            block = block[name]
        block[last] = new
    return [str(item) for item in check.problems_of(value, folder)]


def test_a_config_with_own_code_is_good_and_nothing_of_it_ran(project: Path) -> None:
    assert problems(project, {}) == []
    assert not (project / "ran").exists()
    settings = check.load(json.loads((project / "config.json").read_text()), project)
    assert check.log_keys(settings) == [
        "loss", "accuracy", "sure", "val_loss", "val_accuracy", "val_sure",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("model.py:Net", ("model.py",)),
        ("sub/model.py:Net", ("sub/model.py",)),
        ("model:Net", ("model.py", "model/__init__.py")),
        ("a.b:Net", ("a/b.py", "a/b/__init__.py")),
    ],
)
def test_names_lead_to_files(name: str, files: tuple[str, ...]) -> None:
    assert split(name) == (files, "Net")
    assert label(name) == "Net"


@pytest.mark.parametrize(
    "name",
    [
        "../../x.py:y", "/etc/x.py:y", "a/../b.py:y", "./x.py:y", "..:y", "a//b.py:y", "a\\b.py:y",
        "__main__:x", "os.__dict__:x", "model.py:__class__", "model.py:_hidden", "_x.py:Net",
        "model.py:", ":Net", ":", "::", "a:b:c", "model.py:Net()", "model.py:a.b", "model.py: Net",
        "mo\ndel.py:Net", "model.py:Net\n", "model.py:🙂", "🙂.py:Net", "model.py:" + "N" * 300,
        "m" * 300 + ".py:N", "class.py:Net", "model.py:def", ".py:Net", "model.py.py:Net",
        "\0.py:Net", "model.pyc:Net/x",
    ],
)  # fmt: skip
def test_names_that_reach_outside_or_are_none_are_refused(name: str, project: Path) -> None:
    with pytest.raises(OwnCodeError):
        split(name)
    for path, field in (("arch.type", "arch.type"), ("loss", "loss")):
        found = problems(project, {path: name})
        assert [item.partition(": ")[0] for item in found] == [field], found
        assert "\n" not in found[0] and len(found[0]) < 300
    assert not (project / "ran").exists()


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        (
            {"arch.type": "os:system"},
            "arch.type: there is no os.py in {folder}: own code is looked up beside the config, "
            "never among installed modules",
        ),
        (
            {"arch.type": "model.py:Nett"},
            "arch.type: there is no Nett in {folder}/model.py: it has Net",
        ),
        (
            {"arch.args": {"widht": 3}},
            "arch.args.widht: model.py:Net has no such argument: remove it",
        ),
        (
            {"arch.args": {"width": "wide"}},
            'arch.args.width: must be a whole number, not "wide"',
        ),
        (
            {"arch.args": {"num_classes": 3}},
            "arch.args.num_classes: must be 10 or more, not 3",
        ),
        (
            {"arch.type": "measures.py:Loss", "arch.args": {}},
            "arch.type: measures.py:Loss is no nn.Module: let it inherit from torch.nn.Module",
        ),
        (
            {"loss": "measures.py:Loss"},
            "loss: measures.py:Loss is a class: give a function of output and target",
        ),
        (
            {"loss": "measures.py:lonely"},
            "loss: measures.py:lonely has to take output and target: "
            "write def lonely(output, target)",
        ),
        (
            {"loss": {"type": "measures.py:squared", "args": {"scale": True}}},
            "loss.args.scale: must be a number, not true",
        ),
        (
            {"metrics": ["measures:sure", "measures.py:sure"]},
            'metrics.1: "sure" is the name of something else here: rename the function',
        ),
        (
            {"trainer.monitor": "max val_surely"},
            'trainer.monitor: "val_surely" is not computed: watch one of '
            "loss, accuracy, sure, val_loss, val_accuracy, val_sure",
        ),
    ],
)
def test_what_is_wrong_is_known_before_anything_runs(
    edits: dict[str, Any], sentence: str, project: Path
) -> None:
    assert problems(project, edits) == [sentence.format(folder=project)]
    assert not (project / "ran").exists()


def test_a_source_that_cannot_be_understood_is_named_with_its_line(project: Path) -> None:
    (project / "model.py").write_text("class Net\n")
    found = problems(project, {})
    assert found == [
        f"arch.type: {project}/model.py line 1 cannot be understood: expected ':': put it right"
    ]
    (project / "model.py").write_bytes(b"\0")
    assert len(problems(project, {})) == 1


def test_links_out_of_the_folder_and_files_that_are_none_are_refused(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside.py").write_text("class Net: ...\n")
    (project / "model.py").unlink()
    (project / "model.py").symlink_to(tmp_path / "outside.py")
    assert "is a link out of the folder" in problems(project, {})[0]
    (project / "model.py").unlink()
    os.mkfifo(project / "model.py")
    assert "there is no model.py" in problems(project, {})[0]
    (project / "model.py").unlink()
    (project / "sub").symlink_to(tmp_path)
    assert "is a link out" in problems(project, {"arch.type": "sub/outside.py:Net"})[0]
    (project / "model.py").write_bytes(b"#" * (own_source.MAX_BYTES + 1))
    assert "over 1,000,000 bytes" in problems(project, {})[0]


def test_without_a_folder_own_code_is_refused(project: Path) -> None:
    value = json.loads((project / "config.json").read_text())
    assert [item.path for item in check.problems_of(value)] == ["arch.type", "loss", "metrics.1"]


def test_what_a_class_takes_is_read_from_its_source(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        "from torch import nn\nfrom x import Far\n"
        "class Base(nn.Module):\n def __init__(self, a: int, b=[1, {2: 3}], *, c=nn.ReLU()): ...\n"
        "class Child(Base): ...\nclass Plain(nn.Module): ...\nclass Unknown(Far): ...\n"
        "class More(nn.Module):\n def __init__(self, a=1e999, **more): ...\n"
        "def made(depth: Literal[1, 2] = 2): ...\nclass Loop(Loop): ...\n"
    )

    def signature(name: str) -> tuple[list[str], bool]:
        found = own_signatures.signature(tmp_path, f"m:{name}", "model")
        return [item.name for item in found.parameters], found.takes_more

    assert signature("Base") == signature("Child") == (["a", "b", "c"], False)
    assert signature("Plain") == ([], False)
    assert signature("Unknown") == signature("Loop") == ([], True)
    assert signature("More") == (["a"], True)
    assert signature("made") == (["depth"], False)
    found = own_signatures.signature(tmp_path, "m:More", "model").get("a")
    assert found is not None and found.default is None
    assert own_signatures.offered(tmp_path, "model") == [
        "m.py:Base",
        "m.py:Child",
        "m.py:Plain",
        "m.py:More",
    ]


def test_what_files_import_of_the_folder_comes_along(tmp_path: Path) -> None:
    sources = {
        "model.py": "import os, parts.small\nfrom helper import x\nimport model",
        "helper.py": "",
        "parts/__init__.py": "",
        "parts/small.py": "from .other import y\nfrom ... import outside\nfrom . import third",
        "parts/other.py": "",
        "parts/third.py": "",
        "unused.py": "",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{source}\nclass Net: ...\n")
    assert list(own_code.gather(tmp_path, ["model:Net"])) == sorted(set(sources) - {"unused.py"})


def test_code_is_known_only_where_this_person_started_a_run_on_it(project: Path) -> None:
    config = normalize.read(project / "config.json").value
    run = Run(project / "run")
    code = own_code.of(project, config)
    assert code is not None
    with pytest.raises(MistakeError, match="holds no code of a run"):
        started_code.of_run(run, config)
    code.keep(run.code_path, run.code_record_path)
    with pytest.raises(MistakeError, match="code that you never started a run on"):
        started_code.of_run(run, config)
    assert started_code.begin(project, config) == code
    found = started_code.of_run(run, config)
    assert found is not None and found.files == code.files
    assert own_code.changes_since(run) == []
    (project / "layers.py").write_text("changed = 1")
    (sentence,) = own_code.changes_since(run)
    assert sentence.startswith(f"layers.py in {project} has changed since")
    (run.code_path / "layers.py").write_text("changed = 1")
    with pytest.raises(MistakeError, match="code that you never started a run on"):
        started_code.of_run(run, config)


def test_copies_behind_a_link_are_not_those_of_a_run(project: Path) -> None:
    config = normalize.read(project / "config.json").value
    code = started_code.begin(project, config)
    assert code is not None
    run = Run(project / "run")
    code.keep(project / "elsewhere", project / "ignored.json")
    run.path.mkdir()
    code.keep(run.code_path / "x", run.code_record_path)
    run.code_path.rename(project / "moved")
    run.code_path.symlink_to(project / "elsewhere")
    with pytest.raises(MistakeError, match="holds no code of a run"):
        started_code.of_run(run, config)


def test_metrics_in_the_form_of_an_object_are_own_code_too(project: Path) -> None:
    value = {"metrics": {"measures.py:sure": {"least": 0.1}}, "loss": {"type": "a.py:b"}}
    assert own_code.names_in(value) == ["a.py:b", "measures.py:sure"]
    assert own_code.names_in([]) == own_code.names_in({"metrics": 3}) == []


def test_a_monitor_keeps_the_name_of_an_own_metric() -> None:
    value = {"metrics": ["m.py:my_metric"], "trainer": {"monitor": "max val_my_metric"}}
    assert normalize.normalize(value).value["trainer"]["monitor"] == "max val_my_metric"
