"""A pane that is made when it is first asked for: the first screen paints sooner without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget


class Later(Vertical):
    """The place of the pane, and in time the pane."""

    def __init__(self, make: Callable[[], Widget], *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id)
        self._make = make
        self._asked = False
        self.made = False
        """Whether the pane is there, with all that is in it."""

    def fill(self, then: Callable[[], object]) -> None:
        """Have the pane made, the first time this is called; `then` follows."""
        if self._asked:
            return
        self._asked = True

        async def fill() -> None:
            await self.mount(self._make())
            self.made = True
            then()

        self.run_worker(fill())
