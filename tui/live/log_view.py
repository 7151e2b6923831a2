"""The log as it is looked at: which lines, which part of them, what is searched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from core.record.log_lines import LEVELS, TIME

if TYPE_CHECKING:
    from core.record.log_lines import LogLine


@dataclass(frozen=True)
class LogView:
    """A frozen value: each key makes the next one."""

    lines: tuple[LogLine, ...] = ()
    least: str = "info"
    """Lines of a lower level are left out."""
    wrap: bool = True
    query: str = ""
    bottom: int | None = None
    """The number of the last line shown; None follows the end."""

    @cached_property
    def shown(self) -> tuple[LogLine, ...]:
        """The lines of the levels that are shown."""
        least = LEVELS.index(self.least)
        return tuple(line for line in self.lines if LEVELS.index(line.level) >= least)

    @cached_property
    def several_days(self) -> bool:
        """Whether a time of day does not say which day."""
        days = {line.text[:10] for line in self.lines if TIME.match(line.text)}
        return len(days) > 1

    @property
    def follows(self) -> bool:
        """Whether new lines push older ones up."""
        return self.bottom is None

    @property
    def last(self) -> int:
        """The place in `shown` of the last line in view; -1 where there is none."""
        if self.bottom is None:
            return len(self.shown) - 1
        older = [at for at, line in enumerate(self.shown) if line.number <= self.bottom]
        return older[-1] if older else min(0, len(self.shown) - 1)

    @cached_property
    def matches(self) -> tuple[int, ...]:
        """The numbers of the lines that hold what is searched."""
        wanted = self.query.lower()
        return tuple(line.number for line in self.shown if wanted and wanted in line.text.lower())

    @property
    def match(self) -> int | None:
        """How many matches there are up to the last line in view, which is one of them."""
        return self.matches.index(self.bottom) + 1 if self.bottom in self.matches else None

    def grown(self, lines: tuple[LogLine, ...]) -> LogView:
        """With newer lines."""
        return replace(self, lines=lines)

    def next_level(self) -> LogView:
        """The next level as the least: debug after error."""
        return replace(self, least=LEVELS[(LEVELS.index(self.least) + 1) % len(LEVELS)])

    def moved(self, by: int, first: int) -> LogView:
        """Some lines further down, or up; `first` is the least place that fills the view."""
        return self._ending_at(max(first, self.last + by))

    def found(self, query: str) -> LogView:
        """Search from the end."""
        new = replace(self, query=query)
        return replace(new, bottom=new.matches[-1]) if new.matches else new

    def to_match(self, by: int) -> LogView:
        """The match `by` further up or down, round at the ends."""
        if not self.matches:
            return self
        here = self.shown[self.last].number
        at = sum(number < here for number in self.matches)
        on_match = here in self.matches
        if by > 0 and not on_match:
            at -= 1
        return replace(self, bottom=self.matches[(at + by) % len(self.matches)])

    def _ending_at(self, place: int) -> LogView:
        at_end = place >= len(self.shown) - 1
        return replace(self, bottom=None if at_end else self.shown[place].number)
