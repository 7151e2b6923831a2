"""The app: what happens to runs, whoever trains them."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType

from core import config_file, devices, launch, requests, runs, summary, worker
from core.errors import MistakeError
from tui import starting, testing, words
from tui.clean import clean
from tui.follow import FollowThread
from tui.messages import (
    CheckpointTested,
    DevicesFound,
    FineTuneAsked,
    PaneShown,
    QuickRunAsked,
    ResumeAsked,
    RunOpened,
    RunsFound,
    RunUpdated,
)
from tui.screens.ask import Answer, Ask
from tui.screens.main import MainScreen
from tui.screens.page import Page
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from textual.screen import Screen

    from core.jsontext import JsonText
    from core.requests import Kind
    from core.runs import Run
    from core.state import RunState
    from tui.draft import Draft

NUM_NOTES_SHOWN = 3
"""Of what there is to say of a config when it is opened."""

WARM_UP_DELAY_SECONDS = 0.5
"""After the first paint: `import torch` holds the interpreter for tenths of a second at a time."""


class MnistApp(App[None]):
    """Owns the draft, the training in this process, and the run that is shown."""

    CSS_PATH = "app.tcss"
    TITLE = "mnist-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", "start", show=False),
        Binding("p", "pause", "pause, go on", show=False),
        Binding("x", "stop", "stop and save", show=False),
        Binding("k", "save_now", "save a checkpoint now", show=False),
        Binding("f5", "start", "start", show=False, priority=True),
        Binding("f6", "pause", "pause, go on", show=False, priority=True),
        Binding("f8", "stop", "stop and save", show=False, priority=True),
        Binding("f7", "save_now", "save a checkpoint now", show=False, priority=True),
        Binding("colon,ctrl+p", "command_palette", "every action", show=False),
        Binding("q", "leave", "leave", show=False),
        Binding("ctrl+c,ctrl+q", "leave", "leave", show=False, priority=True),
    ]

    def __init__(
        self,
        draft: Draft,
        save_dir: Path,
        *,
        shown: Sequence[Run] = (),
        start: bool = False,
        resume: Path | None = None,
    ) -> None:
        """`start` trains at once: from `resume` if that is given, else the config as it is."""
        super().__init__()
        self.draft, self.save_dir = draft, save_dir
        self.shown: Run | None = None
        self._to_show, self._start_at_once, self._resume_from = shown, start, resume
        self.state: RunState | None = None
        self.live = False
        self.worker: launch.Worker | None = None
        self._alive: dict[Path, Callable[[], bool]] = {}
        """Trainings started here, which take a moment until their journal says that they live."""
        self._follower: FollowThread | None = None
        self._starting = False
        """A start is under way: its run directory is being made, or its checkpoint read."""
        self._main = MainScreen(draft)

    def on_mount(self) -> None:
        """Show the window, then what takes longer."""
        self.call_after_refresh(gc.enable)
        self.push_screen(self._main)
        self.call_after_refresh(self._tell_notes)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            asyncio.get_running_loop().add_signal_handler(number, self._end_by_signal, number)
        if len(self._to_show) == 1:
            self.follow(self._to_show[0])
        elif self._to_show:
            self.call_after_refresh(self._main.action_pane, "runs")
        if self._start_at_once and self._resume_from is not None:
            self.post_message(ResumeAsked(self._resume_from))
        elif self._start_at_once:
            self.call_after_refresh(self.action_start)
        self.set_timer(WARM_UP_DELAY_SECONDS, self._warm_up)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action, for the palette."""
        main = self._main
        yield SystemCommand("Start", "train with the config as shown", self.action_start)
        yield SystemCommand("Pause or go on", "the run that is shown", self.action_pause)
        yield SystemCommand("Stop and save", "the run that is shown", self.action_stop)
        yield SystemCommand(
            "Save now", "a checkpoint of the run that is shown", self.action_save_now
        )
        yield SystemCommand("Test", "the best checkpoint on the test images", main.action_test)
        yield SystemCommand("Go on", "with the run that is shown", main.action_resume)
        yield SystemCommand(
            "Fine-tune", "a new run with the best weights of this one", main.action_fine_tune
        )
        yield SystemCommand("Save config", "write config.json", main.action_save_config)
        yield SystemCommand("Log", "the log or the epochs", main.action_log)
        yield SystemCommand("Help", "the keys and this pane", main.action_help)
        yield SystemCommand("Theme", "other colours", self.action_change_theme)
        yield SystemCommand("Leave", "asks while a run is live", self.action_leave)

    # What can be asked of a run

    def action_start(self) -> None:
        """Train with the config as shown."""
        problems = self.draft.problems()
        if problems:
            self._main.action_pane("config")
            self._main.query_one("ConfigPane").go_to_first_problem()  # type: ignore[attr-defined]
            self._complain(f"cannot start: {problems[0]}")
            return
        text, parent = self.draft.text, self.draft.parent
        if parent is None:
            self._start(text)
        else:
            self._begin(lambda: self._fine_tuned(parent, text))

    def action_pause(self) -> None:
        """Pause, or go on."""
        paused = self.state is not None and self.state.paused
        self._ask_run("continue" if paused else "pause")

    def action_stop(self) -> None:
        """Save and stop."""
        self._ask_run("stop")

    def action_save_now(self) -> None:
        """Save a checkpoint."""
        if self._ask_run("save"):
            self.notify("saving a checkpoint", timeout=2)

    def action_leave(self) -> None:
        """Leave; asks while this window trains a run."""
        if not self._training():
            self.exit()
            return
        if isinstance(self.screen, Ask):
            return
        question = "A run is being trained in this window."
        answers = [Answer("s", "stop and save, then leave"), Answer("c", "cancel, train on")]

        def answered(key: str | None) -> None:
            if key == "s":
                self._stop_and_leave("leaving", 0)

        self.push_screen(Ask(question, answers), answered)

    async def action_quit(self) -> None:
        """Textual's own way out takes ours."""
        self.action_leave()

    # Following

    def follow(self, run: Run) -> None:
        """Show a run from now on, live or not."""
        if self._follower is not None:
            self._follower.stop()
        self.shown, self.state, self.live = run, None, False
        alive = self._alive.get(run.path, lambda: False)
        self._follower = FollowThread(run, self.post_message, alive)

    @on(RunUpdated)
    def _run_updated(self, event: RunUpdated) -> None:
        if self.shown is None or event.run.path != self.shown.path:
            return
        ended = self.live and not event.live
        self.state, self.live = event.state, event.live
        self._main.post_message(event)
        if ended:
            self._find_runs()
            if self.worker is not None and self.worker.error is not None:
                self._complain(str(self.worker.error))

    @on(RunOpened)
    def _open(self, event: RunOpened) -> None:
        self.follow(event.run)
        self._main.action_pane("live", focus=False)

    # Starting and going on

    @on(QuickRunAsked)
    def _quick_run(self) -> None:
        text = config_file.read_text(config_file.PRESETS / words.QUICK_RUN)
        self._start(text.set(("trainer", "save_dir"), str(self.save_dir)))

    @on(ResumeAsked)
    def _resume(self, event: ResumeAsked) -> None:
        is_checkpoint = runs.is_checkpoint(event.path)
        row = summary.summary(runs.Run(event.path.parent if is_checkpoint else event.path))
        epoch = runs.position(event.path)[0] if is_checkpoint else row["epoch"]
        epochs = row["epochs"]
        if row["status"] in ("running", "paused"):
            self.notify("this run is still being trained", timeout=3)
        elif epoch < epochs:
            self._begin(lambda: self._planned(event.path, {}))
        else:
            self._ask_epochs(event.path, epoch)

    def _ask_epochs(self, path: Path, epoch: int) -> None:
        def check(text: str) -> str:
            good = text.isdecimal() and int(text) > epoch
            return "" if good else f"give a whole number above {epoch}"

        def answered(text: str | None) -> None:
            if text is not None:
                changes = {"trainer.epochs": int(text)}
                self._begin(lambda: self._planned(path, changes))

        title = f"All {epoch} epochs are done. Train up to which epoch?"
        self.push_screen(Prompt(title, value=str(2 * epoch), check=check), answered)

    def _planned(self, path: Path, edits: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
        from core import resume

        plan = resume.plan(str(path), self.save_dir, None, edits)
        for notice in plan.notices:
            self.call_later(self.notify, clean(notice), markup=False)
        return plan.realize(), plan.changes

    @on(FineTuneAsked)
    def _fine_tune(self, event: FineTuneAsked) -> None:
        """Show the checkpoint's config as that of the next run: `s` then starts it."""

        async def fine_tune() -> None:
            from core import resume

            try:
                text, notices = await asyncio.to_thread(resume.config_to_fine_tune, event.path)
            except MistakeError as error:
                self._complain(str(error))
                return
            text = text.set(("trainer", "save_dir"), str(self.save_dir))
            self.draft.fine_tune(text, event.path)
            self._main.show_draft()
            for notice in notices:
                self.notify(clean(notice), markup=False)
            sentence = f"s trains on from the weights of {event.path.name}, ctrl+z drops them"
            self.notify(clean(sentence), markup=False, timeout=8)

        self.run_worker(fine_tune(), exit_on_error=False)

    def _fine_tuned(self, parent: Path, text: JsonText) -> tuple[Run, dict[str, Any]]:
        from core import resume

        return resume.fine_tuning_with(parent, text).realize(), {}

    def _start(self, text: JsonText) -> None:
        self._begin(lambda: (starting.create(text), {}))

    def _begin(self, prepare: Callable[[], tuple[Run, dict[str, Any]]]) -> None:
        """Train what `prepare` makes; beside a run of this window, in a process of its own."""
        if self._starting:
            return
        if not self._training():
            self._spawn(prepare, in_process=False)
            return
        question = "This window is training a run already."
        answers = [
            Answer("b", "start another beside it, as a process of its own"),
            Answer("c", "cancel"),
        ]

        def answered(key: str | None) -> None:
            if key == "b":
                self._spawn(prepare, in_process=True)

        self.push_screen(Ask(question, answers), answered)

    def _spawn(
        self, prepare: Callable[[], tuple[Run, dict[str, Any]]], *, in_process: bool
    ) -> None:
        self._starting = not in_process

        async def spawn() -> None:
            try:
                # Looking into a checkpoint or at a GPU imports torch, which takes seconds.
                run, changes = await asyncio.to_thread(prepare)
            except MistakeError as error:
                self._complain(str(error))
                return
            finally:
                self._starting = False
            if in_process:
                process = launch.in_process(run, changes)
                self._alive[run.path] = lambda: process.poll() is None
                self.notify("a process of its own trains it; the runs share the cores now")
            else:
                thread = self.worker = launch.in_thread(run, changes)
                self._alive[run.path] = lambda: thread.alive
            self.follow(run)
            self._main.action_pane("live", focus=False)

        self.run_worker(spawn(), exit_on_error=False)

    # Testing

    @on(CheckpointTested)
    def _test(self, event: CheckpointTested) -> None:
        async def test() -> None:
            self.notify(f"testing {event.path.name} on the test images …", markup=False, timeout=4)
            try:
                results = await testing.test(event.path)
            except MistakeError as error:
                self._complain(str(error))
                return
            title = clean(f"{event.path.parent.name}/{event.path.name} on the test images")
            await self.push_screen(Page(title, testing.page(event.path, results)))

        self.run_worker(test(), exit_on_error=False)

    # Looking around

    @on(PaneShown)
    def _pane_shown(self, event: PaneShown) -> None:
        if event.pane == "runs":
            self._find_runs()

    def _find_runs(self) -> None:
        def find() -> None:
            rows = [summary.summary(run) for run in runs.known(self.save_dir)]
            rows.sort(key=lambda row: (row["status"] not in ("running", "paused"), -row["started"]))
            self._main.post_message(RunsFound(rows))

        threading.Thread(target=find, name="runs", daemon=True).start()

    def _warm_up(self) -> None:
        """Import torch, so that a start need not wait for it, and ask it for devices."""

        def warm_up() -> None:
            worker.warm_up()

            self._main.post_message(DevicesFound(devices.list_devices()))

        threading.Thread(target=warm_up, name="import torch", daemon=True).start()

    # Leaving

    def _training(self) -> bool:
        return self.worker is not None and self.worker.alive

    def _end_by_signal(self, number: int) -> None:
        self._stop_and_leave(signal.Signals(number).name, 128 + number)

    def _stop_and_leave(self, why: str, code: int) -> None:
        async def stop() -> None:
            mine = self.worker
            if mine is not None and mine.alive:
                mine.stop(why)
                self.notify("saving …")
                while mine.alive:
                    await asyncio.sleep(0.05)
            self.exit(return_code=code)

        self.run_worker(stop(), exit_on_error=False)

    # Small helpers

    def _ask_run(self, kind: Kind) -> bool:
        if self.shown is None or not self.live:
            self.notify("nothing is running", timeout=2)
            return False
        requests.ask(self.shown.requests_path, kind)
        return True

    def _tell_notes(self) -> None:
        """Say what in the config is read otherwise than it is written."""
        notes = self.draft.notes()
        lines = [clean(note) for note in notes[:NUM_NOTES_SHOWN]]
        if len(notes) > NUM_NOTES_SHOWN:
            lines.append(f"and {len(notes) - NUM_NOTES_SHOWN} more")
        if lines:
            title = clean(self.draft.path.name)
            text = "\n".join(lines)
            self.notify(text, title=title, severity="warning", timeout=10, markup=False)

    def _complain(self, sentence: str) -> None:
        self.notify(clean(sentence), severity="error", timeout=8, markup=False)
