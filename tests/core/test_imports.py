"""Reading a run costs no torch, and the core knows no terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = (
    "checking", "images", "machine", "own_code", "processes", "record", "saved", "settings",
    "template",
)  # fmt: skip
"""Those in which nothing costs torch or numpy."""
TORCH_FREE = [
    "core.__main__", "core.config", "core.control", "core.devices", "core.events", "core.files",
    "core.journal", "core.judge", "core.launch", "core.probe", "core.requests", "core.runs",
    "core.state",
    *(f"core.{room}.{path.stem}"
      for room in ROOMS
      for path in sorted((PROJECT / "core" / room).glob("[a-z]*.py"))),
]  # fmt: skip

# Each in a process of its own, without paying for a Python each: a fork that imports one module.
CODE = """
import importlib, json, os, sys
heavy = {"torch", "torchvision", "numpy", "textual", "rich", "tui"}
for name in json.loads(sys.argv[1]):
    if os.fork() == 0:
        importlib.import_module(name)
        print(name, *sorted(heavy & set(sys.modules)), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, name
"""


def test_each_module_that_only_reads_is_light() -> None:
    output = subprocess.run(
        [sys.executable, "-c", CODE, json.dumps(TORCH_FREE)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.split("\n")[:-1] == TORCH_FREE


def test_the_guard_sees_torch_where_it_is() -> None:
    output = subprocess.run(
        [sys.executable, "-c", CODE, '["core.metrics", "core.losses"]'],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    first, second = output.splitlines()
    assert first == "core.metrics"  # only for its types
    assert second.startswith("core.losses") and "torch" in second.split()
