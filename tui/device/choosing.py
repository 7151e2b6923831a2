"""Several devices for one run, or several processes on the CPU: what + and - make of the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.errors import MistakeError

if TYPE_CHECKING:
    from core.machine.device import Device


class Choice(NamedTuple):
    """What the next run is trained on."""

    devices: str
    """As the config has it: a name, or several with commas between them."""
    num_processes: int = 1
    """Of the CPU; on GPUs there is one for each."""

    def in_words(self) -> str:
        """`cpu, in 2 processes`, `cuda:0 and cuda:1`."""
        if self.num_processes > 1:
            return f"{self.devices}, in {self.num_processes} processes"
        *others, last = names(self.devices)
        return f"{', '.join(others)} and {last}" if others else last


def names(devices: str) -> list[str]:
    """The devices of a config's `device`; a bare index is a CUDA device, as in `0,1`."""
    found = [name.strip() for name in devices.split(",")]
    return [f"cuda:{name}" if name.isdecimal() else name for name in found]


def changed(choice: Choice, device: Device, by: int) -> Choice:
    """One more of a device, or one less. Raises MistakeError where that cannot be."""
    if device.device == "cpu":
        return _on_cpu(choice, device.threads or 1, by)
    if not device.device.startswith("cuda:"):
        raise MistakeError(f"{device.device}: only CUDA devices train together: enter takes it")
    chosen = {name for name in names(choice.devices) if name.startswith("cuda:")}
    chosen = chosen | {device.device} if by > 0 else chosen - {device.device}
    if not chosen:
        raise MistakeError(f"{device.device}: is the only one: enter on another takes that")
    return Choice(",".join(sorted(chosen, key=_index)))


def _on_cpu(choice: Choice, most: int, by: int) -> Choice:
    number = (choice.num_processes if choice.devices == "cpu" else 1) + by
    if number > most:
        raise MistakeError(f"the CPU runs {most} at once: more processes would only wait")
    return Choice("cpu", max(1, number))


def _index(name: str) -> int:
    index = name.partition(":")[2]
    return int(index) if index.isdecimal() else 0
