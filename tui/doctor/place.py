"""What kind of place this machine is: a container, Colab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.doctor.findings import exists, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BY_MARK = {".dockerenv": "Docker", "run/.containerenv": "Podman"}
"""The file that each puts at the top of its containers."""
IN_CGROUP = re.compile(r"/(docker|kubepods|libpod|lxc|containerd|podman)\b")


def container(root: Path) -> str | None:
    """The kind of container this is inside of, if it is in one."""
    for mark, name in BY_MARK.items():
        if exists(root / mark):
            return name
    found = IN_CGROUP.search(text_of(root / "proc/self/cgroup"))
    return found[1] if found else None


def is_colab(environ: Mapping[str, str], root: Path) -> bool:
    """Whether this is a Colab machine; a login over SSH has none of its variables."""
    folders = (root / "content/sample_data", root / "content/drive")
    return any(name.startswith("COLAB_") for name in environ) or any(map(exists, folders))
