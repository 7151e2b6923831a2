"""One training from the first event to the last, in whatever thread or process it is called."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections import deque
from typing import TYPE_CHECKING, Any

from core.control import Control, StopTraining
from core.errors import MistakeError
from core.events import Event, PhaseChanged, RunEnded, StepEnded
from core.journal import Journal
from core.processes import capture, importing, spinning
from core.processes.ranks import ALONE
from core.processes.shared_control import SharedControl
from core.record import log
from core.requests import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.processes.ranks import Ranks
    from core.runs import Run


def warm_up() -> None:
    """Import what a training needs, so that its start need not wait for it: some seconds."""
    spinning.prepare()
    importing.import_all()


def work(
    run: Run,
    changes: dict[str, Any],
    on_control: Callable[[Control], None],
    ranks: Ranks = ALONE,
) -> RunEnded:
    """Train `run` to its end; a failure is an event.

    Raises MistakeError or OSError where it cannot begin: another process holds the run, or its
    journal and its log cannot be written.

    `changes` are values by dotted path that differ from the run's config.json. `on_control` is
    handed the control as soon as there is one, so that a signal can reach it. Of several `ranks`
    the first does this, the others `work_along`.
    """
    began = time.monotonic()
    with (
        Journal(run.journal_path) as journal,
        log.open_log(run.log_path) as write,
        capture.into(write) as captured,
    ):
        emit = _told(journal, write)
        control = _control(run, emit, ranks)
        on_control(control)
        try:
            emit(PhaseChanged(phase="importing torch"))
            outcome, reason = _trained(run, changes, emit, control, ranks, captured)
        except StopTraining as stop:  # while torch was imported: there is nothing to save yet
            outcome, reason = "stopped", str(stop)
        except MistakeError as error:  # a mistake in the config or the files, already a sentence
            outcome, reason = "failed", str(error)
        except Exception as error:
            write(traceback.format_exc())
            outcome, reason = "failed", f"{type(error).__name__}: {error} (see {run.log_path})"
            if ranks.says_one_is_gone(error):
                reason = _lost(run)
        ended = RunEnded(outcome=outcome, reason=reason, seconds=time.monotonic() - began)
        emit(ended)
        return ended


def _told(journal: Journal, write: Callable[[str | None], None]) -> Callable[[Event], None]:
    """Tells an event in the log and in the journal."""
    waiting: deque[Event] = deque()
    narrator = log.Narrator()

    def emit(event: Event) -> None:
        write(narrator.line(event))
        if waiting and isinstance(event, StepEnded):
            return
        waiting.append(event)
        # A full disk must not end a training that could have gone on: its events wait.
        with contextlib.suppress(OSError):
            while waiting:
                journal.append(waiting[0])
                waiting.popleft()

    return emit


def work_along(
    run: Run, changes: dict[str, Any], on_control: Callable[[Control], None], ranks: Ranks
) -> None:
    """Train as one of the ranks that write nothing. Raises whatever ends it before its time."""

    def emit(_: Event) -> None:
        """The first rank tells."""

    control = _control(run, emit, ranks)
    on_control(control)
    _trained(run, changes, emit, control, ranks, set())


def _trained(
    run: Run,
    changes: dict[str, Any],
    emit: Callable[[Event], None],
    control: Control,
    ranks: Ranks,
    captured: set[int],
) -> tuple[str, str]:
    """Import the trainer and train; `captured` are the threads whose prints are caught."""
    spinning.prepare()
    importing.import_trainer(control, captured)
    from core import trainer  # with torch: only here, where a signal need not wait for it

    with ranks.joined(control.heed), spinning.only_when_idle():
        return trainer.train(run, changes, emit=emit, control=control, ranks=ranks)


def _lost(run: Run) -> str:
    """What to say where a rank is gone."""
    return (
        "another process of this training is gone, and it cannot go on without: "
        f"look into {run.log_path}, then mnist-tui train -r {run.path}"
    )


def _control(run: Run, emit: Callable[[Event], None], ranks: Ranks) -> Control:
    inbox = Inbox(run.requests_path)
    return Control(inbox, emit) if ranks.size == 1 else SharedControl(inbox, emit, ranks)
