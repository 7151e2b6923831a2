"""The link: over SSH or local, and whether a run that is started here lives longer than it."""

from __future__ import annotations

import getpass
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui import format as fmt
from tui.doctor import logind, place
from tui.doctor.findings import Findings, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path("/")
OUTLIVES = "a run outlives the link"
BATCH_STEP = "4294967291"
"""How SLURM numbers the script of an sbatch, where it numbers it at all."""


def look(environ: Mapping[str, str], root: Path = ROOT) -> Findings:
    """Where the terminal is, and what happens to a run when it goes."""
    findings = Findings("link")
    address = environ.get("SSH_CONNECTION", "").partition(" ")[0]
    over_ssh = bool(address or environ.get("SSH_TTY"))
    findings.fact("terminal", f"over SSH from {address}" if address else _near(over_ssh=over_ssh))
    if over_ssh:
        findings.advise(
            "on a slow or shaky link connect with `ssh -t -C -o ServerAliveInterval=15`: less is "
            "sent, and a dead link is noticed"
        )
    container = place.container(root)
    findings.fact("container", container)
    if place.is_colab(environ, root):
        findings.fact("Colab", "yes")
        findings.advise("Colab ends its machines: mount Drive first, and keep the runs on it")
    if job := environ.get("SLURM_JOB_ID"):
        _look_at_slurm(findings, job, environ)
    else:
        _look_at_logind(findings, root)
    return findings


def _near(*, over_ssh: bool) -> str:
    return "over SSH" if over_ssh else "local"


def _look_at_slurm(findings: Findings, job: str, environ: Mapping[str, str]) -> None:
    inside_srun = environ.get("SLURM_STEP_ID", BATCH_STEP) != BATCH_STEP
    findings.fact("SLURM", f"job {job}" + (", inside srun" if inside_srun else ""))
    if (end := environ.get("SLURM_JOB_END_TIME", "")).isdigit():
        findings.fact("the job ends in", fmt.duration(max(0.0, int(end) - time.time())))
    outlives = "no: srun ends it" if inside_srun else "yes, as long as the job lasts"
    findings.fact(OUTLIVES, outlives)
    if inside_srun:
        findings.advise(
            "srun ends what it runs when its terminal goes: have `sbatch` run `mnist-tui train`, "
            "and follow it from a login with `mnist-tui`"
        )


def _look_at_logind(findings: Findings, root: Path) -> None:
    if not (root / "run/systemd/system").is_dir():
        findings.fact(OUTLIVES, "yes: no systemd ends what a login leaves behind")
        return
    if not _in_session(root):
        findings.fact(OUTLIVES, "yes: this is no login session of systemd")
        return
    kills = logind.kills_user_processes(root)
    user = _user()
    if kills is not None:
        findings.fact("KillUserProcesses", "yes" if kills else "no")
    lingers = logind.lingers(user, root) if user else None
    if lingers is not None:
        findings.fact("lingering", "yes" if lingers else "no")
    if kills and logind.spares(user, root):
        kills = False
        findings.fact("spared", f"{user}: its processes are kept")
    words = {True: "no: systemd ends it at logout", False: "yes", None: "unknown"}
    findings.fact(OUTLIVES, words[kills])
    if kills:
        findings.advise(
            "to outlive a logout, once `loginctl enable-linger`, and start with "
            "`systemd-run --user --scope mnist-tui`"
        )


def _in_session(root: Path) -> bool:
    """Whether this process is in the scope that a logout may end."""
    return re.search(r"/session-[^/]+\.scope\b", text_of(root / "proc/self/cgroup")) is not None


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in some containers
        return str(os.getuid())
