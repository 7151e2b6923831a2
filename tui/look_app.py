"""The app and the checkpoints that are looked at: tested, drawn for, taken apart."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from textual import on

from core.errors import MistakeError
from core.machine.host import one_line
from core.saved import finding
from tui import asking, testing
from tui import format as fmt
from tui.clean import clean
from tui.messages import (
    CheckpointsAsked,
    CheckpointTested,
    DigitsAsked,
    DrawingAsked,
    ExhibitsFound,
    NetworkAsked,
    PaneShown,
    UnfoldAsked,
)
from tui.run_app import RunApp
from tui.screens.page import Page
from tui.widgets.live_pane import LivePane

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run
    from tui.digits.exhibits import Exhibits
    from tui.digits.pad import Pad

TIMEOUT_SECONDS = 60.0
"""For the network to be taken apart: torch is imported first."""


class LookApp(RunApp):
    """Everything that needs torch is done in processes of their own: a live run keeps its bits."""

    _looked_at: tuple[Path, Run | None] | None = None
    """The checkpoint that somebody chose for Digits, and the run that was shown then."""
    _taken_apart: Path | None = None
    """The one whose network the Learn pane shows; None: that of the config."""
    _pad: Pad | None = None
    """What was drawn last, which is there again when the pad is opened."""

    @on(PaneShown)
    def _pane_shown(self, event: PaneShown) -> None:
        self.runs_watch.be_looked_at(looked_at=event.pane == "runs")
        if event.pane == "digits":
            self._find_exhibits()
        elif event.pane == "learn":
            self._open_lesson()

    @on(UnfoldAsked)
    def _unfold(self, event: UnfoldAsked) -> None:
        self.runs_watch.unfold(event.runs)

    @on(CheckpointTested)
    def _test(self, event: CheckpointTested) -> None:
        asked_in = self.main.pane
        if not event.path.exists():
            self.notify("there is no checkpoint yet: one is written when an epoch ends", timeout=4)
            return

        async def test() -> None:
            name = clean(fmt.checkpoint(event.path))
            self.notify(f"testing {name} …", markup=False, timeout=60)
            try:
                results = await testing.test(event.path)
            except MistakeError as error:
                self.complain(str(error))
                return
            finally:
                self.clear_notifications()  # the one above, which is to stay until now
            if asked_in == "digits":
                self._show_exhibits(event.path, results)
            elif asked_in == self.main.pane and self.main.is_active:
                title = f"{fmt.checkpoint(event.path)} on the test images"
                await self.push_screen(Page(title, testing.page(event.path, results)))
            else:  # somebody does something else by now, and would type into the page
                self.notify(f"{name}: {testing.brief(results)}", markup=False, timeout=10)

        self.run_worker(test())

    # Digits

    def _find_exhibits(self) -> None:
        """Look at the checkpoint chosen, else at the best of the run shown, else of the newest.

        Who has opened or started another run since then wants to see that one's.
        """
        chosen, beside = self._looked_at or (None, None)
        self._show_exhibits(chosen if beside == self.shown else None, None)

    def _show_exhibits(self, checkpoint: Path | None, results: dict[str, Any] | None) -> None:
        async def find() -> None:
            try:
                found = await self.read("the test images", lambda: self._exhibits(checkpoint))
            except MistakeError as error:
                self.complain(str(error))
                return
            if found is None:
                self.main.post_message(ExhibitsFound(None, training=self.shown is not None))
                return
            if results is not None:  # of a folder that cannot be written to
                found = found.with_results(results)
            self.main.post_message(ExhibitsFound(found))

        self.run_worker(find(), exclusive=True, group="exhibits")

    def _exhibits(self, checkpoint: Path | None) -> Exhibits | None:
        from tui.digits.exhibits import Exhibits

        path = checkpoint if checkpoint is not None and checkpoint.exists() else self._best()
        return Exhibits.of(path) if path is not None else None

    def _best(self) -> Path | None:
        """The best checkpoint of the run that is shown, else of the newest that has one.

        None while the run that is shown is trained and has saved none: it will be here in time.
        """
        shown = self.shown
        if shown is not None and ((best := shown.best_checkpoint()) is not None or shown.live()):
            return best
        bests = (run.best_checkpoint() for run in finding.known(self.save_dir))
        return next((path for path in bests if path is not None), None)

    @on(DigitsAsked)
    def _look_at(self, event: DigitsAsked) -> None:
        self._looked_at = event.path, self.shown
        self.main.action_pane("digits")

    @on(DrawingAsked)
    def _draw(self, event: DrawingAsked) -> None:
        from tui.digits.pad import Pad
        from tui.screens.drawing import Drawing

        if self._pad is None:
            self._pad = Pad()
        self.push_screen(Drawing(event.path, self.save_dir, self._pad))

    @on(CheckpointsAsked)
    def _choose(self) -> None:
        self.main.action_pane("runs")
        self.main.say("d on a checkpoint: what it gets wrong")

    # Learn

    def _open_lesson(self) -> None:
        from tui.widgets.learn_pane import LearnPane

        pane = self.main.query_one(LearnPane)
        best = self.shown.best_checkpoint() if self.shown is not None else None
        if best != self._taken_apart:
            self._taken_apart = best
            pane.forget_network()
        pane.open(self.shown, self.main.query_one(LivePane).state)

    @on(NetworkAsked)
    def _take_apart(self, event: NetworkAsked) -> None:
        from tui.widgets.learn_pane import LearnPane

        pane = self.main.query_one(LearnPane)

        async def take_apart() -> None:
            try:
                answer = await self._anatomy(event)
            except MistakeError as error:
                pane.fail(clean(str(error)))
                return
            pane.show_network(answer, answer["classes"])

        self.run_worker(take_apart(), exclusive=True, group="anatomy")

    async def _anatomy(self, event: NetworkAsked) -> dict[str, Any]:
        from core.images import classes

        best = self._taken_apart
        asked = {"checkpoint": str(best)} if best else {"config": self.draft.resolved.text}
        try:
            said = await asking.ask(
                "core.processes.asked",
                "core.anatomy",
                text=json.dumps({**asked, "index": event.index, "run_own_code": event.by_key}),
                timeout_seconds=TIMEOUT_SECONDS,
            )
            answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        except TimeoutError as error:
            took = f"longer than {TIMEOUT_SECONDS:.0f} s"
            raise MistakeError(f"the network cannot be looked at: it took {took}") from error
        except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
            message = f"the network cannot be looked at: {one_line(str(error))}"
            raise MistakeError(message) from error
        if "mistake" in answer:
            raise MistakeError(answer["mistake"])
        answer["untrained"] = best is None
        answer["classes"] = classes.of_checkpoint(best) if best else tuple("0123456789")
        return answer
