"""Below the form: the call that a block becomes, what a field means, what can be done there."""

from __future__ import annotations

from tui.cells import Row, cells, fit, wrap
from tui.clean import clean
from tui.config.words import About
from tui.widgets.cells import CellWidget


class ConfigAbout(CellWidget, roles=("frame", "text", "dim", "bad", "accent", "val")):
    """As high as it is from the start: nothing above it jumps when it has more to say."""

    def __init__(self) -> None:
        super().__init__(id="config-about")
        self.about = About()

    def show(self, about: About) -> None:
        """Say something else."""
        self.about = about
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """What weighs most if there is no room for all: problems, help, ways, facts, notes."""
        about = self.about
        top = [self._rule(width)] if height > 2 else []
        room = height - len(top)
        problems = _lines(about.problems, width, "bad")
        ways = _lines(about.ways, width, "accent")
        words = _lines(about.help, width, "text")
        facts = _lines(about.facts, width, "dim")
        notes = [line for note in about.notes for line in _lines(f"! {note}", width, "val")]
        calls = [cells(line, "dim") for line in about.call(width)]
        kept: dict[str, list[Row]] = {}
        for name, rows in (
            ("problems", problems), ("words", words), ("ways", ways), ("notes", notes[:1]),
            ("calls", calls), ("facts", facts), ("notes", notes),
        ):  # fmt: skip
            room += len(kept.get(name, []))
            kept[name] = rows[: max(room, 0)]
            room -= len(kept[name])
        order = ("problems", "calls", "words", "facts", "ways", "notes")
        return [*top, *(row for name in order for row in kept[name])]

    def _rule(self, width: int) -> Row:
        title = cells(f"{clean(self.about.title)} ", "dim") if self.about.title else []
        title = title if len(title) < width - 4 else fit(title, width - 4)
        return [*title, *cells("─" * (width - len(title)), "frame")]


def _lines(text: str, width: int, role: str) -> list[Row]:
    return [line for part in text.splitlines() for line in wrap(cells(clean(part), role), width)]
