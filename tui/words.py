"""What the window says: the first screen, help, the keys that make sense now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.config_file import PRESETS
from core.devices import cpu_device
from tui.clean import clean
from tui.widgets.key_bar import Key

if TYPE_CHECKING:
    from core.devices import Device
    from core.state import RunState
    from tui.draft import Draft

QUICK_RUN = "sprint.json"
"""The preset of the quick run: one epoch."""

_LEAVE = (Key("?", "help", "screen.help"), Key("q", "leave", "app.leave"))
_PANES = Key("1-4", "panes", "")
_LOG = Key("l", "log", "screen.log")


def welcome(draft: Draft) -> str:
    """The first screen."""
    trainer = draft.current.value.get("trainer", {})
    trainer = trainer if isinstance(trainer, dict) else {}
    return "\n".join(
        (
            "Nothing is running yet.",
            "",
            f"enter   quick run: {QUICK_RUN}, one epoch, about 99 % in seconds",
            f"s       {clean(_next_run(draft))}: {_length(trainer)}",
            "1       look at the config first",
            "",
            f"Runs are kept in {clean(trainer.get('save_dir', 'saved'))}; 4 lists them.",
        )
    )


def _next_run(draft: Draft) -> str:
    return f"fine-tune {draft.parent.name}" if draft.parent else f"start {draft.path.name}"


def _length(trainer: dict[str, object]) -> str:
    text = f"up to {trainer.get('epochs', '?')} epochs"
    monitor, patience = str(trainer.get("monitor", "off")), trainer.get("early_stop")
    if monitor == "off" or not isinstance(patience, int | float) or patience <= 0:
        return text
    metric = clean(monitor.split()[-1])
    return f"{text},\n        ends by itself when {metric} has not improved for {patience:g}"


def help_of(pane: str) -> str:
    """What a pane is for, and every key."""
    return f"{_ABOUT[pane]}\n\n{_KEYS}"


def keys_for(pane: str, state: RunState, *, live: bool) -> tuple[Key, ...]:
    """The keys of the bottom line, most important first."""
    if pane == "config":
        return (
            Key("enter", "change", ""),
            Key("del", "default", ""),
            Key("ctrl+s", "save", "screen.save_config"),
            Key("s", "start", "app.start"),
            *_LEAVE,
            Key("/", "search", "screen.search"),
            Key("ctrl+z", "undo", "screen.undo"),
            _PANES,
        )
    if pane == "device":
        return (Key("enter", "train on it", ""), Key("s", "start", "app.start"), _PANES, *_LEAVE)
    if pane == "runs":
        return (
            Key("enter", "open", ""),
            Key("space", "files", ""),
            Key("t", "test", ""),
            Key("r", "go on", ""),
            Key("f", "fine-tune", ""),
            *_LEAVE,
            Key("/", "filter", "screen.search"),
            _PANES,
        )
    return _live_keys(state, live=live)


def _live_keys(state: RunState, *, live: bool) -> tuple[Key, ...]:
    palette = Key(":", "every action", "app.command_palette")
    if live:
        return (
            Key("p", "go on" if state.paused else "pause", "app.pause"),
            Key("x", "stop and save", "app.stop"),
            Key("k", "save now", "app.save_now"),
            _LOG,
            _PANES,
            *_LEAVE,
            palette,
        )
    start = Key("s", "start", "app.start")
    if not state.time:
        return (Key("enter", "quick run", "screen.quick_run"), start, _PANES, *_LEAVE, palette)
    return (
        Key("t", "test it", "screen.test"),
        Key("r", "go on", "screen.resume"),
        Key("s", "start anew", "app.start"),
        _LOG,
        _PANES,
        *_LEAVE,
        palette,
    )


def own_path(path: Path) -> Path:
    """Where a config is saved: a bundled preset in the folder one is in, others in place."""
    return Path.cwd() / path.name if path.parent == PRESETS else path


def device_of(draft: Draft, known: list[Device]) -> str:
    """The device of the next run, as far as `known` tells: torch is asked later."""
    device = draft.value.get("device")
    if isinstance(device, str) and device != "auto":
        return device
    num_gpus = draft.value.get("n_gpu", 0)
    wants_gpu = device == "auto" or (isinstance(num_gpus, int) and num_gpus > 0)
    gpus = [item.device for item in known if item.usable and item.device != "cpu"]
    return gpus[0] if wants_gpu and gpus else "cpu"


def in_words(device: str, draft: Draft) -> str:
    """`cpu, 2 threads`, `cuda:0`."""
    if device != "cpu":
        return device
    threads = draft.value.get("threads") or cpu_device().threads
    return f"cpu, {threads} threads"


_ABOUT = {
    "config": (
        "The config of the next run, as config.json has it. enter changes the field under the "
        "cursor, del takes it out, ctrl+s saves the file. What differs from the file is marked "
        "with ●, what cannot be trained with ✗. Dim values are defaults the file does not name."
    ),
    "device": (
        "What this machine can train on. enter trains the next run there. What cannot be used "
        "says why, and what to do about it."
    ),
    "live": (
        "The run: how far it is, its loss, its epochs. The loss says how wrong the network is, "
        "so it should fall: ── on the images it learns from, ┄┄ on those it never learns from. "
        "Validation can lie below training, since dropout makes the network's work harder while "
        "it learns. When it rises again while training falls, the network learns by heart. ◆ is "
        "the best epoch."
    ),
    "runs": (
        "Every run, live ones first. enter opens a run, space shows its checkpoints, t tests the "
        "one under the cursor on the 10,000 test images, r goes on from it, f begins a new run "
        "with its weights: its config is shown first, to be changed."
    ),
}
_KEYS = """\
s        F5      start with the config as shown
p        F6      pause, go on
x        F8      stop and save
k        F7      save a checkpoint now
1 2 3 4          Config, Device, Live, Runs
tab  arrows      move;  enter opens;  esc goes back
/                search or filter in Config and Runs
ctrl+s           save the config
ctrl+z   ctrl+y  undo, redo in the config
l                Live: the log, or the epochs
t        r       Live and Runs: test, go on
f                Runs: fine-tune, a new run from these weights
:        ctrl+p  every action
?        F1      this help
q        ctrl+c  leave; asks while this window trains"""
