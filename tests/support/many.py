"""Several commands of mnist-tui in one process: `python -m many`, given them as JSON.

After each it says how it ended, which is what `codes` finds.
"""

from __future__ import annotations

import json
import sys


def codes(stdout: str) -> list[str]:
    """The exit code of each command."""
    marked = (line.split() for line in stdout.splitlines() if line.startswith("exit "))
    return [code for _, code in marked]


def main() -> None:
    """Run them one after another."""
    from tui.cli import main

    for words in json.loads(sys.argv[1]):
        sys.argv = ["mnist-tui", *words]
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        sys.stdout.write(f"exit {code}\n")


if __name__ == "__main__":
    main()
