"""A type as the text of an expression."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type expression: its text, its constraints as arguments of ``Field``, its further marks, whether None fits."""

    text: str
    constraints: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()
    nullable: bool = False

    @property
    def inner(self) -> str:
        """The type without None, its constraints inside."""
        parts = [self.text]
        if self.constraints:
            parts.append(f"Field({self.field_arguments})")
        parts.extend(self.marks)
        return parts[0] if len(parts) == 1 else f"Annotated[{', '.join(parts)}]"

    @property
    def full(self) -> str:
        return f"{self.inner} | None" if self.nullable and self.text not in ("Any", "None") else self.inner

    @property
    def field_arguments(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.constraints)


ANY = Type("Any", nullable=True)
NOTHING = Type("Nothing")
