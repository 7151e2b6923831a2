"""A real sshd on 127.0.0.1 for one person with one key, and nobody else."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = next(
    (f"needs {name}" for name in ("sshd", "ssh", "ssh-keygen")
     if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None),
    "",
)  # fmt: skip
"""Why there can be no server here; empty if there can."""
START_SECONDS = 10.0

_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile {folder}/pid
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin yes
PermitUserEnvironment yes
AcceptEnv *
"""


class SshServer:
    """Where to log in, and as whom."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port

    def command(self, line: str) -> list[str]:
        """`ssh -t` with a command line for the shell at the other end."""
        options = (
            *("-tt", "-F", "none", "-p", str(self._port), "-i", str(self._folder / "key")),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "LogLevel=ERROR", "-o", "SendEnv=XDG_* MNIST_* PYTHONPATH"),
        )
        return ["ssh", *options, f"{getpass.getuser()}@127.0.0.1", line]


@contextlib.contextmanager
def ssh_server(folder: Path) -> Iterator[SshServer]:
    """Run a server, its keys and its settings in `folder`, until the end."""
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program is not None
    if os.geteuid() == 0:  # as root it insists on this folder
        Path("/run/sshd").mkdir(parents=True, exist_ok=True)
    for name in ("host", "key"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(_CONFIG.format(port=port, folder=folder))
    server = subprocess.Popen([program, "-D", "-f", str(folder / "config")])
    try:
        _wait_until_it_answers(port, server)
        yield SshServer(folder, port)
    finally:
        server.terminate()
        server.wait(5)


def _wait_until_it_answers(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert server.poll() is None, "sshd ended at once"
        assert time.monotonic() < deadline, "sshd does not answer"
        time.sleep(0.05)
