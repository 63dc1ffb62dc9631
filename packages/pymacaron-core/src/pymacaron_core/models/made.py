"""What is known of a module's models beside their classes, kept with the module's code: so nobody plans them again."""

from __future__ import annotations

import hashlib
import marshal
from dataclasses import dataclass, field
from pathlib import Path

from pymacaron_core.kept import kept_folder, key_of, read_kept, write_kept
from pymacaron_core.models.deferring import Parts, parts_of
from pymacaron_core.models.plan import Plan
from pymacaron_core.spec.operation import Schema, Specification

ATTRIBUTE = "__pym_made__"


@dataclass(slots=True)
class Made:
    """The models of a specification. ``classes`` are their names with those of their schemas, in the document's order;
    ``expressions`` the types of the operations' schemas; ``is_known`` says that these are all there are.
    """

    classes: tuple[tuple[str, str], ...] | None = None
    expressions: dict[str, str | None] = field(default_factory=dict)
    is_known: bool = False
    parts: Parts | None = None
    plan: Plan | None = None
    file: Path | None = None
    key: bytes = b""

    def keep(self) -> None:
        """Keep all of it, where there is a place to."""
        self.is_known, self.plan = True, None
        if self.file is not None and self.parts is not None and self.classes is not None:
            write_kept(self.file, self.key, marshal.dumps((self.classes, self.expressions, self.parts.kept())))


def made_of(specification: Specification, text: str, path: Path | None, root: Path, plan: Plan | None) -> Made:
    """What is known of the models whose module has that text: as kept, or its parts alone."""
    folder = kept_folder(root) if path is not None else None
    if folder is None or path is None:
        return Made(plan=plan)
    mark = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    file = folder / f"{mark}.models"
    content = hashlib.sha256(text.encode()).hexdigest()
    key = key_of("models", str(path), specification.name, specification.digest, specification.policy, content)
    data = read_kept(file, key)
    if data is not None:
        try:
            classes, expressions, parts = marshal.loads(data)
            return Made(classes, expressions, True, Parts(*parts), plan, file, key)
        except (ValueError, TypeError, EOFError):
            pass
    return Made(parts=parts_of(text, str(path)), plan=plan, file=file, key=key)


def name_of(schema: Schema, scope: str) -> str:
    """What tells a schema of an operation (``scope``) from the others of its document."""
    place = schema.place
    return f"{scope}|{place.file}|{place.pointer}|{schema.ref or ''}|{','.join(schema.keywords)}"
