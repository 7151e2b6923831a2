"""The app and the runs that are kept: deleted, taken back, compared with each other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on

from core.errors import MistakeError
from tui.clean import clean
from tui.look_app import LookApp
from tui.messages import ComparisonAsked, DeletionAsked, TakeBackAsked
from tui.screens.ask import Answer, Ask
from tui.screens.page import Page
from tui.widgets.live_pane import LivePane

if TYPE_CHECKING:
    from pathlib import Path

    from core.saved.trash import Deleted
    from tui.config.draft import Draft

_CANCEL = Answer("c", "cancel")


class KeepApp(LookApp):
    """What is done to runs as files is done in threads: a save folder may be large, or far away."""

    def __init__(self, draft: Draft, save_dir: Path, *, rate: float | None = None) -> None:
        super().__init__(draft, save_dir, rate=rate)
        self._deleted: list[Deleted] = []
        """By this window, the newest last."""

    @on(DeletionAsked)
    def _delete(self, event: DeletionAsked) -> None:
        path = event.path

        async def delete() -> None:
            from core.saved import trash
            from tui.runs import deleting

            try:
                question = await asyncio.to_thread(deleting.question, path)
                if isinstance(self.screen, Ask):  # the key was pressed twice
                    return
                answers = [Answer("y", "delete"), _CANCEL]
                if await self.push_screen_wait(Ask(question, answers)) == "y":
                    self._deleted.append(await asyncio.to_thread(trash.delete, path))
                    self.main.query_one(LivePane).run_deleted(path)
                    self.main.say("deleted: z takes it back")
            except MistakeError as error:
                self.complain(str(error))
            self.find_runs()

        self.run_worker(delete(), group="delete")

    @on(TakeBackAsked)
    def take_back(self) -> None:
        """Take back what was deleted last: by this window, else from this save folder."""

        async def take_back() -> None:
            from core.saved import trash

            try:
                if self._deleted:
                    last: Deleted | None = self._deleted.pop()
                else:
                    last = await asyncio.to_thread(trash.newest, self.save_dir)
                if last is None:
                    self.notify("there is nothing in the trash", timeout=3)
                    return
                back = await asyncio.to_thread(trash.take_back, last)
            except MistakeError as error:
                self.complain(str(error))
                return
            self.main.query_one(LivePane).taken_back(back)
            self.main.say("it is back")
            self.find_runs()

        self.run_worker(take_back(), group="take back")

    def empty_trash(self) -> None:
        """Remove for good what was deleted, of every save folder that is known; asks first."""

        async def empty() -> None:
            from tui.runs import deleting

            question = await asyncio.to_thread(deleting.emptying_question, self.save_dir)
            if not question:
                self.notify("there is nothing in the trash", timeout=3)
                return
            answers = [Answer("y", "remove it for good"), _CANCEL]
            if await self.push_screen_wait(Ask(question, answers)) != "y":
                return
            try:
                await asyncio.to_thread(deleting.empty, self.save_dir)
            except MistakeError as error:
                self.complain(str(error))
            else:
                self.main.say("the trash is empty")

        self.run_worker(empty(), group="delete")

    @on(ComparisonAsked)
    def _compare(self, event: ComparisonAsked) -> None:
        """Draw a run beside the one that is shown, and say what their configs say differently."""
        shown, run = self.shown, event.run
        if shown is None:
            self.notify("open a run first: enter shows one, c then compares", timeout=4)
            return
        if shown.path.resolve() == run.path.resolve():
            self.notify("this run is the one that is shown: choose another one", timeout=4)
            return

        async def compare() -> None:
            from tui.screens import comparing

            try:
                title, text = await asyncio.to_thread(comparing.of_runs, shown, run)
            except MistakeError as error:
                self.complain(str(error))
                return
            self.main.query_one(LivePane).parts.chart.draw_beside(run)
            self.main.action_pane("live")
            await self.push_screen(Page(clean(title), text))

        self.run_worker(compare(), group="compare runs", exclusive=True)
