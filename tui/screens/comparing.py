"""Comparing the config of the next run with its file, or with the config of a run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MistakeError
from core.record.log import sentence
from core.saved import finding
from core.settings import file as config_file
from core.settings.jsontext import JsonText, JsonTextError
from tui import format as fmt
from tui import words
from tui.clean import clean
from tui.config.differences import differences, table
from tui.runs.labels import by_label
from tui.screens.page import Page
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from rich.text import Text
    from textual.widget import Widget

    from core.events import SettingChanged
    from core.runs import Run
    from tui.config.draft import Draft

NUM_RUNS_OFFERED = 100
_VALIDATED_ON = {
    "data_loader.type", "data_loader.args.data_dir", "data_loader.args.validation_split",
}  # fmt: skip
_OTHER_IMAGES = "They validate on different images: their val_ values differ by that too."
_SAME_IMAGES = "They validate on the same images: their val_ values can be compared."

_OTHER_LOSSES = "Their losses are measured otherwise: compare val_accuracy, not val_loss."


def compare(pane: Widget, draft: Draft) -> None:
    """Ask with what, and show what differs; over the window of `pane`."""

    async def ask() -> None:
        # A save folder may be large, or far away.
        offered = await asyncio.to_thread(_runs, draft)
        file = f"{words.called(draft.path)}, as it is saved"

        def answered(label: str | None) -> None:
            if label == file:
                show(pane, draft, draft.saved.value, words.called(draft.path))
            elif label is not None:
                pane.run_worker(beside(offered[label], label))

        async def beside(run: Run, label: str) -> None:
            config, _ = await asyncio.to_thread(_by_now, run)  # its journal may be long
            show(pane, draft, config, label)

        prompt = Prompt(
            "Compare the next run with",
            value=file,
            help="a run's checkpoints were made with its config",
            choices=[file, *offered],
        )
        pane.app.push_screen(prompt, answered)

    pane.run_worker(ask(), exclusive=True, group="compare")


def show(pane: Widget, draft: Draft, theirs: object, name: str) -> None:
    """The differences as a page."""
    found = differences(draft.value, theirs)
    pane.app.push_screen(Page(clean(f"Compared with {name}"), table(found, name)))


def of_runs(shown: Run, other: Run) -> tuple[str, Text]:
    """The title and the differences of two runs' configs. Raises MistakeError if one is gone."""
    for run in (shown, other):
        if not run.config_path.exists():
            raise MistakeError(f"{run.path}: is gone, or has no config.json")
    names = [fmt.run_name(run) for run in (shown, other)]
    (config, changed), (others, others_changed) = _by_now(shown), _by_now(other)
    found = differences(config, others)
    page = table(found, names[1], ours=f"here {names[0]}")
    differ = any(item.path in _VALIDATED_ON for item in found)
    page.append(f"\n\n{_OTHER_IMAGES if differ else _SAME_IMAGES}")
    if any(item.path.split(".")[0] == "loss" for item in found):
        page.append(f" {_OTHER_LOSSES}")
    for name, changes in zip(names, (changed, others_changed), strict=True):
        for change in changes:
            page.append(f"\n{name}: {sentence(change)}.")
    for name, run in zip(names, (shown, other), strict=True):
        if (parent := run.parent()) is not None:
            how = "begins with the weights of" if run.fine_tunes() else "goes on from"
            page.append(f"\n{name} {how} {fmt.checkpoint(parent)}.")
    return f"{names[0]} and {names[1]}", page


def _by_now(run: Run) -> tuple[object, tuple[SettingChanged, ...]]:
    """Its config as it was set when it began, was resumed and ran; and what was set as it ran."""
    state, config = run.state(), run.config()
    changes = dict(state.started.changes) if state.started is not None else {}
    changes |= {change.path: change.after for change in state.changes}
    with contextlib.suppress(JsonTextError):  # no place for them: it is another program's
        config = config_file.with_values(JsonText(json.dumps(config)), changes).value
    return config, state.changes


def _runs(draft: Draft) -> dict[str, Run]:
    """The known runs by what they are called, newest first."""
    trainer = draft.meant.get("trainer")
    save_dir = trainer.get("save_dir") if isinstance(trainer, dict) else None
    named = save_dir if isinstance(save_dir, str) else "saved"
    folder = Path(os.path.expanduser(named))  # noqa: PTH111 -- of unknown users it makes nothing
    found = sorted(finding.known(folder), key=finding.started, reverse=True)
    return by_label(found[:NUM_RUNS_OFFERED])
