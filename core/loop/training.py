"""The state of one training, and each part of an epoch as a method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from core.building import making, own_calls
from core.events import EpochEnded, NoticeGiven, PhaseChanged
from core.judge import Judge
from core.loop import announcing, live_changes, tensorboard
from core.loop import data as training_data
from core.loop.augment import Augmentation
from core.loop.averages import Averages
from core.loop.saver import NoSaver, Saver
from core.loop.step_log import NonFiniteLossError, StepLog
from core.loop.step_parts import StepParts
from core.own_code import copies as own_code
from core.own_code import modules as own_import
from core.processes.ranks import ALONE
from core.resuming import beginning, position
from core.runs import BEST, LAST
from core.settings import schedules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torch import Tensor
    from torch.optim.lr_scheduler import LRScheduler

    from core.control import Control
    from core.events import Event, Metrics
    from core.processes.ranks import Ranks
    from core.runs import Run


class Training:
    """A network on its way through the epochs. Raises MistakeError if it cannot be made."""

    def __init__(
        self,
        run: Run,
        changes: dict[str, Any],
        emit: Callable[[Event], None],
        control: Control,
        ranks: Ranks = ALONE,
    ) -> None:
        self.run, self.ranks = run, ranks
        self.config, self.raw_config, self.changes = beginning.effective(run, changes)
        self._board, told = tensorboard.open_board(run.path, self.config, writes=ranks.first)
        self.emit = emit = self._board.listen(emit) if self._board else emit
        with ranks.first_before_others():  # it may mend what they read
            start, notices = beginning.starting_checkpoint(run)
        if start is not None:
            self.config = start.with_its_data(self.config)
        self.threads = beginning.threads(
            self.config, start, world_size=ranks.size, local_size=ranks.local_size
        )
        torch.set_num_threads(self.threads)
        name, more = beginning.device(self.config, start)
        notices += [*more, *told, *own_code.changes_since(run)]
        self.device = torch.device(ranks.device(name))
        self.devices = name if ranks.size > 1 else str(self.device)
        """Of all ranks of a machine, with a comma between them."""
        if "," in name and ranks.size == 1:
            notices.append(f"{name} are several devices, and this is one process: on {self.device}")

        self.own = own_import.of_run(run, self.config)
        with ranks.first_before_others():  # it may have to be downloaded
            self._load_data(control)
        self._make_network()
        self.epoch = self.step = self.step_in_epoch = 0
        self.lr = self._next_lr()
        """Of the last step: that of the first parameter group."""
        self.averages = Averages(self.device, ranks)
        self.judge = Judge(self.config.trainer.monitor, self.config.trainer.patience)
        self.log = StepLog(emit, control)
        self._parts = StepParts(emit, self.device)
        self.history: list[EpochEnded] = []
        keep = self.config.trainer.keep_checkpoints
        self._saver = Saver(run.path, emit, keep) if ranks.first else NoSaver()
        if start is not None:
            notices += position.restore(self, start)
        self._network = ranks.wrapped(self.model)
        announcing.announce(self, start, notices)

    @property
    def num_epochs(self) -> int:
        """The last epoch, counted from 1."""
        return self.config.trainer.epochs

    @property
    def data_dir(self) -> Path:
        """Where the images are looked for, absolute."""
        return self.config.data_loader.args.data_dir.expanduser().resolve()

    def enter(self, phase: str) -> None:
        """Say what is done now."""
        self.emit(PhaseChanged(phase=phase))

    def begin_epoch(self) -> None:
        """Start an epoch's clock; the epoch may be half done by a run before."""
        self.enter("training")
        self.log.begin(self.averages)

    def rest_of_epoch(self) -> Iterator[Any]:
        """The indices of each batch of this epoch that is still to come, or what a loader gave."""
        return training_data.rest_of_epoch(self)

    def step_on(self, indices: Any) -> None:
        """One step: batch, forward, loss, backward, update. Nothing here waits for the device."""
        parts = self._parts
        parts.begin(self)
        images, labels = self.train_set.batch(self.ranks.part(indices), self._augmentation)
        num_samples = self.ranks.num_whole(indices, labels)
        parts.done("batch")
        output = self._network(images)
        parts.done("forward")
        loss = self.loss(output, labels)
        parts.done("loss")
        self.optimizer.zero_grad(set_to_none=True)
        weighed = self.ranks.weighed(loss, num_samples)
        weighed.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        parts.done("backward")
        self.lr = self._next_lr()
        self.optimizer.step()
        if self.scheduler is not None and self._steps_per_batch:
            self.scheduler.step()
        parts.done("step")
        with torch.no_grad():
            self._measure(self.averages, loss, output, labels, num_samples)
        self.step += 1
        self.step_in_epoch += 1
        parts.end(self, len(labels))

    def validate(self, check: Callable[[], None]) -> dict[str, float | None]:
        """The loss and the metrics on the validation images, named val_…; nothing is drawn."""
        self.log.end_training_part()
        averages = Averages(self.device, self.ranks)
        self.ranks.alike(self.model)
        self.model.eval()
        try:
            with own_calls.nothing_drawn(self.own, self.device), torch.inference_mode():
                for images, labels in self.validation_set.in_order() if self.validation_set else ():
                    share = self.ranks.share(len(labels))
                    output, mine = self.model(images[share]), labels[share]
                    self._measure(averages, self.loss(output, mine), output, mine, len(labels))
                    check()
        finally:
            self.model.train()
        return {f"val_{name}": mean for name, mean in averages.means().items()}

    def end_epoch(self, validated: dict[str, float | None]) -> None:
        """Count the epoch, judge it, and step a schedule that goes by epochs."""
        metrics = self.averages.means() | validated
        best = self.judge.judge(metrics)
        self.epoch += 1
        event = EpochEnded(
            epoch=self.epoch,
            step=self.step,
            metrics=metrics,
            lr=self.lr,
            seconds=self.log.seconds(),
            images_per_second=self.log.training_rate(self.averages),
            best=best,
            num_bad_epochs=self.judge.num_bad_epochs,
        )
        if self.scheduler is not None and not self._steps_per_batch:
            self._step_schedule(self.scheduler, metrics)
        self.averages = Averages(self.device, self.ranks)
        self.step_in_epoch = 0
        self.log.end_epoch()
        self.history.append(event)
        self.emit(event)
        if self._board is not None:
            self._board.show(self)

    def due_files(self) -> list[str]:
        """The checkpoints to write after this epoch."""
        files = [LAST]
        if self.epoch % self.config.trainer.save_period == 0:
            files.append(f"checkpoint-epoch{self.epoch}.pth")
        if self.history[-1].best:
            files.append(BEST)
        return files

    def save(self, *files: str) -> bool:
        """Write the exact position to each of `files`; whether all could be.

        Raises NonFiniteLossError before weights that are of no use take the place of good ones.
        """
        if not self._finite():
            epoch = self.epoch + 1 if self.step_in_epoch else self.epoch
            raise NonFiniteLossError(
                f"the weights became infinite or nan in epoch {epoch}: "
                f"try a smaller optimizer.args.lr than {self.lr:g}"
            )
        metrics = self.history[-1].metrics if self.history else {}
        content = position.content(self)
        return self._saver.save(files, content, epoch=self.epoch, step=self.step, metrics=metrics)

    def save_position(self) -> bool:
        """Write `last.pth`, wherever in an epoch this is."""
        return self.save(LAST)

    def change(self, path: str, value: object) -> str:
        """Go on with another value of the config; returns the outcome in words."""
        return live_changes.change(self, path, value)

    @property
    def trouble(self) -> str:
        """Why the last save failed; empty when it did not."""
        return self._saver.trouble

    def retry_save(self) -> None:
        """Try again to write what could not be written."""
        self._saver.retry()

    def close(self) -> None:
        """Finish what is written in the background."""
        if self._board is not None:
            self._board.close()
            if self._board.trouble:
                self.emit(NoticeGiven(message=self._board.trouble))

    def _step_schedule(self, scheduler: LRScheduler, metrics: Metrics) -> None:
        if isinstance(scheduler, ReduceLROnPlateau):
            value = metrics.get(schedules.watched(self.config)[0])
            scheduler.step(math.nan if value is None else value)  # nan is never better
        else:
            scheduler.step()

    def _next_lr(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])

    def _finite(self) -> bool:
        values = self.model.state_dict().values()
        return bool(torch.stack([value.isfinite().all() for value in values]).all())

    def _measure(
        self,
        averages: Averages,
        loss: Tensor,
        output: Tensor,
        labels: Tensor,
        num_samples: int,
    ) -> None:
        metrics = {name: metric(output, labels) for name, metric in self.metrics.items()}
        averages.add({"loss": loss, **metrics}, num_samples)

    def _load_data(self, control: Control) -> None:
        data = training_data.load(
            self.config,
            self.data_dir,
            self.own,
            self.device,
            tell=self.enter,
            control=control,
            for_several=self.ranks.size > 1,
        )
        self.train_set, self.validation_set = data.train, data.validation
        self.classes = data.classes
        self.num_steps = self.config.trainer.len_epoch or data.num_batches
        schedule = self.config.lr_scheduler
        self._steps_per_batch = schedule is not None and schedule.interval == "batch"

    def _make_network(self) -> None:
        """The network, and all that it is trained by."""
        self.enter("making the network")
        self._augmentation = Augmentation.of(self.config.data_loader.augment)
        self.model, self.optimizer, self.scheduler, self.loss, self.metrics = making.make(
            self.config, self.own, self.device, self.ranks, num_steps=self.num_steps
        )
        self._try_out_own()

    def _try_out_own(self) -> None:
        """Find what is wrong with code of one's own before the run begins."""
        if self.own is None:
            return
        with own_calls.nothing_drawn(self.own, self.device), torch.enable_grad():
            measures = (self.loss, list(self.metrics.values()))
            batch, model = self.train_set.first(), own_calls.copied(self.model)
            num_outputs = own_calls.try_out(
                self.own, self.config.arch, model, measures, batch, len(self.classes)
            )
        self.classes = self.classes or tuple(map(str, range(num_outputs)))
