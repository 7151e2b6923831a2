"""Record a short tour of the real program: `python docs/tour.py`.

It starts the program in a pseudo-terminal of its own, presses keys as a person would, trains
`sprint.json` for its one epoch, and writes what the terminal got as an asciicast of version 2:
`asciinema play docs/pictures/tour.cast` shows it.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

DOCS = Path(__file__).resolve().parent
CAST = DOCS / "pictures" / "tour.cast"
sys.path.insert(0, str(DOCS.parent / "tests" / "support"))

from pty_app import PtyApp  # noqa: E402

COLUMNS, ROWS = 80, 24
SAMPLE_SECONDS = 0.03
LONGEST_SECONDS = 1.5
"""A longer silence is cut to that."""
STYLES = re.compile(r"\x1b\[0?m\x1b\[(?P<set>[0-9;]+)m|\x1b\[[0-9;]*m")
"""A reset and a style after it, or one of the two."""

STEPS = (
    ("1 Config", (), 1.5),
    ("batch_size", ("1",), 1.5),
    ("weight_decay", ("pagedown", "pagedown"), 1.5),
    ("quick run", ("3",), 1.0),
    ("train ", ("enter",), 2.5),
    ("finished", (), 2.0),
    ("of 10,000 wrong", ("t",), 2.5),
    ("of 10,000 right", ("escape", "5"), 2.0),
    ("% sure", ("enter",), 2.0),
    ("file ok", ("escape", "4"), 2.0),
    ("The network", ("6",), 2.0),
    ("", ("q",), 1.0),
)
"""What is on the screen after keys were pressed, and for how long it is looked at."""


class Recorder:
    """Notes when which bytes came."""

    def __init__(self, app: PtyApp) -> None:
        self._app, self._end = app, threading.Event()
        self._began = time.monotonic()
        self.chunks: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take what is left, and end."""
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        seen, last = 0, False
        while not last:
            last = self._end.wait(SAMPLE_SECONDS)
            data = self._app.raw[seen:]
            seen += len(data)
            if data:
                self.chunks.append((time.monotonic() - self._began, data))


def record(folder: Path) -> list[tuple[float, bytes]]:
    """The bytes of the tour with the seconds at which they came; works in `folder`."""
    home = folder / "you"
    home.mkdir()
    env = {"HOME": str(home), "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": "", "TERM": "xterm-256color"}
    command = (sys.executable, "-m", "tui", "-d", "cpu", "--rate", "3")
    with PtyApp(command, rows=ROWS, columns=COLUMNS, env=env, cwd=home) as app:
        recorder = Recorder(app)
        for awaited, keys, seconds in STEPS:
            for key in keys:
                app.press(key)
                time.sleep(0.3)
            if awaited:
                app.wait_for(awaited, timeout=60)
            time.sleep(seconds)
        app.process.wait(30)
        recorder.stop()
    return [(at, data.replace(bytes(home), b"/home/you")) for at, data in recorder.chunks]


def shorten(text: str) -> str:
    """The same without styles that are set though they hold already, and in fewer sequences."""
    holds = ""

    def one(found: re.Match[str]) -> str:
        nonlocal holds
        before, holds = holds, found["set"] or found[0]
        return "" if holds == before else f"\x1b[0;{holds}m" if found["set"] else found[0]

    return STYLES.sub(one, text)


def cast(chunks: list[tuple[float, bytes]]) -> str:
    """The recording as an asciicast, long silences cut."""
    header = {
        "version": 2, "width": COLUMNS, "height": ROWS, "title": "mnist-tui",
        "env": {"TERM": "xterm-256color"},
    }  # fmt: skip
    lines, now, before = [json.dumps(header)], 0.0, 0.0
    decode = codecs.getincrementaldecoder("utf-8")().decode
    for at, data in chunks:
        now += min(at - before, LONGEST_SECONDS)
        before = at
        text = shorten(decode(data))
        lines.append(json.dumps([round(now, 2), "o", text], ensure_ascii=False))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Record it."""
    with tempfile.TemporaryDirectory(prefix="tour-") as name:
        chunks = record(Path(name))
    CAST.write_text(cast(chunks), encoding="utf-8")


if __name__ == "__main__":
    main()
