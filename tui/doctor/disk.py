"""The save folder: room, the file system it lies on, and whether a run can be written there."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil

from core.errors import MistakeError
from core.events import Heartbeat
from core.files import write_atomic
from core.journal import Follower, Journal, is_live
from core.paths import expanded
from tui import format as fmt
from tui.doctor.findings import Findings, exists

if TYPE_CHECKING:
    from collections.abc import Iterable

LITTLE_BYTES = 200_000_000
"""A hundred checkpoints of LeNet, or a few of something larger."""
NETWORK = {
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.drive", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs",
}  # fmt: skip
PASSING = {
    "tmpfs": "is gone at the next start of the machine",
    "overlay": "goes with its container",
}
"""File systems that do not last, and why."""


class Mount(NamedTuple):
    """A file system and where it begins."""

    mountpoint: str
    fstype: str


def mounts() -> list[Mount]:
    """Every file system of this machine."""
    return [Mount(item.mountpoint, item.fstype) for item in psutil.disk_partitions(all=True)]


def look(save_dir: Path, known: Iterable[Mount]) -> Findings:
    """What can be said of a save folder, after a try at everything that a run does in it."""
    findings = Findings("save folder")
    try:
        folder = expanded(save_dir).absolute()
    except MistakeError as error:
        findings.obstruct(str(error))
        return findings
    findings.fact("folder", folder)
    if not os.path.isdir(place := existing(folder)):  # noqa: PTH112 -- never raises
        findings.obstruct(f"{place} is no folder: name another one with --saved")
        return findings
    if place != folder:
        findings.fact("lies in", f"{place}: the rest is made by the first run")
    kind = file_system(place.resolve(), known)
    if kind is not None:
        findings.fact("file system", f"{kind}, over the network" if kind in NETWORK else kind)
    if kind in PASSING:
        findings.advise(f"{folder} {PASSING[kind]}: keep runs elsewhere with --saved")
    if kind in NETWORK:
        findings.advise("a network drive may be slow or gone for a while: --saved names another")
    _look_at_room(findings, place)
    _try_out(findings, place)
    return findings


def existing(folder: Path) -> Path:
    """The path itself, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if exists(path))


def file_system(folder: Path, known: Iterable[Mount]) -> str | None:
    """The kind of file system that a folder lies on; None if it is not known."""
    holding = [mount for mount in known if folder.is_relative_to(mount.mountpoint)]
    # Of two at one place the later one lies on top.
    return (
        max(reversed(holding), key=lambda mount: len(mount.mountpoint)).fstype if holding else None
    )


def _look_at_room(findings: Findings, place: Path) -> None:
    try:
        usage = shutil.disk_usage(place)
    except OSError:
        return
    findings.fact("free", f"{fmt.size(usage.free)} of {fmt.size(usage.total)}")
    if usage.free < LITTLE_BYTES:
        findings.advise(f"free some room in {place}: checkpoints pile up there")


def _try_out(findings: Findings, place: Path) -> None:
    """Do what a run does, in a folder that is removed again."""
    doing = "making a folder"
    try:
        with tempfile.TemporaryDirectory(prefix=".mnist-tui-doctor-", dir=place) as folder:
            for name, attempt in ATTEMPTS.items():
                doing = name
                attempt(Path(folder))
    except OSError as error:
        reason = error.strerror or str(error)
        findings.fact("tried", f"{doing} failed: {reason}")
        findings.obstruct(
            f"no run can be kept in {place}: {doing} failed ({reason}): "
            "name another folder with --saved"
        )
    else:
        findings.fact("tried", f"{', '.join(ATTEMPTS)}: all work")


def _lock(folder: Path) -> None:
    path = folder / "locked.jsonl"
    with Journal(path):
        if not is_live(path):
            raise OSError("a second reader does not see the lock")
    if is_live(path):
        raise OSError("the lock is still seen after it was let go")


def _append(folder: Path) -> None:
    path = folder / "appended.jsonl"
    with Journal(path) as journal:
        for _ in range(2):
            journal.append(Heartbeat(time=time.time()))
    if len(Follower(path).read()) != 2:
        raise OSError("what was appended does not come back")


def _rename(folder: Path) -> None:
    """Also fsync: nothing is renamed before it is safe on the disk."""
    path = folder / "renamed"
    for content in (b"old", b"new"):
        write_atomic(path, content)
    if path.read_bytes() != b"new":
        raise OSError("a renamed file has its old content")


ATTEMPTS = {"lock": _lock, "append": _append, "rename and fsync": _rename}
