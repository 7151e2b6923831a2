"""The speed probe and the self-test."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tiny_data import tiny_config

from core import probe
from core.saved import folders

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "WARM_UP_SECONDS", 0.05)
    monkeypatch.setattr(probe, "SECONDS", 0.1)


def answer(
    question: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(question)))
    assert probe.main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    value: dict[str, Any] = json.loads(line)
    return value


def test_the_cpu_passes_the_self_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer({"device": "cpu"}, monkeypatch, capsys)
    assert found["passed"]
    assert found["difference"] < 1e-4


def test_a_device_that_computes_nonsense_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "MOST_DIFFERENCE", float("nan"))
    assert not probe.self_test("cpu")["passed"]


@pytest.mark.parametrize(
    "edits",
    [
        {},
        {"lr_scheduler": {"type": "OneCycleLR", "args": {"max_lr": 0.1}, "interval": "batch"}},
        {"data_loader.augment": {"shift": 2}},
    ],
)
def test_the_speed_is_that_of_the_config_and_leaves_nothing_behind(
    edits: dict[str, Any],
    tiny_mnist: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tiny_config(tiny_mnist, tmp_path / "saved", edits)
    found = answer({"device": "cpu", "config": config.text}, monkeypatch, capsys)
    assert found["images_per_second"] > 100
    assert found["threads"] == 1
    assert found["seconds_an_epoch"] == pytest.approx(144 / found["images_per_second"])
    assert not (tmp_path / "saved").exists()
    assert folders.known() == []


def test_what_cannot_be_trained_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny_config(tmp_path, tmp_path)
    for question in (
        {"device": "cuda:9", "config": config.text},
        {"device": "cpu", "config": config.set(("arch", "type"), "NoSuchNet").text},
    ):
        found = answer(question, monkeypatch, capsys)
        assert list(found) == ["mistake"]
        assert "\n" not in found["mistake"]
