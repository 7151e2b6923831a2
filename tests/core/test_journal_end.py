"""What a journal says at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.event_lines import to_line
from core.events import Heartbeat, RunEnded
from core.record import journal_end

if TYPE_CHECKING:
    from pathlib import Path

SHORT, LONG = "", "x" * (2 * journal_end.USUAL_LINE_BYTES)


def ended(reason: str) -> bytes:
    return to_line(RunEnded(outcome="failed", reason=reason, seconds=1.0))


@pytest.mark.parametrize("reason", [SHORT, LONG], ids=["short", "long"])
def test_a_journal_has_ended_once_its_last_line_says_so(tmp_path: Path, reason: str) -> None:
    journal = tmp_path / "events.jsonl"
    assert not journal_end.has_ended(journal)
    journal.touch()
    assert not journal_end.has_ended(journal)
    begun = to_line(Heartbeat()) * 500
    for text, expected in (
        (begun, False),
        (ended(reason), True),
        (begun + ended(reason), True),
        (begun + ended(reason).rstrip(b"\n"), True),
        (begun + ended(reason) + to_line(Heartbeat()), False),
        (ended(SHORT) + b'{"kind":"NoticeGiven","message":"' + LONG.encode() + b'"}\n', False),
    ):
        journal.write_bytes(text)
        assert journal_end.has_ended(journal) is expected
