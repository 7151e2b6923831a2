"""config.json as a file: read, checked as a whole, saved without loss."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.settings import file as config_file
from core.settings.file import ConfigError, Problem
from core.settings.jsontext import JsonText

SHIPPED_PATH = config_file.PRESETS / "config.json"
SHIPPED: dict[str, Any] = json.loads(SHIPPED_PATH.read_text(encoding="utf-8"))


def test_the_shipped_config_is_the_templates_own() -> None:
    parsed = Config.parse(SHIPPED)
    assert parsed.name == "Mnist_LeNet"
    assert parsed.optimizer.args == {"lr": 0.001, "weight_decay": 0, "amsgrad": True}
    assert [metric.type for metric in parsed.metrics] == ["accuracy", "top_k_acc"]
    assert parsed.trainer.epochs == 100
    assert parsed.seed == 123


def test_unknown_keys_are_kept() -> None:
    value = copy.deepcopy(SHIPPED) | {"their_key": {"a": 1}}
    value["trainer"]["save_freq"] = 5
    parsed = Config.parse(value)
    assert parsed.model_extra == {"their_key": {"a": 1}}
    assert parsed.trainer.model_extra == {"save_freq": 5}


def test_a_parsed_config_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config.parse(SHIPPED).trainer.epochs = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("early_stop", "patience"),
    [(None, math.inf), (0, math.inf), (-3, math.inf), (2, 2.0), (1.5, 1.5)],
)
def test_patience_is_infinite_where_early_stop_is_not_positive(
    early_stop: float | None, patience: float
) -> None:
    value = copy.deepcopy(SHIPPED)
    value["trainer"]["early_stop"] = early_stop
    assert Config.parse(value).trainer.patience == patience


def test_the_monitor_may_be_written_with_more_blanks() -> None:
    value = copy.deepcopy(SHIPPED)
    value["trainer"]["monitor"] = "  max   val_accuracy "
    assert Config.parse(value).trainer.monitor == "max val_accuracy"


def test_a_name_may_make_folders_below_save_dir() -> None:
    for name in ("", "a/b", "models/Mnist_LeNet", "..."):
        assert Config.parse(SHIPPED | {"name": name}).name == name


def read(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        config_file.read_text(path)
    assert len(caught.value.problems) == 1
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_file_that_cannot_be_a_config_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    assert read(path, b"[]").startswith("must be an object:")
    assert read(path, b'{"a":\n 1,,}').startswith("line 2, column ")
    assert read(path, b'{"a": NaN}') == "line 1, column 7: NaN is not JSON: give a number"
    assert read(path, b'"\xff"').startswith("cannot be read: it is not UTF-8")
    assert "nested too deeply" in read(path, b'{"a":' * 50_000)
    with pytest.raises(ConfigError, match=r"nothing\.json: there is no such file: give a"):
        config_file.read_text(tmp_path / "nothing.json")
    with pytest.raises(ConfigError, match=r": cannot be read: Is a directory$"):
        config_file.read_text(tmp_path)


def test_a_problem_names_its_field() -> None:
    assert str(Problem(path="trainer.epochs", message="is missing")) == "trainer.epochs: is missing"
    assert str(Problem(path="", message="is no object")) == "is no object"


def test_saving_keeps_the_former_file_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    config_file.save_text(path, JsonText('{"a": 1}'))
    assert [item.name for item in tmp_path.iterdir()] == ["config.json"]
    config_file.save_text(path, JsonText('{"a": 2}'))
    assert path.read_text() == '{"a": 2}'
    assert (tmp_path / "config.json.bak").read_text() == '{"a": 1}'


def test_saving_writes_what_every_program_reads(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b'\xef\xbb\xbf// mine\r\n{\r\n  "a": 1, // one\r\n}\r\n')
    text = config_file.read_text(path)
    assert text.value == {"a": 1}
    config_file.save_text(path, text)
    assert path.read_bytes() == b'{\r\n  "a": 1\r\n}\r\n'


def test_the_ends_of_lines_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b'{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n')
    config_file.save_text(path, config_file.read_text(path).set(("a",), 3))
    assert path.read_bytes() == b'{\r\n  "a": 3,\r\n  "b": 2\r\n}\r\n'


def test_saving_through_a_link_leaves_the_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "config.json"
    target.write_text("{}")
    link.symlink_to(target)
    config_file.save_text(link, JsonText('{"a": 1}'))
    assert link.is_symlink()
    assert target.read_text() == '{"a": 1}'


def test_a_folders_own_config_comes_before_the_bundled_one(tmp_path: Path) -> None:
    assert config_file.default_path(tmp_path) == SHIPPED_PATH
    (tmp_path / "config.json").touch()
    assert config_file.default_path(tmp_path) == tmp_path / "config.json"
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "config.json").touch()
    assert config_file.default_path(tmp_path) == tmp_path / "configs" / "config.json"


def test_a_bundled_preset_is_named_by_its_file_alone_in_any_folder(tmp_path: Path) -> None:
    preset = config_file.PRESETS / "sprint.json"
    assert config_file.asked_for(Path("sprint.json"), tmp_path) == preset
    others = ("nowhere.json", "config.json", "folder/sprint.json", str(tmp_path / "sprint.json"))
    for other in map(Path, others):
        assert config_file.asked_for(other, tmp_path) == other
    (tmp_path / "sprint.json").touch()
    assert config_file.asked_for(Path("sprint.json"), tmp_path) == Path("sprint.json"), "one's own"


@pytest.mark.parametrize(
    ("folder", "says"),
    [("~nobody-here/x", "~nobody-here: there is no such user"), ("a\0b", "holds a zero byte")],
)
def test_a_path_that_cannot_be_is_a_problem_of_its_field(folder: str, says: str) -> None:
    text = config_file.read_text(config_file.PRESETS / "config.json")
    for path in ("data_loader.args.data_dir", "trainer.save_dir"):
        value = text.set(config_file.parse_path(path), folder).value
        with pytest.raises(ConfigError) as caught:
            Config.parse(value)
        (problem,) = caught.value.problems
        assert problem.path == path
        assert problem.message.startswith(says)
