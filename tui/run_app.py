"""The app and the runs that it begins: new ones, and others that go on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import on

from core import runs
from core.errors import MistakeError
from core.processes import several
from core.saved import summary
from core.settings import file as config_file
from core.settings import schedules
from tui import format as fmt
from tui import starting, words
from tui.clean import clean
from tui.follow_app import FollowApp
from tui.messages import FineTuneAsked, NewestFound, QuickRunAsked, ResumeAsked
from tui.runs import newest
from tui.runs.order import LIVE
from tui.screens.ask import Answer, Ask
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.resuming.plan import Plan
    from core.runs import Run
    from core.settings.jsontext import JsonText
    from tui.config.draft import Draft

_NO_FURTHER = (
    "all of it is done, and its learning rate schedule ends there: "
    "f in Runs begins a new run with its weights"
)


class RunApp(FollowApp):
    """Begins runs in this process; beside one, in a process of their own."""

    def __init__(self, draft: Draft, save_dir: Path, *, rate: float | None = None) -> None:
        super().__init__(draft, save_dir, rate=rate)
        self._starting = False
        """A start is under way: its run directory is being made, or its checkpoint read."""

    def action_start(self) -> None:
        """Train with the config as shown."""
        problems = self.draft.problems()
        if problems:
            self.main.action_pane("config")
            self.main.config.go_to_first_problem()
            self.complain(f"cannot start: {problems[0]}")
            return
        text, parent = self.draft.text, self.draft.parent
        number = self.draft.num_processes if self.draft.num_processes > 1 else None
        if parent is None:
            self._start(text, number)
        else:
            self._begin(lambda: self._fine_tuned(parent, text), num_processes=number)

    def tell_newest(self) -> None:
        """Have the first screen speak of the newest run, and offer to go on where it was left."""

        async def look() -> None:
            found = await asyncio.to_thread(newest.find, self.save_dir)
            if found is not None:
                self.main.post_message(NewestFound(found))

        self.run_worker(look())

    @on(QuickRunAsked)
    def _quick_run(self) -> None:
        text = config_file.read_text(config_file.PRESETS / words.QUICK_RUN)
        self._start(text.set(("trainer", "save_dir"), str(self.save_dir)))

    @on(ResumeAsked)
    def _resume(self, event: ResumeAsked) -> None:
        """Go on with a run, or from a checkpoint; asks how far where all of it is done."""

        async def resume() -> None:
            try:
                where = await self.read(fmt.path(event.path), lambda: _where(event.path))
            except MistakeError as error:
                self.complain(str(error))
                return
            if where.is_trained:
                self.notify("this run is still being trained", timeout=3)
            elif where.epoch < where.epochs:
                self._go_on(event.path, {}, at_once=event.at_once)
            elif not where.can_go_on:
                self.complain(_NO_FURTHER)
            else:
                self._ask_epochs(event.path, where.epoch)

        self.run_worker(resume(), exclusive=True, group="resume")

    def _go_on(self, path: Path, edits: dict[str, Any], *, at_once: bool = False) -> None:
        """Resume; asks first where it will not be the same run to the same bits."""
        if at_once:
            self._begin(lambda: self._planned(path, edits))
            return

        async def go_on() -> None:
            from tui.runs import resuming

            try:
                look = partial(resuming.outlook, path, self.save_dir, edits)
                found = await self.read(fmt.path(path), look)
            except (MistakeError, OSError) as error:
                self.complain(str(error))
                return
            if not resuming.needs_no_question(found):
                answers = [Answer("y", "go on"), Answer("c", "cancel")]
                if await self.push_screen_wait(Ask(resuming.question(found), answers)) != "y":
                    return

            def agreed() -> tuple[Run, dict[str, Any]]:
                begun = resuming.realized(found, self.save_dir, edits)
                self.call_later(self.notify, clean(resuming.line(found)), markup=False, timeout=4)
                return begun

            self._begin(agreed)

        self.run_worker(go_on(), exclusive=True, group="go on")

    def _ask_epochs(self, path: Path, epoch: int) -> None:
        def check(text: str) -> str:
            good = text.isdecimal() and int(text) > epoch
            return "" if good else f"give a whole number above {epoch}"

        def answered(text: str | None) -> None:
            if text is not None:
                self._go_on(path, {"trainer.epochs": int(text)})

        done = f"All {epoch} epochs are" if epoch != 1 else "Its epoch is"
        title = f"{done} done. Train up to which epoch?"
        about = "it goes on in its own folder, and its best and last checkpoints are renewed there"
        self.push_screen(Prompt(title, value=str(2 * epoch), help=about, check=check), answered)

    def _planned(self, path: Path, edits: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
        from core.resuming import plan as resume

        plan = resume.plan(str(path), self.save_dir, None, edits)
        self._tell_of(plan)
        return plan.realize(), plan.changes

    def _tell_of(self, plan: Plan) -> None:
        for notice in plan.notices:
            self.call_later(self.notify, clean(notice), markup=False, timeout=10)

    @on(FineTuneAsked)
    def _fine_tune(self, event: FineTuneAsked) -> None:
        """Show the checkpoint's config as that of the next run: `s` then starts it."""

        async def fine_tune() -> None:
            from core.resuming import plan as resume

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
        from core.own_code import copies as own_code
        from core.resuming import plan as resume

        # That of the checkpoint's run is looked at twice; without any, what is beside the config.
        folder = None if own_code.is_of_run(parent) else self.draft.folder

        plan = resume.fine_tuning_with(parent, text, folder)
        self._tell_of(plan)
        return plan.realize(), {}

    def _start(self, text: JsonText, num_processes: int | None = None) -> None:
        folder = self.draft.folder
        self._begin(lambda: (starting.create(text, folder), {}), num_processes=num_processes)

    def _begin(
        self,
        prepare: Callable[[], tuple[Run, dict[str, Any]]],
        *,
        num_processes: int | None = None,
    ) -> None:
        """Train what `prepare` makes; beside a run of this window, in a process of its own.

        In `num_processes` on the CPU; None leaves it to the config and to the run before.
        """
        if self._starting:
            return
        mine = self.training
        if not mine and not self.main.shows_live:
            self._spawn(prepare, num_processes, beside=False)
            return
        question, how = "The run that is shown is still being trained.", ""
        if self.worker is not None and mine:
            trained = fmt.run_name(self.worker.run)
            question, how = f"This window is training {trained}.", ", as a process of its own"
        stop = "x stops the one that is trained" if self.main.shows_live else "4 lists both"
        answers = [
            Answer("b", f"start another beside it{how}"),
            Answer("c", f"cancel; {stop}"),
        ]

        def answered(key: str | None) -> None:
            if key == "b":
                self._spawn(prepare, num_processes, beside=mine)

        self.push_screen(Ask(question, answers), answered)

    def _spawn(
        self,
        prepare: Callable[[], tuple[Run, dict[str, Any]]],
        num_processes: int | None,
        *,
        beside: bool,
    ) -> None:
        self._starting = not beside

        def prepared() -> tuple[Run, dict[str, Any], int]:
            run, changes = prepare()
            return run, changes, several.of_run(run, changes, num_processes)

        async def spawn() -> None:
            try:
                # Looking into a checkpoint or at a GPU imports torch, which takes seconds.
                run, changes, number = await asyncio.to_thread(prepared)
                process = several.beside(run, changes, number) if beside else None
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
                mine = self.worker = several.worker_in(run, changes, number)
                mine.start()
                self.stray_output_to(run.log_path)
                self._alive[run.path] = lambda: mine.alive
            self.follow(run)
            self.main.action_pane("live", focus=False)

        self.run_worker(spawn())


class _Where(NamedTuple):
    """How far what is to go on has come."""

    is_trained: bool
    epoch: int
    epochs: int
    can_go_on: bool
    """Whether its schedule allows more epochs than it had."""


def _where(path: Path) -> _Where:
    """How far a run is, or a checkpoint of it; a long journal takes a second to read.

    Raises MistakeError where it is gone.
    """
    if not path.exists():
        raise MistakeError(f"{fmt.path(path)}: is gone")
    is_checkpoint = runs.is_checkpoint(path)
    run = runs.Run(path.parent if is_checkpoint else path)
    row, can_go_on = summary.summary(run), schedules.can_go_on(run.config())
    epoch = runs.position(path)[0] if is_checkpoint else row["epoch"]
    return _Where(row["status"] in LIVE, epoch, row["epochs"], can_go_on)
