"""What the window says: the first screen, what a pane is for, the keys that make sense now."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from core.devices import cpu_device
from core.settings.file import PRESETS
from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from core.devices import Device
    from tui.config.draft import Draft
    from tui.device.choosing import Choice
    from tui.runs.newest import Newest

QUICK_RUN = "sprint.json"
"""The preset of the quick run: one epoch."""

_QUICK_OFFER = (
    f"quick run: {QUICK_RUN}, one epoch in seconds; then it reads about 99 % of digits it never saw"
)

_KEY_WIDTH = 8
"""Columns of a key on the first screen, before what it does."""

_ROOMY = 60
"""Columns from which the first screen says more than the keys."""


def welcome(
    draft: Draft, width: int, newest: Newest | None = None, num_live: int = 0, kept: str = ""
) -> str:
    """The first screen, in lines of that many columns.

    `num_live` runs are trained elsewhere; `kept` tells of edits that another window left unsaved.
    """
    trainer = draft.current.value.get("trainer", {})
    trainer = trainer if isinstance(trainer, dict) else {}
    saved = fmt.path(str(trainer.get("save_dir", "saved")))
    saved = clean(saved if saved.startswith(("/", "~", ".")) else f"./{saved}")
    before = []
    if newest is not None and newest.can_go_on:
        before = [("r", f"go on with {clean(newest.words)}")]
    elif newest is not None and not num_live:
        before = [("4", f"look at your runs; the newest: {clean(newest.words)}")]
    follow = (
        "follow the run that is" if num_live == 1 else f"follow one of the {num_live} runs that are"
    )
    keys = (
        *([("4", f"{follow} being trained")] if num_live else ()),
        ("enter", _QUICK_OFFER),
        ("s", f"{clean(_next_run(draft))}: {_length(trainer)}"),
        *before,
        ("1", kept or "look at the config first"),
    )
    lines = ["No run is shown yet." if num_live else "Nothing is running yet.", ""]
    for key, text in keys:
        indent = " " * _KEY_WIDTH
        lines += wrap(text, width, initial_indent=f"{key:<{_KEY_WIDTH}}", subsequent_indent=indent)
    kept = f"Runs are kept in {saved}; 4 lists them."
    if width >= _ROOMY:
        kept += " If the link drops, training goes on: mnist-tui, in any folder, brings you back."
    return "\n".join([*lines, "", *wrap(kept, width)])


def _next_run(draft: Draft) -> str:
    if draft.parent:
        return f"fine-tune {draft.parent.name}"
    if draft.path.parent == PRESETS:
        return f"start {draft.path.name}, which comes with mnist-tui"
    return f"start {fmt.path(draft.path)}"


def _length(trainer: dict[str, object]) -> str:
    text = clean(f"up to {trainer.get('epochs', '?')} epochs")
    monitor, patience = str(trainer.get("monitor", "off")).split(), trainer.get("early_stop")
    if monitor in ([], ["off"]) or not isinstance(patience, int | float) or patience <= 0:
        return text
    metric = clean(monitor[-1])
    return (
        f"{text}, ends by itself when {metric} has not improved for more than {patience:g} epochs"
    )


def own_path(path: Path) -> Path:
    """Where a config is saved: a bundled preset in the folder one is in, others in place."""
    return Path.cwd() / path.name if path.parent == PRESETS else path


def called(path: Path) -> str:
    """A config file in a few words: `sprint (bundled)`, `configs/mine.json`."""
    return f"{path.stem} (bundled)" if path.parent == PRESETS else fmt.path(path)


def device_of(draft: Draft, known: list[Device]) -> str:
    """The device of the next run, or several, as far as `known` tells: torch is asked later."""
    device = draft.value.get("device")
    if isinstance(device, str) and device != "auto":
        return device
    num_gpus = draft.value.get("n_gpu", 0)
    wants_gpu = device == "auto" or (isinstance(num_gpus, int) and num_gpus > 0)
    gpus = [item.device for item in known if item.usable and item.device != "cpu"]
    if not (wants_gpu and gpus):
        return "cpu"
    several = device != "auto" and gpus[0].startswith("cuda:") and isinstance(num_gpus, int)
    return ",".join(item for item in gpus[: num_gpus if several else 1] if item[:4] == gpus[0][:4])


def in_words(choice: Choice, draft: Draft) -> str:
    """`cpu, 2 threads`, `cpu, 2 processes of 1 thread`, `cuda:0`."""
    if choice.devices != "cpu":
        return choice.devices
    asked, number = draft.value.get("threads"), choice.num_processes
    found = asked if isinstance(asked, int) else max(1, (cpu_device().threads or 1) // number)
    return f"cpu, {fmt.threads(found, number)}"


ABOUT = {
    "config": (
        "The config of the next run, as config.json has it. enter changes the field under the "
        "cursor; a number goes up and down by the arrows. [ and ] go from section to section, "
        "enter on a title folds it. What differs from the file is marked with ●, what cannot be "
        "trained with ✗; n goes there. Dim values are defaults the file does not name. While a "
        "run is live its values stand beside the ones that differ, and a gives it another lr or "
        "epochs. The first save keeps the file as it was in config.json.bak; what is not saved "
        "is kept too, and offered at the next start."
    ),
    "device": (
        "What this machine can train on. enter trains the next run there. What cannot be used "
        "says why, and what to do about it. Several train one run together: + on each further "
        "GPU, or on the CPU for one process more, which is seldom faster; - takes one away. Each "
        "takes its share of every batch."
    ),
    "live": "The run: how far it is, its chart, its epochs or its log.",
    "runs": (
        "Every run, live ones first. enter opens a run, space shows its checkpoints, t tests the "
        "one under the cursor on the 10,000 test images, r goes on from it, f begins a new run "
        "with its weights: its config is shown first, to be changed. o sorts by the next column, O "
        "the other way round; live runs stay on top. p, x and k mean the run under the cursor. "
        "del moves a run or a checkpoint into a trash "
        "folder, z takes the last one back, and : Empty the trash frees its place. c compares a "
        "run with the one that is shown: their curves in one chart, and what their configs say "
        "differently. A best val_ value is of the run's own validation images: where two runs "
        "have other ones, c says so, and t tests both on the same. The line below the list "
        "tells of the run under the cursor what has no column here."
    ),
    "digits": (
        "What a network gets wrong. t tests the checkpoint. In the table a row is what the images "
        "are, a column what they were taken for: the arrows walk it, enter shows the pictures "
        "behind a number, the surest mistake first. Of the pictures space shows the next, ↑ those "
        "before, g one by its number; esc goes back to the table. d opens a pad: draw a digit "
        "with the mouse or the arrows, and see what it is taken for while you draw. c looks at "
        "another checkpoint."
    ),
    "learn": (
        "What goes on while a network learns, with the numbers of the run that is shown: the "
        "network with a real picture going through it, one training step taken apart, what each "
        "part of config.json becomes, the parts of the chart. ← and → turn the pages."
    ),
}
