"""The app and its runs: the one that is shown, those that are begun here."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from textual import on
from textual.await_complete import AwaitComplete

from core import config_file, launch, requests, runs, summary
from core.errors import MistakeError
from tui import starting, words
from tui.base_app import BaseApp
from tui.clean import clean
from tui.live.follow import FollowThread
from tui.messages import (
    ApplyAsked,
    FineTuneAsked,
    QuickRunAsked,
    ResumeAsked,
    RunOpened,
    RunsFound,
    RunUpdated,
)
from tui.screens.ask import Answer, Ask
from tui.screens.main import MainScreen
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.jsontext import JsonText
    from core.requests import Kind
    from core.runs import Run
    from core.state import RunState
    from tui.config.draft import Draft


class RunApp(BaseApp):
    """Follows a run, asks things of it, and begins others."""

    def __init__(self, draft: Draft, save_dir: Path, *, rate: float | None = None) -> None:
        super().__init__(rate)
        self.draft, self.save_dir = draft, save_dir
        self.main = MainScreen(draft)
        self.shown: Run | None = None
        self.state: RunState | None = None
        self.live = False
        self.worker: launch.Worker | None = None
        """The training in this process, if one was begun."""
        self._alive: dict[Path, Callable[[], bool]] = {}
        """Trainings begun here, which take a moment until their journal says that they live."""
        self._follower: FollowThread | None = None
        self._starting = False
        """A start is under way: its run directory is being made, or its checkpoint read."""
        self._refusal: MistakeError | None = None
        """Why the last training could not begin, which is said once."""
        self._waiting_for: set[str] = set()
        """Requests whose answers a person wants to read."""

    @property
    def training(self) -> bool:
        """Whether this process trains a run."""
        return self.worker is not None and self.worker.alive

    def _trains_another(self) -> bool:
        """Whether this process trains a run that is not the one shown."""
        if self.worker is None or self.shown is None or not self.worker.alive:
            return False
        return self.worker.run.path != self.shown.path

    def pop_screen(self) -> AwaitComplete:
        """A dialog that an impatient enter closes twice must not take the window with it."""
        return AwaitComplete() if self.screen is self.main else super().pop_screen()

    # What can be asked of a run

    def action_pause(self) -> None:
        """Pause, or go on."""
        paused = self.state is not None and self.state.paused
        self._ask_run("continue" if paused else "pause")

    def action_stop(self) -> None:
        """Save and stop."""
        self._ask_run("stop")

    def action_save_now(self) -> None:
        """Save a checkpoint."""
        if self._ask_run("save") is not None:
            self.notify("saving a checkpoint", timeout=2)

    @on(ApplyAsked)
    def _apply(self, event: ApplyAsked) -> None:
        """Give the live run another learning rate, or another number of epochs."""
        if (asked := self._ask_run("set", path=event.path, value=event.value)) is not None:
            self._waiting_for.add(asked)

    def _tell_answers(self, state: RunState) -> None:
        for asked, outcome in state.answers:
            if asked in self._waiting_for:
                self._waiting_for.remove(asked)
                self.notify(clean(outcome), markup=False, timeout=6)

    def _ask_run(self, kind: Kind, **more: Any) -> str | None:
        """The id of the request; None where no run is live that could answer."""
        if self.shown is None or not self.live:
            another = "this run has ended: 4 lists the one that trains"
            self.notify(another if self._trains_another() else "nothing is running", timeout=3)
            return None
        try:
            return requests.ask(self.shown.requests_path, kind, **more)
        except OSError as error:  # another person's run, or the disk is full
            self.complain(f"it cannot be asked: {error.strerror}: {self.shown.requests_path}")
            return None

    # Following

    def follow(self, run: Run) -> None:
        """Show a run from now on, live or not."""
        if self._follower is not None:
            self._follower.stop()
        self.shown, self.state, self.live = run, None, False
        alive = self._alive.get(run.path, lambda: False)
        self._follower = FollowThread(run, self.post_message, alive, self.pace.seconds)

    @on(RunUpdated)
    def _run_updated(self, event: RunUpdated) -> None:
        if self.shown is None or event.run.path != self.shown.path:
            return
        ended = self.live and not event.live
        self.state, self.live = event.state, event.live
        self.main.post_message(event)
        self._tell_answers(event.state)
        if ended:
            self.find_runs()
        if self.worker is not None and self.worker.run.path == event.run.path:
            self._tell_refusal(self.worker)

    def _tell_refusal(self, worker: launch.Worker) -> None:
        """Say why a training of this window could not begin; its journal knows nothing of it."""
        if worker.error is not None and worker.error is not self._refusal:
            self._refusal = worker.error
            self.complain(str(worker.error))

    @on(RunOpened)
    def _open(self, event: RunOpened) -> None:
        self.follow(event.run)
        self.main.action_pane("live", focus=False)
        if self.worker is not None and self._trains_another():
            trained = self.worker.run
            sentence = f"{trained.name()}/{trained.id} goes on training: 4 lists it"
            self.notify(clean(sentence), markup=False, timeout=6)

    # Starting and going on

    def action_start(self) -> None:
        """Train with the config as shown."""
        problems = self.draft.problems()
        if problems:
            self.main.action_pane("config")
            self.main.config.go_to_first_problem()
            self.complain(f"cannot start: {problems[0]}")
            return
        text, parent = self.draft.text, self.draft.parent
        if parent is None:
            self._start(text)
        else:
            self._begin(lambda: self._fine_tuned(parent, text))

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
                self.complain(str(error))
                return
            text = text.set(("trainer", "save_dir"), str(self.save_dir))
            self.draft.fine_tune(text, event.path)
            self.main.show_draft()
            for notice in notices:
                self.notify(clean(notice), markup=False)
            sentence = f"s trains on from the weights of {event.path.name}, ctrl+z drops them"
            self.notify(clean(sentence), markup=False, timeout=8)

        self.run_worker(fine_tune())

    def _fine_tuned(self, parent: Path, text: JsonText) -> tuple[Run, dict[str, Any]]:
        from core import resume

        return resume.fine_tuning_with(parent, text).realize(), {}

    def _start(self, text: JsonText) -> None:
        self._begin(lambda: (starting.create(text), {}))

    def _begin(self, prepare: Callable[[], tuple[Run, dict[str, Any]]]) -> None:
        """Train what `prepare` makes; beside a run of this window, in a process of its own."""
        if self._starting:
            return
        if not self.training:
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
                process = launch.in_process(run, changes) if in_process else None
            except (MistakeError, OSError) as error:  # OSError: no place for the run, no process
                self.complain(
                    f"cannot start: {error}" if isinstance(error, OSError) else str(error)
                )
                return
            finally:
                self._starting = False
            if process is not None:
                self._alive[run.path] = lambda: process.poll() is None
                self.notify("a process of its own trains it; the runs share the cores now")
            else:
                thread = self.worker = launch.in_thread(run, changes)
                self._alive[run.path] = lambda: thread.alive
            self.follow(run)
            self.main.action_pane("live", focus=False)

        self.run_worker(spawn())

    # Small helpers

    def find_runs(self) -> None:
        """Search the save folders, in a thread."""

        def find() -> None:
            rows = [summary.summary(run) for run in runs.known(self.save_dir)]
            rows.sort(key=lambda row: (row["status"] not in ("running", "paused"), -row["started"]))
            self.main.post_message(RunsFound(rows))

        threading.Thread(target=find, name="runs", daemon=True).start()

    def complain(self, sentence: str) -> None:
        """Say what went wrong."""
        self.notify(clean(sentence), severity="error", timeout=8, markup=False)
