"""The app and the run that it shows: following it, asking things of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar

from textual import on
from textual.await_complete import AwaitComplete

from core import requests
from tui import format as fmt
from tui.base_app import BaseApp
from tui.clean import clean
from tui.live.follow import FollowThread
from tui.messages import ApplyAsked, RunOpened, RunsFound, RunUpdated
from tui.runs.order import LIVE
from tui.runs.watch import RunsWatch
from tui.screens.main import MainScreen
from tui.widgets.runs_pane import RunsPane

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.notifications import SeverityLevel

    from core import launch
    from core.errors import MistakeError
    from core.requests import Kind
    from core.runs import Run
    from core.state import RunState
    from tui.config.draft import Draft

T = TypeVar("T")

READING_SECONDS = 0.5
"""After which it is said that something is read: a long journal, or a slow disk."""


class FollowApp(BaseApp):
    """Shows a run from its journal, and writes what is asked of it to its requests."""

    def __init__(self, draft: Draft, save_dir: Path, *, rate: float | None = None) -> None:
        super().__init__(rate)
        self.draft, self.save_dir = draft, save_dir
        self.main = MainScreen(draft)
        self.runs_watch = RunsWatch(save_dir, self.main.post_message)
        self.shown: Run | None = None
        self.state: RunState | None = None
        self.live = False
        self.worker: launch.Worker | None = None
        """The training in this process, if one was begun."""
        self._alive: dict[Path, Callable[[], bool]] = {}
        """Trainings begun here, which take a moment until their journal says that they live."""
        self._follower: FollowThread | None = None
        self._refusal: MistakeError | None = None
        """Why the last training could not begin, which is said once."""
        self._waiting_for: dict[str, Callable[[str], None]] = {}
        """Who tells of the answer to a request, by its id."""
        self._over_the_window = "", 0.0
        """What was said there last, and until when it stands."""

    @property
    def training(self) -> bool:
        """Whether this process trains a run."""
        return self.worker is not None and self.worker.alive

    def _trains_another(self) -> bool:
        """Whether this process trains a run that is not the one shown."""
        if self.worker is None or self.shown is None or not self.worker.alive:
            return False
        return self.worker.run.path != self.shown.path

    def get_default_screen(self) -> MainScreen:
        """The window itself: an empty screen below it would be styled and painted first."""
        return self.main

    def pop_screen(self) -> AwaitComplete:
        """A dialog that an impatient enter closes twice must not take the window with it."""
        return AwaitComplete() if self.screen is self.main else super().pop_screen()

    # What can be asked of a run

    def action_pause(self) -> None:
        """Pause, or go on."""
        paused = self.state is not None and self.state.paused
        if self.main.pane == "runs":
            self._ask_listed("pause")
        else:
            self._ask_run("continue" if paused else "pause")

    def action_stop(self) -> None:
        """Save and stop."""
        if self.main.pane == "runs":
            self._ask_listed("stop")
        else:
            self._ask_run("stop")

    def _ask_listed(self, kind: Kind) -> None:
        """In the list the run under the cursor is meant, whichever is shown."""
        run, status = self.main.query_one(RunsPane).current() or (self.shown, "")
        if run is None or status not in LIVE:
            which = clean(fmt.run_name(run)) if run is not None else "nothing"
            self.notify(f"{which} is not running", markup=False, timeout=3)
            return
        kind = "continue" if kind == "pause" and status == "paused" else kind
        if self._ask(run, kind) is not None:
            self.main.say(f"asked {fmt.run_name(run)}: {kind}")

    def action_save_now(self) -> None:
        """Save a checkpoint."""
        if self.main.pane == "runs":
            self._ask_listed("save")
        elif (asked := self._ask_run("save")) is not None:
            self.main.say("saving …")
            self._waiting_for[asked] = self._tell_saved

    @on(ApplyAsked)
    def _apply(self, event: ApplyAsked) -> None:
        """Give the live run another learning rate, or another number of epochs."""
        if (asked := self._ask_run("set", path=event.path, value=event.value)) is not None:
            self._waiting_for[asked] = self._tell_answer

    def _tell_answers(self, state: RunState) -> None:
        for asked, outcome in state.answers:
            if asked in self._waiting_for:
                self._waiting_for.pop(asked)(outcome)

    def _tell_answer(self, outcome: str) -> None:
        self.notify(clean(outcome), markup=False, timeout=6)

    def _tell_saved(self, outcome: str) -> None:
        if outcome == "saved":
            self.main.say("saved: last.pth")
        else:
            self.complain(f"the checkpoint {outcome}")

    def _ask_run(self, kind: Kind, **more: Any) -> str | None:
        """The id of the request; None where no run is live that could answer."""
        if self.shown is None or not self.live:
            others = self._trains_another() or self.main.others_live
            which = "no run is shown" if self.shown is None else "this run has ended"
            another = f"{which}: 4 lists those that are being trained"
            self.notify(another if others else "nothing is running", timeout=3)
            return None
        return self._ask(self.shown, kind, **more)

    def _ask(self, run: Run, kind: Kind, **more: Any) -> str | None:
        try:
            return requests.ask(run.requests_path, kind, **more)
        except OSError as error:  # another person's run, or the disk is full
            path = fmt.path(run.requests_path)
            self.complain(f"it cannot be asked: {error.strerror}: {path}")
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

    @on(RunsFound)
    def _notice_shown(self, event: RunsFound) -> None:
        """The run that is shown may go on elsewhere after its end, which nobody waits for."""
        if self.shown is None or self.state is None or self.live:
            return
        for row in event.rows:
            newer = row["status"] in LIVE or row["epoch"] > self.state.epoch
            if newer and row["run"] == str(self.shown.path):
                self.follow(self.shown)

    @on(RunOpened)
    def _open(self, event: RunOpened) -> None:
        self.follow(event.run)
        self.main.action_pane("live")
        if self.worker is not None and self._trains_another():
            trained = self.worker.run
            sentence = f"{fmt.run_name(trained)} goes on training: 4 lists it"
            self.notify(sentence, markup=False, timeout=6)

    # Small helpers

    def find_runs(self) -> None:
        """Search the save folders, in a thread."""
        self.runs_watch.look()

    def on_unmount(self) -> None:
        """Nobody looks at the runs any more, while one may train on in this process."""
        self.runs_watch.close()
        if self._follower is not None:
            self._follower.stop()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in the bottom line where it is short, else over the window."""
        seconds = timeout or self.NOTIFICATION_TIMEOUT
        small = severity == "information" and not title and self.main.is_attached
        if small and self.main.say_if_short(message, seconds):
            return
        now, (before, until) = time.monotonic(), self._over_the_window
        if message != before or now >= until:  # said twice it would cover twice as much
            self._over_the_window = message, now + seconds
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def clear_notifications(self) -> None:
        """Take away what was said, in the bottom line too."""
        super().clear_notifications()
        self._over_the_window = "", 0.0
        if self.main.is_attached:
            self.main.say("")

    def complain(self, sentence: str) -> None:
        """Say what went wrong."""
        self.notify(clean(sentence), severity="error", timeout=8, markup=False)

    async def read(self, what: str, work: Callable[[], T]) -> T:
        """What `work` reads, in a thread; `what` is named if that takes long."""
        words = clean(f"reading {what} …")
        told = self.set_timer(READING_SECONDS, lambda: self.notify(words, markup=False))
        try:
            return await asyncio.to_thread(work)
        finally:
            told.stop()
