"""While torch is imported, which may take minutes, the run is neither deaf nor silent."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

import core
from core import control
from core.control import Control, StopTraining
from core.events import Event, Heartbeat
from core.processes import importing
from core.requests import Inbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def slow_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module in the trainer's place that takes a second."""
    (tmp_path / "slow_trainer.py").write_text("import time\ntime.sleep(1)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delattr(core, "trainer", raising=False)
    monkeypatch.setattr(importing, "MODULES", ("slow_trainer",))
    monkeypatch.setattr(importing, "_thread", None)
    monkeypatch.delitem(sys.modules, "slow_trainer", raising=False)


@pytest.mark.usefixtures("slow_import")
def test_the_journal_grows_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "HEARTBEAT_SECONDS", 0.2)
    events: list[Event] = []
    captured = {threading.get_ident()}
    importing.import_trainer(Control(Inbox(tmp_path / "requests"), events.append), captured)
    assert {type(event) for event in events} == {Heartbeat}
    assert len(events) >= 2
    assert len(captured) == 2  # what the import prints belongs to the run
    assert importing.exit_code(7) == 7


@pytest.mark.usefixtures("slow_import")
def test_a_signal_need_not_wait(tmp_path: Path) -> None:
    asked = Control(Inbox(tmp_path / "requests"), lambda event: None)
    asked.stop_by_signal("SIGTERM")
    with pytest.raises(StopTraining, match="SIGTERM"):
        importing.import_trainer(asked, set())
