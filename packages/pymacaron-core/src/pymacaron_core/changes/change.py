"""One change between two documents."""

from __future__ import annotations

from dataclasses import dataclass

from pymacaron_core.changes.rules import RULES
from pymacaron_core.spec.operation import Place


@dataclass(frozen=True, slots=True)
class Change:
    """A change by a rule: what it is about, told in ``message``, and its place in the old and the new document.

    ``direction`` is ``request`` or ``reply`` for what is in one of them; ``operations`` are the labels of those it is
    seen in (none: it is about the whole document).
    """

    rule: str
    message: str
    direction: str = ""
    operations: tuple[str, ...] = ()
    old: Place | None = None
    new: Place | None = None

    @property
    def severity(self) -> str:
        return RULES[self.rule].severity(self.direction)
