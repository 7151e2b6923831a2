"""`python -m core.processes.asked MODULE ARGUMENT…`: the `main` of a module that imports torch.

Each question to such a module waits for that import, which is quicker without the collector.
"""

from __future__ import annotations

import importlib
import sys

from core.processes import importing


def main() -> int:
    """Import the module that is named, and let it answer."""
    with importing.uncollected():
        module = importlib.import_module(sys.argv.pop(1))
    answered: int = module.main()
    return answered


if __name__ == "__main__":
    sys.exit(main())
