"""`mnist-tui doctor`: looks at everything and prints it, a line each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.exit_codes import FAILED, OK
from tui import say
from tui.clean import clean
from tui.doctor import devices, disk, link, machine, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tui.doctor.findings import Findings


def examine(save_dir: Path) -> int:
    """Print what was found and what is advised; returns 1 if nothing can be trained here."""
    found: list[Findings] = []
    for findings in _look(save_dir):
        # One by one: PyTorch is slow to answer, and the rest need not wait for it.
        say.out("\n".join(_facts(findings)))
        found.append(findings)
    say.out("\n".join(_conclusion(found)))
    return FAILED if any(findings.obstacles for findings in found) else OK


def _look(save_dir: Path) -> Iterable[Findings]:
    yield terminal.look(terminal.seen(), os.environ)
    yield link.look(os.environ)
    yield machine.look()
    yield disk.look(save_dir, disk.mounts())
    yield devices.look(devices.seen())


def _facts(findings: Findings) -> list[str]:
    return [
        findings.subject,
        *(f"  {clean(name)}: {clean(value)}" for name, value in findings.facts),
        "",
    ]


def _conclusion(found: list[Findings]) -> list[str]:
    obstacles = [sentence for findings in found for sentence in findings.obstacles]
    advice = [sentence for findings in found for sentence in findings.advice]
    lines = ["advice", *(f"  {clean(sentence)}" for sentence in (*obstacles, *advice)), ""]
    verdict = "nothing can be trained here yet" if obstacles else "a run can be trained here"
    return [*(lines if obstacles or advice else []), verdict]
