"""What is known of the fields of a draft beyond their values, without torch."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING

from core.images.idx import DataError
from core.requests import EPOCHS, LR
from core.settings.jsontext import JsonText, JsonTextError
from core.settings.schedules import OWN_RATES
from tui.config import fields
from tui.config.draft import Draft, problems_of
from tui.config.form import Marks, place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.runs import Run
    from core.state import RunState
    from tui.config.fields import Field, Section

SPLIT, BATCH = "data_loader.args.validation_split", "data_loader.args.batch_size"
ARCH, DEVICE = "arch.type", "device"
SETTINGS = (LR, EPOCHS)
"""What a live run can be told to change."""


class LiveRun:
    """The run that is shown beside the draft: its config, as it is set by now."""

    def __init__(self, run: Run, state: RunState, *, live: bool) -> None:
        self.run, self.state, self.live = run, state, live
        self._config = run.config()
        self.values = self._values()

    def follow(self, state: RunState, *, live: bool) -> bool:
        """Take a newer state; returns whether its settings, or whether it lives, are others now."""
        same = (live, state.changes) == (self.live, self.state.changes)
        known = (state.started is None) == (self.state.started is None)
        self.state, self.live = state, live
        if not same:
            self.values = self._values()
        return not (same and known)

    @property
    def schedule(self) -> str:
        """The class that changes its learning rate; empty where none does."""
        schedule = self._config.get("lr_scheduler")
        return str(schedule.get("type", "")) if isinstance(schedule, dict) else ""

    def parameters_of(self, arch: object) -> int | None:
        """How many parameters a network has, if it is this run's."""
        if self.state.started is None or self._config.get("arch") != arch:
            return None
        return self.state.started.num_parameters or None

    def _values(self) -> dict[str, str]:
        """Every field of its config as a row shows it."""
        text = JsonText(json.dumps(self._config))
        try:
            form = fields.sections(Draft(self.run.config_path, text, text))
        except JsonTextError:  # not a number where one should be: nothing to compare with
            return {}
        values = {item.dotted: item.in_row for section in form for item in section.fields}
        started = self.state.started
        set_since = dict(started.changes) if started else {}
        set_since |= {change.path: change.after for change in self.state.changes}
        for path, value in set_since.items():
            values[path] = fields.show(value)
        return values


def marks(draft: Draft, sections: Sequence[Section], live: LiveRun | None) -> Marks:
    """What is said of the fields beside their values."""
    problems: dict[str, tuple[str, ...]] = {}
    for problem in draft.problems():
        path = place(problem, sections)
        sentence = problem.message if path == problem.path else str(problem)
        problems[path] = (*problems.get(path, ()), sentence)
    return Marks(
        was=_was(draft, sections),
        live=_live(sections, live) if live is not None and live.live else {},
        facts=_facts(draft, live),
        problems=problems,
    )


def _was(draft: Draft, sections: Sequence[Section]) -> dict[str, str]:
    if not draft.changed:
        return {}
    saved = fields.sections(Draft(draft.path, draft.saved, draft.saved))
    before = {item.dotted: item for section in saved for item in section.fields}
    found = {}
    for item in (item for section in sections for item in section.fields):
        old = before.get(item.dotted)
        if old is None:
            if item.given:
                found[item.dotted] = ""
        elif item.given != old.given or not _same(item, old):
            found[item.dotted] = old.in_row
    return found


def _same(item: Field, old: Field) -> bool:
    return fields.mean_the_same(item.dotted, item.shown, old.shown)


def _live(sections: Sequence[Section], live: LiveRun) -> dict[str, str]:
    return {
        item.dotted: live.values[item.dotted]
        for section in sections
        for item in section.fields
        if item.dotted in live.values
        and not fields.mean_the_same(item.dotted, live.values[item.dotted], item.in_row)
    }


def _facts(draft: Draft, live: LiveRun | None) -> dict[str, str]:
    found = {}
    if draft.num_processes > 1:
        found[DEVICE] = f"in {draft.num_processes} processes"
    images = _num_images(draft.text, draft.folder)
    if images is not None:
        num_train, num_validation = images
        found[SPLIT] = f"{num_train:,} + {num_validation:,}"
        size = draft.get(("data_loader", "args", "batch_size"))
        if type(size) is int and size > 0:
            steps = math.ceil(num_train / size)
            found[BATCH] = f"{steps:,} {'step' if steps == 1 else 'steps'} an epoch"
    schedule = draft.get(("lr_scheduler", "type"))
    if schedule in OWN_RATES:
        found[LR] = f"{OWN_RATES[schedule]} counts"
    parameters = live.parameters_of(draft.get(("arch",))) if live else None
    if parameters is not None:
        found[ARCH] = f"{parameters:,} parameters"
    return found


@lru_cache(maxsize=4)
def _num_images(text: JsonText, folder: Path) -> tuple[int, int] | None:
    """How many images are trained on and validated on; None where that is not known yet."""
    from core.checking import check  # pydantic: not before the first paint

    if problems_of(text, folder):
        return None
    try:
        return check.num_images(check.load(text.value, folder))
    except DataError:  # a set of one's own has to be made to be counted
        return None
