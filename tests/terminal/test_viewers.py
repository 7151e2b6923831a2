"""Several who look at one run; tests/benchmarks/viewers.py does the same for longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scratch import FOREVER
from viewers import steer_together, write_among_readers

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch


def test_three_viewers_agree_while_one_pauses_and_another_stops(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    steer_together(scratch)


def test_a_writer_is_never_refused_because_of_readers(tmp_path: Path) -> None:
    found = write_among_readers(tmp_path / "events.jsonl", 200)
    assert (found.tries, found.refused) == (200, 0)
