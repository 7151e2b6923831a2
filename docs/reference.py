"""Write the pages that say again what the code says: `python docs/reference.py`.

`config.md` from the schema of a config and the help of the form, `keys.md` from the bindings,
`journal.md` from the events. A test holds that they are current.
"""

from __future__ import annotations

from pathlib import Path

import reference_config
import reference_journal
import reference_keys

DOCS = Path(__file__).resolve().parent
PAGES = {
    "config.md": reference_config.page,
    "keys.md": reference_keys.page,
    "journal.md": reference_journal.page,
}


def write(page: str) -> str:
    """The text of a page."""
    return "\n".join(PAGES[page]())


def main() -> None:
    """Write them all."""
    for page in PAGES:
        (DOCS / page).write_text(write(page), encoding="utf-8")


if __name__ == "__main__":
    main()
